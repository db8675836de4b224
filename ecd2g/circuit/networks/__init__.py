"""Resistor networks, and how they are read from graphs, matrices and edges."""
