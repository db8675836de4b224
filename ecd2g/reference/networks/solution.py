"""The solution of a resistor network."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.given_numbers import listed
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.sample_size import sample_size
from ecd2g.errors import InputError, SolverError
from ecd2g.movement import ExactLaw, Rule, check_rule, propagate, walk_nodes
from ecd2g.reference.certificate import NetworkCertificate


@dataclass(frozen=True, eq=False, repr=False)
class NetworkSolution:
    """Potentials and currents of a network, with their certificate; arrays follow `network.nodes`.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> solution = ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0})
    >>> round(solution.effective_resistance, 12), solution.currents.round(12)
    (3.0, array([1., 1.]))
    """

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
        middle = bracket.lower + (bracket.upper - bracket.lower) / 2
        resistance = middle / current / current  # the square of a small current underflows
        wide = bracket.upper - bracket.lower > bracket.tolerance * middle  # a power near the smallest numbers
        if wide or (middle == 0 and entry[0] != leave[0]) or not isfinite(resistance):
            raise SolverError(
                f"the power of a current of {current:.3g} A says nothing of the effective resistance in float64; "
                f"solve with 1 A",
                reached=resistance,
                tolerance=bracket.tolerance,
            )
        return resistance

    def exact_law(self, rule: Rule = "two-way") -> ExactLaw:
        """End law, expected visits and number of steps of the two-way walk; networks have no other rule."""
        _require_two_way(rule)
        return self._propagated

    @cached_property
    def _propagated(self) -> ExactLaw:
        return propagate(self.field.scaled(1.0 / float(self.field.injected.sum())))

    def law(self, rule: Rule = "two-way") -> NDArray[np.float64]:
        """Probability of ending at each node, ``(n_nodes,)``: its share of the sink current (Corollary 3.3)."""
        return self.exact_law(rule).ends

    def visits(self, rule: Rule = "two-way") -> NDArray[np.float64]:
        """Expected visits of every node by the two-way walk, ``(n_nodes,)``: its throughflow per ampere."""
        return self.exact_law(rule).visits

    def sample(
        self,
        n: int | None = None,
        rule: Rule = "two-way",
        rng: np.random.Generator | int | None = None,
        *,
        starts: Sequence[Hashable] | None = None,
        paths: bool = False,
    ) -> "NetworkWalks":
        """Two-way walks by Eq. (9) and (10) of `n` walkers, or of one walker from each of the nodes in `starts`.

        The `n` start at the source nodes in proportion to their current; `starts` may be any nodes that current flows
        through, StrandedWalkerError otherwise. `paths` keeps every node visited.
        """
        _require_two_way(rule)
        if (n is None) == (starts is None):
            raise InputError("give the number of walks n, or their starts, and not both")
        randomness = generator(rng)
        begin = self._drawn_starts(n, randomness) if starts is None else self._own_starts(starts)
        n_steps, frames = np.zeros(len(begin), dtype=np.intp), [begin]

        def record(walkers: NDArray[np.intp], nodes: NDArray[np.intp], kept: NDArray[np.bool_]) -> None:
            n_steps[walkers] += 1
            if paths and len(walkers):
                frames.append(np.full(len(begin), -1, dtype=np.intp))
                frames[-1][walkers] = nodes

        ends = walk_nodes(self.field, begin, randomness, visitor=record)
        passed = np.stack(frames, axis=1) if paths else None
        return NetworkWalks(self.network, self._labels(begin), self._labels(ends), n_steps, passed)

    def __repr__(self) -> str:
        """One line: sizes, method, power and proven accuracy."""
        return (
            f"NetworkSolution({self.network.n_nodes:,} nodes, {self.network.n_edges:,} edges, solved by {self.method}, "
            f"{self.power:.6g} W, potentials within {self.certificate.potential_error:.1e})"
        )

    def _drawn_starts(self, n: int | None, rng: np.random.Generator) -> NDArray[np.intp]:
        rows = sample_size(n, 1, "walks")
        chance = self.field.injected / self.field.injected.sum()
        return rng.choice(self.network.n_nodes, size=rows, p=chance).astype(np.intp)

    def _own_starts(self, starts: Sequence[Hashable]) -> NDArray[np.intp]:
        if not isinstance(starts, (Sequence, np.ndarray)) or isinstance(starts, str):
            raise InputError(f"starts must be a list of nodes, got {starts!r}")
        return self.network.places(listed(starts, "starts"))

    def _labels(self, places: NDArray[np.intp]) -> tuple[Hashable, ...]:
        return tuple(self.network.nodes[k] for k in places.tolist())


@dataclass(frozen=True, eq=False, repr=False)
class NetworkWalks:
    """Finished walks on a network: labels `starts` and `ends` of the first and last nodes, and `n_steps`, ``(n,)``.

    On request `paths` holds all nodes passed; it holds their places in `network.nodes`, and `path` gives the labels:

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=1.0, nodes=["a", "b", "c"])
    >>> walks = ecd2g.solve(line, source={"a": 1.0}, sink={"c": 1.0}).sample(starts=["a", "b"], rng=0, paths=True)
    >>> walks.paths.tolist()
    [[0, 1, 2], [1, 2, -1]]
    >>> walks.path(1)
    ('b', 'c')
    """

    network: ResistorNetwork
    starts: tuple[Hashable, ...]
    ends: tuple[Hashable, ...]
    n_steps: NDArray[np.intp]
    paths: NDArray[np.intp] | None = None
    """Places in `network.nodes` of the nodes passed, not their labels: a row a walk, ``(n, k)``, -1 after its end."""

    def path(self, walk: int) -> tuple[Hashable, ...]:
        """Labels of the nodes that a walk passed, from its start to its end; walks are counted from 0."""
        if self.paths is None:
            raise InputError("these walks have not kept their paths; sample them with paths=True")
        if not isinstance(walk, (int, np.integer)) or not 0 <= walk < len(self.paths):
            raise InputError(f"the walk must be a whole number in 0..{len(self.paths) - 1}, got {walk!r}")
        return tuple(self.network.nodes[k] for k in self.paths[walk, : self.n_steps[walk] + 1].tolist())

    def __repr__(self) -> str:
        """One line."""
        return f"NetworkWalks({len(self.starts)} walks, paths {'kept' if self.paths is not None else 'not kept'})"


def _require_two_way(rule: str) -> None:
    check_rule(rule)
    if rule != "two-way":
        raise InputError(f'a network has no layers, so its only rule is "two-way", got {rule!r}')
