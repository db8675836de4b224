"""Currents of the complete layered circuit, in O(log V) a walker and O(N V log V) for all nodes."""

from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate
from operator import add
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import constants, moved, namespace, to_numpy, zeros
from ecd2g.circuit.atoms import Atoms, require_states
from ecd2g.circuit.fields.field import Move
from ecd2g.circuit.fields.layered_nodes import LayeredNodes
from ecd2g.circuit.fields.sorted_layer import SortedLayer
from ecd2g.circuit.kernels.kernel import CompleteKernel, require_table
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.locked_arrays import lock

STRAIGHT_ON, STRAIGHT_BACK, LATERAL_ON, LATERAL_BACK = EVENTS = range(4)
EVENTS_ON = range(STRAIGHT_ON, LATERAL_BACK, 2)


@dataclass(frozen=True, eq=False)
class CompleteField(LayeredNodes):
    """Potentials of every atom and, apart from them, the potential drops along the forward edges.

    The forward drop phi_n(x) - phi_{n+1}(x) can lie far below the rounding of the potentials themselves (by a
    factor R/r), so it is given, not formed by subtraction; lateral currents follow from the potentials. The arrays may
    be of any library, and what the field answers is of the same.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> flow.field.outflow().round(12)  # in ampere, of a walker's node
    array([[1.  , 0.25],
           [0.25, 0.  ]])
    """

    forward_drops: NDArray[np.float64]

    def __post_init__(self) -> None:
        super().__post_init__()
        lock(self, "potentials", "forward_drops")

    @classmethod
    def from_potentials(
        cls, circuit: LayeredCircuit, atoms: Atoms, potentials: NDArray[np.float64]
    ) -> "CompleteField":
        """The field whose forward drops are differences of the given potentials.

        Potentials are ``(n_layers, n_atoms)``; InputError where the shape is another.
        """
        return cls(circuit, atoms, potentials, potentials[:-1] - potentials[1:])

    def on(self, xp: Any) -> "CompleteField":
        """The same field with its arrays in the array library `xp`."""
        if namespace(self.potentials) is xp:
            return self
        potentials, drops = moved(self.potentials, xp), moved(self.forward_drops, xp)
        return CompleteField(self.circuit, self.atoms.on(xp), potentials, drops)

    def corrected(self, error: NDArray[np.float64]) -> "CompleteField":
        """The field with an error of its potentials taken off; the drops lose no digit to their size."""
        drops = self.forward_drops - (error[:-1] - error[1:])
        return CompleteField(self.circuit, self.atoms, self.potentials - error, drops)

    @property
    def kernel(self) -> CompleteKernel:
        """The complete kernel of the circuit."""
        return cast(CompleteKernel, self.circuit.kernel)

    def currents(self, gap: int) -> NDArray[np.float64]:
        """I = g_n (phi_n(x) - phi_{n+1}(y)) / R(x, y), Eq. (13); shape ``(n_states, n_states)``."""
        require_states(self.atoms, "a table of currents")
        require_table(self.circuit.n_states, "a table of currents")
        here, there = self.atoms.expand(self.potentials[gap : gap + 2])
        gain = float(self.circuit.gap_gains[gap])
        table = self.kernel.lateral * gain * (here[:, None] - there[None, :])
        same = namespace(table).arange(self.circuit.n_states)
        table[same, same] = self.kernel.forward * gain * self.atoms.expand(self.forward_drops[gap])
        return table

    def divergence(self) -> NDArray[np.float64]:
        """Net current leaving every node: g (V b (phi - mean of the other layer) + (a - b) drop), over both gaps."""
        a, b, gains = self.kernel.forward, self.kernel.lateral, self._gains
        all_states, means = b * float(self.kernel.n_states), self.layer_means()
        both_gaps, neighbours = self._xp.zeros_like(means), self._xp.zeros_like(means)
        both_gaps[:-1] += gains
        both_gaps[1:] += gains
        neighbours[:-1] += gains * means[1:]
        neighbours[1:] += gains * means[:-1]
        net = (all_states * both_gaps)[:, None] * self.potentials
        net -= all_states * neighbours[:, None]
        straight = ((a - b) * gains)[:, None] * self.forward_drops
        net[:-1, :] += straight
        net[1:, :] -= straight
        return net

    def layer_means(self) -> NDArray[np.float64]:
        """Mean potential of the states of every layer, shape ``(n_layers,)``."""
        shares = self.multiplicity / float(self.kernel.n_states)
        return self._xp.sum(self.potentials * shares, axis=1)  # pairwise, unlike a product

    def power(self) -> float:
        """Dissipated power: the sum of R I^2 over all edges, in watt."""
        a, b, n = self.kernel.forward, self.kernel.lateral, float(self.kernel.n_states)
        means = self.layer_means()
        deviations = self.potentials - means[:, None]
        variance = _squares(deviations, self.multiplicity)
        every_pair = n * self._xp.diff(means) ** 2 + variance[:-1] + variance[1:]  # over n, which may be huge
        every_pair = self._gains * every_pair
        forward = self._gains * _squares(self.forward_drops, self.multiplicity)
        return float(b * n * self._xp.sum(every_pair) + (a - b) * self._xp.sum(forward))

    def outflow(self, *, forward_only: bool = False) -> NDArray[np.float64]:
        """Sum of the outgoing currents of every node, shape ``(n_layers, n_atoms)``."""
        events = EVENTS_ON if forward_only else EVENTS
        return reduce(add, (self._rates[event, ...] for event in events))

    def spread(self, weights: NDArray[np.float64], *, forward_only: bool = False) -> NDArray[np.float64]:
        """sum_u w(u) I(u, v)+ for every node v, O(n_layers * n_atoms)."""
        gathered = self._xp.zeros_like(self.potentials)
        busy = to_numpy(
            self._xp.any(weights != 0, axis=1)
        ).tolist()  # of all layers at once: a GPU answers slowly
        for gap in range(self.circuit.n_gaps):
            if busy[gap]:
                gathered[gap + 1, :] += self._cross(weights[gap, :], gap, gap + 1)
            if not forward_only and busy[gap + 1]:
                gathered[gap, :] += self._cross(weights[gap + 1, :], gap + 1, gap)
        return gathered

    def draw(self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False) -> Move:
        """One step by Eq. (9): choose the kind of edge, then, if lateral, the state it leads to.

        `rng` gives its numbers in the library of the field, see `array_library.uniforms`.
        """
        xp, n_atoms = self._xp, self.potentials.shape[1]
        layers = nodes // n_atoms
        atoms = nodes - n_atoms * layers
        event = self._draw_event(nodes, rng, EVENTS_ON if forward_only else EVENTS)
        target = layers + 1 - 2 * (event % 2)
        kept = event < LATERAL_ON
        lateral = xp.nonzero(~kept)[0]
        if lateral.shape[0]:
            reached = target[lateral]
            for layer in range(int(xp.min(reached)), int(xp.max(reached)) + 1):
                walkers = lateral[reached == layer]
                if walkers.shape[0]:
                    step = self._draw_lateral(layers[walkers], atoms[walkers], layer, rng)
                    atoms[walkers], kept[walkers] = step.nodes, step.kept
        return Move(target * n_atoms + atoms, kept)

    def _draw_event(
        self, nodes: NDArray[np.intp], rng: np.random.Generator, events: range
    ) -> NDArray[np.intp]:
        """Which of the events happens to every walker; summed one by one, so that none without a rate does."""
        xp, rates = self._xp, self._xp.reshape(self._rates, (len(EVENTS), -1))
        cumulative = list(accumulate(rates[event, :][nodes] for event in events))
        height = rng.random(nodes.shape[0]) * cumulative[-1]
        return events.step * sum(xp.astype(height >= below, nodes.dtype) for below in cumulative)

    @property
    def _xp(self) -> Any:
        """The functions of the array library of this field."""
        return namespace(self.potentials)

    @cached_property
    def _gains(self) -> NDArray[np.float64]:
        """The gains of the gaps in the array library of this field."""
        return constants(self.circuit.gap_gains, self.potentials)

    @cached_property
    def _layers(self) -> tuple[SortedLayer, ...]:
        return tuple(
            SortedLayer.of(self.potentials[layer, :], self.multiplicity)
            for layer in range(self.circuit.n_layers)
        )

    @cached_property
    def _ranks(self) -> dict[tuple[int, int], NDArray[np.intp]]:
        """rank[n, m]: for the atoms of layer n, how many atoms of the neighbouring layer m lie below."""
        pairs = [(gap + i, gap + 1 - i) for gap in range(self.circuit.n_gaps) for i in (0, 1)]
        return {(n, m): self._layers[m].rank(self.potentials[n, :]) for n, m in pairs}

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
        rates = zeros((len(EVENTS), *self.potentials.shape), self.potentials)
        straight = (self._straight * self._gains)[:, None]
        rates[STRAIGHT_ON, :-1, :] = straight * self._xp.maximum(self.forward_drops, 0.0)
        rates[STRAIGHT_BACK, 1:, :] = straight * self._xp.maximum(-self.forward_drops, 0.0)
        for gap in range(self.circuit.n_gaps):
            rates[LATERAL_ON, gap, :] = self._lateral_rate(gap, gap + 1)
            rates[LATERAL_BACK, gap + 1, :] = self._lateral_rate(gap + 1, gap)
        return rates

    def _lateral_rate(self, layer: int, other: int) -> NDArray[np.float64]:
        here = self.potentials[layer, :]
        below = self._layers[other].below(here, self._ranks[layer, other])
        if self.kernel.forward < self.kernel.lateral:
            below = _without(below, here - self.potentials[other, :])
        return self.kernel.lateral * float(self.circuit.gap_gains[min(layer, other)]) * below

    def _cross(self, weights: NDArray[np.float64], layer: int, other: int) -> NDArray[np.float64]:
        """What the weighted currents of one layer bring to every atom of the other."""
        down, up = self.potentials[other, :], self.potentials[layer, :]
        lateral = self._layers[layer].weighted_above(
            weights * self.multiplicity, down, self._ranks[other, layer]
        )
        if self.kernel.forward < self.kernel.lateral:
            lateral = _without(lateral, weights * (up - down))
        sign, gap = (1.0, layer) if other > layer else (-1.0, other)
        gain = float(self.circuit.gap_gains[gap])
        drop = self._xp.maximum(sign * self.forward_drops[gap, :], 0.0)
        return self.kernel.lateral * gain * lateral + self._straight * gain * weights * drop

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
            while (again := self._xp.nonzero(kept)[0]).shape[0]:
                arrived[again] = target.draw_below(totals[again], rank[again], rng)
                kept[again] = self._is_self(arrived[again], atoms[again], rng)
        return Move(arrived, kept)

    def _is_self(
        self, arrived: NDArray[np.intp], atoms: NDArray[np.intp], rng: np.random.Generator
    ) -> NDArray[np.bool_]:
        """Whether a walker met its own state, one of the `multiplicity` equal states of its atom."""
        same = arrived == atoms
        met = self._xp.nonzero(same)[0]
        if met.shape[0]:
            same[met] = rng.random(met.shape[0]) * self.multiplicity[atoms[met]] < 1.0
        return same


def _squares(values: NDArray[np.float64], multiplicity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of squares over the states of every layer."""
    return namespace(values).einsum("nk,nk,k->n", values, values, multiplicity)


def _without(total: NDArray[np.float64], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """A sum of non-negative terms less one of them; only rounding could make it negative."""
    xp = namespace(total)
    return xp.maximum(total - xp.maximum(own, 0.0), 0.0)
