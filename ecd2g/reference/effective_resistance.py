"""Effective resistances of a network, each between two proven bounds."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.network import ResistorNetwork
from ecd2g.errors import CapacityError, SolverError
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.methods import Method
from ecd2g.reference.network_solver import prepared
from ecd2g.reference.responses import BRACKETED, PROPORTIONAL, Responder, columns
from ecd2g.reference.star_mesh import star_mesh
from ecd2g.reference.tree_bound import tree_bound

TOLERANCE = 1e-12
"""Largest relative width of a bracket unless the caller says otherwise."""

MATRIX_TOLERANCE = 1e-9
"""The same for all pairs at once, whose potentials cancel where two nodes are close and a third is far."""

MATRIX_LIMIT = 10_000
"""Most nodes of a matrix of all pairs: every n x n array then holds 0.8 GB."""


@dataclass(frozen=True, eq=False)
class Resistances:
    """Effective resistances in ohm, `lower` <= exact value <= `upper`; infinite between components.

    For k pairs every array is ``(k,)``, for all pairs ``(n_nodes, n_nodes)`` in the order of `network.nodes`.
    """

    values: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    method: str

    @property
    def widest(self) -> float:
        """Largest relative width of a bracket."""
        return float(np.max(self._widths(), initial=0.0))

    def _widths(self) -> NDArray[np.float64]:
        inside = np.isfinite(self.values) & (self.values > 0)
        width = _width(self.lower, self.upper)
        return np.divide(width, self.values, out=np.zeros_like(self.values), where=inside)

    def require(self, tolerance: float) -> None:
        """Raise SolverError unless every bracket is within the relative tolerance."""
        if not self.widest <= tolerance:
            worst = np.unravel_index(int(np.argmax(self._widths())), self.values.shape)
            raise SolverError(
                f"method {self.method!r} proves the effective resistance {self.values[worst]:.6g} ohm only to a "
                f"relative width of {self.widest:.2g} where the tolerance is {tolerance:.2g}; use "
                f'method="star-mesh" (networks of a few thousand nodes), or accept a larger tolerance',
                reached=self.widest,
                tolerance=tolerance,
            )


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
    """
    ends = np.array([(network.place(u), network.place(v)) for u, v in pairs], dtype=np.intp).reshape(-1, 2)
    answer = prepared(network, method, n_problems=len(ends))
    lower, upper = np.zeros(len(ends)), np.zeros(len(ends))
    apart = network.labels[ends[:, 0]] != network.labels[ends[:, 1]]
    lower[apart] = upper[apart] = np.inf
    asked = np.flatnonzero(~apart & (ends[:, 0] != ends[:, 1]))
    if answer.method == "star-mesh":
        for k in asked:
            lower[k], upper[k] = _eliminated(network, *ends[k])
    else:
        responder = Responder.of(network, answer.solve)
        for part in columns(len(asked), responder.width()):
            chosen = asked[part]
            found = responder.answer(_unit_currents(network.n_nodes, ends[chosen]), goal=BRACKETED)
            lower[chosen], upper[chosen] = found.lower, found.upper
    return _required(lower, upper, answer.method, tolerance)


def resistance_matrix(
    network: ResistorNetwork, *, method: Method = "auto", tolerance: float = MATRIX_TOLERANCE
) -> Resistances:
    """Effective resistance of every pair of nodes, ``(n_nodes, n_nodes)``: n solutions from one preparation.

    With psi_i the potentials of 1 A from i to a root and epsilon_i their energy error, J psi = R + <grad phi*, grad e>
    for 1 A from i to j, so |J psi - R| <= sqrt(R) (epsilon_i + epsilon_j), and rounding is added. O(n^2) memory.
    """
    n = network.n_nodes
    if n > MATRIX_LIMIT:
        raise CapacityError(
            f"the resistances of all pairs of {n} nodes would hold {8e-9 * float(n) ** 2:.3g} GB an array, and the "
            f"limit is {MATRIX_LIMIT} nodes; ask for pairs with effective_resistances"
        )
    answer = prepared(network, method, n_problems=network.n_nodes)
    if answer.method == "star-mesh":
        rows, others = np.triu_indices(n, 1)
        label = network.nodes
        ends = [(label[i], label[j]) for i, j in zip(rows.tolist(), others.tolist(), strict=True)]
        found = effective_resistances(network, ends, method="star-mesh", tolerance=tolerance)
        lower, upper = np.zeros((n, n)), np.zeros((n, n))
        lower[rows, others] = lower[others, rows] = found.lower
        upper[rows, others] = upper[others, rows] = found.upper
        return _required(lower, upper, answer.method, tolerance)
    potentials, errors = rooted_potentials(Responder.of(network, answer.solve))
    fall = np.diagonal(potentials) - potentials  # from j to i, for 1 A from j to its root
    drop, size = fall + fall.T, np.abs(fall) + np.abs(fall.T)
    energy = errors[:, None] + errors[None, :]
    most = (energy + np.sqrt(energy**2 + 4 * np.maximum(drop, 0.0))) / 2  # sqrt(R) at the most
    slack = energy * most + 2 * EPS * size
    lower, upper = np.maximum(drop - slack, 0.0), drop + slack
    apart = network.labels[:, None] != network.labels[None, :]
    lower[apart] = upper[apart] = np.inf
    np.fill_diagonal(lower, 0.0)
    np.fill_diagonal(upper, 0.0)
    return _required(lower, upper, answer.method, tolerance)


def rooted_potentials(responder: Responder) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Potentials of 1 A from every node to the first node of its component, a column each, and their energy errors.

    Only differences within a column mean anything: shifting it would round its entries once more.
    """
    network = responder.network
    roots = np.unique(network.labels, return_index=True)[1][network.labels]
    potentials, errors = np.zeros((network.n_nodes, network.n_nodes)), np.zeros(network.n_nodes)
    asked = np.flatnonzero(roots != np.arange(network.n_nodes))
    for part in columns(len(asked), responder.width()):
        nodes = asked[part]
        net = _unit_currents(network.n_nodes, np.stack([nodes, roots[nodes]], axis=1))
        found = responder.answer(net, goal=PROPORTIONAL)
        potentials[:, nodes], errors[nodes] = found.potentials, found.energy_errors
    return potentials, errors


def _unit_currents(n_nodes: int, ends: NDArray[np.intp]) -> NDArray[np.float64]:
    """1 A from the first to the second node of every pair, a column each."""
    net = np.zeros((n_nodes, len(ends)))
    column = np.arange(len(ends))
    net[ends[:, 0], column] = 1.0
    net[ends[:, 1], column] = -1.0
    return net


def _eliminated(network: ResistorNetwork, u: int, v: int) -> tuple[float, float]:
    """Bracket of one resistance by star-mesh elimination and the flow it finds."""
    enter, leave = np.eye(1, network.n_nodes, u)[0], np.eye(1, network.n_nodes, v)[0]
    field = star_mesh(network, enter, leave)
    bound = tree_bound(network, field.potentials, field.edge_currents, enter - leave)
    return bound.lower, bound.upper


def _required(
    lower: NDArray[np.float64], upper: NDArray[np.float64], method: str, tolerance: float
) -> Resistances:
    found = Resistances(lower + _width(lower, upper) / 2, lower, upper, method)
    found.require(tolerance)
    return found


def _width(lower: NDArray[np.float64], upper: NDArray[np.float64]) -> NDArray[np.float64]:
    """Width of every bracket; zero where both bounds are infinite."""
    return np.subtract(upper, lower, out=np.zeros_like(lower), where=np.isfinite(lower))
