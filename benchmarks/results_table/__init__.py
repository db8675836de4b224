"""The results table: what its rows are, where their numbers come from, how they are recorded and rendered.

`python -m benchmarks.results_table` (or `make benchmarks`) makes what is missing, writes recorded.json, and renders it
into README.md and docs/results.md. No number is typed in.
"""
