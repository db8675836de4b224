"""Listed states of a space of any size as a density."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_numbers import state_keys
from ecd2g.circuit.state_space import StateSpace
from ecd2g.reference.densities.checks import checked_rows


@dataclass(frozen=True, eq=False)
class EmpiricalDensity:
    """A Distribution, dense or a few weighted states, looked up in O(log k) for k listed states.

    Nothing is stored but the listed states, so the space may have any size.

    >>> space = StateSpace(2, 100)
    >>> p = EmpiricalDensity(Distribution.from_samples(space, [[0] * 100, [1] * 100, [1] * 100]))
    >>> p.probability([[1] * 100, [0] * 99 + [1]]).round(3)
    array([0.667, 0.   ])
    """

    distribution: Distribution

    @property
    def space(self) -> StateSpace:
        """The space of the distribution."""
        return self.distribution.space

    def probability(self, states: ArrayLike) -> NDArray[np.float64]:
        """p(x) of states ``(n, n_sites)``, ``(n,)``; zero for states that are not listed."""
        wanted = state_keys(self.space, checked_rows(self.space, states))
        if self.distribution.states is None:
            return self.distribution.probabilities[wanted]
        keys, values = self._sorted
        place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
        return np.where(keys[place] == wanted, values[place], 0.0)

    def sample(self, n: int, rng: np.random.Generator | int | None = None) -> NDArray[np.int64]:
        """`n` independent states, ``(n, n_sites)``."""
        return self.distribution.sample(n, rng)

    @cached_property
    def _sorted(self) -> tuple[NDArray, NDArray[np.float64]]:
        """Keys of the listed states in order, and their probabilities."""
        keys = state_keys(self.space, np.asarray(self.distribution.states))
        order = np.argsort(keys)
        return keys[order], self.distribution.probabilities[order]
