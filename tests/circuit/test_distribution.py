"""Distributions: counts, totals, refusals, and sampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g import CapacityError, Distribution, InputError, StateSpace
from ecd2g.circuit.state_numbers import distinct

SPACE = StateSpace(3, 2)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_samples_are_counted(samples: list[tuple[int, int]]) -> None:
    counted = Distribution.from_samples(SPACE, samples).to_array().reshape(3, 3)
    for state in np.ndindex(3, 3):
        assert counted[state] == pytest.approx(samples.count(state) / len(samples), abs=1e-15)


def test_samples_of_a_huge_space_are_counted_too() -> None:
    space = StateSpace(17, 64)
    samples = np.zeros((4, 64), dtype=int)
    samples[1:, 5] = 3
    p = Distribution.from_samples(space, samples)
    assert sorted(p.probabilities) == [0.25, 0.75]
    assert p.support().shape == (2, 64)
    with pytest.raises(CapacityError, match="array of all probabilities"):
        p.to_array()


WIDE = [StateSpace(2, 64), StateSpace(17, 64), StateSpace((2**31 - 1, 3, 2**31 - 1, 1, 2**31 - 1), 5)]


@given(st.data(), st.sampled_from(WIDE))
def test_distinct_states_of_a_huge_space_are_those_of_numpy_in_lexicographic_order(data, space) -> None:
    # few values a site, drawn from both ends of its alphabet, so that states repeat and every site can decide
    n = data.draw(st.integers(0, 12))
    sites = data.draw(st.lists(st.integers(0, space.n_sites - 1), min_size=1, max_size=3))
    states = np.zeros((n, space.n_sites), dtype=np.int64)
    for site in sites:
        top = space.alphabet_sizes[site] - 1
        states[:, site] = data.draw(st.lists(st.sampled_from([0, top // 2, top]), min_size=n, max_size=n))
    found, place = distinct(space, states)
    expected, expected_place = np.unique(states, axis=0, return_inverse=True)
    assert np.array_equal(found, expected)
    assert np.array_equal(place, expected_place.ravel())


def test_repeated_states_add_up_in_weights() -> None:
    p = Distribution.from_weights(StateSpace(3), [1.0, 2.0, 1.0], states=[[0], [2], [0]])
    assert np.array_equal(p.to_array(), [0.5, 0.0, 0.5])


def test_independent_sites_multiply() -> None:
    p = Distribution.product(StateSpace((2, 3)), [[0.25, 0.75], [0.5, 0.25, 0.25]])
    assert np.array_equal(p.to_array(), np.outer([0.25, 0.75], [0.5, 0.25, 0.25]).ravel())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.5, 0.6, -0.1], "not be negative, got -0.1 at position 2"),
        ([0.5, 0.5, np.nan], "finite numbers, got nan at position 2"),
        ([0.5, 0.5, np.inf], "finite numbers, got inf"),
        ([0.5, 0.4, 0.0], "must sum to 1"),
        ([0.5, 0.5], r"shape \(3,\)"),
        ([[0.5, 0.5, 0.0]], r"shape \(3,\)"),
        (["a", "b", "c"], "real numbers"),
        ([0.1, 0.2, 0.7 + 1e-9], "from_weights"),
    ],
)
def test_unusable_probabilities_are_refused(values: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Distribution.from_probabilities(StateSpace(3), values)


@pytest.mark.parametrize("weights", [[0.0, 0.0, 0.0], [1.0, -1.0, 0.0], [np.nan, 1, 1], []])
def test_unusable_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(InputError):
        Distribution.from_weights(StateSpace(3), weights)


def test_rows_of_different_length_and_overflowing_weights_are_refused() -> None:
    with pytest.raises(InputError, match="different length"):
        Distribution.from_samples(StateSpace(3), [[1], [1, 2]])
    with pytest.raises(InputError, match="overflows"), np.errstate(over="ignore"):
        Distribution.from_weights(StateSpace(4), [1e308, 1e308, 1e308, 0])


@pytest.mark.parametrize("samples", [np.zeros((0, 2), int), [0, 1], [[0, 1, 1]], [[0, 9]], [[[0, 1]]]])
def test_unusable_samples_are_refused(samples: object) -> None:
    with pytest.raises(InputError):
        Distribution.from_samples(SPACE, samples)


def test_states_must_match_their_weights() -> None:
    with pytest.raises(InputError, match="match the weights"):
        Distribution.from_weights(StateSpace(3), [1.0, 1.0], states=[[0]])
    with pytest.raises(InputError, match="lengths"):
        Distribution.product(SPACE, [[0.5, 0.5], [1.0, 0.0, 0.0]])


def test_probabilities_cannot_be_changed_afterwards() -> None:
    p = Distribution.uniform(StateSpace(4))
    with pytest.raises(ValueError, match="read-only"):
        p.probabilities[0] = 1.0


def test_sampling_a_point_gives_the_point_and_seeds_repeat() -> None:
    assert np.all(Distribution.point(SPACE, [2, 1]).sample(5, rng=0) == [2, 1])
    p = Distribution.uniform(SPACE)
    assert np.array_equal(p.sample(50, rng=3), p.sample(50, rng=3))
    assert not np.array_equal(p.sample(50, rng=3), p.sample(50, rng=4))


def test_states_of_probability_zero_are_never_sampled() -> None:
    p = Distribution.from_probabilities(StateSpace(4), [0.0, 0.5, 0.0, 0.5])
    assert set(p.sample(200, rng=0).ravel()) == {1, 3}
    assert np.array_equal(p.support(), [[1], [3]])


def test_a_distribution_prints_as_one_line() -> None:
    dense = Distribution.from_probabilities(StateSpace(3), [0.5, 0.0, 0.5])
    assert repr(dense) == "Distribution(2 of 3 states)"
    few = Distribution.from_samples(StateSpace(27, 6), [[0] * 6, [1] * 6])
    assert repr(few) == "Distribution(2 of 387,420,489 states, listed)"
