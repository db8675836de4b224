"""Distances between probability distributions on the same states."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from ecd2g.errors import InputError
from ecd2g.metrics.probability_check import check_probabilities


def total_variation(p: ArrayLike, q: ArrayLike) -> np.float64 | NDArray[np.float64]:
    """Total variation distance TV(p, q) = 1/2 sum_x |p(x) - q(x)|, between 0 and 1.

    `p` and `q` are probabilities ``(..., n_states)``, leading axes broadcast; the result has shape ``(...)``.
    InputError where they differ in `n_states`, are negative or not finite, or do not sum to 1.

    >>> float(total_variation([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    0.5
    """
    first, second = check_probabilities(p, "p"), check_probabilities(q, "q")
    _check_same_states(first, second)
    return 0.5 * np.abs(first - second).sum(axis=-1)


def kl_divergence(p: ArrayLike, q: ArrayLike) -> np.float64 | NDArray[np.float64]:
    """Kullback-Leibler divergence KL(p || q) = sum_x p(x) log(p(x) / q(x)), in nats.

    Infinite where p(x) > 0 = q(x); states with p(x) = 0 add nothing. Rounding may leave it below zero by
    1e-15 or so where p = q. Shapes and errors as for `total_variation`.

    >>> round(float(kl_divergence([1.0, 0.0], [0.5, 0.5])), 6)
    0.693147
    """
    first, second = check_probabilities(p, "p"), check_probabilities(q, "q")
    _check_same_states(first, second)
    return rel_entr(first, second).sum(axis=-1)


def _check_same_states(p: NDArray[np.float64], q: NDArray[np.float64]) -> None:
    """Broadcasting is meant for leading axes only: one state against many is a mistake."""
    if p.shape[-1] != q.shape[-1]:
        raise InputError(f"p and q must list the same states, got {p.shape[-1]} and {q.shape[-1]} of them")
    try:
        np.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        raise InputError(
            f"the leading axes of p and q must broadcast, got shapes {p.shape} and {q.shape}"
        ) from None
