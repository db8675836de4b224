"""`ecd2g reproduce adapted`: from the paper's circuit to optimal transport."""
