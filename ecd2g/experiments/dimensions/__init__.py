"""`ecd2g reproduce dimensions`: the same transport in growing dimension."""
