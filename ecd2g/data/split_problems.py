"""The named problems for learning, each with its training and its test data."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.state_space import StateSpace
from ecd2g.data.digits import binary_digits, pooled_digits
from ecd2g.data.mixtures import gaussian_mixtures
from ecd2g.data.names import LONGEST, NAME_SYMBOLS, name_states
from ecd2g.data.problem import Problem
from ecd2g.data.problems import moons_to_swiss_roll, splice
from ecd2g.data.split_problem import SplitProblem, checked_count, draw_training
from ecd2g.data.split_rows import split_rows

N_TRAIN, N_TEST = 50_000, 20_000
"""Samples drawn to train on, and noise images drawn to judge by."""

Random = np.random.Generator | int | None


def split_moons(n_train: int = N_TRAIN, rng: Random = 0) -> SplitProblem:
    """Two moons to Swiss roll on 50 x 50 cells; the law of the problem ``2d`` counts as exact."""
    return draw_training(replace(moons_to_swiss_roll(), name="moons"), n_train, rng, is_ordinal=True)


def split_mixture(n_sites: int, n_symbols: int = 16, n_train: int = N_TRAIN, rng: Random = 0) -> SplitProblem:
    """Mixtures of Gaussians in D = 3, 4 or 5 dimensions, S^D cells; see `gaussian_mixtures`."""
    return draw_training(gaussian_mixtures(n_sites, n_symbols), n_train, rng, is_ordinal=True)


def split_splice(n_train: int = N_TRAIN, rng: Random = 0) -> SplitProblem:
    """Human 5' splice sites, 4^9 states: independent sites to their true joint law."""
    return draw_training(splice(), n_train, rng)


def split_pooled_digits(n_train: int = N_TRAIN, rng: Random = 0) -> SplitProblem:
    """Noise to digits in 4 x 4 black-and-white pixels, 2^16 states: uniform to the law of all 1,797 images."""
    space = StateSpace(2, 16)
    target = Distribution.from_samples(space, pooled_digits()[0])
    exact = Problem("digits-4x4", "noise to digits, 4 x 4", space, Distribution.uniform(space), target)
    return draw_training(exact, n_train, rng, image=(4, 4))


def split_three_to_eight(rng: Random = 0) -> SplitProblem:
    """Images of a 3 to images of an 8, 8 x 8 black-and-white pixels, 2^64 states; one image in five is held out.

    146 + 37 images of a 3 and 139 + 35 of an 8; only two of them, both a 3, are alike, and may be on either side.
    """
    images, labels = binary_digits()
    random = generator(rng)
    source, target = (split_rows(images[labels == digit], rng=random) for digit in (3, 8))
    return _held_out(
        "digits-3-8", "digit 3 to digit 8, 8 x 8", StateSpace(2, 64), source, target, image=(8, 8)
    )


def split_noise_to_digits(n_train: int = N_TRAIN, n_test: int = N_TEST, rng: Random = 0) -> SplitProblem:
    """Noise to digits in 8 x 8 black-and-white pixels, 2^64 states; one image in five is held out.

    1,438 + 359 images of all digits. Images are split, not patterns: of the 359 held out, about 13 look like one to
    train on. The source is uniform on 2^64 images, given by `n_train` images of fresh noise to
    train on and `n_test` others to judge by. InputError where either is no whole number of at least 1.
    """
    checked_count(n_train, "n_train")
    checked_count(n_test, "n_test")
    space = StateSpace(2, 64)
    random = generator(rng)
    target = split_rows(binary_digits()[0], rng=random)
    noise = space.draw(n_train, random), space.draw(n_test, random)
    return _held_out("digits-noise", "noise to digits, 8 x 8", space, noise, target, image=(8, 8))


def split_names(rng: Random = 0) -> SplitProblem:
    """First names of women to first names of men, at most six letters, 27^6 states; one name in five is held out.

    2,155 + 539 and 694 + 174 distinct names, each counting once. 270 names are on both lists, and such a name may be
    held out on one of them only.
    """
    random = generator(rng)
    source, target = (split_rows(name_states(sex), rng=random) for sex in ("female", "male"))
    space = StateSpace(len(NAME_SYMBOLS), LONGEST)
    title = "first names of women to those of men"
    return _held_out("names", title, space, source, target, alphabet=NAME_SYMBOLS)


SPLIT_PROBLEMS: dict[str, Callable[..., SplitProblem]] = {
    "moons": split_moons,
    "mixture-3": partial(split_mixture, 3),
    "mixture-4": partial(split_mixture, 4),
    "mixture-5": partial(split_mixture, 5),
    "splice": split_splice,
    "digits-4x4": split_pooled_digits,
    "digits-3-8": split_three_to_eight,
    "digits-noise": split_noise_to_digits,
    "names": split_names,
}
"""Name of each problem to the function that makes it; every argument has a default, `rng` (0) among them."""

Split = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows to train on, and rows held out."""


def _held_out(
    name: str,
    title: str,
    space: StateSpace,
    source: Split,
    target: Split,
    alphabet: tuple[str, ...] | None = None,
    image: tuple[int, int] | None = None,
) -> SplitProblem:
    train, test = (
        Problem(
            name,
            title,
            space,
            Distribution.from_samples(space, starts),
            Distribution.from_samples(space, ends),
            alphabet,
        )
        for starts, ends in zip(source, target, strict=True)
    )
    n_train, n_test = map(len, target)
    return SplitProblem(
        train, test, is_exact=False, is_ordinal=False, image=image, n_train=n_train, n_test=n_test
    )
