"""Currents of the complete layered circuit, in O(log V) a walker and O(N V log V) for all nodes."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms, require_states
from ecd2g.circuit.field import Move
from ecd2g.circuit.kernel import CompleteKernel, require_table
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.layered_nodes import LayeredNodes, read_only
from ecd2g.circuit.sorted_layer import SortedLayer

STRAIGHT_ON, STRAIGHT_BACK, LATERAL_ON, LATERAL_BACK = range(4)


@dataclass(frozen=True, eq=False)
class CompleteField(LayeredNodes):
    """Potentials of every atom and, apart from them, the potential drops along the forward edges.

    The forward drop phi_n(x) - phi_{n+1}(x) can lie far below the rounding of the potentials themselves (by a
    factor R/r), so it is given, not formed by subtraction; lateral currents follow from the potentials.
    """

    forward_drops: NDArray[np.float64]

    def __post_init__(self) -> None:
        read_only(self.potentials, self.forward_drops)

    @classmethod
    def from_potentials(
        cls, circuit: LayeredCircuit, atoms: Atoms, potentials: NDArray[np.float64]
    ) -> "CompleteField":
        """The field whose forward drops are differences of the given potentials."""
        return cls(circuit, atoms, potentials, potentials[:-1] - potentials[1:])

    def corrected(self, error: NDArray[np.float64]) -> "CompleteField":
        """The field with an error of its potentials taken off; the drops lose no digit to their size."""
        drops = self.forward_drops - (error[:-1] - error[1:])
        return CompleteField(self.circuit, self.atoms, self.potentials - error, drops)

    @property
    def kernel(self) -> CompleteKernel:
        """The complete kernel of the circuit."""
        return cast(CompleteKernel, self.circuit.kernel)

    def currents(self, gap: int) -> NDArray[np.float64]:
        """I = (phi_n(x) - phi_{n+1}(y)) / R(x, y), Eq. (13); shape ``(n_states, n_states)``."""
        require_states(self.atoms, "a table of currents")
        require_table(self.circuit.n_states, "a table of currents")
        here, there = self.atoms.expand(self.potentials[gap : gap + 2])
        table = self.kernel.lateral * (here[:, None] - there[None, :])
        np.fill_diagonal(table, self.kernel.forward * self.atoms.expand(self.forward_drops[gap]))
        return table

    def divergence(self) -> NDArray[np.float64]:
        """Net current leaving every node: V b (phi - mean of the other layer) + (a - b) drop, over both gaps."""
        a, b = self.kernel.forward, self.kernel.lateral
        all_states, means = b * float(self.kernel.n_states), self.layer_means()
        neighbours = np.zeros_like(means)
        neighbours[:-1] += means[1:]
        neighbours[1:] += means[:-1]
        net = all_states * self.potentials
        net[1:-1] *= 2.0
        net -= all_states * neighbours[:, None]
        straight = (a - b) * self.forward_drops
        net[:-1] += straight
        net[1:] -= straight
        return net

    def layer_means(self) -> NDArray[np.float64]:
        """Mean potential of the states of every layer, shape ``(n_layers,)``."""
        shares = self.multiplicity / float(self.kernel.n_states)
        return np.asarray(
            (self.potentials * shares).sum(axis=1), dtype=np.float64
        )  # pairwise, unlike a product

    def power(self) -> float:
        """Dissipated power: the sum of R I^2 over all edges, in watt."""
        a, b, n = self.kernel.forward, self.kernel.lateral, float(self.kernel.n_states)
        means = self.layer_means()
        deviations = self.potentials - means[:, None]
        variance = _squares(deviations, self.multiplicity)
        every_pair = n * np.diff(means) ** 2 + variance[:-1] + variance[1:]  # over n, which may be huge
        forward = _squares(self.forward_drops, self.multiplicity)
        return float(b * n * every_pair.sum() + (a - b) * forward.sum())

    def outflow(self, *, forward_only: bool = False) -> NDArray[np.float64]:
        """Sum of the outgoing currents of every node, shape ``(n_layers, n_atoms)``."""
        return self._rates[[STRAIGHT_ON, LATERAL_ON] if forward_only else slice(None)].sum(axis=0)

    def spread(self, weights: NDArray[np.float64], *, forward_only: bool = False) -> NDArray[np.float64]:
        """sum_u w(u) I(u, v)+ for every node v, O(n_layers * n_atoms)."""
        gathered = np.zeros_like(self.potentials)
        for gap in range(self.circuit.n_gaps):
            if np.any(weights[gap]):
                gathered[gap + 1] += self._cross(weights[gap], gap, gap + 1)
            if not forward_only and np.any(weights[gap + 1]):
                gathered[gap] += self._cross(weights[gap + 1], gap + 1, gap)
        return gathered

    def draw(self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False) -> Move:
        """One step by Eq. (9): choose the kind of edge, then, if lateral, the state it leads to."""
        n_layers, n_atoms = self.potentials.shape
        layers, atoms = np.divmod(nodes, n_atoms)
        kinds = np.array([STRAIGHT_ON, LATERAL_ON] if forward_only else range(4))
        cumulative = np.cumsum(self._rates.reshape(4, -1)[kinds][:, nodes], axis=0)
        kind = kinds[np.sum(rng.random(len(nodes)) * cumulative[-1] >= cumulative, axis=0)]
        target = layers + np.where((kind == STRAIGHT_ON) | (kind == LATERAL_ON), 1, -1)
        arrived, kept = atoms.copy(), (kind == STRAIGHT_ON) | (kind == STRAIGHT_BACK)
        for layer in range(n_layers):
            walkers = np.flatnonzero((target == layer) & ~kept)
            if len(walkers):
                step = self._draw_lateral(layers[walkers], atoms[walkers], layer, rng)
                arrived[walkers], kept[walkers] = step.nodes, step.kept
        return Move(target * n_atoms + arrived, kept)

    @cached_property
    def _layers(self) -> tuple[SortedLayer, ...]:
        return tuple(SortedLayer.of(layer, self.multiplicity) for layer in self.potentials)

    @cached_property
    def _ranks(self) -> dict[tuple[int, int], NDArray[np.intp]]:
        """rank[n, m]: for the atoms of layer n, how many atoms of the neighbouring layer m lie below."""
        pairs = [(gap + i, gap + 1 - i) for gap in range(self.circuit.n_gaps) for i in (0, 1)]
        return {(n, m): self._layers[m].rank(self.potentials[n]) for n, m in pairs}

    @property
    def _straight(self) -> float:
        """Conductance of the straight event, chosen so that no event has a negative rate.

        a - b beside a lateral sum over all states, the walker's own included, where a >= b; a beside a sum without
        it where a < b.
        """
        a, b = self.kernel.forward, self.kernel.lateral
        return a - b if a >= b else a

    @cached_property
    def _rates(self) -> NDArray[np.float64]:
        """Current of the four kinds of event at every node, shape ``(4, n_layers, n_atoms)``."""
        rates = np.zeros((4, *self.potentials.shape))
        rates[STRAIGHT_ON, :-1] = self._straight * np.maximum(self.forward_drops, 0.0)
        rates[STRAIGHT_BACK, 1:] = self._straight * np.maximum(-self.forward_drops, 0.0)
        for gap in range(self.circuit.n_gaps):
            rates[LATERAL_ON, gap] = self._lateral_rate(gap, gap + 1)
            rates[LATERAL_BACK, gap + 1] = self._lateral_rate(gap + 1, gap)
        return rates

    def _lateral_rate(self, layer: int, other: int) -> NDArray[np.float64]:
        below = self._layers[other].below(self.potentials[layer], self._ranks[layer, other])
        if self.kernel.forward < self.kernel.lateral:
            below = _without(below, self.potentials[layer] - self.potentials[other])
        return self.kernel.lateral * below

    def _cross(self, weights: NDArray[np.float64], layer: int, other: int) -> NDArray[np.float64]:
        """What the weighted currents of one layer bring to every atom of the other."""
        down, up = self.potentials[other], self.potentials[layer]
        lateral = self._layers[layer].weighted_above(
            weights * self.multiplicity, down, self._ranks[other, layer]
        )
        if self.kernel.forward < self.kernel.lateral:
            lateral = _without(lateral, weights * (up - down))
        sign = 1.0 if other > layer else -1.0
        drop = np.maximum(sign * self.forward_drops[min(layer, other)], 0.0)
        return self.kernel.lateral * lateral + self._straight * weights * drop

    def _draw_lateral(
        self, layers: NDArray[np.intp], atoms: NDArray[np.intp], layer: int, rng: np.random.Generator
    ) -> Move:
        """Lateral steps into one layer; where a < b the walker's own state is rejected and drawn again."""
        target = self._layers[layer]
        potentials = self.potentials[layers, atoms]
        rank = target.rank(potentials)
        totals = target.below(potentials, rank)
        arrived = target.draw_below(totals, rank, rng)
        kept = self._is_self(arrived, atoms, rng)
        if self.kernel.forward < self.kernel.lateral:
            while np.any(kept):
                again = np.flatnonzero(kept)
                arrived[again] = target.draw_below(totals[again], rank[again], rng)
                kept[again] = self._is_self(arrived[again], atoms[again], rng)
        return Move(arrived, kept)

    def _is_self(
        self, arrived: NDArray[np.intp], atoms: NDArray[np.intp], rng: np.random.Generator
    ) -> NDArray[np.bool_]:
        """Whether a walker met its own state, one of the `multiplicity` equal states of its atom."""
        same = arrived == atoms
        same[same] = rng.random(int(same.sum())) * self.multiplicity[atoms[same]] < 1.0
        return same


def _squares(values: NDArray[np.float64], multiplicity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of squares over the states of every layer."""
    return np.asarray(np.einsum("nk,nk,k->n", values, values, multiplicity), dtype=np.float64)


def _without(total: NDArray[np.float64], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """A sum of non-negative terms less one of them; only rounding could make it negative."""
    return np.maximum(total - np.maximum(own, 0.0), 0.0)
