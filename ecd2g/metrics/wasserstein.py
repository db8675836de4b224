"""Exact Wasserstein distances: what the cheapest transport between two distributions costs."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from ecd2g.circuit.given_numbers import positive_number
from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics.probability_check import check_probabilities
from ecd2g.metrics.transport_cost import _states

Ground = Literal["euclidean", "hamming"]

SAMPLE_LIMIT = 5_000
"""Rows of a sample at most: the costs of all pairs fill 0.2 GB; see `wasserstein_samples` for the time."""


def wasserstein_line(p: ArrayLike, q: ArrayLike, order: Literal[1, 2] = 1, scale: float = 1.0) -> float:
    """Wasserstein distance W_k(p, q) of one ordinal site, states 0 to n_states - 1 at distance |x - y| / scale.

    W_k = (int_0^1 |P(u) - Q(u)|^k du)^(1/k) / scale with k = `order` and P, Q the quantile functions: W_2 is the
    root, in the same unit as W_1. The integrand is constant between the steps of the two, so the sum is exact.

    `p` and `q` are probabilities ``(n_states,)``, `scale` is in symbols. Totals may miss 1 by 1e-6, so each is
    divided by its own: only equal masses can be transported. Rounding leaves 1e-16 of mass in the wrong state,
    which W_2 shows as 1e-8. InputError for other shapes, orders or scales, and for what is no distribution.

    >>> wasserstein_line([0.75, 0.0, 0.25], [0.0, 0.0, 1.0])
    1.5
    >>> wasserstein_line([0.25, 0.0, 0.0, 0.0, 0.75], [0.0, 0.0, 0.0, 0.0, 1.0], order=2)  # a quarter moves by 4
    2.0
    """
    _check_order_and_scale(order, scale)
    first, second = check_probabilities(p, "p"), check_probabilities(q, "q")
    if first.ndim != 1 or first.shape != second.shape:
        raise InputError(
            f"p and q must list the same states, (n_states,), got shapes {first.shape} and {second.shape}"
        )
    p_levels, q_levels = _levels(first), _levels(second)
    levels = np.sort(np.concatenate((p_levels, q_levels)))
    # the quantile function is left-continuous: its value at a level holds back to the level before
    distances = np.abs(np.searchsorted(p_levels, levels) - np.searchsorted(q_levels, levels))
    cost = np.diff(levels, prepend=0.0) @ distances.astype(np.float64) ** order
    return float(cost ** (1 / order) / scale)


def wasserstein_samples(
    first: ArrayLike,
    second: ArrayLike,
    order: Literal[1, 2] = 1,
    ground: Ground = "euclidean",
    scale: float = 1.0,
) -> float:
    """Wasserstein distance between two samples of equal size and equal weights, by optimal assignment.

    W_k = (min_s 1/n sum_j d(x_j, y_s(j))^k)^(1/k) over permutations s, with k = `order`. The ground distance d is
    sqrt(sum_i ((x_i - y_i) / scale)^2) for "euclidean" and the number of sites that differ for "hamming".

    `first` and `second` are states ``(n, n_sites)`` in any order, `scale` is in symbols. Memory grows with n^2 and
    time with n^3 at worst: 2,000 rows take a second where the samples overlap and 15 where they lie apart, 5,000
    rows take ten seconds or minutes. CapacityError above `SAMPLE_LIMIT` rows. InputError for samples of different
    shapes, other orders, grounds or scales, and for a scale with "hamming", whose unit is the site.

    >>> wasserstein_samples([[0, 0], [5, 5]], [[5, 5], [3, 4]])
    2.5
    >>> wasserstein_samples([[0, 0], [5, 5]], [[5, 5], [3, 4]], ground="hamming")
    1.0
    """
    _check_order_and_scale(order, scale)
    if ground not in get_args(Ground):
        raise InputError(f"ground must be one of {', '.join(map(repr, get_args(Ground)))}, got {ground!r}")
    if ground == "hamming" and scale != 1:
        raise InputError(f'scale must be 1 with ground "hamming", which counts sites, got {scale!r}')
    xs, ys = _states(first, "first"), _states(second, "second")
    if xs.shape != ys.shape:
        raise InputError(
            f"first and second must have as many rows and sites as each other, got shapes {xs.shape} and {ys.shape}; "
            f"thin the larger sample"
        )
    if len(xs) > SAMPLE_LIMIT:
        raise CapacityError(
            f"the costs of all pairs of {len(xs)} samples would hold {8e-9 * float(len(xs)) ** 2:.3g} GB and their "
            f"assignment take time of order n^3, and the limit is {SAMPLE_LIMIT} samples; thin both samples, or use "
            f"wasserstein_line where there is one ordinal site"
        )
    costs = _costs(xs, ys, order, ground)
    return float(costs[linear_sum_assignment(costs)].mean() ** (1 / order) / scale)


def _check_order_and_scale(order: int, scale: float) -> None:
    if order not in (1, 2):
        raise InputError(f"order must be 1 or 2, got {order!r}")
    positive_number(scale, "scale")


def _levels(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cumulative distribution, which ends in exactly 1."""
    totals = np.cumsum(probabilities)
    return totals / totals[-1]


def _costs(xs: NDArray[np.int64], ys: NDArray[np.int64], order: int, ground: Ground) -> NDArray[np.float64]:
    """Ground distances to the power of `order`, ``(n, n)``, of scale one: whole numbers but for euclidean W_1."""
    if ground == "euclidean":
        return cdist(xs, ys, "euclidean" if order == 1 else "sqeuclidean")
    sites = np.rint(xs.shape[1] * cdist(xs, ys, "hamming"))  # SciPy's hamming is the share of sites
    return sites**order
