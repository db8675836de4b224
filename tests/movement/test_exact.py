"""Exact laws: when they end, what they refuse, and ties that rounding could break."""

from types import SimpleNamespace

import numpy as np
import pytest

from ecd2g import Distribution, InputError, LayeredCircuit, ResistorNetwork, SolverError, StateSpace, solve
from ecd2g.circuit import NetworkField
from ecd2g.movement import first_passage, propagate

SPACE = StateSpace(5)


def flow_with(forward: float, lateral: float, n_layers: int = 4):
    circuit = LayeredCircuit.complete(
        SPACE, n_layers=n_layers, forward_resistance=forward, lateral_resistance=lateral
    )
    target = Distribution.from_weights(SPACE, [1, 1, 2, 2, 0])
    return solve(circuit, source=Distribution.point(SPACE, [4]), sink=target)


def test_steps_are_a_probability_law_and_their_mean_is_the_mean_number_of_moves() -> None:
    law = flow_with(1.0, 5.0).exact_law()
    moves = (law.visits - law.ends).sum()
    assert law.steps.sum() == pytest.approx(1.0, abs=1e-14)
    assert law.mean_steps == pytest.approx(moves, rel=1e-13)
    assert np.all(law.steps[:3] == 0)  # four layers need three steps at least
    assert law.unfinished <= 1e-16


def test_walks_cut_short_are_an_error_that_says_how_much_is_on_its_way() -> None:
    with pytest.raises(SolverError, match="has not ended after 2 steps") as caught:
        propagate(flow_with(1.0, 5.0).field, max_steps=2)
    assert caught.value.reached == pytest.approx(1.0)


def test_walkers_that_rounding_leaves_on_their_way_count_as_unfinished() -> None:
    """A share of 1e-13 comes to a dead end, too little for an error."""
    fork = ResistorNetwork.from_edges([[0, 1], [0, 2]], conductance=1.0)
    drops = np.array([1.0, 1e-13])
    field = NetworkField(fork, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.append(0.0, -drops), drops)
    assert propagate(field).unfinished == pytest.approx(1e-13, rel=1e-9, abs=0.0)


def test_first_passage_matrices_that_lose_walkers_in_the_last_layer_are_refused() -> None:
    """Half of the walkers come to state 4 of the last layer, where no sink and no current lets them out."""
    flow = flow_with(1.0, 5.0, n_layers=2)
    currents = np.zeros((5, 5))
    field = SimpleNamespace(circuit=flow.circuit, atoms=flow.field.atoms, currents=lambda gap: currents)
    currents[4] = [0.0, 0.5, 0.5, 0.0, 0.0]
    assert first_passage(field).laws(flow.source.to_array())[-1].tolist() == currents[4].tolist()
    currents[4] = [0.0, 0.0, 0.5, 0.0, 0.5]
    with pytest.raises(SolverError, match=r"bring a share 0\.5 of the walkers to the end"):
        first_passage(field)


@pytest.mark.parametrize("ulps", [-3, -1, 0, 1, 3])
@pytest.mark.parametrize("rule", ["two-way", "first-passage"])
def test_almost_equal_resistances_do_not_break_ties(ulps: int, rule: str) -> None:
    """At R = r nothing flows backward; next to it, backward currents are pure rounding."""
    for forward in (0.030929010568227215, 1.0, 0.3):
        lateral = forward * (1 + ulps * 2.0**-52)
        flow = flow_with(forward, lateral, n_layers=5)
        assert np.abs(flow.law(rule) - flow.sink.to_array()).sum() < 1e-12


def test_ratios_that_overflow_are_right_or_refused() -> None:
    space = StateSpace(10, 299)
    circuit = LayeredCircuit.complete(space, n_layers=5, forward_resistance=1.0, lateral_resistance=1e290)
    ends = np.array([[0] * 299, [1] * 299])
    flow = solve(circuit, source=Distribution.point(space, ends[0]), sink=Distribution.point(space, ends[1]))
    assert flow.law_at(ends) == pytest.approx([0.0, 1.0])


def square_field():
    """Currents 0 -> 1, 2 -> 3 on a square, two sources and two sinks."""
    network = ResistorNetwork.from_edges([[0, 1], [0, 2], [1, 3], [2, 3]], resistance=[1.0, 2.0, 3.0, 4.0])
    return solve(network, source={0: 0.75, 1: 0.25}, sink={2: 0.5, 3: 0.5}).field


def test_the_law_is_linear_in_the_start() -> None:
    field = square_field()
    alone = np.array([propagate(field, start=one).ends for one in np.eye(4)[:2]])
    assert alone.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-15)
    assert field.injected[:2] @ alone == pytest.approx(propagate(field).ends, abs=1e-15)
    assert np.abs(alone[0] - alone[1]).max() > 0.1  # or any weights would do
    weighted = propagate(field, start=field.injected * np.array([3.0, 7.0, 0.0, 0.0]))
    assert weighted.ends == pytest.approx([0.75 * 3.0, 0.25 * 7.0] @ alone, abs=1e-15)


def test_a_layered_field_takes_a_start_of_its_own_too() -> None:
    field = flow_with(1.0, 5.0).field
    assert np.array_equal(propagate(field, start=field.injected).ends, propagate(field).ends)
    assert propagate(field, start=2.0 * field.injected).ends == pytest.approx(2.0 * propagate(field).ends)


@pytest.mark.parametrize("start", [[1.0, 0.0], [1.0, -0.5, 0.0, 0.0], [np.nan, 0, 0, 0], [np.inf, 0, 0, 0]])
def test_a_start_that_is_no_mass_is_refused(start: list[float]) -> None:
    with pytest.raises(InputError, match="start must be finite masses"):
        propagate(square_field(), start=np.array(start))
