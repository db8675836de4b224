"""What the same starts and ends would cost if they were paired in the cheapest way."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics.optimal_transport import pair_costs
from ecd2g.metrics.transport_cost import _check_same_walks, _states

MatchedGround = Literal["squared", "hamming"]

ROW_LIMIT = 5_000
"""Walks at most: the costs of all pairs fill 0.2 GB; see `matched_cost` for the time."""


def matched_cost(starts: ArrayLike, ends: ArrayLike, ground: MatchedGround = "squared") -> float:
    """Smallest mean cost of any pairing of these starts with these ends, min_s 1/n sum_j c(x_j, y_s(j)).

    c = sum_i (x_i - y_i)^2 for "squared" and the number of sites that differ for "hamming". The mean cost of the walks
    themselves, `mean_squared_distance` or `mean_hamming_distance`, is never below: their ratio is 1 for an optimal
    coupling. Both are the cost of one sample, and the ratio of few walks in a large space is biased towards 1.

    `starts` and `ends` are states ``(n, n_sites)``, row by row of the same walk. By SciPy's assignment, O(n^3) at worst
    and n^2 numbers: 0.1 to 2 seconds for 2,000 walks. CapacityError above `ROW_LIMIT` walks. InputError for other
    shapes and grounds.

    >>> matched_cost([[0], [5]], [[5], [1]])
    0.5
    """
    if ground not in get_args(MatchedGround):
        raise InputError(f'ground must be "squared" or "hamming", got {ground!r}')
    first, second = _states(starts, "starts"), _states(ends, "ends")
    _check_same_walks(first, second)
    if len(first) > ROW_LIMIT:
        raise CapacityError(
            f"the cheapest pairing of {len(first)} walks takes time of order n^3, and the limit is {ROW_LIMIT} walks; "
            f"take fewer of them"
        )
    costs = pair_costs(first, second, ground)
    return float(np.mean(costs[linear_sum_assignment(costs)]))
