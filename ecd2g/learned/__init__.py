"""Neural current models: Monte-Carlo targets, networks, training, and how far they are from the exact flow.

The only part that needs torch: pip install "ecd2g[learned]".
"""
