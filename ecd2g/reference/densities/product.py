"""Independent sites as a density."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import listed
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.sample_size import sample_size
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.reference.densities.checks import brief, checked_rows, probability_vector


@dataclass(frozen=True, eq=False)
class ProductDensity:
    """Independent sites, p(x) = prod_i p_i(x_i), from one probability vector a site; O(D) a state.

    Factors are at most 1, so no partial product lies below p(x), and a state whose p(x) underflows is drawn with a
    chance below V 5e-324: logarithms are not needed.

    >>> space = StateSpace(2, 3)
    >>> ProductDensity(space, [[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]).probability([[0, 1, 0], [0, 1, 1]])
    array([0.375, 0.   ])
    """

    space: StateSpace
    site_probabilities: Sequence[ArrayLike]

    def __post_init__(self) -> None:
        sites = tuple(
            probability_vector(site, f"probabilities of site {number}")
            for number, site in enumerate(listed(self.site_probabilities, "site probabilities"))
        )
        if tuple(len(site) for site in sites) != self.space.alphabet_sizes:
            raise InputError(
                f"site probabilities must have lengths {brief(self.space.alphabet_sizes)}, "
                f"got {brief(tuple(len(site) for site in sites))}"
            )
        object.__setattr__(self, "site_probabilities", sites)

    def probability(self, states: ArrayLike) -> NDArray[np.float64]:
        """p(x) of states ``(n, n_sites)``, ``(n,)``."""
        values, first = self._values
        factors = values.take(checked_rows(self.space, states) + first)
        return np.multiply.reduce(factors, axis=1)

    def sample(self, n: int, rng: np.random.Generator | int | None = None) -> NDArray[np.int64]:
        """`n` independent states, ``(n, n_sites)``: one binary search a site, over all sites at once."""
        cumulative, n = self._cumulative, sample_size(n, self.space.n_sites)
        n_sites, step = cumulative.shape[0], cumulative.shape[1]
        height, first = generator(rng).random((n, n_sites)), np.arange(n_sites) * step
        symbols = np.zeros((n, n_sites), dtype=np.int64)
        while step > 1:
            step //= 2
            symbols += step * (cumulative.take(first + symbols + (step - 1)) <= height)
        return symbols

    @cached_property
    def _values(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """All site probabilities in one row, and where those of each site begin."""
        values = np.concatenate(self.site_probabilities)
        return values, np.cumsum([0, *self.space.alphabet_sizes[:-1]])

    @cached_property
    def _cumulative(self) -> NDArray[np.float64]:
        """P(symbol <= j) of every site, 2 from its last possible symbol on; columns up to a power of two."""
        sizes = self.space.alphabet_sizes
        table = np.full((len(sizes), 1 << (max(sizes) - 1).bit_length()), 2.0)
        for row, site in zip(table, self.site_probabilities, strict=True):
            last = int(np.flatnonzero(site)[-1])
            row[:last] = np.cumsum(site)[:last]
        return table
