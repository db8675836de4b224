"""The edge list of a solved circuit, from solutions and from plain arrays."""

import numpy as np
import pytest

import ecd2g
from ecd2g.testing import (
    LAWS,
    LayeredProblem,
    Solved,
    golden_layered,
    golden_networks,
    hand_solved_layered,
    hand_solved_networks,
    walk_law,
)


@pytest.mark.parametrize("case", hand_solved_layered(), ids=lambda case: case.name)
def test_the_sweep_over_edges_agrees_with_the_solution(case):
    flow = case.problem.solved_by()
    law = walk_law(Solved.of(flow))
    np.testing.assert_allclose(law.arrival[-flow.circuit.n_states :], flow.law(), atol=1e-14)
    np.testing.assert_allclose(law.visits, flow.visits().ravel(), atol=1e-14)


def test_arrays_of_a_foreign_solver_are_held_against_every_law():
    flow = golden_layered()[1].problem.solved_by()
    problem = LayeredProblem(flow.circuit, flow.source, flow.sink)
    tables = np.stack([flow.currents(gap) for gap in range(flow.circuit.n_gaps)])
    solved = Solved.from_arrays(problem, flow.potentials, tables)
    assert solved.arrival is None
    assert all(law.holds(solved) for law in LAWS if law.applies(solved))
    doubled = Solved.from_arrays(problem, flow.potentials, 2 * tables)
    assert not all(law.holds(doubled) for law in LAWS if law.applies(doubled))


def test_network_arrays_follow_the_edges_of_the_network():
    case = hand_solved_networks()[0]
    solution = case.problem.solved_by()
    solved = Solved.from_arrays(case.problem, solution.potentials, solution.currents)
    assert solved.gap_of_edge is None
    assert all(law.holds(solved) for law in LAWS if law.applies(solved))


def test_cases_have_names_of_their_own_and_readable_problems():
    cases = [*hand_solved_layered(), *golden_layered(), *hand_solved_networks(), *golden_networks()]
    names = [case.name for case in cases]
    assert len(names) == len(set(names))
    assert "r = 1 ohm, R = 2 ohm" in repr(cases[0].problem)
    assert "0-1: 1 S" in repr(hand_solved_networks()[0].problem)
    space = ecd2g.StateSpace(2)
    circuit = ecd2g.LayeredCircuit.from_conductances(space, [[1, 2], [2, 1]], n_layers=2)
    uniform = ecd2g.Distribution.uniform(space)
    assert "[[1.0, 2.0], [2.0, 1.0]]" in repr(LayeredProblem(circuit, uniform, uniform))


def test_stuck_walkers_arrive_nowhere():
    case = hand_solved_networks()[0]
    solution = case.problem.solved_by()
    cut = Solved.from_arrays(case.problem, solution.potentials, [1.0, 0.0])
    assert walk_law(cut).arrival.tolist() == [0.0, 0.0, 0.0]
