"""Bridges whose sites cross one by one: a site holds its start until it crosses to its end, once and for all."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.bridges.bridge import Bridge, Places, checked_ends, checked_pairs, checked_starts
from ecd2g.couplings.pairs import Pairs


class CrossingBridge(Bridge):
    """What the sweep and the masked bridge share: flags of the crossed sites, and no table. O(n D) a step."""

    def begin(self, starts: NDArray[np.int64], rng: np.random.Generator) -> Places:
        """Every walker in its start, no site crossed."""
        states = checked_starts(self.space, starts).copy()
        return Places(states, np.zeros(len(states)), np.zeros(states.shape, dtype=bool))

    def _between(self, pairs: Pairs, crossed: NDArray[np.bool_], times: NDArray[np.float64]) -> Places:
        """Crossed sites in their ends, the others in their starts."""
        return Places(np.where(crossed, pairs.ends, pairs.starts), times, crossed)

    def _cross(
        self, places: Places, ends: NDArray[np.int64], sites: NDArray[np.bool_], n_steps: int, k: int
    ) -> Places:
        """The chosen sites cross, and k + 1 steps are done."""
        times = np.full(len(ends), (k + 1) / n_steps)
        return Places(np.where(sites, ends, places.states), times, places.crossed | sites)


class MaskedBridge(CrossingBridge):
    """Masked discrete flow matching that sees the source: every uncrossed site crosses on its own.

    Linear schedule: a site has crossed after `done` of n steps with probability done / n, and crosses in step k with
    probability 1 / (n - k) if it has not. No circuit; the baseline of the sweep, which differs in one thing: there the
    number of sites that cross in a step is fixed.

    >>> import numpy as np
    >>> import ecd2g
    >>> places = MaskedBridge(ecd2g.StateSpace(3, 4)).begin(np.zeros((2, 4), dtype=np.int64), np.random.default_rng(0))
    >>> bool(places.crossed.any()), places.times
    (False, array([0., 0.]))
    """

    def between(self, pairs: Pairs, n_steps: int, done: NDArray[np.intp], rng: np.random.Generator) -> Places:
        """Each site has crossed with probability done / n_steps."""
        pairs, finished = checked_pairs(self.space, pairs, done, self.check_steps(n_steps))
        times = finished / n_steps
        return self._between(pairs, rng.random(pairs.starts.shape) < times[:, None], times)

    def step(
        self, places: Places, ends: NDArray[np.int64], n_steps: int, k: int, rng: np.random.Generator
    ) -> Places:
        """Each uncrossed site crosses with probability 1 / (n_steps - k), all of them in the last step."""
        towards = checked_ends(self.space, places, ends, self.check_steps(n_steps), k)
        chosen = ~places.crossed & (rng.random(towards.shape) < 1.0 / (n_steps - k))
        return self._cross(places, towards, chosen, n_steps, k)
