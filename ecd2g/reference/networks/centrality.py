"""Current-flow centralities with networkx's normalisations, and a bound on the error of every value."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork, sum_at
from ecd2g.errors import CapacityError, InputError, SolverError
from ecd2g.memory import require_memory
from ecd2g.reference.choose import Choice
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.methods import SOLVERS, Method, check_tolerance, planned_many, require_network
from ecd2g.reference.networks.effective_resistance import resistance_matrix
from ecd2g.reference.networks.responses import Responder, in_own_units, rooted_responses
from ecd2g.reference.networks.solver import first_certified

TOLERANCE = 1e-9
"""Largest error bound of a centrality, relative to the largest value."""

GOAL = 1e-12
"""Error of currents in ampere, for 1 A, that potentials are refined to."""

NUMBER_LIMIT = 2**28
"""Most currents that betweenness holds at once (2 GB)."""


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


Found = TypeVar("Found", Centrality, EdgeCentrality)


def current_flow_betweenness(
    network: ResistorNetwork,
    *,
    normalized: bool = True,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
) -> Centrality:
    """Throughflow of every node, averaged over 1 A between every other pair (Brandes and Fleischer 2005).

    Sum over pairs s < t without v of the throughflow of v, over (n - 1)(n - 2) / 2 where `normalized`. `values`
    ``(n_nodes,)``, zero for fewer than three nodes. InputError for a network that is not connected.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> current_flow_betweenness(line).values.round(9)  # all current between the ends passes node 1
    array([0., 1., 0.])
    """
    _require_connected(network)
    n, scale = network.n_nodes, (network.n_nodes - 1) * (network.n_nodes - 2) if normalized else 2

    def at_nodes(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return sum_at(network.tails, values, n) + sum_at(network.heads, values, n)

    def attempt(choice: Choice) -> Centrality:
        if n <= 2:
            return Centrality(network, np.zeros(n), 0.0, choice.method)
        totals, errors = _pair_traffic(network, choice.method)
        passed = at_nodes(totals)
        error = at_nodes(errors) + (network.degrees + 4) * EPS * passed
        found = Centrality(network, (passed - (n - 1)) / scale, float(error.max()) / scale, choice.method)
        return _required(found, tolerance)

    return _certified(network, method, tolerance, attempt)


def edge_current_flow_betweenness(
    network: ResistorNetwork,
    *,
    normalized: bool = True,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
) -> EdgeCentrality:
    """Sum of |current| of every edge over 1 A between every pair, over (n - 1)(n - 2) where `normalized`, else over 2.

    The divisor is networkx's; parallel edges count as the one edge they were combined to. InputError for a network that
    is not connected.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> edge_current_flow_betweenness(line, normalized=False).values.round(9)  # every edge carries two of three pairs
    array([1., 1.])
    """
    _require_connected(network)
    n = network.n_nodes
    scale = (n - 1) * (n - 2) if normalized else 2
    if scale == 0:
        raise InputError(
            "normalized edge betweenness divides by (n - 1)(n - 2), so it needs more than 2 nodes"
        )

    def attempt(choice: Choice) -> EdgeCentrality:
        totals, errors = _pair_traffic(network, choice.method)
        error = float(np.max(errors + 4 * EPS * totals, initial=0.0)) / scale
        return _required(EdgeCentrality(network, totals / scale, error, choice.method), tolerance)

    return _certified(network, method, tolerance, attempt)


def current_flow_closeness(
    network: ResistorNetwork, *, method: Method = "auto", tolerance: float = TOLERANCE
) -> Centrality:
    """1 / sum of the effective resistances from a node to all others, in siemens (networkx's convention).

    `values` ``(n_nodes,)``. InputError for a network that is not connected.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> current_flow_closeness(line).values.round(6)  # 1 / (1 + 3), 1 / (1 + 2), 1 / (3 + 2)
    array([0.25    , 0.333333, 0.2     ])
    """
    _require_connected(network)
    n = network.n_nodes
    if n < 2:
        raise InputError(
            "current-flow closeness needs at least two nodes, got one; there is nothing to be close to"
        )
    found = resistance_matrix(network, method=method, tolerance=tolerance)
    slip = (n + 4) * EPS  # roundings of the sums and of what follows
    lower, upper = (1 - slip) / _sums(found.upper), (1 + slip) / _sums(found.lower)
    error = float(np.max(upper - lower))
    return _required(Centrality(network, (lower + upper) / 2, error, found.method), tolerance)


def kirchhoff_index(
    network: ResistorNetwork, *, method: Method = "auto", tolerance: float = TOLERANCE
) -> float:
    """Sum of the effective resistances of all pairs, in ohm: n times the sum of 1 / eigenvalues of G.

    Infinite for a network that is not connected.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> round(kirchhoff_index(line), 9)  # 1 + 2 + 3
    6.0
    """
    found = resistance_matrix(network, method=method, tolerance=tolerance)
    return float(_sums(found.values).sum() / 2)


def _pair_traffic(network: ResistorNetwork, method: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of |current| of every edge over 1 A between all pairs of nodes, ``(n_edges,)``, with its error.

    The current of edge e for the pair s, t is f_e(s) - f_e(t), with f_e(s) that of s and a root. Sorted ascending,
    sum over s < t of |f(s) - f(t)| = sum_i (2 i - n + 1) f_(i): O(n log n) an edge, and O(n m) memory. An edge current
    is off by at most the current errors of s and t, or by sqrt(g) times their energy errors.
    """
    n, m = network.n_nodes, network.n_edges
    if n * m > NUMBER_LIMIT:
        raise CapacityError(
            f"the currents of {m} edges for {n} sources would hold {8e-9 * n * m:.3g} GB, and the limit is "
            f"{8e-9 * NUMBER_LIMIT:.3g} GB; take a smaller network"
        )
    require_memory(8.0 * n * m, f"the currents of {m} edges for {n} sources", "take a smaller network")
    own, _ = in_own_units(network)
    responder = Responder.of(own, SOLVERS[method](own))
    drops, energy, current = np.zeros((m, n)), 0.0, 0.0
    for nodes, found in rooted_responses(responder, current_goal=GOAL):
        drops[:, nodes] = found.drops
        energy, current = energy + found.energy_errors.sum(), current + found.current_errors.sum()
    drops.sort(axis=1)
    rank, g = 2.0 * np.arange(n) - (n - 1), own.conductances
    sizes = g * (np.abs(drops) @ np.abs(rank))
    error = np.minimum(np.sqrt(g) * energy, current) * (n - 1) * (1 + n * EPS)
    return g * (drops @ rank), error + (n + 8) * EPS * sizes


def _sums(resistances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of every row; SolverError where finite resistances add up to no finite number."""
    with np.errstate(over="ignore"):
        sums = resistances.sum(axis=1)
        overflow = np.isinf(sums.sum()) and np.all(np.isfinite(resistances))
    if overflow:
        raise SolverError(
            "the sum of the resistances is larger than any floating-point number; take larger units of resistance",
            reached=float("inf"),
            tolerance=0.0,
        )
    return np.asarray(sums, dtype=np.float64)


def _certified(
    network: ResistorNetwork, method: str, tolerance: float, attempt: Callable[[Choice], Found]
) -> Found:
    """The first plan that gives values within the tolerance."""
    check_tolerance(tolerance)
    return first_certified(planned_many(network, method, network.n_nodes), attempt)


def _require_connected(network: ResistorNetwork) -> None:
    require_network(network)
    if network.n_components > 1:
        raise InputError(
            f"current-flow centralities need a connected network, and this one has {network.n_components} components"
        )


def _required(found: Found, tolerance: float) -> Found:
    """The centrality, or SolverError where its error bound misses the tolerance."""
    largest = float(np.max(np.abs(found.values), initial=0.0))
    reached = found.error / largest if largest > 0 else found.error
    if not reached <= tolerance:
        raise SolverError(
            f"method {found.method!r} proves the centralities only to {reached:.2g} of the largest where the "
            f"tolerance is {tolerance:.2g}; accept a larger tolerance, or bring the conductances closer together",
            reached=reached,
            tolerance=tolerance,
        )
    return found
