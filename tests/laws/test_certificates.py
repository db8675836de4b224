"""The certificate bounds the true error, whatever solved the circuit, and a damaged field is refused."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.circuit import DenseKernel, NetworkField, kernels
from ecd2g.reference.certificate import certify_layered, certify_network
from ecd2g.testing import (
    dense_kernel_circuits,
    exact_layered,
    exact_network,
    golden_layered,
    golden_networks,
    hand_solved_networks,
    layered_circuits,
    layered_problems,
    network_problems,
    networks,
)

INPUT_ROUNDING = 4e-16
"""Totals of random sources and sinks are rounded; the oracle divides that away, a solver cannot."""


def true_error(found, exact):
    exact = np.array(exact, dtype=float)
    return np.abs(found - exact).max() / np.abs(exact).max()


def solved_or_none(problem, method):
    try:
        return problem.solved_by(method)
    except ecd2g.SolverError:
        return None


@pytest.mark.parametrize("method", ["closed-form", "dense", "sparse", "cg"])
def test_bound_holds_on_random_complete_circuits(method):
    @settings(max_examples=30)
    @given(layered_problems(layered_circuits(max_states=4, max_layers=4, decades=4.0)))
    def holds(problem):
        flow = solved_or_none(problem, method)
        if flow is not None:
            assert_layered_bound(flow)

    holds()


@pytest.mark.parametrize(("method", "decades"), [("dense", 4.0), ("sparse", 4.0), ("cg", 2.0)])
def test_bound_holds_on_random_kernels(method, decades):
    @settings(max_examples=20)
    @given(layered_problems(dense_kernel_circuits(max_states=4, max_layers=3, decades=decades)))
    def holds(problem):
        flow = solved_or_none(problem, method)
        if flow is not None:
            assert_layered_bound(flow)

    holds()


@pytest.mark.parametrize("method", ["dense", "sparse", "cg"])
@pytest.mark.parametrize("siemens", [1e-3, 1.0, 1e3])
def test_bound_of_a_sparse_kernel_is_tight_in_every_unit(method, siemens):
    """A kernel without modes: its edge currents, conductance times drop, are laid along a tree."""
    kernel = siemens * sp.csr_array([[1.0, 2, 0, 4], [2, 0, 3, 1], [0, 3, 0, 0], [4, 1, 0, 9]])
    circuit = ecd2g.LayeredCircuit(ecd2g.StateSpace(4), 3, kernels.sparse(kernel))
    source, sink = (
        ecd2g.Distribution.from_weights(circuit.space, weights) for weights in ([1, 2, 4, 1], [3, 0, 1, 4])
    )
    flow = ecd2g.solve(circuit, source=source, sink=sink, method=method)
    assert_layered_bound(flow)
    assert flow.certificate.potential_error < 1e-13


def assert_layered_bound(flow):
    p, q = flow.source.to_array().tolist(), flow.sink.to_array().tolist()
    exact = exact_layered(flow.circuit.n_layers, p, q, kernel=flow.circuit.kernel.table())
    scale = max(abs(float(value)) for row in exact.potentials for value in row)
    blur = INPUT_ROUNDING * unit_scale(flow.circuit) / scale
    assert true_error(flow.potentials, exact.potentials) <= flow.certificate.potential_error + blur


def unit_scale(circuit):
    """Largest resistance that stands between two nodes: what a rounded ampere may cost in volt."""
    kernel = circuit.kernel.table()
    return circuit.n_nodes / kernel[kernel > 0].min()


@pytest.mark.parametrize(("method", "decades"), [("dense", 6.0), ("sparse", 6.0), ("cg", 2.0)])
def test_bound_and_power_bracket_hold_on_random_networks(method, decades):
    @settings(max_examples=30)
    @given(network_problems(networks(max_nodes=8, decades=decades)))
    def holds(problem):
        solution = solved_or_none(problem, method)
        if solution is not None:
            assert_network_bound(solution)

    holds()


@pytest.mark.parametrize("method", ["dense", "sparse", "cg"])
@pytest.mark.parametrize("case", [*hand_solved_networks(), *golden_networks()], ids=lambda case: case.name)
def test_bound_and_power_bracket_hold_on_known_networks(case, method):
    solution = solved_or_none(case.problem, method)
    if solution is not None:
        assert_network_bound(solution)
        assert (
            true_error(solution.potentials, case.potentials) <= solution.certificate.potential_error + 2e-16
        )


def assert_network_bound(solution):
    network, field = solution.network, solution.field
    edges = list(
        zip(network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True)
    )
    total = float(field.injected.sum())
    exact = exact_network(network.n_nodes, edges, field.injected.tolist(), field.extracted.tolist())
    power = float(exact.power) * total**2
    scale = max(abs(float(value)) for value in exact.potentials)
    blur = INPUT_ROUNDING * network.n_nodes / network.conductances.min() / scale
    assert true_error(solution.potentials / total, exact.potentials) <= (
        solution.certificate.potential_error + blur
    )
    slack = 1 + 4e-16 + 4 * blur
    assert solution.certificate.lower <= power * slack
    assert power <= solution.certificate.upper * slack


@given(
    st.sampled_from(golden_layered()),
    st.floats(-8, 0),
    st.integers(0, 10**6),
    st.sampled_from(["closed-form", "dense"]),
)
@settings(max_examples=80)
def test_bound_holds_for_a_damaged_field_and_refuses_it(case, exponent, place, method):
    """One potential moved by 10^exponent of the largest: it is refused, and a bound from residuals covers the damage.

    (The bound of the closed form is about its coefficients, so it speaks of no other field.)
    """
    flow = solved_or_none(case.problem, method)
    assume(flow is not None)
    potentials = flow.field.potentials.copy()
    damage = 10.0**exponent * np.abs(potentials).max()
    potentials.flat[place % potentials.size] += damage
    field = replace(flow.field, potentials=potentials)
    certificate = certify_layered(field, method, tolerance=1e-10)
    if method != "closed-form":
        bound = certificate.potential_error * np.abs(potentials).max()
        truth = np.array(case.potentials, dtype=float)
        rounding = 1e-15 * np.abs(truth).max()
        assert np.abs(potentials - potentials.mean() - truth).max() <= bound + rounding
    with pytest.raises(ecd2g.SolverError):
        certificate.require()


@given(st.sampled_from([case for case in golden_networks() if "stiff" not in case.name]), st.integers(0, 99))
@settings(max_examples=40)
def test_a_damaged_network_is_refused(case, place):
    problem = case.problem
    potentials = np.array(case.potentials)
    potentials[place % len(potentials)] += 1e-6 * np.abs(potentials).max()
    field = NetworkField.from_potentials(problem.circuit, problem.injected, problem.extracted, potentials)
    certificate = certify_network(field, "damaged", tolerance=1e-8)
    with pytest.raises(ecd2g.SolverError):
        certificate.require()


@pytest.mark.parametrize("edit", ["currents", "drops"])
def test_currents_that_do_not_come_from_the_potentials_are_refused(edit):
    case = golden_layered()[1]
    circuit = case.problem.circuit
    if edit == "drops":
        field = case.problem.solved_by().field
        field = replace(field, forward_drops=field.forward_drops * (1 + 1e-6))
    else:
        circuit = replace(circuit, kernel=DenseKernel(circuit.kernel.table()))
        field = ecd2g.solve(circuit, source=case.problem.source, sink=case.problem.sink).field
        tables = field.tables.copy()
        tables[0, 0, 0] *= 1 + 1e-6
        field = replace(field, tables=tables)
    with pytest.raises(ecd2g.SolverError):
        certify_layered(field, edit, tolerance=1e-8).require()


@pytest.mark.parametrize("method", ["dense", "sparse", "cg", "amg"])
def test_a_dead_end_at_potential_zero_is_no_backward_error(method):
    """Its currents are rounding alone, and so is |G||phi| there."""
    star = ecd2g.ResistorNetwork.from_edges(
        [[0, 1], [0, 2], [0, 3], [3, 4]], conductance=[1.0, 1.0, 0.7, 0.3]
    )
    for source, sink in ((1, 2), (0, 1), (2, 1)):
        certificate = ecd2g.solve(star, source={source: 1.0}, sink={sink: 1.0}, method=method).certificate
        assert certificate.backward_error <= 1e-15


def test_a_residual_is_a_backward_error():
    """Negative control: a potential off by 1e-6 of the largest shows."""
    problem = hand_solved_networks()[3].problem
    potentials = problem.solved_by("dense").potentials.copy()
    potentials[1] += 1e-6 * np.abs(potentials).max()
    field = NetworkField.from_potentials(problem.circuit, problem.injected, problem.extracted, potentials)
    assert certify_network(field, "moved", 1e-8).backward_error > 1e-7
