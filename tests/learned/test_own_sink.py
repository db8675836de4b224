from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

import ecd2g
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.learned.own_sink import with_own_sink
from ecd2g.testing import dense_kernel_circuits, layered_circuits, layered_problems


def forgotten(field):
    """The field without its sink."""
    return replace(field, atoms=replace(field.atoms, sink=np.zeros_like(field.atoms.sink)))


@given(layered_problems(layered_circuits(min_states=2)))
@settings(max_examples=60)
def test_exact_currents_say_where_they_leave(problem):
    assume(problem.circuit.n_states > 2 or problem.circuit.kernel.forward >= problem.circuit.kernel.lateral)
    flow = problem.solved_by()
    found = with_own_sink(forgotten(flow.field))
    # the divergence adds up to 2 V currents of potentials that may be large beside them
    scale = np.abs(flow.potentials).max() * (
        problem.circuit.kernel.row_sum() + problem.circuit.n_states * problem.circuit.kernel.lateral
    )
    np.testing.assert_allclose(found.atoms.sink, flow.field.atoms.sink, atol=1e-13 + 1e-14 * scale)
    assert found.atoms.sink.min() >= 0


@given(layered_problems(dense_kernel_circuits(max_states=5, max_layers=4)))
@settings(max_examples=30)
def test_exact_tables_say_where_they_leave(problem):
    flow = problem.solved_by()
    assert isinstance(flow.field, TableField)
    found = with_own_sink(forgotten(flow.field))
    np.testing.assert_allclose(found.atoms.sink, problem.sink.to_array(), atol=1e-9)


def small_flow():
    space = ecd2g.StateSpace(4)
    circuit = ecd2g.LayeredCircuit.complete(space, n_layers=3, forward_resistance=0.5, lateral_resistance=4.0)
    p, q = (
        ecd2g.Distribution.from_probabilities(space, side)
        for side in ([0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1])
    )
    return ecd2g.solve(circuit, source=p, sink=q)


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_other_currents_leave_elsewhere(share):
    """Negative control: currents that are off are not taken for the exact ones."""
    flow = small_flow()
    tables = np.stack([flow.currents(gap) for gap in range(2)])
    tables[1, 0] *= share
    field = TableField(flow.circuit, flow.field.atoms, flow.potentials, tables)
    assert np.abs(with_own_sink(field).atoms.sink - flow.sink.to_array()).max() > 1e-3


def test_a_last_node_that_current_only_leaves_has_no_sink_and_walks_pass_through():
    """State 3 of the last layer sends out 0.05 A more than it gets: the two-way walk must still end."""
    flow = small_flow()
    tables = np.stack([flow.currents(gap) for gap in range(2)])
    surplus = flow.sink.to_array()[3] + 0.05
    tables[1, :, 3] -= surplus / 4
    field = with_own_sink(TableField(flow.circuit, flow.field.atoms, flow.potentials, tables))
    assert field.atoms.sink[3] == 0.0
    np.testing.assert_allclose(field.divergence()[-1, 3], 0.05)
    np.testing.assert_allclose(field.atoms.sink[:3], flow.sink.to_array()[:3])


def test_all_else_of_the_field_stays():
    flow = small_flow()
    found = with_own_sink(flow.field)
    assert found.circuit is flow.circuit
    np.testing.assert_array_equal(found.potentials, flow.potentials)
    np.testing.assert_array_equal(found.forward_drops, flow.field.forward_drops)
    np.testing.assert_array_equal(found.injected, flow.field.injected)
    np.testing.assert_allclose(found.extracted[-1], flow.sink.to_array(), atol=1e-14)
    assert np.all(found.extracted[:-1] == 0)
