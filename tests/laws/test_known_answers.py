"""Solvers against hand-solved and golden circuits: right to twelve digits, or refused."""

import numpy as np
import pytest

import ecd2g
from ecd2g.testing import (
    exact_layered,
    golden_layered,
    golden_networks,
    hand_solved_layered,
    hand_solved_networks,
)

SOLVERS = ["closed-form", "dense", "sparse", "cg"]
NETWORK_SOLVERS = ["auto", "star-mesh", "dense", "sparse", "cg", "amg"]
LAYERED = [*hand_solved_layered(), *golden_layered()]
NETWORKS = [*hand_solved_networks(), *golden_networks()]
DIGITS = 1e-12


def is_extreme(case):
    """Whether resistances differ by ten decades or more: there a general solver may refuse."""
    if hasattr(case.problem.circuit, "conductances"):
        values = case.problem.circuit.conductances
    else:
        values = np.array([case.problem.circuit.kernel.forward, case.problem.circuit.kernel.lateral])
        values = values[values > 0]
    return values.max() / values.min() >= 1e10


def solved_or_refused(case, method):
    """The solution of a case; None where it is extreme and the solver refuses it."""
    try:
        return case.problem.solved_by(method)
    except ecd2g.SolverError:
        assert is_extreme(case)
        assert method not in ("closed-form", "star-mesh", "auto")
        return None


def array(values):
    return np.array(values, dtype=float)


def relative(found, expected):
    """Largest deviation over the largest expected value."""
    return np.abs(np.asarray(found) - array(expected)).max() / np.abs(array(expected)).max()


@pytest.mark.parametrize("method", SOLVERS)
@pytest.mark.parametrize("case", LAYERED, ids=lambda case: case.name)
def test_layered_answers_are_right(case, method):
    flow = solved_or_refused(case, method)
    if flow is None:
        return
    kernel = case.problem.circuit.kernel
    exact = exact_layered(
        flow.circuit.n_layers,
        case.problem.source.to_array().tolist(),
        case.problem.sink.to_array().tolist(),
        kernel=kernel.table(),
    )
    currents = np.stack([flow.currents(gap) for gap in range(flow.circuit.n_gaps)])
    assert relative(flow.potentials, case.potentials) <= DIGITS
    assert relative(currents, exact.currents) <= DIGITS
    assert relative(flow.law("two-way"), case.two_way_law) <= DIGITS
    assert relative(flow.law("first-passage"), case.two_way_law) <= DIGITS
    assert abs(flow.exact_law("two-way").mean_steps / float(case.mean_steps) - 1) <= DIGITS
    assert abs(flow.backward_current() - float(case.backward_current)) <= DIGITS
    assert abs(flow.field.power() / float(case.power) - 1) <= DIGITS
    assert case.forward_only_law is not None
    assert relative(flow.law("forward-only"), case.forward_only_law) <= DIGITS


@pytest.mark.parametrize("method", NETWORK_SOLVERS)
@pytest.mark.parametrize("case", NETWORKS, ids=lambda case: case.name)
def test_network_answers_are_right_or_refused(case, method):
    solution = solved_or_refused(case, method)
    if solution is None:
        return
    assert relative(solution.potentials, case.potentials) <= max(DIGITS, solution.certificate.potential_error)
    assert abs(solution.field.power() / float(case.power) - 1) <= max(
        DIGITS, solution.certificate.potential_error
    )
    assert relative(solution.law(), case.problem.extracted) <= DIGITS
    if case.mean_steps is not None:
        assert abs(solution.exact_law().mean_steps / float(case.mean_steps) - 1) <= DIGITS


def test_nothing_flows_where_every_ampere_leaves_where_it_enters():
    line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    solution = ecd2g.solve(line, source={0: 1.0}, sink={0: 1.0})
    assert np.all(solution.currents == 0)
    assert solution.law().tolist() == [1.0, 0.0, 0.0]


def test_totals_may_differ_by_rounding_where_little_flows():
    wire = ecd2g.ResistorNetwork.from_edges([[0, 1]], resistance=[1.0])
    solution = ecd2g.solve(wire, source=[1.0, 1.0], sink=[1.0 - 2**-53, 1.0])
    np.testing.assert_allclose(solution.law(), [0.5, 0.5], atol=1e-15)
