"""Distances from the target, beside what perfect samples show."""

import numpy as np
import pytest

import ecd2g
from ecd2g.data import Problem
from ecd2g.experiments.exact import distances
from ecd2g.experiments.exact.distances import REPEATS, Target
from ecd2g.metrics import kl_divergence, sampling_floor, total_variation


def target_of(sizes=7, alphabet=None, seed=0):
    space = ecd2g.StateSpace(sizes)
    rng = np.random.default_rng(seed)
    source, target = (
        ecd2g.Distribution.from_probabilities(space, rng.dirichlet(np.ones(space.n_states))) for _ in range(2)
    )
    return Target.of(Problem("test", "a test", space, source, target, alphabet))


MATCHED = 150


@pytest.fixture(autouse=True)
def few_matched(monkeypatch):
    """The assignment of a thousand ends takes a tenth of a second, and there are hundreds here."""
    monkeypatch.setattr(distances, "MATCHED", MATCHED)


KINDS = {
    "line": target_of(7),
    "grid": target_of((4, 4)),
    "letters": target_of((4, 4, 4), ("A", "C", "G", "T")),
    "one letter": target_of(4, ("A", "C", "G", "T")),
    "sites of different size": target_of((2, 3)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 100])
def test_floors(kind, n):
    target = KINDS[kind]
    floor, exact = target.floor(n, 3), sampling_floor(target.law, n)
    assert (floor["n_walks"], floor["total_variation"]) == (n, exact.expected)
    assert floor["total_variation_bound"] == exact.bound
    assert floor == target.floor(n, 3)
    measured = target.from_ends(target.problem.target.sample(n, 0), 3)
    assert floor.keys() - {"n_walks", "total_variation_bound"} == measured.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_perfect_samples_lie_near_their_floor(kind):
    """Over 12 sets the mean of every distance is that of the floor, within five of its standard errors."""
    target, n = KINDS[kind], 300
    floor = target.floor(n, 3)
    sets = [target.from_ends(target.problem.target.sample(n, seed), 3) for seed in range(12)]
    for name in sets[0]:
        values = np.array([one[name] for one in sets])
        allowance = 5 * values.std(ddof=1) * np.sqrt(1 / 12 + 1 / REPEATS)
        assert abs(values.mean() - floor[name]) < allowance, name


def test_which_distances_there_are():
    wanted = {
        "line": {"w1", "w2"},
        "grid": {"w1", "w2"},
        "letters": {"w1_hamming"},
        "one letter": {"w1_hamming"},
        "sites of different size": {"w1_hamming"},
    }
    for kind, target in KINDS.items():
        names = target.from_law(target.law, 0).keys()
        assert {name for name in names if name.startswith("w")} == wanted[kind], kind


def test_a_law_is_at_no_distance_from_itself():
    for target in KINDS.values():
        found = target.from_law(target.law, 0)
        assert found["total_variation"] == found["kl_target_from_law_nats"] == 0.0
    line = KINDS["line"].from_law(KINDS["line"].law, 0)
    assert line["w1"] < 1e-15
    assert line["w2"] < 1e-7


def test_one_ordinal_site_is_exact():
    """All mass moves by whole symbols, of which there are seven: W1 and W2 by hand, and never simulated."""
    target = KINDS["line"]
    law = np.eye(7)[2]
    steps = np.abs(np.arange(7) - 2) / 7
    found = target.from_law(law, 0)
    assert found["w1"] == pytest.approx(target.law @ steps, rel=1e-12)
    assert found["w2"] == pytest.approx(np.sqrt(target.law @ steps**2), rel=1e-12)
    assert found == target.from_law(law, 99)
    assert found["total_variation"] == pytest.approx(1 - target.law[2])
    assert found["kl_law_from_target_nats"] == pytest.approx(-np.log(target.law[2]))
    assert found["kl_target_from_law_nats"] == np.inf


def test_letters_are_compared_by_the_sites_that_differ():
    """All mass on AAA against the target: the mean number of sites that are not A, to the noise of a sample."""
    target = KINDS["letters"]
    states = target.problem.space.all_states()
    wanted = target.law @ (states != 0).sum(axis=1)
    found = target.from_law(np.eye(64)[0], 5)
    assert abs(found["w1_hamming"] - wanted) < 5 * np.sqrt(3 / MATCHED)
    assert found["w1_hamming"] == target.from_law(np.eye(64)[0], 5)["w1_hamming"]
    assert found["w1_hamming"] != target.from_law(np.eye(64)[0], 6)["w1_hamming"]


def test_a_law_that_lost_a_little_is_measured_all_the_same():
    target = KINDS["grid"]
    found = target.from_law(target.law * (1 - 1e-12), 0)
    assert found["total_variation"] < 1e-11
    assert np.isfinite(list(found.values())).all()


def test_ends_are_counted():
    target = KINDS["grid"]
    ends = np.array([[0, 0], [0, 0], [3, 1], [2, 2]])
    law = np.zeros(16)
    law[[0, 13, 10]] = 0.5, 0.25, 0.25
    found = target.from_ends(ends, 0)
    assert found["total_variation"] == pytest.approx(total_variation(law, target.law))
    assert found["kl_ends_from_target_nats"] == pytest.approx(kl_divergence(law, target.law))
