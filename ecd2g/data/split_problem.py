"""A problem with the data that a model is trained on apart from the data it is judged by."""

from dataclasses import dataclass

from ecd2g.data.problem import Problem
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class SplitProblem:
    """What a model may see (`train`), and what it is judged by (`test`), on one space.

    `is_exact` says that the distributions of `test` are the very laws that the training samples were drawn from;
    otherwise they are held-out samples. `is_ordinal` says that symbols are numbers on a line, so that squared distances
    mean something. `image` is the shape of a state drawn as a picture, None where it is none.
    """

    train: Problem
    test: Problem
    is_exact: bool
    is_ordinal: bool
    image: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.train.space != self.test.space:
            raise InputError(
                f"training and test data must live on one space, got alphabet sizes {self.train.space.alphabet_sizes} "
                f"and {self.test.space.alphabet_sizes}"
            )
