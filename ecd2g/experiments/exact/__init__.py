"""Problems solved exactly: the settings of a run, the named problems, and every number and figure of a solution."""
