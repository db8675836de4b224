"""What the figures accept: real, finite arrays of a stated shape."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError


def real_array(values: ArrayLike, name: str, shape: str) -> NDArray[np.float64]:
    """Return a finite float64 array; `shape` names its axes, equal names of equal length: "n_gaps V V"."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be an array of real numbers") from None
    axes = shape.split()
    lengths = dict(zip(axes, array.shape, strict=False))
    if array.shape != tuple(lengths.get(axis) for axis in axes) or array.size == 0:
        raise InputError(f"{name} must have shape ({', '.join(axes)}), not empty, got {array.shape}")
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name} must be finite numbers, got {array[~np.isfinite(array)][0]}")
    return array


def densities(values: ArrayLike, name: str, shape: str) -> NDArray[np.float64]:
    """Like `real_array`, for values that may not be negative."""
    array = real_array(values, name, shape)
    if array.min() < 0:
        raise InputError(f"{name} must not be negative, got {array.min():g}")
    return array


def named_densities(values: Mapping[str, ArrayLike], name: str, shape: str) -> dict[str, NDArray[np.float64]]:
    """Return a non-empty mapping of densities that all have one shape."""
    if not isinstance(values, Mapping) or not values:
        raise InputError(f"{name} must be a non-empty mapping from names to arrays")
    arrays = {key: densities(value, f"{name}[{key!r}]", shape) for key, value in values.items()}
    shapes = {key: array.shape for key, array in arrays.items()}
    if len(set(shapes.values())) > 1:
        raise InputError(f"{name} must all have one shape, got {shapes}")
    return arrays


def evenly(count: int, at_most: int) -> list[int]:
    """At most `at_most` of the numbers 0 .. count - 1, spread evenly, first and last among them."""
    return [int(place) for place in np.unique(np.linspace(0, count - 1, min(count, at_most)).round())]


def chosen(wanted: ArrayLike | None, count: int, at_most: int, name: str) -> list[int]:
    """Return the numbers asked for, each in 0 .. count - 1, or an even choice when none are."""
    if wanted is None:
        return evenly(count, at_most)
    numbers = np.atleast_1d(np.asarray(wanted))
    inside = numbers.ndim == 1 and numbers.size > 0 and numbers.dtype.kind in "iu"
    if not inside or numbers.min() < 0 or numbers.max() >= count:
        raise InputError(f"{name} must be whole numbers in 0..{count - 1}, got {wanted!r}")
    return [int(number) for number in numbers]
