"""`ecd2g reproduce high-dim`: transport in spaces too large to list, learned and compared."""
