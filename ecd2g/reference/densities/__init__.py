"""Densities over spaces of any size, and exact walks between them."""
