"""Numbers that callers give: whole ones, positive ones, arrays of real ones. As they are meant, or one sentence."""

from collections.abc import Iterable
from numbers import Real
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError

Item = TypeVar("Item")

LARGEST = 1e100
"""Positive numbers lie between this one and its reciprocal: their squares and quotients are numbers, too."""


def whole_number(value: object, name: str, least: int = 0, most: int | None = None) -> int:
    """The value as an int; InputError unless it is a whole number from `least` to `most`.

    >>> whole_number(np.uint8(3), "n")
    3
    """
    limit = f", {least} or more" if most is None else f" in {least}..{most}"
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not (whole and least <= value and (most is None or value <= most)):  # type: ignore[operator]
        raise InputError(f"{name} must be a whole number{limit}, got {value!r:.60}")
    return int(value)  # type: ignore[call-overload]


def positive_number(value: object, name: str, what: str = "number") -> float:
    """The value as a float; InputError unless it is a positive real number that can be squared and divided by.

    >>> positive_number(2, "scale")
    2.0
    """
    real = isinstance(value, Real) and not isinstance(value, bool)
    if not (real and 1.0 / LARGEST <= value <= LARGEST):  # type: ignore[operator]
        raise InputError(
            f"{name} must be a positive finite {what}, {1.0 / LARGEST:g} to {LARGEST:g}, got {value!r:.60}"
        )
    return float(value)  # type: ignore[arg-type]


def real_array(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """The values as float64; InputError for masked entries, rows of different length, complex numbers and times.

    >>> real_array([1, 2], "weights")
    array([1., 2.])
    """
    if np.ma.is_masked(values):
        raise InputError(f"{name} must have no masked entries; leave them out, or fill them in")
    try:
        array = np.asarray(values)
        if array.dtype.kind in "cmM":  # NumPy would drop the imaginary part, and count seconds
            raise TypeError
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} must be an array of real numbers") from None


def rectangular(values: ArrayLike, name: str) -> NDArray:
    """The values as an array of any kind; InputError for rows of different length."""
    try:
        return np.asarray(values)
    except ValueError:
        raise InputError(f"{name} must be an array, got rows of different length") from None


def listed(values: Iterable[Item], name: str) -> tuple[Item, ...]:
    """The values one by one; InputError where they are no list."""
    try:
        return tuple(values)
    except TypeError:
        raise InputError(f"{name} must be a list, got {values!r:.60}") from None
