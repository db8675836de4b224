"""Effective resistances of a network, each between two proven bounds."""

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.given_numbers import listed
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import CapacityError, InputError
from ecd2g.memory import require_memory
from ecd2g.reference.choose import Choice
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.methods import SOLVERS, Method, check_tolerance, planned_many, require_network
from ecd2g.reference.networks.resistances import Resistances
from ecd2g.reference.networks.responses import (
    Responder,
    columns,
    in_own_units,
    rooted_responses,
    unit_currents,
)
from ecd2g.reference.networks.solver import first_certified
from ecd2g.reference.networks.star_mesh import star_mesh
from ecd2g.reference.networks.tree_bound import tree_bound

TOLERANCE = 1e-12
"""Largest relative width of a bracket unless the caller says otherwise."""

MATRIX_TOLERANCE = 1e-9
"""The same for all pairs at once, whose potentials cancel where two nodes are close and a third is far."""

BRACKETED = 1e-8
"""Relative energy error that is small enough for one pair: its bracket is as wide as the square."""

PROPORTIONAL = 1e-12
"""Relative energy error asked for in a matrix, whose brackets are as wide as the error."""

MATRIX_LIMIT = 10_000
"""Most nodes of a matrix of all pairs: every n x n array then holds 0.8 GB."""

MOST_ELIMINATIONS = 5_000
"""Most pairs of a matrix that star-mesh elimination is repeated for."""


def effective_resistance(
    network: ResistorNetwork,
    u: Hashable,
    v: Hashable,
    *,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
) -> float:
    """Effective resistance between two nodes in ohm, right to the relative tolerance, or SolverError.

    R(u, v) = phi(u) - phi(v) for 1 A from u to v; infinite between components, zero from a node to itself.

    >>> line = ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> round(effective_resistance(line, 0, 2), 12)
    3.0
    """
    return float(effective_resistances(network, [(u, v)], method=method, tolerance=tolerance).values[0])


def effective_resistances(
    network: ResistorNetwork,
    pairs: Iterable[tuple[Hashable, Hashable]],
    *,
    method: Method = "auto",
    tolerance: float = TOLERANCE,
) -> Resistances:
    """Effective resistances of k pairs of nodes, ``(k,)``: one preparation, then one solution a pair.

    "star-mesh" eliminates once a pair, O(n^3), and proves twelve digits however wide apart the conductances are.
    InputError for labels that are no nodes; SolverError where the bounds stay wider than the tolerance.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> effective_resistances(line, [(0, 2), (0, 1)]).values.round(12)
    array([3., 1.])
    """
    require_network(network)
    check_tolerance(tolerance)
    ends = _places(network, pairs)
    own, exponent = in_own_units(network)

    def attempt(choice: Choice) -> Resistances:
        lower, upper = _brackets(own, ends, choice.method)
        found = Resistances.between(lower, upper, exponent, choice.method)
        found.require(tolerance)
        return found

    return first_certified(planned_many(network, method, len(ends)), attempt)


def resistance_matrix(
    network: ResistorNetwork, *, method: Method = "auto", tolerance: float = MATRIX_TOLERANCE
) -> Resistances:
    """Effective resistance of every pair of nodes, ``(n_nodes, n_nodes)``: n solutions from one preparation.

    With psi_i the potentials of 1 A from i to a root and epsilon_i their energy error, J psi = R + <grad phi*, grad e>
    for 1 A from i to j, so |J psi - R| <= sqrt(R) (epsilon_i + epsilon_j), and rounding is added. O(n^2) memory.
    "star-mesh" eliminates anew for the pairs that this leaves wider than the tolerance, at most MOST_ELIMINATIONS.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> resistance_matrix(line).values.round(9)
    array([[0., 1., 3.],
           [1., 0., 2.],
           [3., 2., 0.]])
    """
    require_network(network)
    check_tolerance(tolerance)
    n = network.n_nodes
    if n > MATRIX_LIMIT:
        raise CapacityError(
            f"the resistances of all pairs of {n} nodes would hold {8e-9 * float(n) ** 2:.3g} GB an array, and the "
            f"limit is {MATRIX_LIMIT} nodes; ask for pairs with effective_resistances"
        )
    purpose = f"the resistances of all pairs of {n} nodes"
    require_memory(5 * 8.0 * n**2, purpose, "ask for pairs with effective_resistances")
    own, exponent = in_own_units(network)

    def attempt(choice: Choice) -> Resistances:
        lower, upper = _all_brackets(own, choice.method)
        if choice.method == "star-mesh":
            _sharpen(own, lower, upper, tolerance)
        found = Resistances.between(lower, upper, exponent, choice.method)
        found.require(tolerance)
        return found

    return first_certified(planned_many(network, method, n), attempt)


def _places(network: ResistorNetwork, pairs: Iterable[tuple[Hashable, Hashable]]) -> NDArray[np.intp]:
    """Places of the ends of every pair, ``(k, 2)``."""
    ends = []
    for pair in listed(pairs, "pairs"):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise InputError(f"pairs must be tuples (u, v) of two nodes, got {pair!r}")
        ends.append([network.place(node) for node in pair])
    return np.array(ends, dtype=np.intp).reshape(-1, 2)


def _brackets(
    network: ResistorNetwork, ends: NDArray[np.intp], method: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds for pairs of nodes, ``(k,)``."""
    lower, upper = np.zeros(len(ends)), np.zeros(len(ends))
    apart = network.labels[ends[:, 0]] != network.labels[ends[:, 1]]
    lower[apart] = upper[apart] = np.inf
    asked = np.flatnonzero(~apart & (ends[:, 0] != ends[:, 1]))
    if method == "star-mesh":
        for k in asked:
            lower[k], upper[k] = _eliminated(network, *ends[k])
        return lower, upper
    responder = Responder.of(network, SOLVERS[method](network))
    for part in columns(len(asked), responder.width()):
        chosen = asked[part]
        found = responder.answer(unit_currents(network.n_nodes, ends[chosen]), energy_goal=BRACKETED)
        lower[chosen], upper[chosen] = found.lower, found.upper
    return lower, upper


def _all_brackets(network: ResistorNetwork, method: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds for all pairs of nodes, ``(n, n)``."""
    responder, n = Responder.of(network, SOLVERS[method](network)), network.n_nodes
    fall, errors = np.zeros((n, n)), np.zeros(n)  # fall: from i to j, for 1 A from i to its root
    roundings = np.zeros(n)
    for nodes, found in rooted_responses(responder, energy_goal=PROPORTIONAL):
        own = found.potentials[nodes, np.arange(len(nodes))]
        fall[nodes] = (own - found.potentials).T
        errors[nodes], roundings[nodes] = found.energy_errors, 2 * found.potential_slips
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused
        drop, rounding = fall + fall.T, 2 * EPS * (np.abs(fall) + np.abs(fall.T))
        rounding += roundings[:, None] + roundings[None, :]
        energy = errors[:, None] + errors[None, :]
        most = (energy + np.sqrt(energy**2 + 4 * np.maximum(drop + rounding, 0.0))) / 2  # sqrt(R) at the most
        slack = energy * most * (1 + 8 * EPS) + rounding
        lower, upper = np.maximum(drop - slack, 0.0), drop + slack
    apart = network.labels[:, None] != network.labels[None, :]
    lower[apart] = upper[apart] = np.inf
    np.fill_diagonal(lower, 0.0)
    np.fill_diagonal(upper, 0.0)
    return lower, upper


def _sharpen(
    network: ResistorNetwork, lower: NDArray[np.float64], upper: NDArray[np.float64], tolerance: float
) -> None:
    """Eliminate anew for every pair whose bounds are wider than the tolerance, in place."""
    with np.errstate(invalid="ignore"):
        wide = ~((upper - lower <= tolerance * lower) | (lower == upper))
    rows, others = np.nonzero(np.triu(wide, 1))
    if len(rows) > MOST_ELIMINATIONS:
        raise CapacityError(
            f"{len(rows)} pairs need an elimination each to reach the tolerance {tolerance:.2g}, and the limit is "
            f"{MOST_ELIMINATIONS}; ask for fewer pairs with effective_resistances, or accept a larger tolerance"
        )
    for u, v in zip(rows.tolist(), others.tolist(), strict=True):
        lower[u, v], upper[u, v] = _eliminated(network, u, v)
        lower[v, u], upper[v, u] = lower[u, v], upper[u, v]


def _eliminated(network: ResistorNetwork, u: int, v: int) -> tuple[float, float]:
    """Bracket of one resistance by star-mesh elimination and the flow it finds."""
    enter, leave = np.eye(1, network.n_nodes, u)[0], np.eye(1, network.n_nodes, v)[0]
    field = star_mesh(network, enter, leave)
    bound = tree_bound(network, field.potentials, field.edge_currents, enter - leave)
    return bound.lower, bound.upper
