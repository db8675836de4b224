"""Drawing from the rows of a table, all at once."""

import numpy as np
from numpy.typing import NDArray


def columns_of(
    cumulative: NDArray[np.float64], rows: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.intp]:
    """One column for each of `rows`, in proportion to the row, from the running sums ``(m, k)`` of the rows.

    Each is the first column whose running sum is above u times the row's total, u uniform in [0, 1), so columns of
    probability zero are never drawn. A binary search in all rows at once, O(n log k); rows must have a positive sum.

    >>> columns_of(np.cumsum([[0.0, 0.5, 0.0], [0.0, 0.0, 0.5]], axis=1), np.array([1, 0, 1]), np.random.default_rng(0))
    array([2, 1, 2])
    """
    totals = cumulative[rows, -1]
    height = rng.random(len(rows)) * totals
    height = np.minimum(height, np.nextafter(totals, 0.0))  # the product may round to the total
    low = np.zeros(len(rows), dtype=np.intp)
    high = np.full(len(rows), cumulative.shape[1] - 1, dtype=np.intp)
    while np.any(low < high):
        middle = (low + high) // 2
        above = cumulative[rows, middle] > height
        high, low = np.where(above, middle, high), np.where(above, low, middle + 1)
    return low
