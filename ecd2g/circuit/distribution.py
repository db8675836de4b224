"""Probability distributions on a state space: dense, or a few weighted states of a huge space."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import listed, real_array
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.sample_size import sample_size
from ecd2g.circuit.state_numbers import distinct
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError

TOTAL_TOLERANCE = 1e-12
"""How far from one a total of probabilities may lie: rounding, and nothing more."""


@dataclass(frozen=True, eq=False, repr=False)
class Distribution:
    """Probabilities p(x) >= 0 with sum 1, Eq. (8): the currents of a source or a sink, in ampere.

    Dense: `states` is None and `probabilities` holds all ``n_states`` values in index order.
    Sparse: `states` ``(k, n_sites)`` lists distinct states, all others have probability zero.
    """

    space: StateSpace
    probabilities: NDArray[np.float64]
    states: NDArray[np.int64] | None = None

    def __repr__(self) -> str:
        """One line: how many states have probability, and of how many."""
        positive = np.count_nonzero(self.probabilities)
        listed = "" if self.states is None else ", listed"
        return f"Distribution({positive:,} of {self.space.n_states:,} states{listed})"

    def __post_init__(self) -> None:
        values = real_array(self.probabilities, "probabilities").copy()
        if self.states is None:
            self.space.require_enumerable("a dense distribution")
            expected = self.space.n_states
        else:
            object.__setattr__(self, "states", read_only(_distinct_rows(self.space, self.states)))
            expected = len(self.states)
        if values.shape != (expected,):
            raise InputError(f"probabilities must have shape ({expected},), one a state, got {values.shape}")
        _check_weights(values, "probabilities")
        total = _total(values)
        if abs(total - 1.0) > TOTAL_TOLERANCE:
            raise InputError(
                f"probabilities must sum to 1 within {TOTAL_TOLERANCE:g}, got {total!r}; "
                f"to divide by the sum on purpose (float32 values, say) use Distribution.from_weights"
            )
        object.__setattr__(self, "probabilities", read_only(values))

    @classmethod
    def from_probabilities(cls, space: StateSpace, probabilities: ArrayLike) -> "Distribution":
        """Dense distribution from ``n_states`` probabilities in index order, used as they are.

        `probabilities` ``(n_states,)``; InputError for another shape, for what is negative or not finite, and
        for a sum other than 1.
        """
        return cls(space, real_array(probabilities, "probabilities"))

    @classmethod
    def from_weights(
        cls, space: StateSpace, weights: ArrayLike, states: ArrayLike | None = None
    ) -> "Distribution":
        """Distribution proportional to non-negative `weights`, of all states or of the `states` given.

        Repeated states add up. `weights` ``(n,)`` and `states` ``(n, n_sites)``; InputError for other shapes, negative
        weights, and a sum of 0.
        """
        values = real_array(weights, "weights")
        _check_weights(values, "weights")
        if values.ndim != 1 or values.size == 0 or not _total(values) > 0:
            raise InputError("weights must be a non-empty list with a positive sum")
        if not np.isfinite(_total(values)):
            raise InputError("the sum of the weights overflows; scale them down")
        if states is None:
            return cls(space, values / values.sum())
        listed = space.check(states)
        if listed.shape != (len(values), space.n_sites):
            raise InputError(
                f"states must have shape ({len(values)}, {space.n_sites}) to match the weights, "
                f"got {listed.shape}"
            )
        listed, place = distinct(space, listed)
        sums = np.bincount(place, weights=values, minlength=len(listed))
        return cls(space, sums / sums.sum(), listed)

    @classmethod
    def from_samples(cls, space: StateSpace, samples: ArrayLike) -> "Distribution":
        """Empirical distribution of samples ``(n, n_sites)``; sparse, states in lexicographic order.

        >>> p = Distribution.from_samples(StateSpace(3), [[2], [0], [2], [2]])
        >>> p.to_array()
        array([0.25, 0.  , 0.75])
        """
        listed = space.check(samples)
        if listed.ndim != 2 or len(listed) == 0:
            raise InputError(f"samples must have shape (n, {space.n_sites}) with n >= 1, got {listed.shape}")
        listed, place = distinct(space, listed)
        counts = np.bincount(place, minlength=len(listed))
        return cls(space, counts / counts.sum(), listed)

    @classmethod
    def product(cls, space: StateSpace, site_probabilities: Sequence[ArrayLike]) -> "Distribution":
        """Independent sites: p(x) = prod_i p_i(x_i), from one probability vector a site; dense.

        `site_probabilities` ``(S_i,)``, one a site; InputError for other lengths.
        """
        sites = [
            np.atleast_1d(real_array(site, "site probabilities"))
            for site in listed(site_probabilities, "site probabilities")
        ]
        if tuple(len(site) for site in sites) != space.alphabet_sizes:
            raise InputError(
                f"site probabilities must have lengths {space.alphabet_sizes}, "
                f"got {tuple(len(site) for site in sites)}"
            )
        space.require_enumerable("a dense distribution")
        return cls(space, reduce(np.multiply.outer, sites).ravel())

    @classmethod
    def uniform(cls, space: StateSpace) -> "Distribution":
        """The uniform distribution, p(x) = 1 / n_states; dense."""
        space.require_enumerable("a dense distribution")
        return cls(space, np.full(space.n_states, 1.0 / space.n_states))

    @classmethod
    def point(cls, space: StateSpace, state: ArrayLike) -> "Distribution":
        """All probability on one state ``(n_sites,)``."""
        return cls(space, np.ones(1), space.check(state)[None])

    def support(self) -> NDArray[np.int64]:
        """States of positive probability, shape ``(k, n_sites)``."""
        positive = np.flatnonzero(self.probabilities > 0)
        return self.space.states(positive) if self.states is None else self.states[positive]

    def to_array(self) -> NDArray[np.float64]:
        """All ``n_states`` probabilities in index order; CapacityError where they cannot be listed."""
        if self.states is None:
            return self.probabilities
        self.space.require_enumerable("the array of all probabilities")
        values = np.zeros(self.space.n_states)
        values[self.space.index(self.states)] = self.probabilities
        return values

    def sample(self, n: int, rng: np.random.Generator | int | None = None) -> NDArray[np.int64]:
        """`n` independent states, shape ``(n, n_sites)``; CapacityError where there is no room for them."""
        rows = sample_size(n, self.space.n_sites)
        chosen = generator(rng).choice(
            len(self.probabilities), size=rows, p=self.probabilities / self.probabilities.sum()
        )
        return self.space.states(chosen) if self.states is None else self.states[chosen]


def _total(values: NDArray[np.float64]) -> float:
    """Sum of the values; infinite where a float cannot hold it."""
    with np.errstate(over="ignore"):
        return float(values.sum())


def _check_weights(values: NDArray[np.float64], name: str) -> None:
    if not np.all(np.isfinite(values)):
        position = int(np.flatnonzero(~np.isfinite(values.ravel()))[0])
        raise InputError(
            f"{name} must be finite numbers, got {values.ravel()[position]} at position {position}"
        )
    if np.any(values < 0):
        position = int(np.argmin(values.ravel()))
        raise InputError(
            f"{name} must not be negative, got {values.ravel()[position]:g} at position {position}"
        )


def _distinct_rows(space: StateSpace, states: ArrayLike) -> NDArray[np.int64]:
    """Our own copy of the states, checked."""
    rows = space.check(states).copy()
    if rows.ndim != 2:
        raise InputError(f"states must have shape (k, {space.n_sites}), got {rows.shape}")
    if len(distinct(space, rows)[0]) < len(rows):
        raise InputError(
            "the states of a distribution must be distinct; Distribution.from_weights adds up repeated ones"
        )
    return rows
