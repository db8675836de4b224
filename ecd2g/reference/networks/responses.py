"""Potentials and currents of many problems on one network, each with proven bounds on its error.

Let psi be potentials for the net currents J, and f their currents G grad psi with the Kirchhoff residual routed back
along a spanning tree. As in `tree_bound`, with e = f - G grad psi and |x|^2 = sum R x^2,

    2 J psi - |G grad psi|^2  <=  P  <=  the same + |e|^2            (second order; P = J phi* is the power)

and no current is off by more than the sum of |e|: 1 A injected across an edge sends at most 1 A through any other.
Drops are kept beside potentials, and corrected with them; what rounding makes them differ from a gradient is in e.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import SolverError
from ecd2g.reference.exact_sums import EPS, widening
from ecd2g.reference.networks.spanning_tree import SpanningTree, spanning_tree
from ecd2g.reference.solvers.assembled import PotentialSolver

CHUNK = 2**23
"""Most edge currents that are held at once (64 MB an array)."""

SMALLEST = 1e-290
"""Smallest conductance in units of the largest."""

REFINEMENTS = 6
"""Most rounds of refinement."""


@dataclass(frozen=True, eq=False)
class Responses:
    """Potentials ``(n_nodes, k)`` and drops ``(n_edges, k)`` in volt, with bounds ``(k,)``.

    potential_slips : largest rounding of a potential, beside the exact ones that the other bounds speak of
    energy_errors : bound on |G grad(psi - phi*)|, in sqrt(watt)
    current_errors : bound on the error of any edge current g * drop, in ampere
    lower, upper : bracket of the dissipated power, in watt
    """

    potentials: NDArray[np.float64]
    drops: NDArray[np.float64]
    potential_slips: NDArray[np.float64]
    energy_errors: NDArray[np.float64]
    current_errors: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    def excess(self, energy_goal: float, current_goal: float) -> float:
        """How many times the worst column misses a relative energy error or a current error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            energy = np.where(
                self.energy_errors > 0, self.energy_errors / np.sqrt(self.upper) / energy_goal, 0.0
            )
        worst = np.maximum(energy, self.current_errors / current_goal)
        return float(np.max(np.where(np.isnan(worst), np.inf, worst), initial=0.0))


@dataclass(frozen=True, eq=False)
class Responder:
    """A network with a solver prepared for it: answers any number of columns of net currents."""

    network: ResistorNetwork
    solve: PotentialSolver
    tree: SpanningTree
    incidence: sp.csr_array

    @classmethod
    def of(cls, network: ResistorNetwork, solve: PotentialSolver) -> "Responder":
        """Prepare the spanning tree and the incidence matrix, ``(n_nodes, n_edges)``: +1 at tails, -1 at heads."""
        edge, ones = np.arange(network.n_edges), np.ones(network.n_edges)
        places = (np.concatenate([network.tails, network.heads]), np.concatenate([edge, edge]))
        shape = (network.n_nodes, network.n_edges)
        incidence = sp.csr_array((np.concatenate([ones, -ones]), places), shape=shape)
        return cls(network, solve, spanning_tree(network), incidence)

    def width(self) -> int:
        """Columns that are best answered at once."""
        return max(1, CHUNK // max(self.network.n_edges, 1))

    def answer(
        self, net: NDArray[np.float64], *, energy_goal: float = np.inf, current_goal: float = np.inf
    ) -> Responses:
        """Responses to net currents ``(n_nodes, k)`` whose sum is zero in every component.

        They are refined while that at least halves what they miss of a goal: a relative energy error, or an error of
        currents in ampere.
        """
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # what is not finite proves nothing, and is refused
            potentials = self.solve(net)
            drops = self.incidence.T @ potentials
            found = self._bounded(potentials, drops, EPS * np.abs(drops), np.zeros(net.shape[1]), net)
            for _ in range(REFINEMENTS):
                (responses, slips), missed = found, found[0].excess(energy_goal, current_goal)
                if missed <= 1.0:
                    break
                better = self._corrected(responses, slips, net)
                if not better[0].excess(energy_goal, current_goal) < 0.5 * missed:
                    break
                found = better
        return found[0]

    def _corrected(
        self, before: Responses, slips: NDArray[np.float64], net: NDArray[np.float64]
    ) -> tuple[Responses, NDArray[np.float64]]:
        """One round of refinement; rounding adds to the slips of drops ``(n_edges, k)`` and of potentials."""
        error = self.solve(self.incidence @ (self.network.conductances[:, None] * before.drops) - net)
        fall = self.incidence.T @ error
        potentials, drops = before.potentials - error, before.drops - fall
        slip = before.potential_slips + EPS * np.abs(potentials).max(axis=0)
        return self._bounded(potentials, drops, slips + EPS * (np.abs(fall) + np.abs(drops)), slip, net)

    def _bounded(
        self,
        potentials: NDArray[np.float64],
        drops: NDArray[np.float64],
        slips: NDArray[np.float64],
        potential_slips: NDArray[np.float64],
        net: NDArray[np.float64],
    ) -> tuple[Responses, NDArray[np.float64]]:
        """The bounds; `slips` is what drops may differ by from an exact gradient."""
        g, wider = self.network.conductances[:, None], widening(self.network.n_edges)
        currents, amperes = g * drops, np.abs(net)
        residual = self.incidence @ currents - net
        traffic = abs(self.incidence) @ np.abs(currents) + amperes
        routed = self._routed(residual, (4 + self.network.degrees)[:, None] * EPS * traffic)
        root = np.sqrt(self.network.conductances[self.tree.edge])[:, None]
        slip_energy = column_sums(g * slips**2)
        error = (np.sqrt(column_sums((routed / root) ** 2)) + np.sqrt(slip_energy)) * wider
        spent, delivered = column_sums(currents * drops), column_sums(net * potentials)
        rounding = (wider - 1.0) * (2 * column_sums(amperes * np.abs(potentials)) + spent)
        rounding += 2 * potential_slips * column_sums(amperes)
        rounding += (2 * np.sqrt(spent * slip_energy) + slip_energy) * wider
        estimate, everywhere = 2 * delivered - spent, (column_sums(routed) + column_sums(g * slips)) * wider
        bounds = Responses(
            potentials,
            drops,
            potential_slips,
            energy_errors=error,
            current_errors=np.minimum(everywhere, np.sqrt(g.max(initial=0.0)) * error * wider),
            lower=np.maximum(estimate - rounding, 0.0),
            upper=estimate + rounding + error**2,
        )
        return bounds, slips

    def _routed(self, residual: NDArray[np.float64], allowance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Largest |current| on every tree edge that routes the residual back, ``(n_tree_edges, k)``."""
        tour = 2 * self.network.n_nodes  # running totals: so many roundings of no more than the sum of all
        slip = tour * EPS * (np.abs(residual) + allowance).sum(axis=0)
        found = np.abs(self.tree.subtree_sums(residual.T)) + self.tree.subtree_sums(allowance.T)
        return (found + 4 * slip[:, None]).T


def rooted_responses(
    responder: Responder, *, energy_goal: float = np.inf, current_goal: float = np.inf
) -> Iterator[tuple[NDArray[np.intp], Responses]]:
    """Responses to 1 A from every node to the first node of its component, some nodes at a time."""
    network = responder.network
    roots = np.unique(network.labels, return_index=True)[1][network.labels]
    asked = np.flatnonzero(roots != np.arange(network.n_nodes))
    for part in columns(len(asked), responder.width()):
        nodes = asked[part]
        net = unit_currents(network.n_nodes, np.stack([nodes, roots[nodes]], axis=1))
        yield nodes, responder.answer(net, energy_goal=energy_goal, current_goal=current_goal)


def unit_currents(n_nodes: int, ends: NDArray[np.intp]) -> NDArray[np.float64]:
    """1 A from the first to the second node of every pair, a column each."""
    net = np.zeros((n_nodes, len(ends)))
    column = np.arange(len(ends))
    net[ends[:, 0], column] = 1.0
    net[ends[:, 1], column] = -1.0
    return net


def in_own_units(network: ResistorNetwork) -> tuple[ResistorNetwork, int]:
    """The network with conductances in units of 2^exponent siemens, the largest below 1, and the exponent.

    Squares then neither overflow nor underflow, whatever the units. Raises SolverError where the smallest conductance
    would: more than 290 decades below the largest.
    """
    if not network.n_edges:
        return network, 0
    low, high = network.conductance_range
    exponent = int(np.frexp(high)[1])
    if np.ldexp(low, -exponent) < SMALLEST:
        raise SolverError(
            f"conductances must lie within 290 decades, got {low:.3g} to {high:.3g} S; drop the weakest edges",
            reached=float("inf"),
            tolerance=0.0,
        )
    return replace(network, conductances=np.ldexp(network.conductances, -exponent)), exponent


def column_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of every column, added pairwise, as numpy does along contiguous rows only."""
    return np.asarray(np.ascontiguousarray(values.T).sum(axis=1), dtype=np.float64)


def columns(n_columns: int, width: int) -> Iterator[slice]:
    """Slices of at most `width` columns."""
    return (slice(first, min(first + width, n_columns)) for first in range(0, n_columns, width))
