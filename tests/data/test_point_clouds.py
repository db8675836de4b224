"""scikit-learn's generators are the oracle of ours: same curve without noise, same law with it."""

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.stats import ks_2samp
from sklearn.datasets import make_moons, make_swiss_roll

from ecd2g.data import swiss_roll, two_moons
from ecd2g.data.point_clouds import MOONS_LOWER, MOONS_UPPER, ROLL_LOWER, ROLL_UPPER
from ecd2g.errors import InputError

N = 5000
DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0], [2.0, 1.0]])
"""Laws in the plane are compared through their projections."""


def sklearn_moons(n, noise, seed):
    return make_moons(n, noise=noise, random_state=seed)[0]


def sklearn_roll(n, noise, seed):
    return make_swiss_roll(n, noise=noise, random_state=seed)[0][:, [0, 2]]


PAIRS = [
    pytest.param(two_moons, sklearn_moons, 0.1, id="moons"),
    pytest.param(swiss_roll, sklearn_roll, 0.5, id="roll"),
]


def smallest_p_value(ours, theirs):
    """Of Kolmogorov-Smirnov tests of the null hypothesis that both clouds have the same law."""
    return min(ks_2samp(ours @ direction, theirs @ direction).pvalue for direction in DIRECTIONS)


@pytest.mark.parametrize(("ours", "theirs", "noise"), PAIRS)
def test_the_law_is_that_of_scikit_learn(ours, theirs, noise):
    # five tests of 5000 against 5000 points at 1e-6 each: a false alarm in 200,000 seeds at most
    assert smallest_p_value(ours(N, noise, rng=0), theirs(N, noise, 1)) > 1e-6


@pytest.mark.parametrize(("ours", "theirs", "noise"), PAIRS)
def test_the_comparison_notices_a_small_change(ours, theirs, noise):
    cloud = theirs(N, noise, 1)
    assert smallest_p_value(ours(N, noise, rng=0) + 0.1 * cloud.std(axis=0), cloud) < 1e-6
    assert smallest_p_value(ours(N, noise, rng=0)[:, ::-1], cloud) < 1e-6


@pytest.mark.parametrize(("ours", "theirs", "noise"), PAIRS)
def test_points_without_noise_lie_on_the_curve_of_scikit_learn(ours, theirs, noise):
    curve = cKDTree(theirs(100_000, 0.0, 2))
    spacing = 0.02 * noise / 0.1  # far above the gaps between 100,000 points, far below the radius
    assert curve.query(ours(N, 0.0, rng=3))[0].max() < spacing
    assert curve.query(ours(N, noise, rng=3))[0].max() > spacing


@pytest.mark.parametrize(
    ("ours", "lower", "upper"),
    [(two_moons, MOONS_LOWER, MOONS_UPPER), (swiss_roll, ROLL_LOWER, ROLL_UPPER)],
)
def test_the_stated_box_holds_the_curve_and_is_not_much_larger(ours, lower, upper):
    cloud = ours(50_000, 0.0, rng=4)
    assert np.all((lower <= cloud.min(axis=0)) & (cloud.max(axis=0) <= upper))
    filled = (cloud.max(axis=0) - cloud.min(axis=0)) / np.subtract(upper, lower)
    assert np.all(filled > 0.98)


@pytest.mark.parametrize("ours", [two_moons, swiss_roll])
def test_the_seed_decides_the_points(ours):
    assert np.array_equal(ours(10, 0.1, rng=5), ours(10, 0.1, rng=5))
    assert not np.array_equal(ours(10, 0.1, rng=5), ours(10, 0.1, rng=6))


@pytest.mark.parametrize("ours", [two_moons, swiss_roll])
@pytest.mark.parametrize(
    ("n", "noise"), [(0, 0.1), (2.0, 0.1), (True, 0.1), (5, -0.1), (5, np.nan), (5, np.inf)]
)
def test_bad_numbers_are_refused(ours, n, noise):
    with pytest.raises(InputError):
        ours(n, noise)
