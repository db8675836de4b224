"""A lower bound of optimal transport from any potentials: Kantorovich duality over all pairs of states."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.reference.adapted.ends import TransportEnds

EPS = float(np.finfo(np.float64).eps)


def dual_bound(ends: TransportEnds, u: NDArray[np.float64]) -> float:
    """Lower bound of the cost of every coupling of the two ends, from potentials u(x) ``(m,)`` of the states x.

    v(y) = min_x c(x, y) - u(x), then u(x) = min_y c(x, y) - v(y). So u(x) + v(y) <= c(x, y) for *all* pairs, joined or
    not, and sum p u + sum q v is at most the cost of any coupling. Both minima can only raise the sum, and a constant
    added to u leaves it as it is. Rounding is taken off. O(m k), in blocks.
    """
    v = np.full(len(ends.ys), np.inf)
    for rows, costs in ends.blocks():
        np.minimum(v, (costs - u[rows, None]).min(axis=0), out=v)
    u = np.concatenate([(costs - v).min(axis=1) for _, costs in ends.blocks()])
    return float(ends.p @ u + ends.q @ v) - _rounding(ends, u, v)


def _rounding(ends: TransportEnds, u: NDArray[np.float64], v: NDArray[np.float64]) -> float:
    """More than the rounding of the sums, and than u + v may exceed a cost by."""
    summed = float(ends.p @ np.abs(u) + ends.q @ np.abs(v))
    largest = float(np.abs(u).max() + np.abs(v).max())
    return EPS * ((ends.n_nodes + 8) * summed + 8 * largest)
