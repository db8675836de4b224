"""Numbers of sites in which states differ, for all pairs of two lists."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

PRODUCT_SYMBOLS = 16
"""Alphabets up to this size are compared by a product of one-hot states, which is faster than SciPy's loops there."""

LARGEST_PRODUCT = 2**27
"""Numbers that the one-hot states of one list may fill, 0.5 GB; longer lists are left to SciPy."""


def hamming_distances(xs: NDArray[np.int64], ys: NDArray[np.int64]) -> NDArray[np.float32]:
    """Number of sites that differ, ``(len(xs), len(ys))`` whole numbers, exact below 2^24 sites.

    O(len(xs) len(ys) D) comparisons, or S times as many multiplications, which are faster for S <= `PRODUCT_SYMBOLS`:
    1,000 by 4,000 states of 64 sites take 0.02 s for two symbols and 0.2 s for fifty. The result is held whole: give
    blocks of rows.
    """
    n_sites = xs.shape[1]
    lowest = min(int(xs.min()), int(ys.min()))
    n_symbols = max(int(xs.max()), int(ys.max())) - lowest + 1
    one_hot_size = max(len(xs), len(ys)) * n_sites * n_symbols
    if n_symbols > PRODUCT_SYMBOLS or one_hot_size > LARGEST_PRODUCT:
        return np.rint(n_sites * cdist(xs, ys, "hamming")).astype(np.float32)  # SciPy's is the share of sites
    agreements = _one_hot(xs - lowest, n_symbols) @ _one_hot(ys - lowest, n_symbols).T
    return np.float32(n_sites) - agreements


def _one_hot(states: NDArray[np.int64], n_symbols: int) -> NDArray[np.float32]:
    marks = states[:, :, None] == np.arange(n_symbols)
    return marks.reshape(len(states), -1).astype(np.float32)
