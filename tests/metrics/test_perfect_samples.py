import math
from functools import partial

import numpy as np
import pytest

from ecd2g.errors import InputError
from ecd2g.metrics import (
    SimulatedFloor,
    kl_divergence,
    sampling_floor,
    simulated_floor,
    total_variation,
    wasserstein_line,
)

Q = np.random.default_rng(2).dirichlet(np.full(30, 0.3))


def frequencies(rng, n):
    return rng.multinomial(n, Q) / n


def from_q(metric):
    return lambda frequency: float(metric(frequency, Q))


def test_total_variation_agrees_with_the_exact_sampling_floor():
    # null: the simulated mean is that of `sampling_floor`; 4,000 repeats of 200 samples, two-sided test at five
    # standard errors, which a correct simulation fails once in 1.7 million seeds
    n_repeats = 4000
    floor = simulated_floor(from_q(total_variation), partial(frequencies, n=200), n_repeats, rng=3)
    standard_error = floor.standard_deviation / math.sqrt(n_repeats)
    assert abs(floor.mean - sampling_floor(Q, 200).expected) < 5 * standard_error
    # the check has teeth: the floor of one sample in ten fewer is told apart
    assert abs(floor.mean - sampling_floor(Q, 180).expected) > 5 * standard_error


@pytest.mark.parametrize("metric", [kl_divergence, wasserstein_line, partial(wasserstein_line, order=2)])
def test_more_samples_lower_the_floor(metric):
    few, many = (simulated_floor(from_q(metric), partial(frequencies, n=n)) for n in (100, 10_000))
    assert many.mean + 3 * many.standard_deviation < few.mean


def test_mean_and_deviation_are_those_of_the_distances_drawn():
    distances = iter([1.0, 2.0, 6.0])
    floor = simulated_floor(lambda sample: sample, lambda rng: next(distances), n_repeats=3)
    assert floor == SimulatedFloor(mean=3.0, standard_deviation=math.sqrt(7), n_repeats=3)


def test_the_same_seed_gives_the_same_floor_and_another_seed_another():
    floor = partial(simulated_floor, from_q(total_variation), partial(frequencies, n=50))
    assert floor(rng=7) == floor(rng=7) == floor(rng=np.random.default_rng(7))
    assert floor() == floor(rng=0)
    assert floor(rng=7) != floor(rng=8)


def test_an_infinite_distance_makes_the_floor_infinite():
    # the reverse divergence is infinite as soon as one state of q is missed
    floor = simulated_floor(
        lambda frequency: float(kl_divergence(Q, frequency)), partial(frequencies, n=5), n_repeats=4
    )
    assert floor == SimulatedFloor(math.inf, math.inf, 4)


@pytest.mark.parametrize(
    ("distance", "message"),
    [(math.nan, "got nan"), (-math.inf, "got -inf"), ("far", "one number"), ([0.1, 0.2], "one number")],
)
def test_what_is_no_distance_is_refused(distance, message):
    with pytest.raises(InputError, match=message):
        simulated_floor(lambda sample: distance, lambda rng: None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_repeats": 1}, "n_repeats"),
        ({"n_repeats": 2.0}, "n_repeats"),
        ({"n_repeats": True}, "n_repeats"),
        ({"rng": "seed"}, "rng"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        simulated_floor(lambda sample: 0.0, lambda rng: None, **options)
