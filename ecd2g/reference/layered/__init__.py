"""Layered circuits in closed form, and bounds on the errors of it."""
