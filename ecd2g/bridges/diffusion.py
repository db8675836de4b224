"""Uniform discrete diffusion run backwards: the bridge of D3PM from noise to data."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.bridges.bridge import Places, checked_starts
from ecd2g.bridges.site_bridge import SiteBridge


class DiffusionBridge(SiteBridge):
    """Uniform D3PM (Austin et al. 2021, arXiv 2107.03006) with n_steps steps; no circuit.

    The diffusion has the marginals a_j [y = x_N] + (1 - a_j) / S after j noise steps, a_j = 1 - j / n linear from 1 at
    the data to 0 at the noise, so one noise step keeps with probability r_j = a_j / a_{j-1} and draws uniformly else.
    Step k of the bridge undoes noise step j = n - k:

        P(y | x, x_N) = (r_j [x = y] + (1 - r_j) / S) (a_{j-1} [y = x_N] + (1 - a_{j-1}) / S)
                        / (a_j [x = x_N] + (1 - a_j) / S).

    The walk begins in uniform noise whatever the starts are.

    >>> import ecd2g
    >>> DiffusionBridge(ecd2g.StateSpace(2, 1)).site_law(2, n_steps=2)[1, 0, 1]  # the last step ends in x_N = 1
    array([0., 1.])
    """

    def site_law(self, n_symbols: int, n_steps: int) -> NDArray[np.float64]:
        """The posterior of the noise step, ``(n_steps, S, S, S)``; the last step has a_0 = 1 and lands in x_N."""
        noise = np.arange(n_steps, 0, -1)  # j of every step of the bridge
        before, after = 1.0 - (noise - 1) / n_steps, 1.0 - noise / n_steps
        keep = (after / before)[:, None, None, None]
        same = np.eye(n_symbols)
        step = keep * same[:, None, :] + (1.0 - keep) / n_symbols
        start = before[:, None, None, None]
        law = step * (start * same[None, :, :] + (1.0 - start) / n_symbols)
        return law / law.sum(axis=3, keepdims=True)

    def begin(self, starts: NDArray[np.int64], rng: np.random.Generator) -> Places:
        """Uniform noise, as many walkers as there are starts."""
        states = self.space.draw(len(checked_starts(self.space, starts)), rng)
        return Places(states, np.zeros(len(states)), np.zeros(states.shape, dtype=bool))
