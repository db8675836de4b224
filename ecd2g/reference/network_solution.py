"""The solution of a resistor network."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.network import ResistorNetwork
from ecd2g.circuit.network_field import NetworkField
from ecd2g.circuit.randomness import generator
from ecd2g.errors import InputError
from ecd2g.movement import ExactLaw, propagate, walk_nodes
from ecd2g.reference.certificate import NetworkCertificate


@dataclass(frozen=True, eq=False)
class NetworkSolution:
    """Potentials and currents of a network, with their certificate; arrays follow `network.nodes`."""

    field: NetworkField
    certificate: NetworkCertificate

    @property
    def network(self) -> ResistorNetwork:
        """The network that was solved."""
        return self.field.network

    @property
    def method(self) -> str:
        """The method that solved it."""
        return self.certificate.method

    @property
    def potentials(self) -> NDArray[np.float64]:
        """Potential of every node in volt, mean zero in each component, ``(n_nodes,)``."""
        return self.field.potentials

    @property
    def currents(self) -> NDArray[np.float64]:
        """Current from `network.tails` to `network.heads` of every edge in ampere, ``(n_edges,)``."""
        return self.field.edge_currents

    @property
    def effective_resistance(self) -> float:
        """(phi(u) - phi(v)) / I in ohm, for a current that enters at one node u and leaves at one node v."""
        entry, leave = np.flatnonzero(self.field.injected), np.flatnonzero(self.field.extracted)
        if len(entry) != 1 or len(leave) != 1:
            raise InputError(
                f"the effective resistance belongs to one source and one sink node, "
                f"and this solution has {len(entry)} and {len(leave)}"
            )
        drop = self.potentials[entry[0]] - self.potentials[leave[0]]
        return float(drop / self.field.injected[entry[0]])

    def exact_law(self) -> ExactLaw:
        """End law, expected visits and number of steps of the two-way walk."""
        return self._propagated

    @cached_property
    def _propagated(self) -> ExactLaw:
        return propagate(self.field.scaled(1.0 / float(self.field.injected.sum())))

    def law(self) -> NDArray[np.float64]:
        """Probability of ending at each node, ``(n_nodes,)``: its share of the sink current (Corollary 3.3)."""
        return self.exact_law().ends

    def visits(self) -> NDArray[np.float64]:
        """Expected visits of every node by the two-way walk, ``(n_nodes,)``: its throughflow per ampere."""
        return self.exact_law().visits

    def sample(self, n: int, rng: np.random.Generator | int | None = None) -> "NetworkWalks":
        """Two-way walks of `n` walkers that start at the source nodes, in proportion to their current."""
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
            raise InputError(f"the number of walks must be a whole number, 0 or more, got {n!r}")
        randomness = generator(rng)
        chance = self.field.injected / self.field.injected.sum()
        starts = randomness.choice(self.network.n_nodes, size=n, p=chance).astype(np.intp)
        ends = walk_nodes(self.field, starts, randomness)
        label = self.network.nodes
        return NetworkWalks(tuple(label[k] for k in starts), tuple(label[k] for k in ends))


class NetworkWalks(NamedTuple):
    """The nodes where walks on a network began and ended."""

    starts: tuple[Hashable, ...]
    ends: tuple[Hashable, ...]
