"""The solution of a resistor network."""

from collections.abc import Hashable, Sequence
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
    def power(self) -> float:
        """Dissipated power, the sum of R I^2 over all edges, in watt; `certificate` has bounds for it."""
        return self.field.power()

    @property
    def effective_resistance(self) -> float:
        """Power over current squared, in ohm, for a current that enters at one node and leaves at another.

        The middle of the certificate's power bracket, which is second order in the error of the potentials.
        """
        entry, leave = np.flatnonzero(self.field.injected), np.flatnonzero(self.field.extracted)
        if len(entry) != 1 or len(leave) != 1:
            raise InputError(
                f"the effective resistance belongs to one source and one sink node, "
                f"and this solution has {len(entry)} and {len(leave)}"
            )
        bracket, current = self.certificate, float(self.field.injected[entry[0]])
        return (bracket.lower + (bracket.upper - bracket.lower) / 2) / current**2

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

    def sample(
        self,
        n: int,
        rng: np.random.Generator | int | None = None,
        *,
        starts: Sequence[Hashable] | None = None,
        paths: bool = False,
    ) -> "NetworkWalks":
        """Two-way walks of `n` walkers by Eq. (9) and (10), with all nodes they pass where `paths` is True.

        They start at the source nodes in proportion to their current, or at the `n` nodes given as `starts`, which may
        be any nodes that current flows through.
        """
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
            raise InputError(f"the number of walks must be a whole number, 0 or more, got {n!r}")
        randomness = generator(rng)
        begin = self._drawn_starts(int(n), randomness) if starts is None else self._own_starts(starts, n)
        n_steps, frames = np.zeros(n, dtype=np.intp), [begin]

        def record(walkers: NDArray[np.intp], nodes: NDArray[np.intp], kept: NDArray[np.bool_]) -> None:
            n_steps[walkers] += 1
            if paths and len(walkers):
                frames.append(np.full(n, -1, dtype=np.intp))
                frames[-1][walkers] = nodes

        ends = walk_nodes(self.field, begin, randomness, visitor=record)
        passed = np.stack(frames, axis=1) if paths else None
        return NetworkWalks(self._labels(begin), self._labels(ends), n_steps, passed)

    def _drawn_starts(self, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        chance = self.field.injected / self.field.injected.sum()
        return rng.choice(self.network.n_nodes, size=n, p=chance).astype(np.intp)

    def _own_starts(self, starts: Sequence[Hashable], n: int) -> NDArray[np.intp]:
        if len(starts) != n:
            raise InputError(f"starts must name one node a walk, {n} in all, got {len(starts)}")
        return np.array([self.network.place(node) for node in starts], dtype=np.intp)

    def _labels(self, places: NDArray[np.intp]) -> tuple[Hashable, ...]:
        return tuple(self.network.nodes[k] for k in places.tolist())


@dataclass(frozen=True, eq=False, repr=False)
class NetworkWalks:
    """Finished walks on a network: labels of the first and last nodes, and the number of steps, ``(n,)``.

    `paths` ``(n, k)``, on request, holds the places in `network.nodes` of all nodes passed, -1 after the end.
    """

    starts: tuple[Hashable, ...]
    ends: tuple[Hashable, ...]
    n_steps: NDArray[np.intp]
    paths: NDArray[np.intp] | None = None

    def __repr__(self) -> str:
        """One line."""
        return f"NetworkWalks({len(self.starts)} walks, paths {'kept' if self.paths is not None else 'not kept'})"
