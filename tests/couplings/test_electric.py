"""The electric coupling: exact small cases, agreement with the resistor network, and hard circuits."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g import Distribution, InputError, ResistorNetwork, StateSpace
from ecd2g.couplings import electric_plan, independent_plan, transport_plan
from ecd2g.couplings.bipartite import two_layer_currents
from ecd2g.couplings.two_way_law import two_way_law


def test_two_by_two_by_hand():
    """Equal weights, conductances a on the diagonal and b off it: by symmetry currents and law are a and b shares."""
    a, b = Fraction(3), Fraction(1)
    currents = two_layer_currents(np.array([[3.0, 1.0], [1.0, 3.0]]), np.full(2, 0.5), np.full(2, 0.5))
    share = a / (a + b) / 2
    expected = [[float(share), float(Fraction(1, 2) - share)], [float(Fraction(1, 2) - share), float(share)]]
    np.testing.assert_allclose(currents, expected, rtol=0, atol=1e-16)
    np.testing.assert_allclose(two_way_law(currents, np.full(2, 0.5), np.full(2, 0.5)), expected, atol=1e-16)


def rational_circuit(c, p, q):
    """Currents of a 2 x 2 circuit in fractions: one loop current x is left, and no voltage goes round the loop."""
    # I = [[x, p0 - x], [q0 - x, q1 - p0 + x]]; I00/c00 - I10/c10 + I11/c11 - I01/c01 = 0
    slope = sum(1 / c[i][j] for i in range(2) for j in range(2))
    constant = -q[0] / c[1][0] + (q[1] - p[0]) / c[1][1] - p[0] / c[0][1]
    x = -constant / slope
    return [[x, p[0] - x], [q[0] - x, q[1] - p[0] + x]]


def rational_law(currents, p, q):
    """Walk law in fractions, summed over the few walks there are: they only go down."""

    def ends(i, weight, law, start):
        out = sum(max(value, 0) for value in currents[i])
        for j in range(2):
            step = weight * max(currents[i][j], 0) / out
            if step == 0:
                continue
            through = q[j] + sum(max(-currents[k][j], 0) for k in range(2))
            law[start][j] += step * q[j] / through
            for k in range(2):
                if currents[k][j] < 0:
                    ends(k, step * -currents[k][j] / through, law, start)

    law = [[Fraction(0)] * 2 for _ in range(2)]
    for i in range(2):
        ends(i, p[i], law, i)
    return law


def test_a_current_that_flows_back_by_hand_in_fractions():
    """Source 0 is strong and its own sink weak: current goes 0 -> sink 0 -> source 1 -> sink 1, back at source 1."""
    c = [[Fraction(9), Fraction(1, 100)], [Fraction(9), Fraction(9)]]
    p, q = [Fraction(9, 10), Fraction(1, 10)], [Fraction(1, 10), Fraction(9, 10)]
    currents = rational_circuit(c, p, q)
    assert currents[1][0] < 0  # the case at hand: without it the law would be the currents
    law = rational_law(currents, p, q)
    assert [sum(row) for row in law] == p
    assert [law[0][j] + law[1][j] for j in range(2)] == q
    arrays = [np.array(x, dtype=float) for x in (c, p, q)]
    found = two_layer_currents(*arrays)
    np.testing.assert_allclose(found, np.array(currents, dtype=float), rtol=1e-13)
    np.testing.assert_allclose(two_way_law(found, *arrays[1:]), np.array(law, dtype=float), rtol=1e-12)


def random_circuit(m, k, seed, spread):
    rng = np.random.default_rng(seed)
    c = 10.0 ** rng.uniform(-spread, 0, (m, k))
    return c, rng.dirichlet(np.ones(m)), rng.dirichlet(np.ones(k))


@pytest.mark.parametrize(("m", "k"), [(4, 6), (6, 4), (1, 5), (5, 1), (7, 7)])
def test_currents_and_walks_agree_with_the_resistor_network(m, k):
    """The network solves the same graph of resistors, and its first-passage walks end where the law says."""
    c, p, q = random_circuit(m, k, seed=m + k, spread=3)
    edges = [(i, m + j) for i in range(m) for j in range(k)]
    network = ResistorNetwork.from_edges(edges, conductance=c.ravel(), n_nodes=m + k)
    solution = ecd2g.solve(network, source=dict(enumerate(p)), sink=dict(enumerate(q, start=m)))
    currents = two_layer_currents(c, p, q)
    np.testing.assert_allclose(currents.ravel(), solution.currents, atol=1e-12)
    np.testing.assert_allclose(
        two_way_law(currents, p, q), walked(solution.currents.reshape(m, k), p, q), atol=1e-12
    )


def walked(currents, p, q):
    """Walk law node by node, summed step by step over the lengths of walks: no matrix is inverted."""
    m, k = currents.shape
    law = np.zeros((m, k))
    for start in range(m):
        mass = np.zeros(m)
        mass[start] = p[start]
        for _ in range(2 * (m + k)):
            arrived = np.zeros(k)
            for i in range(m):
                up = np.maximum(currents[i], 0)
                arrived += mass[i] * up / up.sum()
            mass = np.zeros(m)
            for j in range(k):
                down = np.maximum(-currents[:, j], 0)
                law[start, j] += arrived[j] * q[j] / (q[j] + down.sum())
                mass += arrived[j] * down / (q[j] + down.sum())
    return law


@pytest.mark.parametrize(("m", "k"), [(6, 9), (9, 6)])
def test_walks_read_backwards_have_the_same_law(m, k):
    c, p, q = random_circuit(m, k, seed=1, spread=3)
    currents = two_layer_currents(c, p, q)
    assert (currents < 0).any()
    np.testing.assert_allclose(two_way_law(currents, p, q), two_way_law(currents.T, q, p).T, atol=1e-15)


def test_rectified_currents_alone_miss_the_marginals():
    """Negative control: the law without the steps back is no coupling of p and q."""
    c, p, q = random_circuit(6, 9, seed=1, spread=3)
    up = np.maximum(two_layer_currents(c, p, q), 0)
    forward_only = p[:, None] * up / up.sum(axis=1)[:, None]
    assert np.abs(forward_only.sum(axis=0) - q).max() > 1e-3


@st.composite
def hard_distributions(draw):
    """Clusters far apart, weights over fourteen decades, in 1 to 64 dimensions; m and k differ."""
    n_sites = draw(st.sampled_from([1, 2, 8, 64]))
    space = StateSpace(20_000, n_sites)
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))

    def one():
        k = draw(st.integers(1, 40))
        states = rng.integers(0, 4, (k, n_sites)) + 19_990 * rng.integers(0, 2, (k, 1))
        return Distribution.from_weights(space, 10.0 ** rng.uniform(-14, 0, k), states)

    return one(), one()


@given(
    hard_distributions(),
    st.sampled_from([1e-4, 0.05, 1.0, 1e4]),
    st.sampled_from([1e-15, 1e-12, 1e-6]),
    st.sampled_from([0, 3]),
)
@settings(max_examples=150)
def test_marginals_hold_at_rounding_in_hard_circuits(pair, width, floor, reweightings):
    plan = electric_plan(*pair, width=width, floor=floor, reweightings=reweightings)
    assert plan.marginal_error < 1e-13
    assert plan.table.min() >= 0


def clusters(seed=0, n=80):
    """Two clusters 10,000 apart, of other masses at either end: much has to cross where only the floor conducts."""
    space, rng = StateSpace(20_000, 2), np.random.default_rng(seed)
    x, y = rng.integers(0, 9, (2, n, 2))
    x[n // 2 :] += 10_000
    y[3 * n // 4 :] += 10_000
    return Distribution.from_samples(space, x), Distribution.from_samples(space, y)


def test_refinement_is_what_reaches_rounding(monkeypatch):
    """Negative control: currents as differences of the potentials of one solve miss the marginals."""
    p, q = clusters()
    assert electric_plan(p, q, width=0.01, floor=1e-15).marginal_error < 1e-15
    monkeypatch.setattr("ecd2g.couplings.bipartite.MOST_REFINEMENTS", 2)
    with pytest.raises(ecd2g.SolverError, match="raise floor or width") as caught:
        electric_plan(p, q, width=0.01, floor=1e-15)
    assert caught.value.reached > caught.value.tolerance


@pytest.mark.parametrize("floor", [1e-18, 1e-24])
def test_conductances_beyond_float64_are_a_solver_error_and_no_plan(floor):
    """Currents that miss Kirchhoff's law are refused before a law is read from them; 1e-15 still works above."""
    p, q = clusters()
    with pytest.raises(ecd2g.SolverError, match="raise floor or width"):
        electric_plan(p, q, width=0.01, floor=floor)


def test_wide_plans_are_independent():
    p, q = clusters(seed=2)
    wide = electric_plan(p, q, width=1e12)
    np.testing.assert_allclose(wide.table, independent_plan(p, q).table, atol=1e-12)
    assert np.abs(electric_plan(p, q).table - wide.table).max() > 1e-4


def test_reweighting_comes_closer_to_optimal_transport():
    space, rng = StateSpace(30, 2), np.random.default_rng(3)
    p, q = (Distribution.from_samples(space, rng.integers(0, 30, (50, 2))) for _ in range(2))
    least = transport_plan(p, q).cost()
    costs = [electric_plan(p, q, reweightings=n).cost() for n in (0, 5, 20)]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > 1.3 * least
    assert least <= costs[-1] < 1.2 * least


def test_an_electric_plan_may_cost_more_than_the_independent_one():
    """The counterexample of docs/couplings.md: a short way joins two nodes, and the floor sends the rest far."""
    space = StateSpace(39)
    p = Distribution.from_weights(space, [1, 5], [[0], [16]])
    q = Distribution.from_weights(space, [5, 1], [[14], [37]])
    plan = electric_plan(p, q)
    assert plan.cost() == pytest.approx(1.107 * plan.independent_cost(), rel=1e-3)
    assert 6 * plan.table[0, 1] == pytest.approx(0.279, abs=1e-3)  # 1/6 where pairs are drawn apart
    assert electric_plan(p, q, reweightings=20).cost() < plan.independent_cost()


def test_states_that_can_stay_have_no_length_and_still_reweight():
    """C = 0 on the diagonal: with equal source and target all mass ends up staying."""
    space = StateSpace(6)
    p = Distribution.from_weights(space, [1, 2, 3, 1, 2, 3])
    plan = electric_plan(p, p, reweightings=40)
    assert np.trace(plan.table) > 0.999
    assert np.trace(electric_plan(p, p, width=1.0).table) < 0.9


def test_one_place_only():
    """All costs are zero: the mean that they are divided by is zero too."""
    p = Distribution.point(StateSpace(3, 2), [1, 1])
    np.testing.assert_array_equal(electric_plan(p, p, reweightings=2).table, [[1.0]])


REFUSED = (
    ("width", 0.0),
    ("width", np.nan),
    ("floor", 0.0),
    ("floor", np.inf),
    ("reweightings", -1),
    ("reweightings", 1.5),
    ("reweightings", True),
)


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_settings_that_make_no_circuit_are_refused(name, value):
    p = Distribution.uniform(StateSpace(3))
    with pytest.raises(InputError, match=name):
        electric_plan(p, p, **{name: value})
