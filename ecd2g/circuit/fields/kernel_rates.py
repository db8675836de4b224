"""What may happen to a walker at a node of a structured kernel, with the rates of it, or bounds where they are sums.

At (n, x) five events race: straight on, straight back, a lateral step on, a lateral step back, and the exit. Their
rates are currents. A lateral one is a sum over edges, bounded by

    sum_{y != x} g K(x, y) (phi_n(x) - phi_m(y))+  <=  g l(x) (phi_n(x) - low_m(x))+,   m = n + 1 or n - 1,

with l(x) the lateral sum of the kernel and low_m(x) a lower bound of phi_m over the states joined to x.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.lateral_pairs import LateralPairs
from ecd2g.circuit.kernels.kernel import StructuredKernel

STRAIGHT_ON, STRAIGHT_BACK, LATERAL_ON, LATERAL_BACK, EXIT = EVENTS = range(5)
LATERAL = (LATERAL_ON, LATERAL_BACK)
DIRECTION = np.array([1, -1, 1, -1, 0])
"""Layers that every event leads on."""


@dataclass(frozen=True, eq=False)
class KernelRates:
    """Rates of the nodes (n, x), numbered n V + x, whatever the rule; `sink` is extracted in the last layer.

    potentials (n_layers, V), forward_drops (n_gaps, V), gains (n_gaps,), as in the field
    """

    kernel: StructuredKernel
    gains: NDArray[np.float64]
    potentials: NDArray[np.float64]
    forward_drops: NDArray[np.float64]
    sink: NDArray[np.float64]

    @property
    def n_states(self) -> int:
        """Number of states V."""
        return self.potentials.shape[1]

    @property
    def n_nodes(self) -> int:
        """Number of nodes N V."""
        return self.potentials.size

    def exact(self, event: int, nodes: NDArray[np.intp]) -> NDArray[np.float64]:
        """The rate of an event that is not lateral, ``(n,)``."""
        layers, states = np.divmod(nodes, self.n_states)
        if event == EXIT:
            return np.where(layers == len(self.gains), self.sink[states], 0.0)
        on = event == STRAIGHT_ON
        drops = self.forward_drops.take(nodes if on else nodes - self.n_states, mode="clip")
        return self.gain(event, layers) * self._stay[states] * np.maximum(drops if on else -drops, 0.0)

    def bound(self, event: int, nodes: NDArray[np.intp]) -> NDArray[np.float64]:
        """Not less than the rate of a lateral event, ``(n,)``."""
        layers, states = np.divmod(nodes, self.n_states)
        return self.gain(event, layers) * self._lateral[states] * self.largest_drop(event, nodes)

    def largest_drop(self, event: int, nodes: NDArray[np.intp]) -> NDArray[np.float64]:
        """Not less than the `drops` of a lateral event, ``(n,)``."""
        return (self._largest_on if event == LATERAL_ON else self._largest_back).take(nodes)

    def drops(
        self, event: int, nodes: NDArray[np.intp], others: NDArray[np.intp], states: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """The drop along the lateral edge from every node to the state `others` on or back, ``(n,)``; `states` = x.

        An edge has the same drop from both ends, but for the sign, in every digit. Where there is no further layer the
        gain is zero and the drop means nothing.
        """
        phi, drops, v = self.potentials, self.forward_drops, self.n_states
        there = nodes - states + others
        if event == LATERAL_ON:
            later = phi.take(nodes + v, mode="clip") - phi.take(there + v, mode="clip")
            return drops.take(nodes, mode="clip") + later
        return phi.take(nodes) - phi.take(there) - drops.take(there - v, mode="clip")

    def gain(self, event: int, layers: NDArray[np.intp]) -> NDArray[np.float64]:
        """Gain of the gap that an event of the walkers in the given layers leads through; 0 where there is none."""
        return self._padded_gains[layers + int(DIRECTION[event] > 0)]

    @cached_property
    def pairs(self) -> LateralPairs:
        """All joined pairs; CapacityError where they are too many."""
        return LateralPairs.of(self.kernel)

    @cached_property
    def _padded_gains(self) -> NDArray[np.float64]:
        """Gains of the gaps, with a zero before and behind."""
        return np.concatenate([[0.0], self.gains, [0.0]])

    @cached_property
    def _stay(self) -> NDArray[np.float64]:
        return np.broadcast_to(self.kernel.stay(), (self.n_states,))

    @cached_property
    def _lateral(self) -> NDArray[np.float64]:
        return np.broadcast_to(self.kernel.lateral_sums(), (self.n_states,))

    @cached_property
    def _largest_on(self) -> NDArray[np.float64]:
        """Largest drop along the lateral edges on, not less than any in float64; ``(n_layers, V)``."""
        bounds = np.zeros_like(self.potentials)
        for gap, later in enumerate(self.potentials[1:]):
            bounds[gap] = self.forward_drops[gap] + (later - self.kernel.lowest(later))
        return self._positive(bounds)

    @cached_property
    def _largest_back(self) -> NDArray[np.float64]:
        """Largest drop along the lateral edges back, ``(n_layers, V)``, with room for the roundings of both sides."""
        bounds = np.zeros_like(self.potentials)
        for gap, later in enumerate(self.potentials[1:]):
            earlier = self.forward_drops[gap] + later
            room = 4.0 * np.finfo(np.float64).eps * max(np.abs(earlier).max(), np.abs(later).max())
            bounds[gap + 1] = later - self.kernel.lowest(earlier) + room
        return self._positive(bounds)

    def _positive(self, bounds: NDArray[np.float64]) -> NDArray[np.float64]:
        """The positive part, and zero for states that no lateral edge leaves."""
        return np.where(self._lateral > 0, np.maximum(bounds, 0.0), 0.0)
