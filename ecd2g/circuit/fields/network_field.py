"""Currents of a resistor network, edge by edge."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.field import Move
from ecd2g.circuit.locked_arrays import lock, locked
from ecd2g.circuit.networks.network import ResistorNetwork, sum_at
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class NetworkField:
    """Potentials ``(n_nodes,)`` and drops ``(n_edges,)`` of a network, in volt, with what enters and what leaves.

    The drop phi(tail) - phi(head) of a stiff edge can lie far below the rounding of the potentials themselves, so it
    is given, not formed by subtraction; currents follow from the drops.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> field = ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0}).field
    >>> field.drops.round(12), field.outflow().round(12)  # volt an edge; ampere out of a node
    (array([1., 2.]), array([1., 1., 0.]))
    """

    network: ResistorNetwork
    injected: NDArray[np.float64]
    extracted: NDArray[np.float64]
    potentials: NDArray[np.float64]
    drops: NDArray[np.float64]

    def __post_init__(self) -> None:
        lock(self, "injected", "extracted", "potentials", "drops")

    @classmethod
    def from_potentials(
        cls,
        network: ResistorNetwork,
        injected: NDArray[np.float64],
        extracted: NDArray[np.float64],
        potentials: NDArray[np.float64],
    ) -> "NetworkField":
        """The field whose drops are differences of the given potentials.

        Potentials and currents are ``(n_nodes,)``.
        """
        return cls(network, injected, extracted, potentials, drops_of(network, potentials))

    def corrected(self, error: NDArray[np.float64]) -> "NetworkField":
        """The field with an error of its potentials taken off; the drops lose no digit to their size."""
        drops = self.drops - drops_of(self.network, error)
        return replace(self, potentials=self.potentials - error, drops=drops)

    def scaled(self, factor: float) -> "NetworkField":
        """All currents and potentials times a factor."""
        parts = (self.injected, self.extracted, self.potentials, self.drops)
        return NetworkField(self.network, *(factor * part for part in parts))

    @property
    def multiplicity(self) -> NDArray[np.float64]:
        """One, for every node."""
        return np.ones(1)

    @cached_property
    def edge_currents(self) -> NDArray[np.float64]:
        """Current from tail to head of every edge by Ohm's law, Eq. (4), in ampere."""
        return locked(self.network.conductances * self.drops)

    def divergence(self) -> NDArray[np.float64]:
        """Net current that leaves every node."""
        return divergence(self.network, self.edge_currents)

    def power(self) -> float:
        """Sum of R I^2 over all edges, in watt."""
        return float(np.sum(self.edge_currents * self.drops))

    def outflow(self, *, forward_only: bool = False) -> NDArray[np.float64]:
        """Sum of the outgoing currents of every node."""
        _require_two_way(forward_only)
        upstream, _, current = self._directed
        return sum_at(upstream, current, self.network.n_nodes)

    def spread(self, weights: NDArray[np.float64], *, forward_only: bool = False) -> NDArray[np.float64]:
        """sum_u w(u) I(u, v)+ for every node v."""
        _require_two_way(forward_only)
        upstream, downstream, current = self._directed
        return sum_at(downstream, weights[upstream] * current, self.network.n_nodes)

    def draw(self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False) -> Move:
        """One step of every walker: the outgoing edges race with exponential clocks, the first one wins."""
        _require_two_way(forward_only)
        _, downstream, current = self._directed
        first, degree = self._segments[nodes], self._segments[nodes + 1] - self._segments[nodes]
        walker = np.repeat(np.arange(len(nodes)), degree)
        starts = np.concatenate([[0], np.cumsum(degree)[:-1]])
        edge = np.arange(len(walker)) - starts[walker] + first[walker]
        clock = rng.exponential(size=len(edge)) / current[edge]
        winner = edge[np.lexsort((clock, walker))[starts]]
        return Move(downstream[winner], np.zeros(len(nodes), dtype=bool))

    @cached_property
    def _directed(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Edges that carry current, sorted by upstream node: upstream, downstream, current > 0."""
        current, net = self.edge_currents, self.network
        upstream = np.where(current > 0, net.tails, net.heads)
        downstream = np.where(current > 0, net.heads, net.tails)
        flowing = np.flatnonzero(current)
        order = flowing[np.argsort(upstream[flowing], kind="stable")]
        return upstream[order], downstream[order], np.abs(current[order])

    @cached_property
    def _segments(self) -> NDArray[np.intp]:
        return np.searchsorted(self._directed[0], np.arange(self.network.n_nodes + 1))


def drops_of(network: ResistorNetwork, potentials: NDArray[np.float64]) -> NDArray[np.float64]:
    """Potential of the tail less that of the head, for every edge, in volt."""
    return potentials[network.tails] - potentials[network.heads]


def divergence(network: ResistorNetwork, edge_currents: NDArray[np.float64]) -> NDArray[np.float64]:
    """Net current leaving every node: the left side of Kirchhoff's law, Eq. (1), for any edge currents."""
    n = network.n_nodes
    return sum_at(network.tails, edge_currents, n) - sum_at(network.heads, edge_currents, n)


def _require_two_way(forward_only: bool) -> None:
    if forward_only:
        raise InputError("a network has no layers, so only the two-way rule applies to it")
