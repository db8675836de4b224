"""Solvers of the node-voltage equation, Eq. (18), for any circuit."""
