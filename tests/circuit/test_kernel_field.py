"""Fields of structured kernels against tables of the same currents; gains in every kind of field."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from ecd2g import CapacityError, Distribution, InputError, LayeredCircuit, StateSpace
from ecd2g.circuit import kernels
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.fields import kernel_field, lateral_pairs
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.field import AdvancingField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.table_field import TableField

SPACE = StateSpace((3, 4))


def irregular() -> list[np.ndarray]:
    """One symmetric table a site, rows of different sums, a zero on and off the diagonal."""
    return [
        np.array([[0.0, 2.0, 0.5], [2.0, 1.0, 0.0], [0.5, 0.0, 3.0]]),
        np.array([[1.0, 0.3, 0.0, 0.1], [0.3, 2.0, 0.7, 0.0], [0.0, 0.7, 0.0, 4.0], [0.1, 0.0, 4.0, 0.2]]),
    ]


def lonely() -> sp.csr_array:
    """Random conductances; state 5 has only its forward edge, and state 7 none to itself."""
    rng = np.random.default_rng(3)
    matrix = np.where(rng.random((12, 12)) < 0.3, rng.random((12, 12)), 0.0)
    matrix = matrix + matrix.T + np.eye(12)
    matrix[5, :], matrix[:, 5] = 0.0, 0.0
    matrix[5, 5], matrix[7, 7] = 2.0, 0.0
    return sp.csr_array(matrix)


KERNELS = {
    "one site": kernels.hamming_1(SPACE, forward_resistance=0.2, lateral_resistance=3.0),
    "two sites at once only": kernels.hamming(SPACE, [np.inf, np.inf, 2.0]),
    "neighbours": kernels.neighbour(SPACE, forward_resistance=1.0, lateral_resistance=0.3),
    "Gaussian": kernels.gaussian(SPACE, 1.2, reach=2),
    "ring": kernels.cyclic_gaussian(SPACE, 0.8, reach=1),
    "irregular rows": kernels.product(SPACE, irregular()),
    "sparse": kernels.sparse(lonely()),
}

GAINS = [None, [0.2, 5.0, 1.3, 1.0]]


def atoms_on(space: StateSpace, rng: np.random.Generator) -> Atoms:
    source, sink = (Distribution.from_weights(space, rng.integers(1, 9, space.n_states)) for _ in "pq")
    return Atoms(space, None, np.ones(space.n_states), source.to_array(), sink.to_array())


def fields(name: str, gains: object, seed: int = 0) -> tuple[KernelField, TableField]:
    """The same random potentials, five layers of them, as both kinds of field."""
    rng = np.random.default_rng(seed)
    circuit = LayeredCircuit(SPACE, 5, KERNELS[name], gains)
    potentials = rng.normal(size=(5, SPACE.n_states))
    potentials[:, :3] = potentials[:, 3:6]  # ties
    atoms = atoms_on(SPACE, rng)
    return (
        KernelField.from_potentials(circuit, atoms, potentials),
        TableField.from_potentials(circuit, atoms, potentials),
    )


def same(found, expected) -> bool:
    return np.abs(found - expected).max() <= 1e-12 * max(1.0, np.abs(expected).max())


def agree_in_all_sums(found, expected, rng: np.random.Generator) -> None:
    weights = rng.random(expected.injected.shape)
    weights[2] = 0.0
    assert same(found.divergence(), expected.divergence())
    assert found.power() == pytest.approx(expected.power(), rel=1e-12)
    for forward_only in (False, True):
        assert same(found.outflow(forward_only=forward_only), expected.outflow(forward_only=forward_only))
        assert same(
            found.spread(weights, forward_only=forward_only),
            expected.spread(weights, forward_only=forward_only),
        )


@pytest.mark.parametrize("gains", GAINS)
@pytest.mark.parametrize("name", KERNELS)
def test_everything_a_field_answers_is_what_the_table_answers(name: str, gains: object) -> None:
    found, expected = fields(name, gains)
    for gap in range(4):
        assert same(found.currents(gap), expected.currents(gap))
    agree_in_all_sums(found, expected, np.random.default_rng(1))


@pytest.mark.parametrize("name", ["Gaussian", "sparse"])
def test_sums_do_not_depend_on_how_the_pairs_are_cut_or_kept(name: str, monkeypatch) -> None:
    monkeypatch.setattr(kernel_field, "KEPT_FOR_SUMS", 0)
    monkeypatch.setattr(lateral_pairs, "BLOCK", 5)
    monkeypatch.setattr(lateral_pairs, "PIECE", 17)
    found, expected = fields(name, GAINS[1])
    agree_in_all_sums(found, expected, np.random.default_rng(1))


@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(1, 9))
def test_any_sparse_kernel_gives_what_its_table_gives(seed: int, n_layers: int, n_states: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.where(rng.random((n_states, n_states)) < 0.5, rng.random((n_states, n_states)), 0.0)
    space, kernel = StateSpace(n_states), kernels.sparse(sp.csr_array(matrix + matrix.T))
    circuit = LayeredCircuit(space, n_layers, kernel, np.exp(rng.normal(size=n_layers - 1)))
    potentials, atoms = rng.normal(size=(n_layers, n_states)), atoms_on(space, rng)
    found = KernelField.from_potentials(circuit, atoms, potentials)
    expected = TableField.from_potentials(circuit, atoms, potentials)
    weights = rng.random(potentials.shape)
    assert same(found.divergence(), expected.divergence())
    assert found.power() == pytest.approx(expected.power(), rel=1e-12, abs=1e-300)
    assert same(found.outflow(), expected.outflow())
    assert same(found.spread(weights), expected.spread(weights))


def test_the_comparison_sees_a_wrong_gain_and_a_wrong_kernel() -> None:
    """Negative controls."""
    found, _ = fields("Gaussian", GAINS[1])
    _, ungraded = fields("Gaussian", None)
    _, other = fields("ring", GAINS[1])
    for wrong in (ungraded, other):
        assert not same(found.divergence(), wrong.divergence())
        assert not same(found.outflow(), wrong.outflow())
        assert not same(found.spread(np.ones((5, 12))), wrong.spread(np.ones((5, 12))))
        assert abs(found.power() / wrong.power() - 1) > 0.01


def test_forward_drops_below_the_rounding_of_potentials_drive_currents() -> None:
    """Equal potentials, a drop of 1e-20 V: only the given drops know it; from_potentials, the control, does not."""
    circuit = LayeredCircuit(SPACE, 2, KERNELS["one site"], [4.0])
    atoms = atoms_on(SPACE, np.random.default_rng(0))
    drops = np.linspace(-1e-20, 2e-20, 12)[None, :]
    potentials = np.ones((2, 12))
    found = KernelField(circuit, atoms, potentials, drops)
    expected = 4.0 * circuit.kernel.table() * drops[0][:, None]
    assert same(found.currents(0) * 1e20, expected * 1e20)
    assert same(found.outflow()[0] * 1e20, np.maximum(expected, 0).sum(axis=1) * 1e20)
    assert same(found.outflow()[1] * 1e20, np.maximum(-expected, 0).sum(axis=0) * 1e20)
    weights = np.arange(12.0)
    spread = found.spread(np.stack([weights, 0 * weights]))
    assert same(spread[1] * 1e20, weights @ np.maximum(expected, 0) * 1e20)
    assert not KernelField.from_potentials(circuit, atoms, potentials).outflow().any()


@pytest.mark.parametrize("decades", [0, 3, 6, 9])
def test_power_is_right_to_rounding_in_stiff_circuits(decades: int) -> None:
    """Against rational numbers: drops that are 10^-decades of the potentials, forward edges 10^decades stiffer."""
    rng = np.random.default_rng(decades)
    kernel = kernels.hamming_1(SPACE, forward_resistance=10.0**-decades, lateral_resistance=1.0)
    circuit = LayeredCircuit(SPACE, 3, kernel, [1.0, 3.0])
    drops = rng.normal(size=(2, 12)) * 10.0**-decades
    last = rng.normal(size=12)
    # exact sums of the drops, then rounded: that moves the exact power by a few roundings of the potentials
    exact = [[Fraction(value) for value in last]]
    for drop in drops[::-1]:
        exact.insert(0, [Fraction(a) + Fraction(b) for a, b in zip(drop, exact[0], strict=True)])
    potentials = np.array([[float(value) for value in layer] for layer in exact])
    table, power = kernel.table(), Fraction(0)
    for gap, gain in enumerate([1, 3]):
        for x, y in np.argwhere(table > 0):
            fall = exact[gap][x] - exact[gap + 1][y]
            power += gain * Fraction(table[x, y]) * fall * fall
    found = KernelField(circuit, atoms_on(SPACE, rng), potentials, drops).power()
    assert abs(Fraction(found) / power - 1) < 1e-14


def test_a_correction_is_taken_off_potentials_and_drops() -> None:
    found, expected = fields("Gaussian", GAINS[1])
    error = np.random.default_rng(5).normal(size=(5, 12))
    one, other = found.corrected(error), expected.corrected(error)
    assert same(one.potentials, other.potentials)
    assert same(one.divergence(), other.divergence())
    assert same(one.outflow(), other.outflow())


def test_arrays_of_a_field_cannot_be_written_to() -> None:
    found, _ = fields("Gaussian", None)
    for array in (found.potentials, found.forward_drops, found.outflow(forward_only=True)):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0


def test_sums_over_too_many_pairs_are_refused_while_walks_go_on(monkeypatch) -> None:
    monkeypatch.setattr(lateral_pairs, "PAIR_LIMIT", 10)
    monkeypatch.setattr("ecd2g.circuit.fields.kernel_steps.KEPT_FOR_WALKS", 0)
    found, expected = fields("Gaussian", None)
    for question in (found.outflow, lambda: found.spread(np.ones((5, 12)))):
        with pytest.raises(CapacityError, match="sample two-way or forward-only walks instead"):
            question()
    step = found.advance(np.arange(12), np.random.default_rng(0))
    assert np.array_equal(step.stranded, expected.outflow()[0] == 0)  # a minimum of the potentials
    assert found.divergence().shape == (5, 12)


def test_a_table_of_a_large_space_is_refused() -> None:
    space = StateSpace(4, 9)
    kernel = kernels.hamming_1(space, forward_resistance=1.0, lateral_resistance=1.0)
    zeros = np.zeros((2, space.n_states))
    found = KernelField.from_potentials(
        LayeredCircuit(space, 2, kernel), atoms_on(space, np.random.default_rng(0)), zeros
    )
    with pytest.raises(CapacityError, match="table"):
        found.currents(0)


class PlainKernel:
    """A kernel that knows nothing of its rows."""

    n_states = 12

    def product(self, values):
        return values

    def row_sums(self):
        return np.ones(1)

    def table(self):
        return np.eye(12)


def test_a_field_needs_a_structured_kernel_and_one_atom_a_state() -> None:
    plain = LayeredCircuit(SPACE, 2, PlainKernel())
    atoms, zeros = atoms_on(SPACE, np.random.default_rng(0)), np.zeros((2, 12))
    with pytest.raises(InputError, match="knows its rows"):
        KernelField.from_potentials(plain, atoms, zeros)
    point = Distribution.point(SPACE, [0, 0])
    with pytest.raises(InputError, match="one atom for every state"):
        KernelField.from_potentials(
            LayeredCircuit(SPACE, 2, KERNELS["ring"]), Atoms.of(point, point), zeros[:, :2]
        )


def test_only_fields_of_kernels_advance_walkers() -> None:
    found, table = fields("ring", None)
    circuit = LayeredCircuit.complete(SPACE, n_layers=5, forward_resistance=1.0, lateral_resistance=1.0)
    assert isinstance(found, AdvancingField)
    assert not isinstance(table, AdvancingField)
    complete = CompleteField.from_potentials(circuit, table.atoms, table.potentials)
    assert not isinstance(complete, AdvancingField)


def complete_fields(forward: float, lateral: float, gains: object) -> tuple[CompleteField, TableField]:
    rng = np.random.default_rng(2)
    circuit = LayeredCircuit.complete(
        SPACE, n_layers=5, forward_resistance=forward, lateral_resistance=lateral, gains=gains
    )
    atoms, potentials = atoms_on(SPACE, rng), rng.normal(size=(5, 12))
    return (
        CompleteField.from_potentials(circuit, atoms, potentials),
        TableField.from_potentials(circuit, atoms, potentials),
    )


@pytest.mark.parametrize(("forward", "lateral"), [(0.1, 20.0), (3.0, 0.5), (1.0, 1.0)])
def test_gains_mean_the_same_in_the_complete_circuit_and_in_tables(forward: float, lateral: float) -> None:
    found, expected = complete_fields(forward, lateral, GAINS[1])
    for gap in range(4):
        assert same(found.currents(gap), expected.currents(gap))
    agree_in_all_sums(found, expected, np.random.default_rng(1))
    assert same(found.corrected(found.potentials / 3).divergence(), expected.divergence() * 2 / 3)
    _, ungraded = complete_fields(forward, lateral, None)  # negative control
    assert not same(found.divergence(), ungraded.divergence())
    assert not same(found.outflow(), ungraded.outflow())
    assert abs(found.power() / ungraded.power() - 1) > 0.01


def test_gains_of_one_change_no_digit() -> None:
    for forward, lateral in ((0.1, 20.0), (3.0, 0.5)):
        for plain, graded in zip(
            complete_fields(forward, lateral, None),
            complete_fields(forward, lateral, np.ones(4)),
            strict=True,
        ):
            weights = np.random.default_rng(1).random((5, 12))
            assert np.array_equal(plain.divergence(), graded.divergence())
            assert plain.power() == graded.power()
            assert np.array_equal(plain.outflow(), graded.outflow())
            assert np.array_equal(plain.spread(weights), graded.spread(weights))
            assert np.array_equal(plain.currents(2), graded.currents(2))


def test_power_of_tables_is_the_sum_of_current_times_drop() -> None:
    _, expected = fields("irregular rows", GAINS[1])
    drops = expected.potentials[:-1, :, None] - expected.potentials[1:, None, :]
    assert expected.power() == pytest.approx(float(np.sum(expected.tables * drops)), rel=1e-13)
