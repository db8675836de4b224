"""Tools to test a solver or a sampler with: laws, hand-solved cases, an exact oracle, Hypothesis strategies."""

from ecd2g.testing.cases import (
    LayeredCase,
    NetworkCase,
    golden_layered,
    golden_networks,
    hand_solved_layered,
    hand_solved_networks,
)
from ecd2g.testing.check import broken_laws
from ecd2g.testing.kernel_strategies import kernel_circuits, spectral_kernels, structured_kernels
from ecd2g.testing.laws import LAWS, Law
from ecd2g.testing.oracle import (
    ExactLayered,
    ExactNetwork,
    chebyshev_potential,
    exact_layered,
    exact_network,
)
from ecd2g.testing.problems import LayeredProblem, NetworkProblem
from ecd2g.testing.solved import Solved, Solver, WalkLaw, ecd2g_solver, edges, walk_law
from ecd2g.testing.strategies import (
    dense_kernel_circuits,
    distributions,
    layered_circuits,
    layered_problems,
    network_problems,
    networks,
    state_spaces,
)

__all__ = [
    "LAWS",
    "ExactLayered",
    "ExactNetwork",
    "Law",
    "LayeredCase",
    "LayeredProblem",
    "NetworkCase",
    "NetworkProblem",
    "Solved",
    "Solver",
    "WalkLaw",
    "broken_laws",
    "chebyshev_potential",
    "dense_kernel_circuits",
    "distributions",
    "ecd2g_solver",
    "edges",
    "exact_layered",
    "exact_network",
    "golden_layered",
    "golden_networks",
    "hand_solved_layered",
    "hand_solved_networks",
    "kernel_circuits",
    "layered_circuits",
    "layered_problems",
    "network_problems",
    "networks",
    "spectral_kernels",
    "state_spaces",
    "structured_kernels",
    "walk_law",
]
