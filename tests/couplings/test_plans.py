"""Laws of all plans: marginals, order of costs and entropies, drawing, and what is refused.

Null hypothesis of the statistical tests: the n drawn pairs are independent draws of the plan's table with c cells. Then
P(TV >= 1/2 sqrt(c / n) + sqrt(log(1 / delta) / 2n)) <= delta (McDiarmid); n = 40,000, delta = 1e-9 a test.
"""

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g import Distribution, InputError, StateSpace
from ecd2g.couplings import electric_plan, independent_plan, sinkhorn_plan, transport_plan
from ecd2g.couplings.plan import Plan, certified
from ecd2g.metrics import optimal_transport_cost

N, DELTA = 40_000, 1e-9
PLANS = {
    "independent": lambda p, q, ground: independent_plan(p, q),
    "transport": transport_plan,
    "electric": electric_plan,
    "electric-reweighted": lambda p, q, ground: electric_plan(p, q, ground, reweightings=8),
    "sinkhorn": lambda p, q, ground: sinkhorn_plan(p, q, ground, regularisation=0.5),
}


def farthest_tv(n_cells, n=N):
    return 0.5 * np.sqrt(n_cells / n) + np.sqrt(np.log(1 / DELTA) / (2 * n))


def scattered(space, k, rng, sharpness=1.0):
    """A sparse distribution of k states of random weights."""
    states = rng.integers(0, space.alphabet_sizes, (k, space.n_sites))
    return Distribution.from_weights(space, rng.dirichlet(np.full(k, sharpness)) + 1e-12, states)


@st.composite
def two_distributions(draw):
    n_sites = draw(st.sampled_from([1, 2, 5, 64]))
    space = StateSpace(draw(st.sampled_from([2, 4, 1000])), n_sites)
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    sharpness = draw(st.sampled_from([0.1, 1.0, 100.0]))
    return tuple(scattered(space, draw(st.integers(1, 12)), rng, sharpness) for _ in range(2))


grounds = st.sampled_from(["squared", "hamming"])


@pytest.mark.parametrize("method", PLANS)
@given(two_distributions(), grounds)
@settings(max_examples=25)
def test_every_plan_has_its_marginals(method, pair, ground):
    p, q = pair
    if method == "sinkhorn":
        p, q = (Distribution.from_weights(d.space, np.ones(len(d.states)), d.states) for d in pair)
    plan = PLANS[method](p, q, ground)
    assert plan.table.shape == (len(p.support()), len(q.support()))
    assert plan.table.min() >= 0
    np.testing.assert_allclose(plan.table.sum(axis=1), plan.source_weights, atol=1e-10, rtol=0)
    np.testing.assert_allclose(plan.table.sum(axis=0), plan.target_weights, atol=1e-10, rtol=0)
    if method != "sinkhorn":
        assert plan.marginal_error < 1e-14
    assert plan.entropy <= independent_plan(p, q).entropy + 1e-9  # subadditivity of entropy


@given(two_distributions(), grounds)
@settings(max_examples=25)
def test_no_plan_is_cheaper_than_optimal_transport(pair, ground):
    p, q = pair
    least = transport_plan(p, q, ground).cost(ground)
    assert least == pytest.approx(optimal_transport_cost(p, q, ground), rel=1e-9, abs=1e-9)
    for plan in (
        independent_plan(p, q),
        electric_plan(p, q, ground),
        electric_plan(p, q, ground, reweightings=5),
    ):
        assert plan.cost(ground) >= least - 1e-9 * (1 + least)


@pytest.mark.parametrize("ground", ["squared", "hamming"])
@pytest.mark.parametrize("seed", range(3))
def test_costs_are_ordered_on_random_data(ground, seed):
    """Electric plans may cost more than independent ones (test_electric has a case); in these data they do not."""
    space, rng = StateSpace(9, 3), np.random.default_rng(seed)
    p, q = (Distribution.from_samples(space, rng.binomial(8, share, (60, 3))) for share in (0.3, 0.7))
    plans = [
        PLANS[name](p, q, ground) for name in ("transport", "electric-reweighted", "electric", "independent")
    ]
    costs = [plan.cost(ground) for plan in plans]
    assert costs == sorted(costs)
    assert costs[0] < costs[1] < costs[2] < costs[3]  # strictly: a test of equal plans would prove nothing
    assert costs[0] < sinkhorn_plan(p, q, ground).cost(ground) < costs[3]
    assert plans[-1].cost(ground) == pytest.approx(plans[0].independent_cost(ground), rel=1e-12)


def test_more_regularisation_costs_more_and_leaves_the_log_domain_in_agreement(monkeypatch):
    space, rng = StateSpace(20, 2), np.random.default_rng(4)
    p, q = scattered(space, 30, rng), scattered(space, 25, rng)
    plain = [sinkhorn_plan(p, q, regularisation=r) for r in (0.2, 1.0, 5.0)]
    costs = [plan.cost() for plan in plain]
    assert costs == sorted(costs)
    monkeypatch.setattr("ecd2g.couplings.transport.PLAIN_EXPONENT", 0.0)
    np.testing.assert_allclose(
        sinkhorn_plan(p, q, regularisation=0.2).table, plain[0].table, atol=1e-9, rtol=0
    )


def test_a_sinkhorn_plan_that_misses_its_marginals_is_not_handed_out():
    space, rng = StateSpace(20, 2), np.random.default_rng(4)
    p, q = scattered(space, 30, rng), scattered(space, 25, rng)
    with pytest.raises(ecd2g.SolverError, match="max_steps") as caught:
        sinkhorn_plan(p, q, regularisation=0.02, max_steps=5)
    assert caught.value.reached > caught.value.tolerance == 1e-10


def test_equal_weights_and_the_simplex_agree():
    """The assignment and, with a split atom, the network simplex of POT."""
    space, rng = StateSpace(50, 2), np.random.default_rng(0)
    listed = [np.unique(rng.integers(0, 50, (40, 2)), axis=0)[:30] for _ in range(2)]
    p, q = (Distribution.from_weights(space, np.ones(30), states) for states in listed)
    uneven = Distribution.from_weights(space, np.r_[1 + 1e-9, np.ones(29)], listed[0])
    assert np.count_nonzero(transport_plan(p, q).table) == 30
    assert transport_plan(p, q).cost() == pytest.approx(transport_plan(uneven, q).cost(), rel=1e-6)


def small_plan():
    space = StateSpace(5, 2)
    starts, ends = np.array([[0, 0], [4, 4]]), np.array([[1, 0], [3, 4], [2, 2]])
    table = np.array([[0.3, 0.0, 0.2], [0.0, 0.45, 0.05]])
    return Plan(space, starts, ends, table.sum(axis=1), table.sum(axis=0), table, "by hand", 0.0)


def drawn_law(plan, pairs):
    index = plan.space.index
    rows = np.searchsorted(index(plan.starts), index(pairs.starts))
    order = np.argsort(index(plan.ends))
    columns = order[np.searchsorted(index(plan.ends), index(pairs.ends), sorter=order)]
    cells = rows * len(plan.ends) + columns
    return np.bincount(cells, minlength=plan.table.size).reshape(plan.table.shape) / len(cells)


def test_pairs_are_drawn_from_the_table():
    plan = small_plan()
    found = drawn_law(plan, plan.draw(N, np.random.default_rng(1)))
    assert 0.5 * np.abs(found - plan.table).sum() < farthest_tv(6)
    assert np.all(found[plan.table == 0] == 0)


def test_draws_of_another_table_are_told_apart():
    """Negative control: the independent table of the same marginals is rejected."""
    plan = small_plan()
    apart = replace(plan, table=np.outer(plan.source_weights, plan.target_weights))
    found = drawn_law(plan, apart.draw(N, np.random.default_rng(1)))
    assert 0.5 * np.abs(found - plan.table).sum() > farthest_tv(6)


def test_cost_entropy_and_error_of_a_table_by_hand():
    plan = small_plan()
    assert plan.cost() == pytest.approx(0.3 * 1 + 0.2 * 8 + 0.45 * 1 + 0.05 * 8, rel=1e-14)
    assert plan.cost(scale=2.0) == pytest.approx(plan.cost() / 4, rel=1e-14)
    assert plan.cost("hamming") == pytest.approx(0.75 + 2 * 0.25, rel=1e-14)
    positive = np.array([0.3, 0.2, 0.45, 0.05])
    assert plan.entropy == pytest.approx(-np.sum(positive * np.log(positive)), rel=1e-14)
    assert plan.marginal_error == 0
    assert replace(plan, target_weights=np.array([0.3, 0.35, 0.35])).marginal_error == pytest.approx(0.1)
    assert repr(plan).startswith(
        "<Plan: by hand, 2 starts x 3 ends, entropy 1.192 nats, marginal error 0.0e+00"
    )


def test_a_wrong_table_is_caught_by_its_certificate():
    plan = small_plan()
    wrong = replace(plan, table=plan.table + np.array([[1e-9, 0, 0], [0, 0, 0]]))
    with pytest.raises(ecd2g.SolverError, match="raise it"):
        certified(wrong, "raise it")
    assert certified(plan, "raise it") is plan


@pytest.mark.parametrize(
    "table", [np.ones((2, 2)), np.full((2, 3), np.nan), np.full((2, 3), np.inf), -np.ones((2, 3))]
)
def test_tables_that_are_no_plans_are_refused(table):
    with pytest.raises(InputError):
        replace(small_plan(), table=table)


@pytest.mark.parametrize("weights", [[np.nan, 0.5], [-0.5, 1.5], [np.inf, 0.5]])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(InputError, match="source_weights"):
        replace(small_plan(), source_weights=np.array(weights))


@pytest.mark.parametrize("rows", [[2], [-1], [0.0]])
def test_starts_that_the_plan_does_not_have_are_refused(rows):
    assert small_plan().draw_columns([1, 0], 0).shape == (2,)
    assert small_plan().draw_columns([], 0).shape == (0,)
    with pytest.raises(InputError, match="0 to 1"):
        small_plan().draw_columns(rows, 0)


@pytest.mark.parametrize("method", PLANS)
def test_plans_refuse_two_spaces_and_unknown_grounds(method):
    p, q = Distribution.uniform(StateSpace(3)), Distribution.uniform(StateSpace(4))
    with pytest.raises(InputError, match="one state space"):
        PLANS[method](p, q, "squared")
    if method != "independent":
        with pytest.raises(InputError, match="ground"):
            PLANS[method](p, p, "cubed")


@pytest.mark.parametrize("method", PLANS)
def test_plans_of_too_many_pairs_are_refused(method):
    p = Distribution.uniform(StateSpace(5001))
    with pytest.raises(ecd2g.CapacityError, match="pool_pairs"):
        PLANS[method](p, p, "squared")


@pytest.mark.parametrize("make", [transport_plan, lambda p, q: sinkhorn_plan(p, q)])
def test_missing_pot_is_named(make, monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    p = Distribution.from_weights(StateSpace(3), [1, 2, 3])
    with pytest.raises(InputError, match=r"ecd2g\[ot\]"):
        make(p, p)


@pytest.mark.parametrize("n", [-1, 1.5, True])
def test_numbers_of_pairs_that_are_none_are_refused(n):
    with pytest.raises(InputError, match="number of pairs"):
        small_plan().draw(n)
