"""Random point clouds in the plane, in the shapes that scikit-learn made well known."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import InputError

MOONS_LOWER, MOONS_UPPER = (-1.0, -0.5), (2.0, 1.0)
"""Corners of the smallest box around the two moons without noise."""

ROLL_LOWER, ROLL_UPPER = (-9.6, -11.1), (12.7, 14.2)
"""Corners of a box around the Swiss roll without noise, to one decimal."""


def two_moons(n: int, noise: float, rng: np.random.Generator | int | None = None) -> NDArray[np.float64]:
    """`n` independent points ``(n, 2)`` of two interleaved half circles of radius 1, as in make_moons.

    Each half with probability 1/2: (cos t, sin t), or (1 - cos t, 1/2 - sin t), with t uniform on [0, pi],
    plus Gaussian noise of standard deviation `noise`. InputError unless n >= 1 and noise >= 0.

    >>> two_moons(3, noise=0.0, rng=0).shape
    (3, 2)
    """
    _check(n, noise)
    generator = np.random.default_rng(rng)
    t = generator.uniform(0.0, np.pi, n)
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1.0 - np.cos(t), 0.5 - np.sin(t)])
    curve = np.where(generator.random((n, 1)) < 0.5, upper, lower)
    return curve + generator.normal(0.0, noise, (n, 2))


def swiss_roll(n: int, noise: float, rng: np.random.Generator | int | None = None) -> NDArray[np.float64]:
    """`n` independent points ``(n, 2)`` of a spiral, the first and third coordinate of make_swiss_roll.

    (t cos t, t sin t) with t = 3/2 pi (1 + 2 u) and u uniform on [0, 1], plus Gaussian noise of standard
    deviation `noise`. InputError unless n >= 1 and noise >= 0.

    >>> swiss_roll(3, noise=0.0, rng=0).shape
    (3, 2)
    """
    _check(n, noise)
    generator = np.random.default_rng(rng)
    t = 1.5 * np.pi * (1.0 + 2.0 * generator.random(n))
    return np.column_stack([t * np.cos(t), t * np.sin(t)]) + generator.normal(0.0, noise, (n, 2))


def _check(n: int, noise: float) -> None:
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise InputError(f"the number of points must be a whole number of at least 1, got {n!r}")
    if not 0.0 <= noise < np.inf:
        raise InputError(f"noise must be a finite standard deviation of at least 0, got {noise!r}")
