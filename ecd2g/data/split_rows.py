"""Some rows to train on, the others to judge by."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.randomness import generator
from ecd2g.errors import InputError

HELD_OUT = 0.2
"""Share of the rows held out unless said otherwise."""


def split_places(
    n: int, share: float = HELD_OUT, rng: np.random.Generator | int | None = 0
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the rows to train on and of those held out, each in rising order; together 0 .. n - 1, each once.

    round(`share` n) of the `n` rows are held out, chosen uniformly at random. InputError unless 0 < share < 1 and both
    parts get a row.
    """
    if not 0.0 < share < 1.0:
        raise InputError(f"the share of rows held out must lie between 0 and 1, got {share!r}")
    n_test = round(share * n)
    if not 0 < n_test < n:
        raise InputError(
            f"a share of {share:g} of {n} rows must leave a row on either side, but would hold out {n_test}; "
            f"give more rows or another share"
        )
    order = generator(rng).permutation(n)
    return np.sort(order[n_test:]), np.sort(order[:n_test])


def split_rows(
    rows: ArrayLike, share: float = HELD_OUT, rng: np.random.Generator | int | None = 0
) -> tuple[NDArray, NDArray]:
    """Split rows ``(n, ...)`` into those to train on and those held out, as `split_places` does.

    A row that occurs several times is several rows: copies may end on both sides. InputError unless the share
    lies between 0 and 1.

    >>> train, test = split_rows([[0], [1], [2], [3], [4]], share=0.4, rng=0)
    >>> len(train), len(test)
    (3, 2)
    """
    table = np.asarray(rows)
    if table.ndim == 0:
        raise InputError("rows must be an array of at least one dimension, got a single number")
    train, test = split_places(len(table), share, rng)
    return table[train], table[test]
