"""The mixture path of discrete flow matching: stay, or jump to the end."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.bridges.bridge import Places, checked_ends, checked_pairs
from ecd2g.bridges.site_bridge import SiteBridge
from ecd2g.couplings.pairs import Pairs


class MixtureBridge(SiteBridge):
    """Discrete flow matching (Gat et al. 2024, arXiv 2407.15595), linear schedule; no circuit but the limit of one.

    A site stays with probability 1 - (t' - t) / (1 - t) and jumps to x_N else, so that it has jumped by time t with
    probability t. With n equal steps the jump of step k has probability 1 / (n - k). The walk keeps no flags: a symbol
    does not tell whether it has jumped. `SpreadBridge` tends to this one as its ratio goes to 0.

    Draws need no table: O(n D) a step of n walkers. `site_law` gives the same law as a table.

    >>> import ecd2g
    >>> MixtureBridge(ecd2g.StateSpace(3, 2)).site_law(2, n_steps=2)[:, 0, 1]  # to end 1: stays, or jumps
    array([[0.5, 0.5],
           [0. , 1. ]])
    """

    def site_law(self, n_symbols: int, n_steps: int) -> NDArray[np.float64]:
        """(1 - h_k) [y = x] + h_k [y = x_N], h_k = 1 / (n_steps - k), ``(n_steps, S, S, S)``."""
        jump = (1.0 / np.arange(n_steps, 0, -1.0))[:, None, None, None]
        same = np.eye(n_symbols)
        return (1.0 - jump) * same[:, None, :] + jump * same[None, :, :]

    def between(self, pairs: Pairs, n_steps: int, done: NDArray[np.intp], rng: np.random.Generator) -> Places:
        """Each site stands in its end with probability done / n_steps, in its start else."""
        pairs, finished = checked_pairs(self.space, pairs, done, self.check_steps(n_steps))
        times = finished / n_steps
        jumped = rng.random(pairs.starts.shape) < times[:, None]
        return Places(np.where(jumped, pairs.ends, pairs.starts), times, np.zeros_like(jumped))

    def step(
        self, places: Places, ends: NDArray[np.int64], n_steps: int, k: int, rng: np.random.Generator
    ) -> Places:
        """Each site jumps to its predicted end with probability 1 / (n_steps - k)."""
        towards = checked_ends(self.space, places, ends, self.check_steps(n_steps), k)
        jumps = rng.random(towards.shape) < 1.0 / (n_steps - k)
        times = np.full(len(towards), (k + 1) / n_steps)
        return Places(np.where(jumps, towards, places.states), times, np.zeros_like(jumps))
