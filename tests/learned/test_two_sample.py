from itertools import combinations

import numpy as np
import pytest
import torch

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.learned import two_sample
from ecd2g.learned.two_sample import classifier_two_sample_test

SPACE = StateSpace(2, 8)


def parity(n, rng):
    """Every pair of sites is as in uniform states, three sites are not."""
    rows = SPACE.draw(n, rng)
    rows[:, 0] = (rows[:, 1] + rows[:, 2]) % 2
    return rows


@pytest.mark.parametrize("error_rate", [0.5, 0.25, 0.1, 0.02])
@pytest.mark.parametrize("n_guessed", [0, 1, 4, 6, 8])
def test_p_value_and_bound_are_those_of_all_ways_to_deal_the_labels_out(n_guessed, error_rate):
    guesses = np.arange(8) < n_guessed
    values, found = [], {}
    for of_b in combinations(range(8), 4):
        labels = np.isin(np.arange(8), of_b)
        accuracy = float(np.mean(guesses == labels))
        values.append(accuracy)
        if accuracy not in found:
            rows_of_a_first = np.argsort(labels, kind="stable")
            found[accuracy] = two_sample._judged(guesses[rows_of_a_first], error_rate)
    for accuracy, test in found.items():
        reached = np.array(values) >= accuracy
        assert test.accuracy == accuracy
        assert test.p_value == pytest.approx(reached.mean(), abs=1e-12)
        assert np.mean(np.array(values) >= test.bound) <= error_rate + 1e-12
        assert np.mean(np.array(values) >= test.bound - 0.25) > error_rate - 1e-12  # the next lower accuracy
        assert (test.p_value <= error_rate + 1e-12) == (accuracy >= test.bound)


def test_what_takes_three_sites_is_seen():
    rng = np.random.default_rng(0)
    found = classifier_two_sample_test(parity(1000, rng), SPACE.draw(1500, rng), SPACE)
    # the best classifier is right for 3 rows in 4
    assert 0.65 < found.accuracy < 0.85
    assert found.bound < 0.55
    assert found.p_value < 1e-12
    assert (found.n_test, found.floor) == (1000, 0.5)


@pytest.fixture
def short_training(monkeypatch):
    monkeypatch.setattr(two_sample, "N_STEPS", 40)


@pytest.mark.usefixtures("short_training")
def test_error_rate_under_the_null():
    # null: both samples uniform; 10 tests of 2 x 100 rows at level 0.01 each, which does not depend on the training:
    # four or more rejections have probability 2e-6
    rng = np.random.default_rng(1)
    tests = [
        classifier_two_sample_test(SPACE.draw(100, rng), SPACE.draw(100, rng), SPACE, rng) for _ in range(10)
    ]
    assert sum(test.accuracy >= test.bound for test in tests) < 4
    assert all((test.accuracy >= test.bound) == (test.p_value <= 0.01) for test in tests)


@pytest.mark.usefixtures("short_training")
def test_a_memorised_sample_against_its_own_originals_is_known_by_no_accuracy():
    # the copies have the law of the originals: the test must not be read as one for novelty
    rng = np.random.default_rng(2)
    originals = StateSpace(2, 30).draw(300, rng)
    found = classifier_two_sample_test(rng.permutation(originals), originals, StateSpace(2, 30))
    assert found.accuracy < 0.6


@pytest.mark.usefixtures("short_training")
def test_the_same_seed_gives_the_same_answer_and_torch_is_left_as_it_was():
    rng = np.random.default_rng(3)
    a, b = parity(200, rng), SPACE.draw(200, rng)
    torch.manual_seed(7)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    first = classifier_two_sample_test(a, b, SPACE, rng=5)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    torch.manual_seed(8)
    assert classifier_two_sample_test(a, b, SPACE, rng=np.random.default_rng(5)) == first
    others = {classifier_two_sample_test(a, b, SPACE, rng=seed).accuracy for seed in (6, 7, 8)}
    assert others != {first.accuracy}


@pytest.mark.usefixtures("short_training")
@pytest.mark.parametrize("space", [StateSpace((1, 40, 3)), StateSpace(2)])
def test_any_alphabet_and_the_least_number_of_rows(space):
    rng = np.random.default_rng(4)
    found = classifier_two_sample_test(space.draw(21, rng), space.draw(20, rng), space)
    assert found.n_test == 20
    assert 0 <= found.p_value <= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"a": np.zeros((19, 8), int)}, "at least 20 rows"),
        ({"a": np.full((30, 8), 2)}, "a: symbols of site 0"),
        ({"b": np.zeros((30, 7), int)}, "b: states must have shape"),
        ({"b": Distribution.uniform(SPACE)}, "draw from it first"),
        ({"error_rate": 0.0}, "error_rate"),
        ({"error_rate": 1.0}, "error_rate"),
        ({"rng": "seed"}, "rng"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    arguments = {"a": np.zeros((30, 8), int), "b": np.zeros((30, 8), int), "space": SPACE} | options
    with pytest.raises(InputError, match=message):
        classifier_two_sample_test(**arguments)
