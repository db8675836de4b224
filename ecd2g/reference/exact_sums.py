"""Sums of floats without rounding: values cut into slices whose sums are exact, in any order (Rump, Ogita, Oishi 2008).

A slice holds the digits of all values down to one common unit, so few of them that no sum needs more than 53 bits:
bincount, cumsum and differences of prefix sums add slices exactly, and only the sum over the slices is rounded.
"""

from math import log2

import numpy as np
from numpy.typing import NDArray

EPS = float(np.finfo(np.float64).eps)


def slices(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slices ``(k, n)`` that add up exactly to `values` ``(n,)``.

    In every slice, any sum in which no value occurs more than four times is exact. Values within few decades need two
    or three slices, and each holds about 50 - log2(n) bits. Where a value or the sum of all |values| is not finite, all
    sums are nan. Nothing is lost below the smallest normal number: sums are exact there.

    >>> value, error = rounded(slices(np.array([1e30, 1.0, -1e30])).sum(axis=1))
    >>> float(value)
    1.0
    """
    parts: list[NDArray[np.float64]] = []
    rest = values
    while not parts or np.any(rest):
        total = np.abs(rest).sum()
        if not np.isfinite(total):
            return np.full((1, len(values)), np.nan)
        # a part is at most twice its value, so four times all parts stay below sigma = 2^53 units
        sigma = np.ldexp(1.0, np.frexp(total)[1] + 3)
        parts.append((sigma + rest) - sigma)
        rest = rest - parts[-1]
    return np.array(parts)


def rounded(parts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sums over the slices ``(k, ...)`` and bounds on their errors: one rounding, plus (k EPS)^2 of what was added.

    Compensated summation (Ogita, Rump, Oishi 2005, proposition 4.5).
    """
    total, lost, size = np.zeros((3, *parts.shape[1:]))
    for part in parts:
        longer = total + part
        back = longer - total
        lost += (total - (longer - back)) + (part - back)
        size += np.abs(part)
        total = longer
    total = total + lost
    return total, EPS * np.abs(total) + (len(parts) * EPS) ** 2 * size


def widening(n_terms: int) -> float:
    """Factor that covers the rounding of a pairwise sum of positive terms, and of the few operations in each."""
    return 1.0 + EPS * (40.0 + log2(n_terms + 1))
