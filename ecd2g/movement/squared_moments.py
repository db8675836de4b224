"""The squared cost of a coupling from moments of its two ends, without the coupling itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SquaredCost:
    """E |x - y|^2 in symbols squared, and the sum of the sizes of the terms it comes from: rounding scales with it."""

    value: float
    terms: float


def squared_cost(
    p: NDArray[np.float64],
    xs: NDArray[np.int64],
    law: NDArray[np.float64],
    ys: NDArray[np.int64],
    ends: NDArray[np.float64],
) -> SquaredCost:
    """Expected squared distance of starts `xs` ``(m, D)`` of law `p` and ends `ys` ``(k, D)`` of law `law`; O(D (m+k)).

    sum_i E (x_i - c_i)^2 + E (y_i - c_i)^2 - 2 sum_y ends_i(y) (y_i - c_i),        ends_i(y) = E[x_i - low_i; y],

    with c the mean end and `ends` ``(k, D)``: what ends at y of the start masses p(x) (x_i - low_i), for any low. As
    sum_y law(y) (y_i - c_i) = 0, the last term is twice the covariance whatever low is. Coordinates should count from
    somewhere near the states, for otherwise the centring loses digits. `law` may miss mass: c is the mean of what is
    there.
    """
    centre = law @ ys / law.sum()
    x, y = xs - centre, ys - centre
    spread = p @ np.square(x).sum(axis=1) + law @ np.square(y).sum(axis=1)
    covariance = np.sum(ends * y)
    return SquaredCost(float(spread - 2.0 * covariance), float(spread + 2.0 * np.sum(ends * np.abs(y))))
