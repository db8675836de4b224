"""Sorted layers: sums and draws over all lower states, against the sums written out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecd2g.circuit.fields.sorted_layer import SortedLayer, running_sum

levels = st.floats(-10, 10)
potentials = hnp.arrays(np.float64, st.integers(1, 12), elements=levels)


@given(potentials, hnp.arrays(np.float64, 5, elements=levels))
def test_total_below_is_the_sum_written_out(layer: np.ndarray, f: np.ndarray) -> None:
    weights = np.arange(1.0, len(layer) + 1)
    sorted_layer = SortedLayer.of(layer, weights)
    expected = [math.fsum(weights * np.maximum(level - layer, 0)) for level in f]
    assert np.allclose(sorted_layer.below(f, sorted_layer.rank(f)), expected, rtol=1e-13, atol=1e-300)


@given(potentials, hnp.arrays(np.float64, 5, elements=levels), st.data())
def test_weighted_total_above_is_the_sum_written_out(
    layer: np.ndarray, f: np.ndarray, data: st.DataObject
) -> None:
    weights = data.draw(hnp.arrays(np.float64, len(layer), elements=st.floats(0, 5)))
    sorted_layer = SortedLayer.of(layer, np.ones(len(layer)))
    expected = [math.fsum(weights * np.maximum(layer - level, 0)) for level in f]
    found = sorted_layer.weighted_above(weights, f, sorted_layer.rank(f))
    assert np.allclose(found, expected, rtol=1e-13, atol=1e-300)


def test_draws_follow_the_drop_and_never_go_up() -> None:
    """Null: y has probability (f - phi(y))+ / total. n = 200,000; chi-square, 3 degrees, false alarm 1e-6 (30.7)."""
    layer = np.array([0.3, -1.0, 2.0, 0.0, 0.9])
    sorted_layer = SortedLayer.of(layer, np.ones(5))
    n, f = 200_000, 1.0
    rank = sorted_layer.rank(np.full(n, f))
    totals = sorted_layer.below(np.full(n, f), rank)
    drawn = np.bincount(sorted_layer.draw_below(totals, rank, np.random.default_rng(7)), minlength=5)
    chance = np.maximum(f - layer, 0) / np.maximum(f - layer, 0).sum()
    assert drawn[2] == 0

    def chi_square(p: np.ndarray) -> float:
        possible = p > 0
        return float(np.sum((drawn[possible] - n * p[possible]) ** 2 / (n * p[possible])))

    assert chi_square(chance) < 30.7
    assert chi_square((layer < f) / 4) > 1000  # negative control: uniform over the lower states


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000, 262_144])
def test_running_sum_is_accurate_and_never_decreases(n: int) -> None:
    values = np.random.default_rng(n).random(n) ** 8
    sums = running_sum(values)
    assert sums.shape == (n,)
    assert np.all(np.diff(sums) >= 0)
    assert sums[-1] == pytest.approx(math.fsum(values), rel=2e-15)
    assert sums[n // 2] == pytest.approx(math.fsum(values[: n // 2 + 1]), rel=2e-15)
