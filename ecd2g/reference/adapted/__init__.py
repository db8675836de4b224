"""Circuits that adapt their conductances to their currents."""
