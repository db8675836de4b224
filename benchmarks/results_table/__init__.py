"""The results table: what its rows are, where their numbers come from, how they are recorded and rendered.

`python -m benchmarks.results_table` (or `make benchmarks`) makes what is missing, writes recorded.json, and renders it
into README.md and docs/results.md. No number is typed in, but for the five high-dim rows:
they are carried by hand, to three digits, from an earlier commit, until `--rows high-dim` measures them again.
"""
