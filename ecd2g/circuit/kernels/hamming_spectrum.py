"""Eigenvalues of Hamming kernels as polynomials with positive coefficients."""

import numpy as np
from numpy.typing import NDArray


def parities(
    alphabets: list[int], multiplicities: list[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients (P + M) / 2 and (P - M) / 2 for every number k of varied sites of each alphabet.

    P(t) = prod (1 + (S - 1) t) over all sites gives the row sum, M(t), with 1 - t in place of every varied site, the
    eigenvalue. A varied site is c + s in P and c - s in M, with c = 1 + (S - 2) t / 2 and s = S t / 2: only positive
    numbers are added, so no distance from 1 or -1 loses digits.
    """
    even, odd = [np.ones(1)], [np.zeros(1)]
    for size, count in zip(alphabets, multiplicities, strict=True):
        parts = [_varied(size, count, k) for k in range(count + 1)]
        grown = [
            (
                np.convolve(e, part_even) + np.convolve(o, part_odd),
                np.convolve(e, part_odd) + np.convolve(o, part_even),
            )
            for e, o in zip(even, odd, strict=True)
            for part_even, part_odd in parts
        ]
        even, odd = [pair[0] for pair in grown], [pair[1] for pair in grown]
    return np.array(even), np.array(odd)


def _varied(size: int, count: int, varied: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    even, odd = np.ones(1), np.zeros(1)
    level, swing = np.array([1.0, (size - 2) / 2]), np.array([0.0, size / 2])
    for site in range(count):
        if site < varied:
            even, odd = (
                np.convolve(even, level) + np.convolve(odd, swing),
                np.convolve(even, swing) + np.convolve(odd, level),
            )
        else:
            full = np.array([1.0, size - 1.0])
            even, odd = np.convolve(even, full), np.convolve(odd, full)
    return even, odd
