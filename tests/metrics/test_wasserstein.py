from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import wasserstein_distance

from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics import total_variation, wasserstein_line, wasserstein_samples
from ecd2g.metrics.wasserstein import SAMPLE_LIMIT

N_STATES = 7
weights = arrays(np.float64, N_STATES, elements=st.floats(0.01, 1.0))
columns = arrays(np.int64, (8, 1), elements=st.integers(0, N_STATES - 1))
samples = arrays(np.int64, (5, 3), elements=st.integers(-4, 4))
scales = st.floats(0.1, 100.0)
both_orders = pytest.mark.parametrize("order", [1, 2])
both_grounds = pytest.mark.parametrize("ground", ["euclidean", "hamming"])

# mass of 1e-16 in the wrong state by rounding is N_STATES * sqrt(1e-16) in the second order
ROUNDING = {1: 1e-14, 2: 3e-7}


def normalised(values):
    return values / values.sum()


def frequencies(column):
    return np.bincount(column.ravel(), minlength=N_STATES) / len(column)


def brute_force(first, second, order, ground):
    def distance(x, y):
        return np.sqrt(np.sum((x - y) ** 2)) if ground == "euclidean" else np.sum(x != y)

    powers = np.array([[distance(x, y) ** order for y in second] for x in first])
    rows = np.arange(len(first))
    return min(powers[rows, list(columns)].mean() for columns in permutations(rows)) ** (1 / order)


@both_orders
@given(weights, weights, weights)
def test_the_line_distance_is_a_metric(order, first, second, third):
    p, q, r = map(normalised, (first, second, third))
    pq, qr, pr = (wasserstein_line(*pair, order=order) for pair in ((p, q), (q, r), (p, r)))
    assert wasserstein_line(p, p, order=order) == 0
    assert wasserstein_line(q, p, order=order) == pq
    assert pr <= pq + qr + ROUNDING[order]


@both_orders
@given(weights, st.integers(0, 9), scales)
def test_a_translation_by_k_is_k_over_scale_away(order, values, k, scale):
    p, nothing = normalised(values), np.zeros(k)
    ahead, behind = np.concatenate((nothing, p)), np.concatenate((p, nothing))
    assert wasserstein_line(behind, ahead, order, scale) == pytest.approx(k / scale, rel=1e-12)


@given(weights, weights, scales)
def test_the_orders_are_ordered_and_the_scale_divides_both(first, second, scale):
    p, q = normalised(first), normalised(second)
    nearest, root = (wasserstein_line(p, q, order) for order in (1, 2))
    assert nearest <= root * (1 + 1e-12) + 1e-15
    # on the line no step is shorter than one or longer than the line
    assert total_variation(p, q) <= nearest + 1e-14
    assert root**2 <= (N_STATES - 1) * nearest + 1e-14
    assert wasserstein_line(p, q, 1, scale) == pytest.approx(nearest / scale, rel=1e-12)
    assert wasserstein_line(p, q, 2, scale) == pytest.approx(root / scale, rel=1e-12)


@given(weights, weights)
def test_the_first_order_agrees_with_scipy(first, second):
    states = np.arange(N_STATES)
    reference = wasserstein_distance(states, states, first, second)
    assert wasserstein_line(normalised(first), normalised(second)) == pytest.approx(reference, abs=1e-13)


def test_the_second_order_is_the_root_and_not_the_square():
    # a half moves by two: the mean square is 2, the mean 1, and neither is the root
    distance = wasserstein_line([1.0, 0.0, 0.0], [0.5, 0.0, 0.5], order=2)
    assert distance == pytest.approx(np.sqrt(2), rel=1e-15)
    assert distance != pytest.approx(2, rel=0.1)
    assert distance != pytest.approx(wasserstein_line([1.0, 0.0, 0.0], [0.5, 0.0, 0.5]), rel=0.1)


@both_orders
def test_totals_that_miss_one_are_divided_out(order):
    p = np.array([0.2, 0.3, 0.5])
    assert wasserstein_line(p * (1 + 9e-7), p * (1 - 9e-7), order) < ROUNDING[order]


@both_orders
@given(columns, columns, st.sampled_from([0.5, 1.0, 7.0]))
def test_line_and_samples_agree_where_probabilities_are_multiples_of_one_over_n(order, xs, ys, scale):
    by_quantiles = wasserstein_line(frequencies(xs), frequencies(ys), order, scale)
    assert wasserstein_samples(xs, ys, order, scale=scale) == pytest.approx(by_quantiles, abs=1e-12)


def test_the_agreement_has_teeth():
    rng = np.random.default_rng(0)
    xs, ys = rng.integers(N_STATES, size=(2, 8, 1))
    one_moved = ys.copy()
    one_moved[0] = (one_moved[0] + 3) % N_STATES
    assert wasserstein_samples(xs, one_moved) != pytest.approx(
        wasserstein_line(frequencies(xs), frequencies(ys)), abs=0.01
    )


@both_orders
@both_grounds
@given(samples, samples)
def test_samples_agree_with_every_permutation_tried(ground, order, first, second):
    assert wasserstein_samples(first, second, order, ground) == pytest.approx(
        brute_force(first, second, order, ground), abs=1e-12
    )


@both_orders
@both_grounds
@given(samples, samples, samples, st.permutations(range(5)))
def test_the_sample_distance_is_a_metric_that_ignores_the_order_of_rows(
    ground, order, first, second, third, shuffle
):
    def distance(xs, ys):
        return wasserstein_samples(xs, ys, order, ground)

    assert distance(first, first[shuffle]) == 0
    assert distance(second, first[shuffle]) == pytest.approx(distance(first, second), abs=1e-12)
    assert distance(first, third) <= distance(first, second) + distance(second, third) + 1e-12


@both_grounds
@given(samples, samples)
def test_the_sample_orders_are_ordered(ground, first, second):
    nearest, root = (wasserstein_samples(first, second, order, ground) for order in (1, 2))
    assert nearest <= root + 1e-12


@both_orders
@given(samples, arrays(np.int64, 3, elements=st.integers(-9, 9)), scales)
def test_translated_samples_are_the_length_of_the_step_over_scale_away(order, rows, step, scale):
    distance = wasserstein_samples(rows, rows[::-1] + step, order, scale=scale)
    assert distance == pytest.approx(np.linalg.norm(step) / scale, rel=1e-12)


def test_unsigned_symbols_do_not_wrap_around():
    assert wasserstein_samples(np.array([[0]], np.uint8), np.array([[3]], np.uint8)) == 3


@both_orders
@pytest.mark.parametrize("n_sites", [1, 3, 7, 49, 784])
def test_hamming_counts_sites_exactly(order, n_sites):
    zeros, ones = np.zeros((2, n_sites), int), np.ones((2, n_sites), int)
    assert wasserstein_samples(zeros, ones, order, "hamming") == n_sites


def test_too_many_samples_are_refused_with_the_figure_and_advice():
    rows = np.zeros((SAMPLE_LIMIT + 1, 1), int)
    with pytest.raises(CapacityError, match=r"5001 samples would hold 0\.2 GB.*thin both samples"):
        wasserstein_samples(rows, rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.5], [1.0]), "same states"),
        ((np.full((2, 2), 0.5), np.full((2, 2), 0.5)), "same states"),
        (([3.0, 1.0], [0.5, 0.5]), "p must sum to 1"),
        (([0.5, 0.5], [-0.5, 1.5]), "q must not be negative"),
        (([0.5, 0.5], [np.nan, 1.0]), "q must be finite"),
        (([1.0], [1.0], 3), "order"),
        (([1.0], [1.0], 1, 0.0), "scale"),
        (([1.0], [1.0], 1, np.inf), "scale"),
        (([1.0], [1.0], 1, np.nan), "scale"),
    ],
)
def test_bad_arguments_of_the_line_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        wasserstein_line(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0], [1]], [[0]]), "as many rows"),
        (([[0, 1]], [[0]]), "as many rows"),
        (([0, 1], [0, 1]), "first must have shape"),
        (([[0]], np.zeros((0, 1), int)), "second must have shape"),
        (([[0.5]], [[1]]), "whole numbers"),
        (([[0]], [[1]], 0), "order"),
        (([[0]], [[1]], 1, "manhattan"), "ground"),
        (([[0]], [[1]], 1, "euclidean", -1.0), "scale"),
        (([[0]], [[1]], 1, "hamming", 2.0), "counts sites"),
    ],
)
def test_bad_arguments_of_the_samples_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        wasserstein_samples(*arguments)
