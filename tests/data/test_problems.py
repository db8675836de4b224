import dataclasses

import numpy as np
import pytest

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.data import PROBLEMS, Problem, moons_to_swiss_roll, splice, splice_sites, uniform_to_gaussian
from ecd2g.errors import InputError


def test_a_problem_prints_as_one_line():
    text = str(uniform_to_gaussian(12))
    assert "\n" not in text
    for words in ("'1d'", "'uniform to Gaussian'", "(12,)", "12 to 12 states"):
        assert words in text


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_named_problem_is_complete_without_arguments(name):
    problem = PROBLEMS[name]()
    assert problem.name == name
    assert problem.title
    for law in (problem.source, problem.target):
        assert law.probabilities.sum() == pytest.approx(1, abs=1e-12)


def test_the_gaussian_falls_to_three_standard_deviations_at_both_ends():
    target = uniform_to_gaussian(51).target.to_array()
    assert target[25] / target[0] == pytest.approx(np.exp(4.5))
    assert np.allclose(target, target[::-1], rtol=1e-12)
    assert np.ptp(uniform_to_gaussian(51).source.to_array()) == 0


def test_the_moons_open_up_and_down_and_the_roll_winds_around_an_empty_middle():
    problem = moons_to_swiss_roll()
    source, target = (law.to_array().reshape(50, 50) for law in (problem.source, problem.target))
    mean_y = source @ np.arange(50) / np.maximum(source.sum(axis=1), 1e-300)
    assert source.sum(axis=1)[0] == 0  # the margin of seven standard deviations
    assert mean_y[18] > mean_y[31]  # left the upper moon, right the lower one: site 0 is x
    crossings = np.count_nonzero(np.diff((target[:, 22] > 0.0005).astype(int)) == 1)
    assert crossings >= 3  # a line through the middle meets the roll several times


def test_the_problem_depends_on_its_seed_and_on_nothing_else():
    first, again, other = (moons_to_swiss_roll(20, 500, rng=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.target.to_array(), again.target.to_array())
    assert not np.array_equal(first.target.to_array(), other.target.to_array())


@pytest.mark.parametrize("seed", range(20))
def test_the_box_holds_all_points_whatever_the_seed(seed):
    assert moons_to_swiss_roll(rng=seed).space.n_states == 2500


def test_noise_without_limit_is_held_by_the_box_too():
    assert moons_to_swiss_roll(moons_noise=3.0, roll_noise=0.0).space.n_states == 2500


def test_splice_target_is_the_law_of_the_counts():
    problem = splice()
    assert problem.space.n_states == 4**9
    state = ["ACGU".index(letter) for letter in "CAGGUGAGU"]
    assert problem.alphabet == ("A", "C", "G", "U")
    assert problem.target.to_array()[problem.space.index(state)] == pytest.approx(3729 / 298479, rel=1e-12)


def test_splice_source_has_the_marginals_of_the_target_and_independent_sites():
    problem = splice()
    source, target = (law.to_array().reshape((4,) * 9) for law in (problem.source, problem.target))
    for site in range(9):
        others = tuple(set(range(9)) - {site})
        assert np.allclose(source.sum(others), target.sum(others), atol=1e-12)
    ends = [law.sum(tuple(range(1, 8))) for law in (source, target)]
    products = [np.outer(pair.sum(1), pair.sum(0)) for pair in ends]
    assert np.allclose(ends[0], products[0], atol=1e-12)
    assert not np.allclose(ends[1], products[1], atol=1e-3)


def test_splice_sites_are_the_whole_file():
    table = splice_sites()
    assert table.symbols.shape == (10_227, 9)
    assert table.counts().sum() == 298_479
    assert set(table.symbols[:, 3]) == {2}
    assert set(table.symbols[:, 4]) == {1, 3}


def test_a_problem_lives_on_one_space():
    small, large = StateSpace(2), StateSpace(3)
    p, q = Distribution.uniform(small), Distribution.uniform(large)
    with pytest.raises(InputError, match="the target must live"):
        Problem("x", "x", small, p, q)
    with pytest.raises(InputError, match="the source must live"):
        Problem("x", "x", large, p, q)
    with pytest.raises(InputError, match="alphabet"):
        Problem("x", "x", small, p, p, alphabet=("a",))


def test_a_problem_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        uniform_to_gaussian().name = "other"
