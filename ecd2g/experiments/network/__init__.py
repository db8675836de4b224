"""`ecd2g network`: a resistor network from a file, and what was asked about it."""
