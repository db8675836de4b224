"""Couplings of a source and a target that can be sampled, in any space: independent, given, optimal, electric."""

from ecd2g.couplings.electric import electric_plan
from ecd2g.couplings.pairs import Coupling, GivenPairs, IndependentPairs, Pairs, TransportPairs
from ecd2g.couplings.plan import Plan
from ecd2g.couplings.pool import POOLED, pool_pairs
from ecd2g.couplings.transport import independent_plan, sinkhorn_plan, transport_plan

__all__ = [
    "POOLED",
    "Coupling",
    "GivenPairs",
    "IndependentPairs",
    "Pairs",
    "Plan",
    "TransportPairs",
    "electric_plan",
    "independent_plan",
    "pool_pairs",
    "sinkhorn_plan",
    "transport_plan",
]
