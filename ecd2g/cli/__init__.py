"""The command line: one thin file per command, each of which imports its work only when it runs."""
