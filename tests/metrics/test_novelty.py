import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.metrics import nearest_distance, nearest_states, novelty
from ecd2g.metrics.novelty import BLOCK

rows_of = st.integers(1, 9).flatmap(lambda n: arrays(np.int64, (n, 3), elements=st.integers(-2, 2)))
grounds = st.sampled_from(["hamming", "squared"])


def all_distances(xs, ys, ground):
    steps = xs[:, None] - ys[None]
    return (steps != 0).sum(axis=-1) if ground == "hamming" else np.square(steps).sum(axis=-1)


@given(rows_of, rows_of, grounds)
def test_both_agree_with_all_pairs(samples, training, ground):
    distances = all_distances(samples, training, ground)
    nearest = distances.min(axis=1)
    assert novelty(samples, training) == pytest.approx(np.mean(nearest > 0), abs=1e-15)
    assert nearest_distance(samples, training, ground) == pytest.approx(nearest.mean(), abs=1e-12)
    chosen = nearest_states(samples, training, 0, ground)
    np.testing.assert_array_equal(distances[np.arange(len(samples)), chosen], nearest)


@given(rows_of, rows_of, st.randoms(use_true_random=False))
def test_laws(samples, training, random):
    repeated = np.concatenate((training, training))
    shuffled = repeated[random.sample(range(len(repeated)), len(repeated))]
    for metric in (novelty, nearest_distance):
        assert metric(training, shuffled) == 0.0  # memorised
        assert metric(samples, shuffled) == metric(samples, training)
        assert metric(samples[::-1], training) == pytest.approx(metric(samples, training), abs=1e-12)
        assert metric(samples, np.concatenate((training, samples[:1]))) <= metric(samples, training)
    share, distance = novelty(samples, training), nearest_distance(samples, training)
    assert share <= distance + 1e-12 <= 3 * share + 2e-12  # a new state differs in one site to all three


def test_values_by_hand():
    training = [[0, 0, 0], [5, 5, 5]]
    samples = [[0, 0, 0], [0, 0, 1], [5, 5, 9], [5, 9, 9]]
    assert novelty(samples, training) == 0.75
    assert nearest_distance(samples, training) == 1.0
    assert nearest_distance(samples, training, "squared") == (0 + 1 + 16 + 32) / 4
    np.testing.assert_array_equal(nearest_states(samples, training, 0), [0, 0, 1, 1])
    # one site of three is as the first, and none as the second, but the second is nearer on the line
    assert nearest_states([[0, 4, 4]], training, 0).item() == 0
    assert nearest_states([[0, 4, 4]], training, 0, "squared").item() == 1


def test_a_distribution_counts_by_its_probabilities_and_its_support():
    space = StateSpace(4, 2)
    law = Distribution.from_weights(space, [1, 3, 4, 0], [[0, 0], [0, 1], [3, 3], [2, 2]])
    assert novelty(law, [[0, 0], [1, 1]]) == pytest.approx(7 / 8, abs=1e-15)
    assert nearest_distance(law, [[0, 0]]) == pytest.approx((3 * 1 + 4 * 2) / 8, abs=1e-15)
    assert novelty([[2, 2], [3, 3]], law) == 0.5  # a state of probability zero is new
    assert novelty(law, law) == nearest_distance(law, law) == 0.0


def test_a_sampler_of_fresh_states_is_new_and_one_that_copies_is_not():
    space = StateSpace(2, 40)
    rng = np.random.default_rng(0)
    training = space.draw(200, rng)
    fresh, copied = space.draw(300, rng), training[rng.integers(200, size=300)]
    assert (novelty(fresh, training), novelty(copied, training)) == (1.0, 0.0)
    assert nearest_distance(fresh, training) > 5 > nearest_distance(copied, training) == 0
    flipped = copied.copy()
    flipped[:, 7] = 1 - flipped[:, 7]  # new by the letter, a copy in all but one site
    assert (novelty(flipped, training), nearest_distance(flipped, training)) == (1.0, 1.0)


def test_ties_are_drawn_with_equal_chances_and_for_each_row_apart():
    # null: three of four rows tie, each drawn with probability 1/3 in 9,000 rows; six standard deviations each,
    # an error in 10^8 seeds for the three
    training = np.array([[1, 0], [0, 1], [3, 3], [1, 0]])
    chosen = nearest_states(np.zeros((9000, 2), int), training, rng=1)
    counts = np.bincount(chosen, minlength=4)
    assert counts[2] == 0
    assert np.all(np.abs(counts[[0, 1, 3]] - 3000) < 6 * math.sqrt(9000 * 2 / 9))
    again = nearest_states(np.zeros((9000, 2), int), training, rng=1)
    np.testing.assert_array_equal(again, chosen)
    assert np.any(nearest_states(np.zeros((9000, 2), int), training, rng=2) != chosen)


def test_blocks_change_nothing():
    # more pairs than one block holds, with a remainder
    space = StateSpace(2, 30)
    rng = np.random.default_rng(2)
    training, samples = space.draw(3000, rng), space.draw(2001, rng)
    assert len(training) * len(samples) > BLOCK
    parts = np.array_split(samples, 5)
    mean = np.average(
        [nearest_distance(part, training) for part in parts], weights=[len(part) for part in parts]
    )
    assert nearest_distance(samples, training) == pytest.approx(mean, rel=1e-12)
    assert len(nearest_states(samples, training, 0)) == 2001


@pytest.mark.parametrize(
    ("samples", "training", "message"),
    [
        ([[0, 1]], [[0, 1, 2]], "as many sites"),
        ([[0.5]], [[0]], "whole numbers"),
        (np.zeros((0, 2), int), [[0, 1]], "samples must have shape"),
        ([[0, 1]], [0, 1], "training must have shape"),
    ],
)
def test_bad_states_are_refused(samples, training, message):
    for metric in (novelty, nearest_distance, nearest_states):
        with pytest.raises(InputError, match=message):
            metric(samples, training)


def test_other_grounds_and_seeds_are_refused():
    with pytest.raises(InputError, match="ground"):
        nearest_distance([[0]], [[0]], ground="euclidean")
    with pytest.raises(InputError, match="rng"):
        nearest_states([[0]], [[0]], rng="seed")
