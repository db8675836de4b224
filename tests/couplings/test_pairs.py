"""Couplings: shapes, joint laws, and the cheapest order of a minibatch.

Null hypothesis of the statistical tests: the n drawn rows are independent draws of the stated law on k outcomes. Then
P(TV >= E[TV] + sqrt(log(1 / delta) / 2n)) <= delta (McDiarmid) and E[TV] <= 1/2 sqrt(k / n); delta = 1e-9 a test.
"""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.couplings.pairs import GivenPairs, IndependentPairs, TransportPairs, cheapest_order
from ecd2g.testing import distributions, state_spaces

N_PAIRS, DELTA = 20_000, 1e-9


def farthest_tv(n_outcomes, n=N_PAIRS):
    return 0.5 * np.sqrt(n_outcomes / n) + np.sqrt(np.log(1 / DELTA) / (2 * n))


def joint_law(space, pairs):
    """Frequencies of (start, end), ``(V, V)``."""
    v = space.n_states
    joint = space.index(pairs.starts) * v + space.index(pairs.ends)
    return np.bincount(joint, minlength=v * v).reshape(v, v) / len(joint)


def tv(one, other):
    return 0.5 * np.abs(one - other).sum()


def independent(seed=3):
    space, rng = ecd2g.StateSpace((3, 2)), np.random.default_rng(seed)
    source, target = (ecd2g.Distribution.from_weights(space, rng.dirichlet(np.ones(6))) for _ in range(2))
    return IndependentPairs(source, target)


@st.composite
def independent_pairs(draw):
    space = draw(state_spaces(max_states=6))
    return IndependentPairs(draw(distributions(space)), draw(distributions(space)))


@given(independent_pairs(), st.integers(1, 12), st.integers(0, 999))
@settings(max_examples=50)
def test_every_coupling_draws_legal_states_in_equal_numbers(coupling, n, seed):
    space, rng = coupling.space, np.random.default_rng(seed)
    drawn = coupling.draw(n, rng)
    for other in (coupling, TransportPairs(coupling), GivenPairs.of(space, drawn.starts, drawn.ends)):
        assert other.space == space
        pairs = other.draw(n, rng)
        for states in pairs:
            assert states.shape == (n, space.n_sites)
            assert space.check(states) is not None


def test_independent_pairs_follow_the_product_of_source_and_target():
    coupling = independent()
    p, q = coupling.source.to_array(), coupling.target.to_array()
    found = joint_law(coupling.space, coupling.draw(N_PAIRS, np.random.default_rng(5)))
    assert tv(found, np.outer(p, q)) < farthest_tv(36)


def test_exchanged_source_and_target_are_told_apart():
    """Negative control: the test above has the power to reject."""
    coupling = independent()
    p, q = coupling.source.to_array(), coupling.target.to_array()
    found = joint_law(coupling.space, coupling.draw(N_PAIRS, np.random.default_rng(5)))
    assert tv(found, np.outer(q, p)) > farthest_tv(36)


def test_given_pairs_follow_the_frequencies_of_their_rows():
    """Rows stay together, so the joint law is that of the rows and not the product of its marginals."""
    coupling = independent()
    rows = coupling.draw(12, np.random.default_rng(7))
    own = GivenPairs.of(coupling.space, *rows)
    law = joint_law(coupling.space, rows)
    found = joint_law(coupling.space, own.draw(N_PAIRS, np.random.default_rng(9)))
    assert tv(found, law) < farthest_tv(36)
    assert np.all(found[law == 0] == 0)
    assert tv(np.outer(law.sum(1), law.sum(0)), law) > farthest_tv(36)


@given(independent_pairs(), st.integers(1, 10), st.integers(0, 999))
@settings(max_examples=50)
def test_transport_pairs_are_the_independent_batch_in_another_order(coupling, n, seed):
    plain = coupling.draw(n, np.random.default_rng(seed))
    moved = TransportPairs(coupling).draw(n, np.random.default_rng(seed))
    np.testing.assert_array_equal(moved.starts, plain.starts)
    assert sorted(moved.ends.tolist()) == sorted(plain.ends.tolist())


def cost(starts, ends):
    return int(np.sum((starts - ends) ** 2))


@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 10**6))
@settings(max_examples=60)
def test_cheapest_order_is_as_cheap_as_the_best_of_all_orders(n, n_sites, seed):
    rng = np.random.default_rng(seed)
    starts, ends = rng.integers(9, size=(2, n, n_sites))
    best = min(cost(starts, ends[list(order)]) for order in permutations(range(n)))
    assert cost(starts, ends[cheapest_order(starts, ends)]) == best


def test_the_order_of_the_draw_is_not_the_cheapest():
    """Negative control: re-ordering matters to the cost."""
    rng = np.random.default_rng(1)
    starts, ends = rng.integers(9, size=(2, 50, 2))
    assert cost(starts, ends[cheapest_order(starts, ends)]) < 0.5 * cost(starts, ends)


def test_source_and_target_of_different_spaces_are_refused():
    one, other = (ecd2g.Distribution.uniform(ecd2g.StateSpace(size)) for size in (3, 4))
    with pytest.raises(ecd2g.InputError, match="one state space"):
        IndependentPairs(one, other)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ([[0, 1]], [[0, 1], [1, 1]]),
        (np.zeros((0, 2), dtype=int), np.zeros((0, 2), dtype=int)),
        ([0, 1], [1, 1]),
        ([[0, 2]], [[0, 1]]),
        ([[0, 1]], [[-1, 1]]),
        ([[0, 1, 0]], [[0, 1, 0]]),
        ([[0.5, 1]], [[0, 1]]),
    ],
    ids=["unequal", "empty", "flat", "too large", "negative", "too many sites", "not whole"],
)
def test_given_pairs_refuse_what_are_no_pairs(starts, ends):
    with pytest.raises(ecd2g.InputError):
        GivenPairs.of(ecd2g.StateSpace(2, 2), starts, ends)
