"""What a transport costs: how far walks end from where they started."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import positive_number
from ecd2g.errors import InputError


def mean_squared_distance(starts: ArrayLike, ends: ArrayLike, scale: float = 1.0) -> float:
    """Mean over walks of sum_i ((x_i - y_i) / scale)^2, for symbols whose order and spacing mean something.

    `starts` and `ends` are states ``(n, n_sites)``, row by row of the same walk; `scale` is in symbols, and
    scale = n_symbols measures in units of the side of the grid. InputError for other shapes or scales.

    >>> mean_squared_distance([[0, 0], [1, 1]], [[3, 4], [1, 1]])
    12.5
    """
    positive_number(scale, "scale")
    first, second = _states(starts, "starts"), _states(ends, "ends")
    _check_same_walks(first, second)
    steps = (first.astype(np.float64) - second.astype(np.float64)) / scale
    return float(np.square(steps).sum(axis=-1).mean())


def mean_hamming_distance(starts: ArrayLike, ends: ArrayLike) -> float:
    """Mean number of sites whose symbol changed, mean over walks of sum_i [x_i != y_i].

    Shapes and errors as for `mean_squared_distance`.

    >>> mean_hamming_distance([[0, 0], [1, 1]], [[3, 4], [1, 1]])
    1.0
    """
    first, second = _states(starts, "starts"), _states(ends, "ends")
    _check_same_walks(first, second)
    return float((first != second).sum(axis=-1).mean())


def probability_of_staying(starts: ArrayLike, ends: ArrayLike) -> float:
    """Share of walks that end in the state they started in, mean over walks of [x = y].

    Shapes and errors as for `mean_squared_distance`.

    >>> probability_of_staying([[0, 0], [1, 1]], [[3, 4], [1, 1]])
    0.5
    """
    first, second = _states(starts, "starts"), _states(ends, "ends")
    _check_same_walks(first, second)
    return float((first == second).all(axis=-1).mean())


def _states(values: ArrayLike, name: str) -> NDArray[np.int64]:
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(f"{name} must have one shape (n, n_sites), got rows of different lengths") from None
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"{name} must have shape (n, n_sites) with n >= 1, got shape {array.shape}")
    if array.dtype.kind not in "iu":
        raise InputError(f"{name} must be whole numbers, got an array of {array.dtype}")
    return array.astype(np.int64, copy=False)


def _check_same_walks(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
    if starts.shape != ends.shape:
        raise InputError(
            f"starts and ends must belong to the same walks, got shapes {starts.shape} and {ends.shape}"
        )
