"""A problem with the data that a model is trained on apart from the data it is judged by."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.randomness import generator
from ecd2g.data.problem import Problem
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class SplitProblem:
    """What a model may see (`train`), and what it is judged by (`test`), on one space.

    `is_exact` says that the distributions of `test` are the very laws that the training samples were drawn from;
    otherwise they are held-out samples. `is_ordinal` says that symbols are numbers on a line, so that squared distances
    mean something. `image` is the shape (height, width) of a state drawn as a picture, read row by row; None where it
    is none. `n_train` and `n_test` count the target rows that the laws of held-out problems are made of; None where
    they are not made of rows. InputError where the two problems differ in space or alphabet, or the image has not one
    pixel a site.
    """

    train: Problem
    test: Problem
    is_exact: bool
    is_ordinal: bool
    image: tuple[int, int] | None = None
    n_train: int | None = None
    n_test: int | None = None

    def __repr__(self) -> str:
        """One line: name, space, sizes of the supports, and what judges."""
        space = self.train.space
        sizes = ", ".join(
            f"{side} {np.count_nonzero(problem.source.probabilities):,} to "
            f"{np.count_nonzero(problem.target.probabilities):,} states"
            for side, problem in (("train", self.train), ("test", self.test))
        )
        kind = "exact laws" if self.is_exact else "held-out samples"
        sites = f"{space.n_sites} sites of {space.n_symbols} symbols"
        return f"SplitProblem({self.train.name!r}, {sites}, {sizes}, judged by {kind})"

    def train_rows(self) -> NDArray[np.int64] | None:
        """Target rows to train on ``(n_train, n_sites)``, repeated ones as often as they occur; None without rows."""
        return _rows(self.train.target, self.n_train)

    def test_rows(self) -> NDArray[np.int64] | None:
        """Target rows held out ``(n_test, n_sites)``, as `train_rows`."""
        return _rows(self.test.target, self.n_test)

    def __post_init__(self) -> None:
        if self.train.space != self.test.space:
            raise InputError(
                f"training and test data must live on one space, got alphabet sizes {self.train.space.alphabet_sizes} "
                f"and {self.test.space.alphabet_sizes}"
            )
        if self.train.alphabet != self.test.alphabet:
            raise InputError("training and test data must have one alphabet, but theirs differ")
        if self.image is not None and not _fits(self.image, self.train.space.n_sites):
            raise InputError(
                f"an image must have one pixel a site, {self.train.space.n_sites} in all, got {self.image}"
            )


def _rows(law: Distribution, n: int | None) -> NDArray[np.int64] | None:
    if n is None:
        return None
    counts = np.rint(law.probabilities[law.probabilities > 0] * n).astype(np.intp)
    return np.repeat(law.support(), counts, axis=0)


def _fits(image: tuple[int, int], n_pixels: int) -> bool:
    height, width = image
    return min(height, width) > 0 and height * width == n_pixels


def checked_count(value: int, name: str) -> int:
    """A number of samples; InputError unless it is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise InputError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def draw_training(
    exact: Problem,
    n_train: int = 50_000,
    rng: np.random.Generator | int | None = 0,
    is_ordinal: bool = False,
    image: tuple[int, int] | None = None,
) -> SplitProblem:
    """Judge by the laws of `exact`, and train on the empirical laws of `n_train` samples of each of them.

    Samples are independent; the source is drawn first. InputError unless n_train is at least 1.

    >>> import ecd2g
    >>> split = draw_training(ecd2g.data.uniform_to_gaussian(5), n_train=100)
    >>> split.is_exact, split.test.space == split.train.space
    (True, True)
    """
    checked_count(n_train, "n_train")
    random = generator(rng)
    source, target = (
        Distribution.from_samples(exact.space, law.sample(n_train, random))
        for law in (exact.source, exact.target)
    )
    train = replace(exact, source=source, target=target)
    return SplitProblem(train, exact, is_exact=True, is_ordinal=is_ordinal, image=image)
