"""A bridge: the walk from one start to one end, through layers, that a network is trained to follow from samples.

A unit circuit from x_0 to x_N has a walk of its own; the mixture of these walks over a coupling carries the source to
the target. Where the walker stands, x_n, tells the law of its end; a network learns that law, site by site,
p_theta(x_N,d | x_n, n), and a sampler draws ends from it and takes one step of the bridge towards them.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.given_numbers import rectangular, whole_number
from ecd2g.circuit.state_space import StateSpace
from ecd2g.couplings.pairs import Pairs
from ecd2g.errors import InputError

STEP_LIMIT = 10**9
"""Most steps of a walk."""


class Places(NamedTuple):
    """Where walkers stand: what a network sees of them.

    states : symbols x_n, ``(n, n_sites)`` int64
    times : share of the steps that are done, in [0, 1), ``(n,)`` float64
    crossed : sites that have crossed to their end for good, ``(n, n_sites)`` bool; never so where no flags are kept
    """

    states: NDArray[np.int64]
    times: NDArray[np.float64]
    crossed: NDArray[np.bool_]


class Bridge(ABC):
    """Walks from given starts to given ends in a chosen number of steps, one network evaluation a step.

    Immutable; all randomness comes from the `rng` arguments. A network has to predict the ends of all sites that have
    not crossed.
    """

    def __init__(self, space: StateSpace) -> None:
        self.space = space

    @property
    def most_steps(self) -> int | None:
        """Largest number of steps that makes sense; None where there is none."""
        return None

    @abstractmethod
    def begin(self, starts: NDArray[np.int64], rng: np.random.Generator) -> Places:
        """Where walkers from these starts ``(n, n_sites)`` stand before the first step, time 0."""

    @abstractmethod
    def between(self, pairs: Pairs, n_steps: int, done: NDArray[np.intp], rng: np.random.Generator) -> Places:
        """Where walkers of these pairs stand after ``done[i]`` of `n_steps` steps, 0 <= done < n_steps; to train on."""

    @abstractmethod
    def step(
        self, places: Places, ends: NDArray[np.int64], n_steps: int, k: int, rng: np.random.Generator
    ) -> Places:
        """Step k = 0 .. n_steps - 1 of walkers that all stand after k steps, towards predicted `ends` ``(n, n_sites)``.

        The ends of crossed sites are not looked at. After the last step every site stands in its predicted end.
        """

    def check_steps(self, n_steps: int) -> int:
        """The number of steps; InputError where it is no whole number of at least 1, or more than `most_steps`."""
        return checked_steps(n_steps, self.most_steps)


def checked_starts(space: StateSpace, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The starts as int64 ``(n, n_sites)``; InputError where they are no list of states."""
    states = space.check(starts)
    if states.ndim != 2:
        raise InputError(f"starts must have shape (n, {space.n_sites}), got {states.shape}")
    return states


def checked_pairs(
    space: StateSpace, pairs: Pairs, done: NDArray[np.intp], n_steps: int
) -> tuple[Pairs, NDArray[np.intp]]:
    """Pairs of states and their finished steps ``(n,)``; InputError unless there is one a pair, 0 <= done < n_steps."""
    starts, ends = space.check(pairs.starts), space.check(pairs.ends)
    finished = rectangular(done, "finished steps")
    if starts.ndim != 2 or starts.shape != ends.shape or finished.shape != starts.shape[:1]:
        raise InputError(
            f"pairs must be two arrays of one shape (n, {space.n_sites}) with one number of finished steps each, "
            f"got {starts.shape}, {ends.shape} and {finished.shape}"
        )
    if finished.dtype.kind not in "iu" or np.any((finished < 0) | (finished >= n_steps)):
        raise InputError(
            f"finished steps must be whole numbers in 0..{n_steps - 1}, the last step is never looked behind"
        )
    return Pairs(starts, ends), finished.astype(np.intp, copy=False)


def checked_ends(
    space: StateSpace, places: Places, ends: NDArray[np.int64], n_steps: int, k: int
) -> NDArray[np.int64]:
    """Predicted ends ``(n, n_sites)``, where crossed sites hold their symbol; InputError where they fit no step k."""
    whole_number(k, "step k", most=n_steps - 1)
    found = rectangular(ends, "predicted ends")
    if found.shape != places.states.shape or found.dtype.kind not in "biuf":
        raise InputError(
            f"predicted ends must be numbers of the shape {places.states.shape} of the states, got {found.dtype} "
            f"{found.shape}"
        )
    return space.check(np.where(places.crossed, places.states, found))


def checked_steps(n_steps: int, most: int | None) -> int:
    """`n_steps` as int; InputError where it is no whole number in 1..most."""
    whole = isinstance(n_steps, (int, np.integer)) and not isinstance(n_steps, bool)
    if not whole or not 1 <= n_steps <= (STEP_LIMIT if most is None else most):
        limit = f"{STEP_LIMIT}" if most is None else f"{most}, one a site"
        raise InputError(
            f"the number of steps must be a whole number, at least 1 and at most {limit}, got {n_steps!r:.60}"
        )
    return int(n_steps)
