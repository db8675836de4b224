import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom

from ecd2g.errors import InputError
from ecd2g.metrics import sampling_floor, total_variation


def brute_force_floor(q, n):
    counts = np.arange(n + 1)
    return sum(0.5 * binom.pmf(counts, n, p) @ np.abs(counts / n - p) for p in q)


def measured_distances(q, n, repeats, seed):
    counts = np.random.default_rng(seed).multinomial(n, q, size=repeats)
    return total_variation(counts / n, q)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 101, 1000])
@pytest.mark.parametrize(
    "q", [[0.5, 0.5], [0.25] * 4, [1e-12, 1 - 1e-12], [0.3, 0.2, 0.5, 0.0], [0.1] * 10, [1 / 3, 2 / 3]]
)
def test_expected_equals_the_brute_force_binomial_sum(q, n):
    assert sampling_floor(q, n).expected == pytest.approx(brute_force_floor(q, n), rel=1e-10)


@given(arrays(np.float64, 5, elements=st.floats(1e-6, 1.0)), st.integers(1, 200))
def test_expected_equals_the_brute_force_binomial_sum_for_any_distribution(weights, n):
    q = weights / weights.sum()
    assert sampling_floor(q, n).expected == pytest.approx(brute_force_floor(q, n), rel=1e-9)


def test_expected_stays_accurate_for_ten_million_samples():
    n, q = 10**7, np.array([1e-9, 0.2, 0.8 - 1e-9])
    k = np.floor(n * q) + 1
    reference = (k / n * (1 - q) * binom.pmf(k, n, q)).sum()
    assert sampling_floor(q, n).expected == pytest.approx(reference, rel=1e-6)
    assert sampling_floor(q, n).expected == pytest.approx(
        np.sqrt(q * (1 - q) / (2 * np.pi * n)).sum(), rel=1e-3
    )


def test_expected_is_the_mean_of_measured_distances():
    q = np.random.default_rng(2).dirichlet(np.full(30, 0.3))
    distances = measured_distances(q, 200, repeats=4000, seed=3)
    standard_error = distances.std() / np.sqrt(len(distances))
    # five standard errors: a correct formula fails once in 1.7 million seeds
    assert abs(distances.mean() - sampling_floor(q, 200).expected) < 5 * standard_error
    # the check has teeth: the floor of one sample in ten fewer is told apart
    assert abs(distances.mean() - sampling_floor(q, 180).expected) > 5 * standard_error


def test_the_bound_is_exceeded_no_more_often_than_the_error_rate():
    q = np.full(2, 0.5)
    distances = measured_distances(q, 100, repeats=20_000, seed=4)
    share = np.mean(distances >= sampling_floor(q, 100, error_rate=0.1).bound)
    assert share <= 0.1
    assert np.mean(distances >= sampling_floor(q, 100).expected) > 0.1


def test_the_bound_adds_mcdiarmids_margin():
    floor = sampling_floor([0.5, 0.5], 50, error_rate=0.01)
    assert floor.bound - floor.expected == pytest.approx(np.sqrt(np.log(100) / 100))
    assert (floor.n_samples, floor.error_rate) == (50, 0.01)


def test_a_certain_state_has_no_floor_and_states_of_probability_zero_may_be_left_out():
    assert sampling_floor([0.0, 1.0], 10).expected == 0
    assert sampling_floor([0.5, 0.0, 0.5], 10) == sampling_floor([0.5, 0.5], 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.5], 0), "n_samples"),
        (([0.5, 0.5], 2.0), "n_samples"),
        (([0.5, 0.5], True), "n_samples"),
        (([0.5, 0.5], 5, 0.0), "error_rate"),
        (([0.5, 0.5], 5, 1.0), "error_rate"),
        (([0.5, 0.5], 5, float("nan")), "error_rate"),
        (([5, 7], 5), "sum to 1"),
        (([[0.5, 0.5]], 5), "shape"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        sampling_floor(*arguments)
