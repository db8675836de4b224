"""Relative errors of currents: the structural sums agree with tables, and Kirchhoff's law is measured as it is."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.errors import InputError
from ecd2g.metrics import CurrentError, current_error, unbalanced_current
from ecd2g.testing import layered_circuits

SEEDS = st.integers(0, 2**32 - 1)


def circuit_of(n_symbols=5, n_layers=3, forward=0.5, lateral=4.0):
    return ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(n_symbols), n_layers=n_layers, forward_resistance=forward, lateral_resistance=lateral
    )


def laws(circuit, seed):
    rng = np.random.default_rng(seed)
    return [rng.dirichlet(np.ones(circuit.n_states)) for _ in range(2)]


def atoms_of(circuit, seed=0):
    source, sink = laws(circuit, seed)
    return Atoms(circuit.space, None, np.ones(circuit.n_states), source, sink)


def random_field(circuit, seed, scale=1.0):
    potentials = scale * np.random.default_rng(seed).normal(size=(circuit.n_layers, circuit.n_states))
    return CompleteField(circuit, atoms_of(circuit), potentials, potentials[:-1] - potentials[1:])


def as_table(field):
    tables = np.stack([field.currents(gap) for gap in range(field.circuit.n_gaps)])
    return TableField(field.circuit, field.atoms, field.potentials, tables)


def exact(circuit, seed=0):
    source, sink = (ecd2g.Distribution.from_probabilities(circuit.space, law) for law in laws(circuit, seed))
    return ecd2g.solve(circuit, source=source, sink=sink).field


def by_hand(field, reference):
    """Over every edge, one at a time."""
    wrong, right = np.zeros(2), np.zeros(2)
    for gap in range(field.circuit.n_gaps):
        mine, theirs = field.currents(gap), reference.currents(gap)
        for x in range(field.circuit.n_states):
            for y in range(field.circuit.n_states):
                wrong[int(x != y)] += (mine[x, y] - theirs[x, y]) ** 2
                right[int(x != y)] += theirs[x, y] ** 2
    forward, lateral = np.sqrt(wrong / right)
    return CurrentError(np.sqrt(wrong.sum() / right.sum()), forward, lateral)


@settings(max_examples=60)
@example(circuit=circuit_of(2, 2, forward=0.01, lateral=100.0), one=0, two=1)  # 10^4 between the edges
@given(circuit=layered_circuits(), one=SEEDS, two=SEEDS)
def test_structural_errors_are_those_of_tables(circuit, one, two):
    assume(circuit.n_states > 1)
    field, reference = random_field(circuit, one), random_field(circuit, two)
    wanted = current_error(as_table(field), as_table(reference))
    np.testing.assert_allclose(current_error(field, reference), wanted, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(current_error(field, as_table(reference)), wanted, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(current_error(as_table(field), reference), wanted, rtol=1e-10, atol=1e-10)


def test_errors_by_hand():
    circuit = circuit_of()
    field, reference = random_field(circuit, 1), exact(circuit)
    np.testing.assert_allclose(current_error(field, reference), by_hand(field, reference), rtol=1e-12)


def test_a_field_is_right_about_itself():
    for circuit in (circuit_of(), circuit_of(50, 10, 0.1, 100.0)):
        field = exact(circuit)
        assert current_error(field, field) == (0.0, 0.0, 0.0)
        assert max(current_error(as_table(field), field)) < 1e-12


def test_a_scaled_field_is_wrong_by_the_scale():
    """Negative control: ten per cent more current everywhere is an error of ten per cent on every kind of edge."""
    circuit = circuit_of()
    field = exact(circuit)
    more = CompleteField(circuit, field.atoms, 1.1 * field.potentials, 1.1 * field.forward_drops)
    np.testing.assert_allclose(current_error(more, field), 0.1, rtol=1e-9)
    none = CompleteField(circuit, field.atoms, 0 * field.potentials, 0 * field.forward_drops)
    np.testing.assert_allclose(current_error(none, field), 1.0, rtol=1e-12)
    assert current_error(more, none) == (np.inf, np.inf, np.inf)
    assert current_error(none, none) == (0.0, 0.0, 0.0)


def test_one_wrong_edge_is_seen_where_it_is():
    field = as_table(exact(circuit_of()))
    for edge, kinds in (((1, 2, 2), (True, False)), ((1, 2, 3), (False, True))):
        tables = field.tables.copy()
        tables[edge] += 0.25
        wrong = TableField(field.circuit, field.atoms, field.potentials, tables)
        found = current_error(wrong, field)
        assert (found.forward > 0, found.lateral > 0) == kinds
        assert found.all_edges == pytest.approx(0.25 / np.sqrt(np.square(field.tables).sum()))


def test_circuits_of_other_resistances_are_compared_edge_by_edge():
    field, other = random_field(circuit_of(lateral=4.0), 1), random_field(circuit_of(lateral=5.0), 2)
    np.testing.assert_allclose(
        current_error(field, other), current_error(as_table(field), as_table(other)), rtol=1e-12
    )


def test_other_circuits_and_listed_atoms_are_refused():
    field = exact(circuit_of())
    for other in (circuit_of(6), circuit_of(n_layers=4)):
        with pytest.raises(InputError, match="one circuit"):
            current_error(field, exact(other))
    space = ecd2g.StateSpace(5)
    sparse = ecd2g.Distribution(space, np.array([0.5, 0.5]), np.array([[0], [3]]))
    listed = ecd2g.solve(circuit_of(), source=sparse, sink=sparse).field
    with pytest.raises(InputError, match="state by state"):
        current_error(listed, field)


@pytest.mark.parametrize("shape", [(2, 2), (5, 3), (50, 10)])
def test_exact_currents_obey_the_law_of_kirchhoff(shape):
    circuit = circuit_of(*shape)
    assert unbalanced_current(exact(circuit), *laws(circuit, 0)) < 1e-12
    assert unbalanced_current(as_table(exact(circuit)), *laws(circuit, 0)) < 1e-12


@settings(max_examples=30)
@given(seed=SEEDS)
def test_unbalanced_current_by_hand(seed):
    """What every node gains or loses, edge by edge."""
    circuit = circuit_of(4, 3)
    field, (source, sink) = random_field(circuit, seed, 0.1), laws(circuit, seed)
    net = np.zeros((3, 4))
    for gap in range(2):
        for x in range(4):
            for y in range(4):
                net[gap, x] += field.currents(gap)[x, y]
                net[gap + 1, y] -= field.currents(gap)[x, y]
    wanted = 0.0
    for layer in range(3):
        for x in range(4):
            goal = source[x] if layer == 0 else -sink[x] if layer == 2 else 0.0
            wanted += abs(net[layer, x] - goal) / 2
    assert unbalanced_current(field, source, sink) == pytest.approx(wanted, rel=1e-10)
    assert unbalanced_current(as_table(field), source, sink) == pytest.approx(wanted, rel=1e-10)


def test_exact_currents_of_other_ends_are_unbalanced_by_their_distance():
    """Negative control: with other ends, the violation is the total variation between them, at both ends."""
    circuit = circuit_of()
    (source, sink), (other_source, other_sink) = laws(circuit, 0), laws(circuit, 1)
    wanted = 0.5 * np.abs(source - other_source).sum() + 0.5 * np.abs(sink - other_sink).sum()
    assert unbalanced_current(exact(circuit), other_source, other_sink) == pytest.approx(wanted, rel=1e-9)


def test_source_and_sink_must_fit_the_field():
    problem = ecd2g.data.uniform_to_gaussian(3)
    circuit = ecd2g.LayeredCircuit.complete(
        problem.space, n_layers=2, forward_resistance=1.0, lateral_resistance=2.0
    )
    field = ecd2g.solve(circuit, source=problem.source, sink=problem.target).field
    with pytest.raises(InputError, match=r"source must have shape \(3,\), one number a state, got \(1,\)"):
        unbalanced_current(field, np.ones(1), np.ones(3) / 3)
