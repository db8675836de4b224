"""What couplings cost: against a linear program, the closed form of one site, and sums over all pairs."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ecd2g import Distribution, StateSpace
from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics import optimal_transport, wasserstein_line
from ecd2g.metrics.optimal_transport import independent_cost, optimal_transport_cost, pair_costs

GROUNDS = ("squared", "euclidean", "hamming")
SPACE = StateSpace((4, 3))
seeds = st.integers(0, 2**32 - 1)


def drawn(space, seed, n=6):
    rng = np.random.default_rng(seed)
    return Distribution.from_weights(space, rng.random(n) + 0.01, space.draw(n, rng))


def pair(seed, space=SPACE):
    return drawn(space, seed), drawn(space, seed + 1)


def all_costs(p, q, ground):
    def cost(x, y):
        squares = float(np.sum((x - y) ** 2))
        return {"squared": squares, "euclidean": np.sqrt(squares), "hamming": np.sum(x != y)}[ground]

    return np.array([[cost(x, y) for y in q.support()] for x in p.support()])


def least_cost(p, q, ground):
    """The transport problem as a general linear program."""
    costs = all_costs(p, q, ground)
    rows = np.kron(np.eye(len(costs)), np.ones(costs.shape[1]))
    columns = np.kron(np.ones(len(costs)), np.eye(costs.shape[1]))
    masses = np.concatenate([p.probabilities, q.probabilities])
    return linprog(costs.ravel(), A_eq=np.vstack([rows, columns]), b_eq=masses).fun


@pytest.mark.parametrize("ground", GROUNDS)
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_the_optimum_is_that_of_the_linear_program(ground, seed) -> None:
    p, q = pair(seed)
    assert optimal_transport_cost(p, q, ground) == pytest.approx(least_cost(p, q, ground), abs=1e-9)


@pytest.mark.parametrize(("ground", "order"), [("squared", 2), ("euclidean", 1)])
@given(seed=seeds)
def test_one_site_agrees_with_the_closed_form(ground, order, seed) -> None:
    p, q = pair(seed, StateSpace(9))
    line = wasserstein_line(p.to_array(), q.to_array(), order=order, scale=3.0) ** order
    assert optimal_transport_cost(p, q, ground, scale=3.0) == pytest.approx(line, abs=1e-12)


@pytest.mark.parametrize("ground", GROUNDS)
@given(seed=seeds)
def test_the_independent_coupling_costs_the_sum_over_all_pairs(ground, seed) -> None:
    p, q = pair(seed)
    costs = all_costs(p, q, ground)
    assert independent_cost(p, q, ground) == pytest.approx(p.probabilities @ costs @ q.probabilities)
    assert independent_cost(p, q, ground) >= optimal_transport_cost(p, q, ground) - 1e-12
    assert np.array_equal(pair_costs(p.support(), q.support(), ground), costs)


def test_dense_and_sparse_distributions_cost_the_same() -> None:
    p, q = pair(5)
    dense = [Distribution.from_probabilities(SPACE, d.to_array()) for d in (p, q)]
    for function in (optimal_transport_cost, independent_cost):
        assert function(*dense) == pytest.approx(function(p, q))


def test_blocks_do_not_change_a_sum(monkeypatch) -> None:
    p, q = pair(6)
    whole = independent_cost(p, q, "euclidean")
    monkeypatch.setattr(optimal_transport, "BLOCK", 1)
    assert independent_cost(p, q, "euclidean") == pytest.approx(whole)


@pytest.mark.parametrize("function", [optimal_transport_cost, independent_cost])
def test_input_that_means_nothing_is_refused(function) -> None:
    p, q = pair(1)
    with pytest.raises(InputError, match="share one state space"):
        function(p, Distribution.uniform(StateSpace(3)))
    with pytest.raises(InputError, match="ground must be one of 'squared'"):
        function(p, q, "manhattan")
    with pytest.raises(InputError, match="scale must be 1"):
        function(p, q, "hamming", scale=2.0)
    for scale in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(InputError, match="positive finite"):
            function(p, q, scale=scale)


def test_what_does_not_fit_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(optimal_transport, "PAIR_LIMIT", 3)
    p, q = pair(2)
    for function in (optimal_transport_cost, independent_cost):
        with pytest.raises(CapacityError, match="limit is 3"):
            function(p, q, "euclidean")


def test_without_pot_the_optimum_is_refused_and_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ot", None)
    p, q = pair(3)
    with pytest.raises(InputError, match=r"ecd2g\[ot\]"):
        optimal_transport_cost(p, q)
    assert independent_cost(p, q) > 0


def test_a_simplex_that_stops_early_is_an_error(monkeypatch) -> None:
    monkeypatch.setattr(optimal_transport, "SIMPLEX_STEPS", 1)
    space = StateSpace(30, 2)
    p, q = drawn(space, 1, 60), drawn(space, 2, 60)
    with pytest.warns(UserWarning, match="numItermax"), pytest.raises(ArithmeticError, match="stopped early"):
        optimal_transport_cost(p, q)
