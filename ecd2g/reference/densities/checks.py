"""Checks that densities share: states, probability vectors, and that all live in one space."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import TOTAL_TOLERANCE
from ecd2g.circuit.given_numbers import real_array, rectangular
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError


def checked_rows(space: StateSpace, states: ArrayLike) -> NDArray[np.int64]:
    """The states as an int64 array ``(n, n_sites)``, checked; one pass where they are such an array already."""
    rows = rectangular(states, "states")
    if rows.ndim != 2:
        raise InputError(f"states must have shape (n, {space.n_sites}), got {rows.shape}")
    sizes = np.asarray(space.alphabet_sizes)
    is_plain = rows.dtype == np.int64 and rows.shape[1] == len(sizes)
    if is_plain and (not len(rows) or bool(rows.min() >= 0 and np.all(rows.max(axis=0) < sizes))):
        return rows
    return space.check(rows)


def space_of(density: object) -> StateSpace | None:
    """The space a density says it lives in, or None."""
    return getattr(density, "space", None)


def require_space(density: object, space: StateSpace | None, what: str) -> None:
    """InputError where a density says that it lives in another space."""
    own = space_of(density)
    if own is not None and space is not None and own != space:
        raise InputError(
            f"{what} must live in one space, got alphabets of {brief(own.alphabet_sizes)} "
            f"and {brief(space.alphabet_sizes)} symbols"
        )


def probability_vector(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Our own locked copy ``(k,)``; InputError unless finite, not negative and of sum 1."""
    array = real_array(values, name).copy()
    if array.ndim != 1 or not array.size:
        raise InputError(f"{name} must be a list of numbers, got an array of shape {array.shape}")
    is_allowed = np.isfinite(array) & (array >= 0.0)
    if not is_allowed.all():
        raise InputError(f"{name} must be finite and not negative, got {array[~is_allowed][0]}")
    with np.errstate(over="ignore"):
        total = float(array.sum())
    if abs(total - 1.0) > TOTAL_TOLERANCE:
        raise InputError(
            f"{name} must sum to 1 within {TOTAL_TOLERANCE:g}, got {total!r}; divide by the sum first"
        )
    return read_only(array)


def brief(sizes: tuple[int, ...]) -> str:
    """The numbers of symbols as text, a few of them where there are many."""
    if len(sizes) <= 8:
        return str(sizes)
    return f"({', '.join(map(str, sizes[:4]))}, ..., {sizes[-1]}) of {len(sizes)} sites"
