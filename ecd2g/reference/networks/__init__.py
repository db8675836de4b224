"""Resistor networks: star-mesh elimination, effective resistances, centralities, and bounds from spanning trees."""
