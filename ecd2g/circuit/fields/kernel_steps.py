"""Steps of walkers through a structured kernel, without the outflow of every node.

By events with envelopes ("thinning"): one of the events of `kernel_rates` is drawn by the rates or their bounds. What
is not lateral happens. A lateral event proposes y with probability K(x, y) / l(x), and it happens with probability
(phi_n(x) - phi_m(y))+ / (phi_n(x) - low_m(x)); else the event is drawn again. Or by listing the edges of a node, where
that is cheaper. Either way the steps follow Eq. (9) and (10) exactly.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.field import Advance
from ecd2g.circuit.fields.kernel_rates import DIRECTION, EVENTS, EXIT, LATERAL, STRAIGHT_BACK, KernelRates
from ecd2g.circuit.fields.lateral_pairs import KEPT_FOR_WALKS, lateral_rows
from ecd2g.circuit.fields.listed_nodes import ListedNodes

ROUNDS = 60
"""Most events proposed to a walker in a step before the edges of its node are listed."""

CHUNK = 2**16
"""Edges listed in one piece; where no more are left to list, that beats further rounds (measured)."""


@dataclass(frozen=True, eq=False)
class KernelSteps:
    """Draws of steps from the rates of a circuit.

    A visit to a node takes on average envelope / (outflow + exit) proposals. A node is visited as often as its
    throughflow = outflow + exit says, in ampere, so that a walk from the source takes on average as many proposals as
    the sum of `envelope` over all nodes.
    """

    rates: KernelRates

    def step(
        self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool, exits: bool
    ) -> Advance:
        """One draw for every walker; without `exits` the sink is left out."""
        nothing = np.zeros(len(nodes), dtype=bool)
        done = Advance(nodes.copy(), nothing, nothing.copy(), nothing.copy())
        if forward_only and exits:  # which stops in the last layer, always, and nowhere else
            done.stopped[:] = nodes >= self.rates.n_nodes - self.rates.n_states
        allowed = _allowed(forward_only, exits)
        waiting = np.flatnonzero(~done.stopped)
        if self._is_listed:
            self._draw_from_layers(waiting, allowed, done, rng)
        else:
            self._list(self._thin(waiting, allowed, done, rng), allowed, done, rng)
        return done

    def envelope(self, *, forward_only: bool = False) -> NDArray[np.float64]:
        """Sum of the bounds of all rates at every node, ``(n_layers, V)``."""
        allowed = _allowed(forward_only, not forward_only)
        return self._heights(np.arange(self.rates.n_nodes), allowed)[-1].reshape(self.rates.potentials.shape)

    def _heights(self, nodes: NDArray[np.intp], allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Running sums of the bounds of the rates of the events allowed, ``(5, n)``."""
        bound = [self.rates.bound if event in LATERAL else self.rates.exact for event in EVENTS]
        zero = np.zeros(len(nodes))
        return np.cumsum([bound[event](event, nodes) if allowed[event] else zero for event in EVENTS], axis=0)

    def _thin(
        self, waiting: NDArray[np.intp], allowed: NDArray[np.bool_], done: Advance, rng: np.random.Generator
    ) -> NDArray[np.intp]:
        """Propose events until they happen; the walkers for whom listing is cheaper are returned."""
        if len(waiting) < self._few:
            return waiting
        nodes = done.nodes[waiting]
        states, heights = nodes % self.rates.n_states, self._heights(nodes, allowed)
        done.stranded[waiting] = heights[-1] == 0.0
        left = np.flatnonzero(heights[-1])
        for _ in range(ROUNDS):
            if len(left) < self._few:
                break
            event = draw_events(heights[:, left], rng)
            arrival, happens = states[left], np.ones(len(left), dtype=bool)
            for kind in LATERAL:
                if len(who := np.flatnonzero(event == kind)):
                    arrival[who], happens[who] = self._propose(kind, nodes[left[who]], arrival[who], rng)
            moved = left[happens]
            self._finish(waiting[moved], states[moved], event[happens], arrival[happens], done)
            left = left[~happens]
        return waiting[left]

    def _propose(
        self, event: int, nodes: NDArray[np.intp], states: NDArray[np.intp], rng: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Lateral steps, and whether they happen."""
        others = self.rates.kernel.draw_lateral(states, rng)
        height = rng.random(len(nodes)) * self.rates.largest_drop(event, nodes)
        return others, height < self.rates.drops(event, nodes, others, states)

    def _list(
        self, waiting: NDArray[np.intp], allowed: NDArray[np.bool_], done: Advance, rng: np.random.Generator
    ) -> None:
        """Draw from the edges of every node, listed a chunk at a time; a node where several walkers stand, once."""
        nodes, place = np.unique(done.nodes[waiting], return_inverse=True)
        order = np.argsort(place, kind="stable")
        waiting, place = waiting[order], place[order]
        size = max(1, int(CHUNK / self._degree))
        for first in range(0, len(nodes), size):
            here = slice(*np.searchsorted(place, [first, first + size]))
            part = nodes[first : first + size]
            rows = lateral_rows(self.rates.kernel, part % self.rates.n_states)
            listed = ListedNodes(self.rates, part, rows)
            self._draw(listed, waiting[here], place[here] - first, allowed, done, rng)

    def _draw_from_layers(
        self, waiting: NDArray[np.intp], allowed: NDArray[np.bool_], done: Advance, rng: np.random.Generator
    ) -> None:
        """Draw from the edges of whole layers, which are listed once and kept."""
        layers, states = np.divmod(done.nodes[waiting], self.rates.n_states)
        for layer in np.unique(layers).tolist():
            if layer not in self._layers:
                nodes = np.arange(self.rates.n_states) + layer * self.rates.n_states
                self._layers[layer] = ListedNodes(self.rates, nodes, self.rates.pairs.rows)
            here = layers == layer
            self._draw(self._layers[layer], waiting[here], states[here], allowed, done, rng)

    def _draw(
        self,
        listed: ListedNodes,
        walkers: NDArray[np.intp],
        place: NDArray[np.intp],
        allowed: NDArray[np.bool_],
        done: Advance,
        rng: np.random.Generator,
    ) -> None:
        """Draw for walkers that stand at the given places of a list of nodes."""
        heights = listed.heights(allowed)[:, place]
        lost = heights[-1] == 0.0
        done.stranded[walkers[lost]] = True
        walkers, place = walkers[~lost], place[~lost]
        event = draw_events(heights[:, ~lost], rng)
        states = done.nodes[walkers] % self.rates.n_states
        arrival = states.copy()
        for kind in LATERAL:
            if len(who := np.flatnonzero(event == kind)):
                arrival[who] = listed.draw(kind, place[who], rng)
        self._finish(walkers, states, event, arrival, done)

    def _finish(
        self,
        walkers: NDArray[np.intp],
        states: NDArray[np.intp],
        event: NDArray[np.intp],
        arrival: NDArray[np.intp],
        done: Advance,
    ) -> None:
        """Write down what happened to the given walkers."""
        done.nodes[walkers] += DIRECTION[event] * self.rates.n_states + arrival - states
        done.kept[walkers] = event <= STRAIGHT_BACK
        done.stopped[walkers] = event == EXIT

    @property
    def _degree(self) -> float:
        """Mean number of edges from a state to the next layer."""
        return max(1.0, self.rates.kernel.n_pairs / self.rates.n_states)

    @property
    def _few(self) -> float:
        """With fewer walkers than this to draw for, their edges are listed in one chunk."""
        return max(1.0, CHUNK / self._degree)

    @property
    def _is_listed(self) -> bool:
        return len(self.rates.gains) * self.rates.kernel.n_pairs <= KEPT_FOR_WALKS

    @cached_property
    def _layers(self) -> dict[int, ListedNodes]:
        return {}


def _allowed(forward_only: bool, exits: bool) -> NDArray[np.bool_]:
    """Which events there are: on only, all, or all but the exit."""
    return np.array([True, not forward_only, True, not forward_only, exits and not forward_only])


def draw_events(heights: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """One event for every column of running sums of rates ``(k, n)``; none without a rate is drawn."""
    height = rng.random(heights.shape[1]) * heights[-1]
    return np.sum(height >= heights, axis=0)
