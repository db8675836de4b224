from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.metrics import pair_distances, shape, shape_trend, site_distances, total_variation, trend

# small alphabets are counted by a product, others pair by pair in a table, the largest by a sort
SPACES = (StateSpace((2, 3, 2, 1)), StateSpace((4, 2, 5)), StateSpace((10**6, 10**9)))
every_space = pytest.mark.parametrize("space", SPACES, ids=("product", "table", "sort"))


@st.composite
def samples_in(draw, spaces=SPACES, n_samples=2):
    space = draw(st.sampled_from(spaces))
    sizes = np.minimum(space.alphabet_sizes, 7)

    def rows():
        raw = draw(
            arrays(np.int64, (draw(st.integers(1, 12)), space.n_sites), elements=st.integers(0, 10**6))
        )
        return raw % sizes

    return space, *(rows() for _ in range(n_samples))


def frequencies(rows, sites):
    counts = Counter(map(tuple, rows[:, sites].tolist()))
    return {key: count / len(rows) for key, count in counts.items()}


def distance_by_hand(a, b, sites):
    p, q = frequencies(a, sites), frequencies(b, sites)
    return 0.5 * sum(abs(p.get(key, 0.0) - q.get(key, 0.0)) for key in {*p, *q})


@given(samples_in())
def test_both_agree_with_counting_by_hand(case):
    space, a, b = case
    singles = [distance_by_hand(a, b, [site]) for site in range(space.n_sites)]
    pairs = [distance_by_hand(a, b, list(sites)) for sites in combinations(range(space.n_sites), 2)]
    assert site_distances(a, b, space) == pytest.approx(singles, abs=1e-12)
    table = pair_distances(a, b, space)
    assert table[np.triu_indices(space.n_sites, 1)] == pytest.approx(pairs, abs=1e-12)
    assert np.diag(table) == pytest.approx(singles, abs=1e-12)
    np.testing.assert_array_equal(table, table.T)
    assert shape(a, b, space) == pytest.approx(1 - np.mean(singles), abs=1e-12)
    assert trend(a, b, space) == pytest.approx(1 - np.mean(pairs), abs=1e-12)


def test_values_by_hand():
    space = StateSpace((2, 4))
    a, b = [[0, 0], [0, 3], [1, 3], [1, 3]], [[0, 0], [0, 0], [0, 3], [1, 3]]
    # site 0: (2, 2) and (3, 1) quarters; site 1: 1 and 2 quarters of symbol 0; pairs (1, 1, 2) and (2, 1, 1)
    assert shape(a, b, space) == 0.75
    assert trend(a, b, space) == 0.75
    assert trend(a, [[1, 0]] * 3, space) == 0.0


@settings(max_examples=50)
@given(samples_in(n_samples=3), st.randoms(use_true_random=False))
def test_laws_of_both(case, random):
    space, a, b, c = case
    shuffled = a[random.sample(range(len(a)), len(a))]
    for metric in (shape, trend):
        assert metric(a, b, space) == metric(b, a, space)
        assert metric(a, shuffled, space) == 1.0
        assert metric(np.tile(a, (2, 1)), shuffled, space) == pytest.approx(1.0, abs=1e-12)
        assert metric(shuffled, b, space) == metric(a, b, space)
        assert 0.0 <= metric(a, b, space) <= 1.0
        assert 1 - metric(a, c, space) <= 2 - metric(a, b, space) - metric(b, c, space) + 1e-12
    single, pair = site_distances(a, b, space), pair_distances(a, b, space)
    assert np.all(pair >= np.maximum.outer(single, single) - 1e-12)
    assert trend(a, b, space) <= shape(a, b, space) + 1e-12


@every_space
def test_a_distribution_stands_for_samples_without_noise(space):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, np.minimum(space.alphabet_sizes, 3), size=(40, space.n_sites)) for _ in range(2))
    p, q = (Distribution.from_samples(space, rows) for rows in (a, b))
    for metric in (shape, trend):
        for pair in ((p, b), (a, q), (p, q)):
            assert metric(*pair, space) == pytest.approx(metric(a, b, space), abs=1e-12)


def test_a_dense_law_has_the_marginals_of_its_table():
    space = StateSpace((3, 2, 3))
    rng = np.random.default_rng(1)
    p, q = (Distribution.from_weights(space, rng.random(space.n_states)) for _ in range(2))
    tables = [law.to_array().reshape(space.alphabet_sizes) for law in (p, q)]
    table = pair_distances(p, q, space)
    for i, j in combinations(range(3), 2):
        others = tuple({0, 1, 2} - {i, j})
        first, second = (law.sum(axis=others).ravel() for law in tables)
        assert table[i, j] == pytest.approx(total_variation(first, second), abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_blocks_change_nothing(monkeypatch, weighted):
    space = StateSpace(2, 5)
    rng = np.random.default_rng(2)
    a, b = space.draw(103, rng), space.draw(50, rng)
    given_a = Distribution.from_samples(space, a) if weighted else a
    whole = pair_distances(given_a, b, space)
    monkeypatch.setattr(shape_trend, "BLOCK", 70)  # seven rows at a time
    np.testing.assert_allclose(pair_distances(given_a, b, space), whole, rtol=0, atol=1e-15)
    monkeypatch.setattr(shape_trend, "PRODUCT_COLUMNS", 1)  # pair by pair
    np.testing.assert_allclose(pair_distances(given_a, b, space), whole, rtol=0, atol=1e-12)


def test_what_takes_three_sites_is_not_seen():
    space = StateSpace(2, 3)
    even = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]
    parity, uniform = Distribution.from_samples(space, even), Distribution.uniform(space)
    assert shape(parity, uniform, space) == trend(parity, uniform, space) == 1.0
    assert total_variation(parity.to_array(), uniform.to_array()) == 0.5


@pytest.mark.parametrize("n_symbols", [2, 6])
def test_what_is_off_is_seen(n_symbols):
    # 5,000 samples and a tenth of the rows off: one-site TV of 0.1 (1 - 1/S), sampling noise of about 0.01
    space = StateSpace(n_symbols, 4)
    rng = np.random.default_rng(3)
    exact = Distribution.uniform(space)
    perfect, biased = space.draw(5000, rng), space.draw(5000, rng)
    biased[:500] = 0
    assert shape(perfect, exact, space) > 0.97 > 1 - 0.08 * (1 - 1 / n_symbols) > shape(biased, exact, space)
    tied = space.draw(5000, rng)
    tied[:, 1] = tied[:, 0]  # every site as it should be, one pair in six not
    assert shape(tied, exact, space) > 0.97
    assert trend(tied, exact, space) < trend(perfect, exact, space) - 0.9 * (1 - 1 / n_symbols) / 6


@pytest.mark.parametrize(
    ("a", "space", "message"),
    [
        ([[0, 2]], StateSpace(2, 2), "a: symbols of site 1 must lie in 0..1"),
        ([[0, 1, 0]], StateSpace(2, 2), "a: states must have shape"),
        ([0, 1], StateSpace(2, 2), "a must have shape"),
        (np.zeros((0, 2), int), StateSpace(2, 2), "n >= 1"),
        ([[0.5, 1]], StateSpace(2, 2), "whole numbers"),
        (Distribution.uniform(StateSpace(3, 2)), StateSpace(2, 2), "space given"),
    ],
)
def test_bad_samples_are_refused(a, space, message):
    for metric in (shape, trend):
        with pytest.raises(InputError, match=message):
            metric(a, [[0, 0]], space)


def test_one_site_has_no_trend():
    space = StateSpace(5)
    assert shape([[1]], [[1], [2]], space) == 0.5
    with pytest.raises(InputError, match="at least 2 sites"):
        trend([[1]], [[1], [2]], space)
