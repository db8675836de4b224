import math
from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.metrics import hamming_mmd, hamming_mmd_p_value
from ecd2g.metrics.hamming import hamming_distances

SPACE = StateSpace((2, 3, 4))

# a deviation of zero is the root of what rounding leaves of a difference, 1e-16
ROUNDING = 1e-7
bandwidths = st.sampled_from([0.1, 0.25, 1.0, 10.0])


@st.composite
def samples(draw, most=6):
    n = draw(st.integers(2, most))
    return draw(arrays(np.int64, (n, 3), elements=st.integers(0, 11))) % SPACE.alphabet_sizes


def kernel(xs, ys, bandwidth=0.25):
    xs, ys = np.asarray(xs), np.asarray(ys)
    return np.exp(-np.sum(xs[:, None] != ys[None], axis=-1) / (bandwidth * xs.shape[1]))


def u_statistic(table, first):
    """From the kernel of all rows, of which the marked ones are the first sample, pair by pair."""
    total = 0.0
    m, n = first.sum(), (~first).sum()
    for i, j in permutations(range(len(table)), 2):
        if first[i] != first[j]:
            total -= table[i, j] / (m * n)  # every pair comes twice
        else:
            total += table[i, j] / (m * (m - 1) if first[i] else n * (n - 1))
    return total


def by_hand(a, b, bandwidth):
    pool = np.concatenate((a, b))
    return u_statistic(kernel(pool, pool, bandwidth), np.arange(len(pool)) < len(a))


def all_exchanges(a, b, bandwidth):
    pool = np.concatenate((a, b))
    table = kernel(pool, pool, bandwidth)
    for kept in combinations(range(len(pool)), len(a)):
        yield u_statistic(table, np.isin(np.arange(len(pool)), kept))


@pytest.mark.parametrize(("n_symbols", "n_sites"), [(2, 9), (3, 4), (16, 2), (17, 3), (50, 2)])
def test_hamming_distances_count_sites(n_symbols, n_sites, monkeypatch):
    rng = np.random.default_rng(0)
    xs, ys = rng.integers(n_symbols, size=(7, n_sites)), rng.integers(n_symbols, size=(5, n_sites))
    expected = (xs[:, None] != ys[None]).sum(axis=-1)
    np.testing.assert_array_equal(hamming_distances(xs, ys), expected)
    np.testing.assert_array_equal(hamming_distances(xs - 30, ys - 30), expected)
    monkeypatch.setitem(hamming_distances.__globals__, "LARGEST_PRODUCT", 1)  # too long for one-hot states
    np.testing.assert_array_equal(hamming_distances(xs, ys), expected)


def test_values_by_hand():
    # one site: k is 1 or c; pairs in a: (1 + 2c)/3, in b: c, across: (2 + 1 c + 1 + 2 c) / 6
    c = math.exp(-1 / 0.5)
    value = hamming_mmd([[0], [0], [1]], [[0], [1]], StateSpace(2), bandwidth=0.5).squared
    assert value == pytest.approx((1 + 2 * c) / 3 + c - 2 * (3 + 3 * c) / 6, abs=1e-15)


@given(samples(), samples(), bandwidths)
def test_it_is_the_u_statistic(a, b, bandwidth):
    found = hamming_mmd(a, b, SPACE, bandwidth)
    assert found.squared == pytest.approx(by_hand(a, b, bandwidth), abs=1e-12)
    for other in (hamming_mmd(b, a, SPACE, bandwidth), hamming_mmd(a[::-1], b, SPACE, bandwidth)):
        assert other.squared == pytest.approx(found.squared, abs=1e-12)
        assert other.null_deviation == pytest.approx(found.null_deviation, abs=ROUNDING)
    assert -2 <= found.squared <= 2 + 1e-12


@settings(max_examples=50)
@given(samples(most=4), samples(most=3), bandwidths)
def test_the_null_deviation_is_that_of_all_exchanges_of_rows(a, b, bandwidth):
    values = list(all_exchanges(a, b, bandwidth))
    assert np.mean(values) == pytest.approx(0, abs=1e-12)
    assert hamming_mmd(a, b, SPACE, bandwidth).null_deviation == pytest.approx(np.std(values), abs=ROUNDING)


def exact_squared(p, q, bandwidth):
    difference = p.to_array() - q.to_array()
    states = p.space.all_states()
    return difference @ kernel(states, states, bandwidth) @ difference


def expectations(p, q, m, n, bandwidth=0.25):
    """Exact means of the estimate, of its square and of the null variance over all samples of m and n rows."""
    states, total = p.space.all_states(), np.zeros(3)
    for rows in product(range(len(states)), repeat=m + n):
        weight = np.prod(p.to_array()[list(rows[:m])]) * np.prod(q.to_array()[list(rows[m:])])
        drawn = states[list(rows)]
        estimate = hamming_mmd(drawn[:m], drawn[m:], p.space, bandwidth)
        total += weight * np.array([estimate.squared, estimate.squared**2, estimate.null_deviation**2])
    return total


def test_the_estimate_is_unbiased_and_under_the_null_its_deviation_is_right():
    space = StateSpace(2, 2)
    p, q = (
        Distribution.from_probabilities(space, law) for law in ([0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.2, 0.5])
    )
    assert expectations(p, q, 2, 2)[0] == pytest.approx(exact_squared(p, q, 0.25), abs=1e-12)
    assert exact_squared(p, q, 0.25) > 0.01
    mean, square, variance = expectations(p, p, 2, 3)
    assert mean == pytest.approx(0, abs=1e-12)
    assert variance == pytest.approx(square, abs=1e-12)
    # a V-statistic, which keeps the pairs of a row with itself, is not unbiased: 1/2 (1 - E k) more for each sample
    states, law = space.all_states(), p.to_array()
    assert 1 - law @ kernel(states, states) @ law > 0.1


def test_it_compares_the_marginals_on_a_random_set_of_sites():
    rng = np.random.default_rng(1)
    p, q = (Distribution.from_weights(SPACE, rng.random(SPACE.n_states)) for _ in range(2))
    difference = (p.to_array() - q.to_array()).reshape(SPACE.alphabet_sizes)
    c, total = math.exp(-1 / (0.25 * 3)), 0.0
    for chosen in product([False, True], repeat=3):
        rest = tuple(site for site in range(3) if not chosen[site])
        weight = math.prod(1 - c if taken else c for taken in chosen)
        total += weight * np.sum(difference.sum(axis=rest) ** 2)
    assert exact_squared(p, q, 0.25) == pytest.approx(total, rel=1e-12)


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(2)
    a, b = SPACE.draw(31, rng), SPACE.draw(17, rng)
    whole = hamming_mmd(a, b, SPACE), hamming_mmd_p_value(a, b, SPACE)
    monkeypatch.setitem(hamming_mmd.__globals__, "BLOCK", 150)  # three rows at a time
    np.testing.assert_allclose(hamming_mmd(a, b, SPACE), whole[0], rtol=1e-10)
    assert hamming_mmd_p_value(a, b, SPACE) == whole[1]


def test_the_p_value_counts_exchanges():
    # 3 against 3 rows that share nothing: of the 20 ways to deal them out, two are as far apart
    a, b = [[0, 0, 0]] * 3, [[1, 2, 3]] * 3
    p_value = hamming_mmd_p_value(a, b, SPACE, n_permutations=2000, rng=4)
    # null: 1 + binomial (2000, 0.1) of 2001; six standard deviations, an error in 10^9 seeds
    assert abs(p_value - 0.1) < 6 * math.sqrt(0.1 * 0.9 / 2000)
    assert hamming_mmd_p_value([[0, 1, 2]] * 4, [[0, 1, 2]] * 4, SPACE) == 1.0


def test_error_rate_and_power_of_the_permutation_test():
    # null: both samples uniform; 300 tests of 15 against 12 rows at level 0.1, of which binomial (300, 0.1) reject;
    # more than its quantile of 1 - 1e-6 fails a correct test once in a million seeds
    rng = np.random.default_rng(5)

    def rejections(draw, n_tests=300):
        return sum(
            hamming_mmd_p_value(draw(15), SPACE.draw(12, rng), SPACE, n_permutations=19, rng=rng) <= 0.1
            for _ in range(n_tests)
        )

    limit = binom.isf(1e-6, 300, 0.1)
    assert rejections(lambda n: SPACE.draw(n, rng)) <= limit
    assert rejections(lambda n: np.minimum(SPACE.draw(n, rng), 1)) > limit


def test_what_takes_three_sites_is_seen():
    # parity of three among six bits: no pair of sites shows it; 500 rows each
    space = StateSpace(2, 6)
    rng = np.random.default_rng(6)
    a, b = space.draw(500, rng), space.draw(500, rng)
    null = hamming_mmd(a, b, space)
    assert abs(null.squared) < 5 * null.null_deviation
    a[:, 0] = (a[:, 1] + a[:, 2]) % 2
    odd = hamming_mmd(a, b, space)
    assert odd.squared > 5 * odd.null_deviation


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"a": [[0, 0, 0]]}, "at least 2 rows"),
        ({"a": [[0, 0, 9], [0, 0, 0]]}, "a: symbols of site 2"),
        ({"b": [[0, 0], [0, 0]]}, "b: states must have shape"),
        ({"a": Distribution.uniform(SPACE)}, "draw from it first"),
        ({"bandwidth": 0.0}, "bandwidth"),
        ({"bandwidth": math.nan}, "bandwidth"),
        ({"bandwidth": math.inf}, "bandwidth"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    arguments = {"a": [[0, 0, 0]] * 2, "b": [[0, 0, 0]] * 2, "space": SPACE} | options
    for metric in (hamming_mmd, hamming_mmd_p_value):
        with pytest.raises(InputError, match=message):
            metric(**arguments)


@pytest.mark.parametrize("n_permutations", [0, 1.5, True])
def test_a_test_needs_permutations(n_permutations):
    with pytest.raises(InputError, match="n_permutations"):
        hamming_mmd_p_value([[0, 0, 0]] * 2, [[0, 0, 0]] * 2, SPACE, n_permutations=n_permutations)
