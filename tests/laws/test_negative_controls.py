"""Every law must be able to fail: each is shown a solved circuit with one deliberate mistake."""

from dataclasses import replace

import numpy as np
import pytest

import ecd2g
from ecd2g.movement import first_passage
from ecd2g.testing import (
    LAWS,
    LayeredProblem,
    Solved,
    broken_laws,
    ecd2g_solver,
    edges,
    golden_layered,
    hand_solved_layered,
    hand_solved_networks,
)
from ecd2g.testing import laws as laws_module
from ecd2g.testing.trials import count_returns

LAW = {law.name: law for law in LAWS}


@pytest.fixture(scope="module")
def layered():
    return Solved.of(golden_layered()[2].problem.solved_by())


@pytest.fixture(scope="module")
def network():
    bridge = next(case for case in hand_solved_networks() if case.name == "unbalanced-bridge")
    return Solved.of(bridge.problem.solved_by())


def scaled_current(solved, edge):
    """One current a millionth too large."""
    currents = solved.currents.copy()
    currents[edge] *= 1 + 1e-6
    return replace(solved, currents=currents)


def shifted_potential(solved, node):
    """One potential a millionth of the largest too high."""
    potentials = solved.potentials.copy()
    potentials[node] += 1e-6 * np.abs(potentials).max()
    return replace(solved, potentials=potentials)


def layer_off_by_one(solved):
    """Potentials of the previous layer."""
    n_states = solved.problem.circuit.n_states
    return replace(solved, potentials=np.roll(solved.potentials, n_states))


def signs_flipped(solved):
    """Every current flows the other way."""
    return replace(solved, currents=-solved.currents)


def mirrored_potentials(solved):
    """Every potential with the wrong sign."""
    return replace(solved, potentials=-solved.potentials)


def loop_added(solved):
    """A current round a loop of edges: Kirchhoff's law holds, Ohm's law does not, and walkers may go in circles."""
    n = solved.problem.circuit.n_states
    place = {(int(u), int(v)): k for k, (u, v) in enumerate(zip(solved.tails, solved.heads, strict=True))}
    currents = solved.currents.copy()
    for edge, sign in (((0, n), 1), ((1, n), -1), ((1, n + 1), 1), ((0, n + 1), -1)):
        currents[place[edge]] += 5.0 * sign
    return replace(solved, currents=currents)


def wrong_solver(problem):
    """A solver of another circuit: the lateral edges conduct three times as well."""
    circuit = problem.circuit
    wider = replace(circuit, kernel=replace(circuit.kernel, lateral=3.0 * circuit.kernel.lateral))
    return ecd2g_solver(replace(problem, circuit=wider))


def off_centre_solver(problem):
    """A solver whose answer hangs on how the states are numbered: it moves the source by one state."""
    moved = np.roll(problem.source.to_array(), 1)
    source = ecd2g.Distribution.from_probabilities(problem.circuit.space, moved)
    return ecd2g_solver(replace(problem, source=source))


BROKEN = {
    "kirchhoff-inside": lambda solved: scaled_current(solved, len(solved.currents) // 2),
    "kirchhoff-ends": lambda solved: scaled_current(solved, 0),
    "cut-current": lambda solved: scaled_current(solved, 0),
    "ohm": lambda solved: shifted_potential(solved, 7),
    "superposed-potentials": lambda solved: shifted_potential(solved, 7),
    "superposed-currents": lambda solved: scaled_current(solved, 0),
    "uphill": mirrored_potentials,
    "no-cycle": loop_added,
    "arrival": signs_flipped,
    "visits": lambda solved: scaled_current(solved, 3),
    "coupled-potentials": layer_off_by_one,
    "coupled-currents": lambda solved: scaled_current(solved, 5),
    "reciprocity": layer_off_by_one,
    "energy": lambda solved: scaled_current(solved, 0),
    "maximum-principle": mirrored_potentials,
    "ground": lambda solved: shifted_potential(solved, 3),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_law_fails_on_a_circuit_with_a_mistake(name, layered):
    law = LAW[name]
    assert law.holds(layered, ecd2g_solver)
    assert law.deviation(BROKEN[name](layered), ecd2g_solver) > 1e3 * law.allowance


NETWORK_BROKEN = {
    "kirchhoff-inside": lambda solved: scaled_current(solved, 2),
    "kirchhoff-ends": lambda solved: scaled_current(solved, 0),
    "cut-current": lambda solved: scaled_current(solved, 0),
    "ohm": lambda solved: shifted_potential(solved, 1),
    "ground": lambda solved: shifted_potential(solved, 1),
    "superposed-potentials": lambda solved: shifted_potential(solved, 1),
    "superposed-currents": lambda solved: scaled_current(solved, 0),
    "uphill": mirrored_potentials,
    "visits": lambda solved: scaled_current(solved, 2),
    "energy": lambda solved: scaled_current(solved, 0),
    "maximum-principle": mirrored_potentials,
}


@pytest.mark.parametrize("name", NETWORK_BROKEN)
def test_a_law_fails_on_a_network_with_a_mistake(name, network):
    law = LAW[name]
    assert law.holds(network, ecd2g_solver)
    assert law.deviation(NETWORK_BROKEN[name](network), ecd2g_solver) > 1e3 * law.allowance


@pytest.mark.parametrize("name", ["lemma-same", "lemma-different", "superposed-potentials", "reciprocity"])
def test_a_law_of_related_problems_fails_with_a_wrong_solver(name, layered):
    assert LAW[name].deviation(layered, wrong_solver) > 1e-4


def test_ground_invariance_fails_with_a_solver_that_looks_at_the_numbering(layered):
    assert LAW["ground"].deviation(layered, off_centre_solver) > 1e-3


RELATED = {
    "ground",
    "superposed-potentials",
    "superposed-currents",
    "plan",
    "coupled-potentials",
    "coupled-currents",
    "lemma-same",
    "lemma-different",
    "reciprocity",
}


def test_laws_of_related_problems_ask_for_the_solver_under_test(layered):
    assert {law.name for law in LAWS if law.needs_solver} == RELATED
    for law in LAWS:
        if law.needs_solver:
            with pytest.raises(ecd2g.InputError, match=f"{law.name}.* pass the solver"):
                law.holds(layered)


@pytest.mark.parametrize(("case", "name"), [(0, "lemma-same"), (1, "lemma-different")])
def test_the_lemma_looks_at_the_solution_given_where_it_is_a_unit_circuit(case, name):
    """A wrong solution is caught even if a correct solver comes with it."""
    solved = Solved.of(hand_solved_layered()[case].problem.solved_by())
    assert LAW[name].holds(solved, ecd2g_solver)
    assert LAW[name].deviation(shifted_potential(solved, 1), ecd2g_solver) > 1e-7


def test_a_consistently_wrong_solver_is_caught():
    """Its currents obey Ohm's and Kirchhoff's laws in another circuit."""
    found = broken_laws(golden_layered()[2].problem, wrong_solver)
    assert {"lemma-same", "lemma-different"} <= set(found)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("value", [0.0, np.nan])
def test_zeros_and_no_numbers_are_measured_not_raised(law, value):
    def solver(problem):
        n_edges = len(edges(problem)[0])
        return Solved.from_arrays(problem, np.full(problem.circuit.n_nodes, value), np.full(n_edges, value))

    problem = hand_solved_layered()[0].problem
    solved = solver(problem)
    if law.applies(solved) and (np.isnan(value) or law.name in {"kirchhoff-ends", "cut-current", "energy"}):
        expected = {"no-cycle"} if np.isnan(value) else {"energy"}
        assert law.holds(solved, solver) == (law.name in expected)


def test_plan_independence_fails_for_a_solver_that_is_not_linear(layered):
    """Potentials that depend on the pair in a way that does not split into a part of x0 and a part of xN."""

    def solver(problem):
        circuit = problem.circuit
        x, y = (int(side.to_array().argmax()) for side in (problem.source, problem.sink))
        wider = replace(circuit, kernel=replace(circuit.kernel, lateral=(1 + x * y) * circuit.kernel.lateral))
        return ecd2g_solver(replace(problem, circuit=wider))

    assert LAW["plan"].deviation(layered, solver) > 1e-3


def test_arrival_fails_for_the_forward_only_law(layered):
    flow = layered.problem.solved_by()
    arrival = np.zeros_like(layered.arrival)
    arrival[-flow.circuit.n_states :] = flow.law("forward-only")
    assert LAW["arrival"].deviation(replace(layered, arrival=arrival)) > 0.01
    first_passage = replace(layered, first_passage=flow.law("forward-only"))
    assert LAW["first-passage"].deviation(first_passage) > 0.01


def test_first_passage_fails_when_its_matrices_are_refused(layered, monkeypatch):
    """Matrices that lose half of the walkers are refused; that is no way round the law."""
    rows = first_passage.__globals__["_rows"]
    monkeypatch.setitem(first_passage.__globals__, "_rows", lambda currents, total: rows(currents, 2 * total))
    with pytest.raises(ecd2g.SolverError, match="lost in rounding"):
        layered.problem.solved_by().law("first-passage")
    assert list(broken_laws(layered.problem, ecd2g_solver)) == ["first-passage"]


def test_arrival_fails_when_currents_are_read_forward_only(layered):
    """The paper's shortcut drops the backward currents; then Kirchhoff's law and Corollary 3.3 go together."""
    clipped = replace(layered, currents=np.maximum(layered.currents, 0.0), arrival=None)
    assert LAW["arrival"].deviation(clipped) > 0.01
    assert LAW["kirchhoff-inside"].deviation(clipped) > 0.01


def test_arrival_fails_on_a_network_with_a_wrong_current():
    case = next(case for case in hand_solved_networks() if case.name == "two-sinks")
    solved = Solved.of(case.problem.solved_by())
    assert LAW["arrival"].deviation(scaled_current(solved, 1)) > 1e-7


def test_not_a_number_counts_as_infinitely_wrong(layered):
    broken = replace(layered, potentials=np.full_like(layered.potentials, np.nan))
    assert LAW["ohm"].deviation(broken) == float("inf")
    assert not LAW["ohm"].holds(broken)


def test_every_law_has_a_negative_control():
    others = {"lemma-same", "lemma-different", "plan", "first-passage"}
    assert set(BROKEN) | others == set(LAW)
    assert set(LAW.values()) == {v for v in vars(laws_module).values() if isinstance(v, laws_module.Law)}


def test_a_walk_that_returns_is_counted():
    layers = np.array([[0, 1, 0, 1], [0, 1, 2, -1]])
    states = np.array([[[0], [1], [0], [2]], [[0], [1], [1], [-1]]])
    nodes = np.concatenate([layers[:, :, None], states], axis=2)
    assert count_returns(nodes, layers >= 0) == 1


def test_problem_ends_are_flat_node_arrays(layered):
    problem = layered.problem
    assert isinstance(problem, LayeredProblem)
    assert problem.injected[: problem.circuit.n_states].tolist() == problem.source.to_array().tolist()
    assert problem.extracted[-problem.circuit.n_states :].tolist() == problem.sink.to_array().tolist()
