"""The solution of a resistor network."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

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

    @cached_property
    def exact_law(self) -> ExactLaw:
        """End law, expected visits and number of steps of the two-way walk, scaled to a total current of 1 A."""
        total = float(self.field.injected.sum())
        law = propagate(self.field, tolerance=1e-16 * total)
        return ExactLaw(law.ends / total, law.visits / total, law.steps / total, law.unfinished / total)

    def law(self) -> NDArray[np.float64]:
        """Probability of ending at each node, ``(n_nodes,)``: its share of the sink current (Corollary 3.3)."""
        return self.exact_law.ends

    def sample(
        self, n: int, rng: np.random.Generator | int | None = None
    ) -> tuple[tuple[Hashable, ...], tuple[Hashable, ...]]:
        """Start and end node of `n` two-way walks."""
        source = generator(rng)
        chance = self.field.injected / self.field.injected.sum()
        starts = source.choice(self.network.n_nodes, size=n, p=chance).astype(np.intp)
        ends = walk_nodes(self.field, starts, source)
        label = self.network.nodes
        return tuple(label[k] for k in starts), tuple(label[k] for k in ends)
