"""Current-flow centralities with networkx's normalisations, and a bound on the error of every value."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.network import ResistorNetwork
from ecd2g.errors import InputError, SolverError
from ecd2g.reference.effective_resistance import resistance_matrix, rooted_potentials
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.methods import Method
from ecd2g.reference.network_solver import prepared
from ecd2g.reference.responses import Responder, columns

TOLERANCE = 1e-9
"""Largest error bound of a centrality, relative to the largest value."""


@dataclass(frozen=True, eq=False)
class Centrality:
    """One value a node, in the order of `network.nodes`, each within `error` of the exact one."""

    network: ResistorNetwork
    values: NDArray[np.float64]
    error: float
    method: str

    def to_dict(self) -> dict[Hashable, float]:
        """Node -> value, as networkx returns it."""
        return dict(zip(self.network.nodes, self.values.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class EdgeCentrality:
    """One value an edge, in the order of `network.tails`, each within `error` of the exact one."""

    network: ResistorNetwork
    values: NDArray[np.float64]
    error: float
    method: str

    def to_dict(self) -> dict[tuple[Hashable, Hashable], float]:
        """(tail, head) -> value."""
        label = self.network.nodes
        ends = zip(self.network.tails.tolist(), self.network.heads.tolist(), strict=True)
        return {(label[u], label[v]): value for (u, v), value in zip(ends, self.values.tolist(), strict=True)}


def current_flow_betweenness(
    network: ResistorNetwork,
    *,
    normalized: bool = True,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
) -> Centrality:
    """Throughflow of every node, averaged over 1 A between every other pair (Brandes and Fleischer 2005).

    Sum over pairs s < t without v of the throughflow of v, over (n - 1)(n - 2) / 2 where `normalized`.
    """
    traffic = _pair_traffic(network, method)
    n = network.n_nodes
    at_nodes = np.bincount(network.tails, traffic.totals, n) + np.bincount(network.heads, traffic.totals, n)
    scale = (n - 1) * (n - 2) if normalized else 2
    error = np.bincount(network.tails, traffic.errors, n) + np.bincount(network.heads, traffic.errors, n)
    values = (at_nodes - (n - 1)) / scale if n > 2 else np.zeros(n)
    found = Centrality(network, values, float(error.max()) / max(scale, 1), traffic.method)
    return _required(found, tolerance)


def edge_current_flow_betweenness(
    network: ResistorNetwork,
    *,
    normalized: bool = True,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
) -> EdgeCentrality:
    """Sum of |current| of every edge over 1 A between every pair, over (n - 1)(n - 2) where `normalized`, else over 2.

    The divisor is networkx's; parallel edges count as the one edge they were combined to.
    """
    traffic = _pair_traffic(network, method)
    n = network.n_nodes
    scale = (n - 1) * (n - 2) if normalized else 2
    if scale == 0:
        raise InputError(
            "normalized edge betweenness divides by (n - 1)(n - 2), so it needs more than 2 nodes"
        )
    error = float(traffic.errors.max()) / scale
    return _required(EdgeCentrality(network, traffic.totals / scale, error, traffic.method), tolerance)


def current_flow_closeness(
    network: ResistorNetwork, *, method: Method = "auto", tolerance: float = TOLERANCE
) -> Centrality:
    """1 / sum of the effective resistances from a node to all others, in siemens (networkx's convention)."""
    _require_connected(network)
    found = resistance_matrix(network, method=method, tolerance=tolerance)
    lower, upper = 1.0 / found.upper.sum(axis=1), 1.0 / found.lower.sum(axis=1)
    error = float(np.max(upper - lower))
    return _required(Centrality(network, (lower + upper) / 2, error, found.method), tolerance)


def kirchhoff_index(
    network: ResistorNetwork, *, method: Method = "auto", tolerance: float = TOLERANCE
) -> float:
    """Sum of the effective resistances of all pairs, in ohm: n times the sum of 1 / eigenvalues of G."""
    found = resistance_matrix(network, method=method, tolerance=tolerance)
    return float(found.values.sum() / 2)


@dataclass(frozen=True, eq=False)
class PairTraffic:
    """Sum of |current| of every edge over 1 A between all pairs of nodes, ``(n_edges,)``, with its error."""

    totals: NDArray[np.float64]
    errors: NDArray[np.float64]
    method: str


def _pair_traffic(network: ResistorNetwork, method: Method) -> PairTraffic:
    """The current of edge e for the pair s, t is f_e(s) - f_e(t), with f_e(s) that of s and a root.

    Sorted ascending, sum over s < t of |f(s) - f(t)| = sum_i (2 i - n + 1) f_(i): O(n log n) an edge. With energy
    errors epsilon_s, an edge current is off by at most sqrt(g) (epsilon_s + epsilon_t).
    """
    _require_connected(network)
    answer = prepared(network, method, n_problems=network.n_nodes)
    potentials, errors = rooted_potentials(Responder.of(network, answer.solve))
    n, g = network.n_nodes, network.conductances
    rank = 2.0 * np.arange(n) - (n - 1)
    totals, sizes = np.empty(network.n_edges), np.empty(network.n_edges)
    for part in columns(network.n_edges, max(1, 2**22 // n)):
        currents = potentials[network.tails[part]] - potentials[network.heads[part]]
        currents.sort(axis=1)
        totals[part] = g[part] * (currents @ rank)
        sizes[part] = g[part] * (np.abs(currents) @ np.abs(rank))
    bound = np.sqrt(g) * (n - 1) * errors.sum() + (n + 8) * EPS * sizes
    return PairTraffic(totals, bound, answer.method)


def _require_connected(network: ResistorNetwork) -> None:
    if network.n_components > 1:
        raise InputError(
            f"current-flow centralities need a connected network, and this one has {network.n_components} components"
        )


Found = TypeVar("Found", Centrality, EdgeCentrality)


def _required(found: Found, tolerance: float) -> Found:
    """The centrality, or SolverError where its error bound misses the tolerance."""
    reached = found.error / float(np.max(np.abs(found.values), initial=0.0) or 1.0)
    if not reached <= tolerance:
        raise SolverError(
            f"method {found.method!r} proves the centralities only to {reached:.2g} of the largest where the "
            f"tolerance is {tolerance:.2g}; accept a larger tolerance, or bring the conductances closer together",
            reached=reached,
            tolerance=tolerance,
        )
    return found
