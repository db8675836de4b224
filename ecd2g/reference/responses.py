"""Potentials of many currents on one network, each with a proven bound on its error in energy.

Let psi be potentials for the net currents J, rho = div(g grad psi) - J their Kirchhoff residual, phi* the truth. The
error e = psi - phi* solves G e = rho, so its energy sum g (grad e)^2 = rho G^+ rho is the least energy with which rho
can flow (Thomson), and no more than what it takes to route rho along a spanning tree: `energy_errors`^2. From this

    2 J psi - sum g (grad psi)^2  <=  P  <=  the same + energy_error^2         (second order in the residual)

for the power P = J phi*, which is the effective resistance where J is 1 A from one node to another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.network import ResistorNetwork
from ecd2g.reference.assembled import PotentialSolver
from ecd2g.reference.exact_sums import EPS, widening
from ecd2g.reference.spanning_tree import SpanningTree, least_resistances

CHUNK = 2**23
"""Most edge currents that are held at once (64 MB an array)."""

REFINEMENTS = 4
"""Most rounds of refinement."""

BRACKETED = 1e-8
"""Relative energy error that is small enough for a power bracket, whose width is its square."""

PROPORTIONAL = 1e-12
"""Relative energy error asked for where a result is off in proportion to it."""


@dataclass(frozen=True, eq=False)
class Responses:
    """Potentials ``(n_nodes, k)`` in volt, with energy errors and power brackets ``(k,)``.

    energy_errors : bound on sqrt(sum of g (drop of the error)^2), in sqrt(watt)
    lower, upper : bracket of the dissipated power, in watt
    """

    potentials: NDArray[np.float64]
    energy_errors: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


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
        return cls(network, solve, least_resistances(network), incidence)

    def width(self) -> int:
        """Columns that are best answered at once."""
        return max(1, CHUNK // max(self.network.n_edges, 1))

    def answer(self, net: NDArray[np.float64], *, goal: float) -> Responses:
        """Potentials for net currents ``(n_nodes, k)`` whose sum is zero in every component.

        They are refined while that helps and a relative energy error is above the goal.
        """
        found = self._measured(self.solve(net), net)
        for _ in range(REFINEMENTS):
            responses, residual = found
            poor = responses.energy_errors > goal * np.sqrt(responses.upper)
            if not np.any(poor):
                break
            better = self._measured(responses.potentials - self.solve(residual), net)
            if not np.all(better[0].energy_errors[poor] < 0.5 * responses.energy_errors[poor]):
                break
            found = better
        return found[0]

    def _measured(
        self, potentials: NDArray[np.float64], net: NDArray[np.float64]
    ) -> tuple[Responses, NDArray[np.float64]]:
        """The potentials with their bounds, and their Kirchhoff residual."""
        g = self.network.conductances[:, None]
        drops = self.incidence.T @ potentials
        currents = g * drops
        residual = self.incidence @ currents - net
        traffic = abs(self.incidence) @ np.abs(currents) + np.abs(net)
        allowance = (4 + self.network.degrees)[:, None] * EPS * traffic
        energy = column_sums(
            (self._routed(residual, allowance) ** 2 / self.network.conductances[self.tree.edge]).T
        )
        spent, delivered = column_sums(currents * drops), column_sums(net * potentials)
        estimate = 2 * delivered - spent
        rounding = (widening(self.network.n_edges) - 1.0) * (
            2 * np.sum(np.abs(net * potentials), axis=0) + spent
        )
        lower, upper = np.maximum(estimate - rounding, 0.0), estimate + rounding + energy
        return Responses(potentials, np.sqrt(energy) * (1 + 8 * EPS), lower, upper), residual

    def _routed(self, residual: NDArray[np.float64], allowance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Largest |current| on every tree edge that routes the residual back, ``(k, n_tree_edges)``."""
        tour = 2 * self.network.n_nodes  # running totals: so many roundings of no more than the sum of all
        slip = tour * EPS * (np.abs(residual) + allowance).sum(axis=0)
        found = np.abs(self.tree.subtree_sums(residual.T)) + self.tree.subtree_sums(allowance.T)
        return found + 4 * slip[:, None]


def column_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of every column, added pairwise, as numpy does along contiguous rows only."""
    return np.asarray(np.ascontiguousarray(values.T).sum(axis=1), dtype=np.float64)


def columns(n_columns: int, width: int) -> Iterator[slice]:
    """Slices of at most `width` columns."""
    return (slice(first, min(first + width, n_columns)) for first in range(0, n_columns, width))
