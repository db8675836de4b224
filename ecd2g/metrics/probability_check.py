"""The one check that every metric of probabilities makes of its arguments."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import real_array
from ecd2g.errors import InputError

TOTAL_TOLERANCE = 1e-6
"""How far from one a total may lie: counts are refused, float32 probabilities of a network are not."""


def check_probabilities(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """`values` as float64 ``(..., n_states)``; InputError unless finite, not negative and of total 1."""
    try:
        array = real_array(values, name)
    except InputError:
        raise InputError(
            f"{name} must be an array of real numbers, (..., n_states), got {type(values).__name__}; "
            f"a Distribution gives one by its to_array()"
        ) from None
    if array.ndim == 0 or array.size == 0:
        raise InputError(f"{name} must have shape (..., n_states) and not be empty, got {array.shape}")
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    if np.any(array < 0):
        raise InputError(f"{name} must not be negative, got {array.min():g}")
    with np.errstate(over="ignore"):  # an infinite total is not 1 either
        totals = array.sum(axis=-1)
    furthest = float(totals.flat[np.argmax(np.abs(totals - 1.0))])
    if abs(furthest - 1.0) > TOTAL_TOLERANCE:
        raise InputError(
            f"{name} must sum to 1 within {TOTAL_TOLERANCE:g} over the last axis, got {furthest!r}; "
            f"divide counts by their sum first"
        )
    return array
