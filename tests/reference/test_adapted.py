"""Adapted circuits: the optimum they reach, what brackets it on the way, and the law that never moves."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecd2g import Distribution, SolverError, StateSpace
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.data.problems import moons_to_swiss_roll
from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics.optimal_transport import independent_cost, optimal_transport_cost, pair_costs
from ecd2g.movement import propagate
from ecd2g.reference import solve
from ecd2g.reference.adapted import circuit as adapted_module
from ecd2g.reference.adapted import pattern
from ecd2g.reference.adapted.circuit import adapted_circuit
from ecd2g.reference.adapted.dual_bound import dual_bound
from ecd2g.reference.adapted.ends import TransportEnds
from ecd2g.reference.adapted.pattern import joined_within, missed
from ecd2g.reference.adapted.step import AdaptedStep, Walked, require_bracket, walked
from ecd2g.reference.adapted.update import Update, adapted

COSTS = {"squared": "squared", "distance": "euclidean"}
both_costs = pytest.mark.parametrize("cost", list(COSTS))
seeds = st.integers(0, 2**32 - 1)
ROUNDING = 1e-9
"""Of the optimum of the simplex, and of a cost that is a difference of second moments."""


def drawn(space: StateSpace, rng: np.random.Generator, most: int = 40) -> Distribution:
    """A random law on up to `most` states, with weights of some decades."""
    n = int(rng.integers(1, most + 1))
    return Distribution.from_weights(space, rng.random(n) ** 3 + 1e-6, space.draw(n, rng))


def pair(seed: int) -> tuple[Distribution, Distribution]:
    rng = np.random.default_rng(seed)
    space = StateSpace(12, 2) if seed % 2 else StateSpace(60)
    return drawn(space, rng), drawn(space, rng)


def first_solution(ends: TransportEnds, reach: float | None = inf):
    return solve(joined_within(ends, reach), source=ends.injected, sink=ends.extracted)


@both_costs
@pytest.mark.parametrize("reach", [None, inf])
@settings(max_examples=12, deadline=None)
@given(seed=seeds)
def test_every_iteration_brackets_the_optimum_and_ends_in_the_sink(cost, reach, seed) -> None:
    p, q = pair(seed)
    optimum = optimal_transport_cost(p, q, COSTS[cost])
    history = adapted_circuit(p, q, cost=cost, reach=reach, n_iterations=15).history
    assert [step.iteration for step in history] == list(range(len(history)))
    for step in history:
        assert step.bound <= optimum * (1 + ROUNDING) + ROUNDING
        assert step.cost >= optimum * (1 - ROUNDING) - ROUNDING
        assert step.law_error < 1e-12
    assert np.all(np.diff([step.bound for step in history]) >= 0)


@both_costs
@pytest.mark.parametrize("seed", range(6))
def test_the_circuit_comes_to_the_optimum(cost: str, seed: int) -> None:
    p, q = pair(seed)
    optimum = optimal_transport_cost(p, q, COSTS[cost])
    history = adapted_circuit(p, q, cost=cost, n_iterations=150).history
    assert history[-1].cost == pytest.approx(optimum, rel=0.01, abs=1e-3)
    assert history[-1].bound == pytest.approx(optimum, rel=0.02, abs=1e-3)
    assert history[-1].gap < 0.03


@pytest.mark.parametrize("step", [0.5, 1.0, 1.9])
def test_other_steps_come_to_the_same_optimum(step: float) -> None:
    p, q = pair(3)
    history = adapted_circuit(p, q, step=step, n_iterations=150).history
    assert history[-1].cost == pytest.approx(optimal_transport_cost(p, q), rel=0.02)


def test_moons_to_swiss_roll_comes_within_a_quarter_of_the_optimum_and_its_law_stays_exact() -> None:
    """From the complete circuit at the cost of independent coupling; the optimum by the simplex is the judge."""
    problem = moons_to_swiss_roll()
    result = adapted_circuit(problem.source, problem.target, reach=inf, gap=0.25)
    optimum = optimal_transport_cost(problem.source, problem.target)
    first, last = result.history[0], result.history[-1]
    assert first.cost > 10 * optimum
    assert first.cost == pytest.approx(independent_cost(problem.source, problem.target), rel=1e-3)
    assert last.iteration < 50
    assert optimum <= last.cost <= 1.25 * optimum
    assert 0.75 * optimum < last.bound <= optimum * (1 + ROUNDING)
    assert max(step.law_error for step in result.history) < 1e-10
    assert result.solution.certificate.worst[1] <= 1e-8


def test_short_reach_grows_where_the_optimum_needs_it() -> None:
    """Pairs out of reach are joined as their drops exceed their costs; without that the optimum is out of reach too."""
    space = StateSpace(40)
    p = Distribution.from_weights(space, [1.0, 1.0, 1.0], [[0], [10], [20]])
    q = Distribution.from_weights(space, [1.0, 2.0], [[10], [30]])
    optimum = optimal_transport_cost(p, q)
    joining, stuck = (
        adapted_circuit(p, q, reach=11.0, n_iterations=80, joining=joining) for joining in (True, False)
    )
    assert joining.history[-1].cost == pytest.approx(optimum, rel=0.01)
    assert joining.history[-1].n_edges > joining.history[0].n_edges
    assert stuck.history[-1].n_edges == stuck.history[0].n_edges
    assert stuck.history[-1].gap > 0.1
    assert max(step.law_error for step in stuck.history) < 1e-12


@both_costs
def test_the_bound_is_no_more_than_any_coupling_costs_whatever_the_potentials(cost: str) -> None:
    p, q = pair(7)
    ends = TransportEnds.of(p, q, cost)
    optimum, rng = optimal_transport_cost(p, q, COSTS[cost]), np.random.default_rng(1)
    for size in (0.0, 1.0, 1e3, 1e9):
        assert dual_bound(ends, size * rng.normal(size=len(ends.xs))) <= optimum * (1 + ROUNDING)


def test_a_bound_from_potentials_that_are_not_feasible_is_caught() -> None:
    """Control: the same sum without the minima over all pairs lies above the optimum, which the tests would see."""
    p, q = pair(7)
    ends = TransportEnds.of(p, q, "squared")
    optimum = optimal_transport_cost(p, q)
    field = first_solution(ends, 8.0).field
    volt = (
        field.potentials * float(np.abs(field.edge_currents) @ ends.costs(*_ends_of(field))) / field.power()
    )
    m = len(ends.xs)
    wrong = float(ends.p @ volt[:m] - ends.q @ volt[m:])
    assert wrong > optimum * (1 + ROUNDING)
    assert dual_bound(ends, volt[:m]) <= optimum


def _ends_of(field):
    return field.network.tails, field.network.heads


def test_blocks_change_nothing(monkeypatch) -> None:
    p, q = pair(9)
    ends = TransportEnds.of(p, q, "squared")
    volts = first_solution(ends, None).field.potentials * 1e3
    network = joined_within(ends, None)
    whole = dual_bound(ends, volts[: len(ends.xs)]), missed(ends, network, volts, 1.0)
    monkeypatch.setattr("ecd2g.reference.adapted.ends.BLOCK", 1)
    parts = dual_bound(ends, volts[: len(ends.xs)]), missed(ends, joined_within(ends, None), volts, 1.0)
    assert parts[0] == pytest.approx(whole[0], rel=1e-14)
    assert np.array_equal(parts[1], whole[1])


def test_missed_pairs_are_those_a_search_over_all_finds() -> None:
    rng = np.random.default_rng(0)
    ends = TransportEnds.of(*(drawn(StateSpace(12, 2), rng, 400) for _ in range(2)), "squared")
    network, m = joined_within(ends, 5.0), len(ends.xs)
    volts = rng.normal(size=ends.n_nodes) * 20
    excess = volts[:m, None] - volts[m:] - pair_costs(ends.xs, ends.ys, "squared") - 1.0
    excess[network.tails, network.heads - m] = -np.inf
    expected = [(int(x), m + y) for y, x in enumerate(excess.argmax(axis=0)) if excess[x, y] > 0]
    assert expected
    assert missed(ends, network, volts, 1.0).tolist() == [list(edge) for edge in expected]


def test_the_cost_of_the_walk_is_that_of_its_coupling() -> None:
    """Against the coupling itself, from one propagation a start state; the flow's cost is not the walk's."""
    p, q = pair(3)
    ends = TransportEnds.of(p, q, "squared")
    solution = first_solution(ends)
    m = len(ends.xs)
    starts = np.eye(ends.n_nodes)[:m]
    coupling = ends.p[:, None] * np.array([propagate(solution.field, start=s).ends[m:] for s in starts])
    exact = float(np.sum(coupling * pair_costs(ends.xs, ends.ys, "squared")))
    walk = walked(ends, solution.field)
    assert abs(walk.cost - exact) <= walk.rounding
    assert walk.rounding < 1e-9 * exact
    assert walk.law_error < 1e-14
    distance = TransportEnds.of(p, q, "distance")
    assert walked(distance, solution.field).cost >= np.sum(
        coupling * pair_costs(ends.xs, ends.ys, "euclidean")
    )


@both_costs
@pytest.mark.parametrize("shift", [1999, 1_999_000])
def test_a_cost_does_not_depend_on_where_in_the_space_the_states_lie(cost: str, shift: int) -> None:
    space = StateSpace(2_000_000)
    near, far = (
        adapted_circuit(
            Distribution.from_weights(space, [1.0, 2.0], np.array([[0], [1]]) + low),
            Distribution.from_weights(space, [2.0, 1.0], np.array([[1], [2]]) + low),
            cost=cost,
            n_iterations=30,
        ).history
        for low in (0, shift)
    )
    for first, second in zip(near, far, strict=True):
        assert (second.cost, second.bound) == pytest.approx((first.cost, first.bound), rel=1e-12)
        assert second.cost >= second.bound * (1 - 1e-12)


def test_a_cost_below_the_bound_is_an_error(monkeypatch) -> None:
    """By more than its rounding; in an adaptation a bound that is none does it."""
    require_bracket(Walked(cost=1.0, law_error=0.0, rounding=1e-9), 1.0 + 0.9e-9)
    for cost in (1.0, float("nan")):
        with pytest.raises(SolverError, match="must not lie below the lower bound") as caught:
            require_bracket(Walked(cost=cost, law_error=0.0, rounding=1e-9), 1.0 + 1.1e-9)
        assert caught.value.tolerance == 1e-9
    p, q = pair(3)
    optimum = optimal_transport_cost(p, q)
    monkeypatch.setattr(adapted_module, "dual_bound", lambda ends, volts: 1.1 * optimum)
    with pytest.raises(SolverError, match="must not lie below the lower bound"):
        adapted_circuit(p, q, n_iterations=150)


def test_samples_follow_the_coupling() -> None:
    """Null hypothesis: sampled squared distances have the exact mean. 4000 walks, 5 standard errors: 6e-7."""
    p, q = pair(3)
    result = adapted_circuit(p, q, n_iterations=2)
    starts, ends = result.sample(4000, rng=0)
    squares = np.sum((starts - ends) ** 2, axis=1)
    error = squares.std() / np.sqrt(len(squares))
    assert abs(squares.mean() - result.history[-1].cost) < 5 * error
    again = result.sample(4000, rng=0)
    assert np.array_equal(again[0], starts)
    assert np.array_equal(again[1], ends)


def test_conductances_stay_above_the_floor_and_do_not_depend_on_the_unit() -> None:
    p, q = pair(3)
    ends = TransportEnds.of(p, q, "squared")
    rule = Update(step=1.5, floor=1e-6, offset=1.0, joining=False)
    network = joined_within(ends, inf)
    scaled = replace(network, conductances=1e3 * network.conductances)
    first, second = (
        adapted(ends, solve(net, source=ends.injected, sink=ends.extracted).field, rule)
        for net in (network, scaled)
    )
    low, high = first.conductance_range
    assert low == pytest.approx(1e-6 * high)
    assert second.conductances / second.conductances.max() == pytest.approx(
        first.conductances / high, rel=1e-6
    )


def test_a_step_of_one_is_current_over_cost() -> None:
    """Physarum with a unit time step, up to the unit of conductance."""
    p, q = pair(3)
    ends = TransportEnds.of(p, q, "squared")
    field = first_solution(ends).field
    network = adapted(ends, field, Update(step=1.0, floor=1e-12, offset=1.0, joining=False))
    expected = np.maximum(field.edge_currents, 0) / (ends.costs(network.tails, network.heads) + 1.0)
    shares = network.conductances / network.conductances.sum()
    assert shares == pytest.approx(expected / expected.sum(), abs=1e-9)


def test_mass_that_is_where_it_should_be_stays() -> None:
    p = drawn(StateSpace(9, 2), np.random.default_rng(0))
    last = adapted_circuit(p, p, n_iterations=40).history[-1]
    assert last.cost == pytest.approx(0.0, abs=1e-5)
    assert last.bound == 0.0


def test_point_to_point_is_optimal_at_once() -> None:
    space = StateSpace(9, 2)
    result = adapted_circuit(Distribution.point(space, [0, 1]), Distribution.point(space, [3, 5]))
    assert len(result.history) <= 51
    assert result.history[0].cost == pytest.approx(25.0)
    assert result.history[0].bound == pytest.approx(25.0)
    assert f"1 to 1 states, 1 edges, iteration {result.history[-1].iteration}, " in repr(result)
    assert result.history[-1].iteration > 0


def test_progress_is_told_every_iteration_and_a_gap_ends_them() -> None:
    p, q = pair(3)
    told: list[AdaptedStep] = []
    result = adapted_circuit(p, q, gap=0.5, progress=told.append)
    assert tuple(told) == result.history
    assert result.history[-1].gap <= 0.5
    assert all(step.gap > 0.5 for step in result.history[:-1])
    assert len(adapted_circuit(p, q, n_iterations=0).history) == 1


def test_a_solution_that_misses_its_tolerance_is_an_error() -> None:
    with pytest.raises(SolverError):
        adapted_circuit(*pair(3), tolerance=1e-30)


def test_a_dense_solution_that_fails_is_followed_by_another_method(monkeypatch) -> None:
    rng = np.random.default_rng(0)
    space = StateSpace(40, 2)
    p, q = (Distribution.from_weights(space, np.ones(150), space.draw(150, rng)) for _ in range(2))
    assert adapted_circuit(p, q, n_iterations=0).solution.method == "dense"
    solver = adapted_module.solve_network

    def failing(network, injected, extracted, method, tolerance):
        if method == "dense":
            raise SolverError("no digits left", reached=1.0, tolerance=tolerance)
        return solver(network, injected, extracted, method, tolerance)

    monkeypatch.setattr(adapted_module, "solve_network", failing)
    assert adapted_circuit(p, q, n_iterations=0).solution.method != "dense"
    with pytest.raises(SolverError, match="no digits left"):
        adapted_circuit(p, q, n_iterations=0, method="dense")


def test_what_does_not_fit_is_refused(monkeypatch) -> None:
    p, q = pair(3)
    monkeypatch.setattr(pattern, "EDGE_LIMIT", 3)
    with pytest.raises(CapacityError, match="lower reach"):
        adapted_circuit(p, q, reach=inf)
    monkeypatch.setattr(adapted_module, "PAIR_LIMIT", 3)
    with pytest.raises(CapacityError, match="all .* pairs of states"):
        adapted_circuit(p, q)


def test_a_reach_that_is_too_short_is_refused() -> None:
    with pytest.raises(InputError, match="reach=0 leaves parts"):
        adapted_circuit(*pair(3), reach=0.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"cost": "cubed"}, "cost must be one of 'squared', 'distance'"),
        ({"reach": -1.0}, "reach must be"),
        ({"reach": float("nan")}, "reach must be"),
        ({"n_iterations": -1}, "n_iterations must be"),
        ({"n_iterations": 2.5}, "n_iterations must be"),
        ({"step": 2.0}, "step must lie"),
        ({"step": 0.0}, "step must lie"),
        ({"reach": 1e200}, "reach must be 0 to 1e\\+100 symbols"),
        ({"reach": "3"}, "reach must be a number, got '3'"),
        ({"step": "a"}, "step must be a number, got 'a'"),
        ({"step": True}, "step must be a number, got True"),
        ({"floor": None}, "floor must be a number, got None"),
        ({"offset": 10**400}, "offset must be a number that float64 can hold"),
        ({"gap": [1]}, "gap must be a number"),
        ({"floor": 0.0}, "floor must lie"),
        ({"floor": 1.0}, "floor must lie"),
        ({"offset": 0.0}, "offset must be"),
        ({"offset": inf}, "offset must be"),
        ({"gap": -0.1}, "gap must be"),
        ({"tolerance": 0.0}, "tolerance must be"),
        ({"method": "magic"}, "method must be one of"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        adapted_circuit(*pair(3), **arguments)


def test_ends_that_do_not_belong_together_are_refused() -> None:
    p, _ = pair(3)
    with pytest.raises(InputError, match="share one state space"):
        adapted_circuit(p, Distribution.uniform(StateSpace(3)))
    with pytest.raises(InputError, match="sink must be an ecd2g.Distribution, got list"):
        adapted_circuit(p, [0.5, 0.5])


def test_networks_stay_in_the_order_of_their_rows() -> None:
    """What `missed` relies on: tails grow from edge to edge."""
    ends = TransportEnds.of(*pair(9), "squared")
    network: ResistorNetwork = joined_within(ends, None)
    assert np.all(np.diff(network.tails) >= 0)
    assert network.heads.min() >= len(ends.xs)
