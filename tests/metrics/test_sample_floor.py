import math

import numpy as np
import pytest

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.metrics import halves_floor, hamming_mmd, law_floor, sampling_floor, shape, trend

SPACE = StateSpace(2, 3)
LAW = Distribution.from_weights(SPACE, np.arange(1.0, 9.0))


def agreement(a, b):
    return shape(a, b, SPACE)


def test_the_floor_of_shape_is_that_of_the_binomial():
    # null: the mean over 400 repeats is 1 - mean_i E|X_i / n - p_i| with X_i binomial (n, p_i), exact by
    # `sampling_floor`; five standard errors fail once in 1.7 million seeds
    floor = law_floor(agreement, LAW, n_samples=50, n_repeats=400, rng=1)
    table = LAW.to_array().reshape(2, 2, 2)
    sites = [table.sum(axis=tuple({0, 1, 2} - {site})) for site in range(3)]
    exact = 1 - np.mean([sampling_floor(site, 50).expected for site in sites])
    assert abs(floor.mean - exact) < 5 * floor.standard_deviation / math.sqrt(400)
    assert exact < 0.97
    fewer = 1 - np.mean([sampling_floor(site, 30).expected for site in sites])
    assert abs(floor.mean - fewer) > 5 * floor.standard_deviation / math.sqrt(400)


def test_halves_are_disjoint_of_equal_size_and_new_each_time():
    seen = []

    def metric(half, other):
        seen.append((half, other))
        return 0.0

    rows = np.arange(11)[:, None]
    halves_floor(metric, rows, StateSpace(11), n_repeats=5)
    for half, other in seen:
        assert half.shape == other.shape == (5, 1)
        assert len(np.unique(np.concatenate((half, other)))) == 10
    assert len({tuple(half[:, 0]) for half, _ in seen}) > 1


def test_perfect_samples_lie_at_the_floor_of_halves_and_others_below():
    # 2,000 rows held out, 1,000 to judge; null: trend of two halves, within 6 of its deviations and of those of a
    # sample, which is of the same size
    rng = np.random.default_rng(2)
    held_out = LAW.sample(2000, rng)

    def pairs(a, b):
        return trend(a, b, SPACE)

    floor = halves_floor(pairs, held_out, SPACE, rng=3)
    perfect = trend(LAW.sample(1000, rng), held_out[:1000], SPACE)
    assert abs(perfect - floor.mean) < 12 * floor.standard_deviation
    uniform = trend(SPACE.draw(1000, rng), held_out[:1000], SPACE)
    assert uniform < floor.mean - 12 * floor.standard_deviation


def test_the_floor_of_an_unbiased_estimate_is_zero():
    rows = LAW.sample(200, 4)
    floor = halves_floor(lambda a, b: hamming_mmd(a, b, SPACE).squared, rows, SPACE, n_repeats=100)
    # over all exchanges of rows the mean is 0 exactly; 100 splits, five standard errors
    assert abs(floor.mean) < 5 * floor.standard_deviation / 10
    deviation = hamming_mmd(rows[:100], rows[100:], SPACE).null_deviation
    assert floor.standard_deviation == pytest.approx(deviation, rel=0.5)


def test_the_same_seed_gives_the_same_floor():
    rows = LAW.sample(40, 5)
    assert halves_floor(agreement, rows, SPACE) == halves_floor(agreement, rows, SPACE, rng=0)
    assert halves_floor(agreement, rows, SPACE) != halves_floor(agreement, rows, SPACE, rng=1)
    assert law_floor(agreement, LAW, 40) != law_floor(agreement, LAW, 40, rng=1)


def test_too_few_rows_are_refused():
    with pytest.raises(InputError, match="at least 4 rows"):
        halves_floor(agreement, [[0, 0, 0]] * 3, SPACE)
    with pytest.raises(InputError, match="draw from it first"):
        halves_floor(agreement, LAW, SPACE)


def test_a_metric_that_needs_its_space_is_refused_before_anything_is_drawn():
    with pytest.raises(InputError, match=r"shape does not.*lambda a, b: shape\(a, b, space\)"):
        halves_floor(shape, LAW.sample(40, 6), SPACE)
    with pytest.raises(InputError, match=r"trend does not.*lambda drawn, law:"):
        law_floor(trend, LAW, 40)


def test_an_error_inside_a_metric_is_its_own():
    def broken(_a, _b):
        return len(3)

    with pytest.raises(TypeError, match="has no len"):
        halves_floor(broken, LAW.sample(40, 6), SPACE)


def test_a_metric_that_does_not_tell_its_arguments_is_called_as_it_is():
    class Compiled:
        __signature__ = "hidden"

        def __call__(self, a, b):
            return 0.5

    samples = SPACE.draw(8, np.random.default_rng(0))
    assert halves_floor(Compiled(), samples, SPACE, n_repeats=2, rng=0).mean == 0.5
