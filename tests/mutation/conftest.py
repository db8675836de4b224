"""The programs of this folder are run with `python -m`; only its tests are collected."""

collect_ignore = ["covering.py", "forks.py", "named.py", "operators.py", "run.py"]
