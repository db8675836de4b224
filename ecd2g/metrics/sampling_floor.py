"""How far from q even perfect samples of q lie: the floor under every measured total variation."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from ecd2g.circuit.given_numbers import positive_number, whole_number
from ecd2g.errors import InputError
from ecd2g.metrics.probability_check import check_probabilities

COUNTED = 2**53
"""Whole numbers up to here are floats."""


@dataclass(frozen=True)
class SamplingFloor:
    """Total variation between `n_samples` independent samples of q and q itself.

    Its mean is `expected`; it reaches `bound` with probability `error_rate` at most.
    """

    expected: float
    bound: float
    n_samples: int
    error_rate: float


def sampling_floor(probabilities: ArrayLike, n_samples: int, error_rate: float = 1e-6) -> SamplingFloor:
    """Total variation that sampling alone causes, TV(empirical law of n samples of q, q).

    `expected` = 1/2 sum_x E|X_x / n - q_x| with X_x binomial (n, q_x): exact, no simulation.
    `bound` = expected + sqrt(log(1 / error_rate) / (2 n)): one sample moves the distance by 1/n at most,
    so McDiarmid's inequality gives P(TV >= bound) <= error_rate.

    `probabilities` are q ``(n_states,)``; states of probability zero may be left out, so the probabilities
    of a sparse distribution do. InputError for anything that is not a distribution, n_samples < 1, or an
    error rate outside (0, 1).

    >>> round(sampling_floor([0.5, 0.5], n_samples=1).expected, 12)
    0.5
    """
    q = check_probabilities(probabilities, "probabilities")
    if q.ndim != 1:
        raise InputError(f"probabilities must have shape (n_states,), got {q.shape}")
    n = whole_number(n_samples, "n_samples", least=1, most=COUNTED)
    if not positive_number(error_rate, "error_rate") < 1.0:
        raise InputError(f"error_rate must lie between 0 and 1, both excluded, got {error_rate!r}")
    expected = 0.5 * float(_mean_absolute_deviation(q, n).sum())
    margin = math.sqrt(-math.log(error_rate) / (2 * n))
    return SamplingFloor(expected, expected + margin, n, float(error_rate))


def _mean_absolute_deviation(q: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """E|X/n - q| of X binomial (n, q), by De Moivre: 2 (k/n) C(n, k) q^k (1-q)^(n-k+1), k = floor(nq) + 1.

    In logarithms, whose rounding costs a relative error of about n log(n) 1e-16. Where n q rounds across a
    whole number the neighbouring k is taken; the formula changes continuously there.
    """
    deviation = np.zeros_like(q)
    random = (q > 0) & (q < 1)  # the others never deviate
    p = q[random]
    k = np.minimum(np.floor(n * p) + 1, n)
    log_choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    deviation[random] = 2 * (k / n) * np.exp(log_choose + k * np.log(p) + (n - k + 1) * np.log1p(-p))
    return deviation
