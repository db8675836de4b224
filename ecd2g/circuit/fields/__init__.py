"""Current fields: what the movement rule asks of a solved circuit, whatever its kernel, or of a network."""
