"""Couplings of a source and a target that can be sampled, in any space: independent, given, optimal, electric."""

from ecd2g.couplings.pairs import Coupling, GivenPairs, IndependentPairs, Pairs, TransportPairs

__all__ = ["Coupling", "GivenPairs", "IndependentPairs", "Pairs", "TransportPairs"]
