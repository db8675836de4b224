"""The edge list of a solved circuit, from solutions and from plain arrays."""

import numpy as np
import pytest
from hypothesis import given, settings

import ecd2g
from ecd2g.testing import (
    LAWS,
    LayeredProblem,
    NetworkProblem,
    Solved,
    broken_laws,
    ecd2g_solver,
    edges,
    golden_layered,
    golden_networks,
    hand_solved_layered,
    hand_solved_networks,
    layered_problems,
    network_problems,
    walk_law,
)

LAW = {law.name: law for law in LAWS}


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
    alone = [law for law in LAWS if law.applies(solved) and not law.needs_solver]
    assert all(law.holds(solved) for law in alone)
    doubled = Solved.from_arrays(problem, flow.potentials, 2 * tables)
    assert {law.name for law in alone if not law.holds(doubled)} >= {"ohm", "kirchhoff-ends", "energy"}
    flat = Solved.from_arrays(problem, flow.potentials.ravel(), solved.currents)
    np.testing.assert_array_equal(flat.potentials, solved.potentials)
    np.testing.assert_array_equal(flat.currents, solved.currents)


def pinv_solver(problem):
    """A third party's: nothing of ecd2g but the list of edges."""
    tails, heads, siemens = edges(problem)
    incidence = np.zeros((len(tails), problem.circuit.n_nodes))
    incidence[np.arange(len(tails)), tails] = 1.0
    incidence[np.arange(len(tails)), heads] = -1.0
    laplacian = incidence.T @ (siemens[:, None] * incidence)
    phi = np.linalg.pinv(laplacian, hermitian=True) @ (problem.injected - problem.extracted)
    return Solved.from_arrays(problem, phi, siemens * (incidence @ phi))


@pytest.mark.parametrize("problems", [layered_problems(), network_problems()], ids=["layered", "networks"])
def test_a_foreign_solver_passes_every_law(problems):
    @settings(max_examples=25)
    @given(problems)
    def holds(problem):
        assert broken_laws(problem, pinv_solver) == {}

    holds()


def test_a_foreign_solver_of_the_wrong_circuit_is_caught_by_the_lemma_as_well():
    def off_by_a_percent(problem):
        right = pinv_solver(problem)
        n_states = problem.circuit.n_states
        same = right.tails % n_states == right.heads % n_states
        wrong = np.where(same, 1.01 * right.conductances, right.conductances)
        matrix = np.zeros((problem.circuit.n_nodes,) * 2)
        for u, v in ((right.tails, right.heads), (right.heads, right.tails)):
            np.add.at(matrix, (u, u), wrong)
            np.subtract.at(matrix, (u, v), wrong)
        phi = np.linalg.pinv(matrix) @ (problem.injected - problem.extracted)
        return Solved.from_arrays(problem, phi, wrong * (phi[right.tails] - phi[right.heads]))

    found = broken_laws(golden_layered()[1].problem, off_by_a_percent)
    assert set(found) >= {"ohm", "energy", "lemma-same", "lemma-different"}
    assert "superposed-currents" not in found  # linear, so superposition has nothing to say


@pytest.mark.parametrize(
    ("potentials", "currents", "message"),
    [
        (lambda phi: phi.T, lambda i: i, r"potentials must have shape \(4, 3\) or \(12,\), got \(3, 4\)"),
        (lambda phi: phi[:2], lambda i: i, "potentials must have shape"),
        (
            lambda phi: phi,
            lambda i: i[:2],
            r"currents must have shape \(3, 3, 3\) or \(27,\), got \(2, 3, 3\)",
        ),
        (lambda phi: phi, lambda i: i[0, 0], "currents must have shape"),
        (lambda phi: phi * 1j, lambda i: i, "potentials must be an array of real numbers"),
        (lambda phi: phi, lambda i: "one", "currents must be an array of real numbers"),
        (lambda phi: [[1], [2, 3]], lambda i: i, "potentials must be an array of real numbers"),
    ],
)
def test_arrays_of_the_wrong_shape_are_one_sentence(potentials, currents, message):
    space = ecd2g.StateSpace(3)
    circuit = ecd2g.LayeredCircuit.complete(space, n_layers=4, forward_resistance=1.0, lateral_resistance=2.0)
    problem = LayeredProblem(
        circuit, ecd2g.Distribution.uniform(space), ecd2g.Distribution.point(space, space.states(0))
    )
    phi, amperes = np.zeros((4, 3)), np.zeros((3, 3, 3))
    with pytest.raises(ecd2g.InputError, match=message):
        Solved.from_arrays(problem, potentials(phi), currents(amperes))


def test_claims_about_walks_have_shapes_too():
    case = hand_solved_networks()[0]
    solution = case.problem.solved_by()
    arrays = case.problem, solution.potentials, solution.currents
    claimed = Solved.from_arrays(*arrays, arrival=[0, 0, 1], visits=[1, 1, 1])
    assert broken_laws(case.problem, lambda problem: claimed, laws=[LAW["arrival"], LAW["visits"]]) == {}
    wrong = Solved.from_arrays(*arrays, arrival=[1, 0, 0])
    assert not LAW["arrival"].holds(wrong)
    with pytest.raises(ecd2g.InputError, match="arrival must have shape"):
        Solved.from_arrays(*arrays, arrival=[1, 0])


def test_currents_where_no_resistor_is_are_refused():
    space = ecd2g.StateSpace(2)
    circuit = ecd2g.LayeredCircuit.from_conductances(space, np.eye(2), n_layers=2)
    uniform = ecd2g.Distribution.uniform(space)
    with pytest.raises(ecd2g.InputError, match="no resistor joins"):
        Solved.from_arrays(LayeredProblem(circuit, uniform, uniform), np.zeros((2, 2)), np.ones((1, 2, 2)))


def test_a_solver_that_returns_arrays_is_told_what_to_return():
    case = hand_solved_networks()[0]
    with pytest.raises(ecd2g.InputError, match="must return a Solved .*, got tuple"):
        broken_laws(case.problem, lambda problem: (np.zeros(3), np.zeros(2)))


def test_network_arrays_follow_the_edges_of_the_network():
    case = hand_solved_networks()[0]
    solution = case.problem.solved_by()
    solved = Solved.from_arrays(case.problem, solution.potentials, solution.currents)
    assert solved.gap_of_edge is None
    assert all(law.holds(solved, ecd2g_solver) for law in LAWS if law.applies(solved))


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


@pytest.mark.parametrize(("n_states", "asked"), [(50, True), (51, False)])
def test_first_passage_is_asked_for_up_to_fifty_states(n_states, asked):
    space = ecd2g.StateSpace(n_states)
    circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=2.0)
    ends = [ecd2g.Distribution.point(space, [state]) for state in (0, 1)]
    solved = Solved.of(LayeredProblem(circuit, *ends).solved_by())
    assert (solved.first_passage is not None) == asked
    assert LAW["first-passage"].applies(solved) == asked


def test_the_maximum_principle_asks_nothing_where_no_current_enters():
    line = ecd2g.ResistorNetwork.from_edges([[0, 1]], conductance=1.0)
    both = np.array([0.5, 0.5])
    solved = Solved.from_arrays(NetworkProblem(line, both, both), [1.0, -1.0], [0.0])
    assert LAW["maximum-principle"].deviation(solved) == 0.0
    assert LAW["ohm"].deviation(solved) > 1.0
