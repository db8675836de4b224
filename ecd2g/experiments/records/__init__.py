"""Run folders and what is written into them: the configuration, every number, tables and the report."""
