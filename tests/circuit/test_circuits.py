"""Kernels, layered circuits and atoms: construction and refusals."""

import numpy as np
import pytest

from ecd2g import CapacityError, Distribution, InputError, LayeredCircuit, StateSpace
from ecd2g.circuit import Atoms, CompleteField, CompleteKernel, DenseKernel, TableField


def test_a_circuit_prints_as_one_line():
    kernel = CompleteKernel(1000, 1.0, 0.1)
    plain, graded = (LayeredCircuit(StateSpace(1000), 3, kernel, gains) for gains in (None, [1.0, 2.0]))
    assert repr(plain) == "LayeredCircuit(3 layers of 1,000 states, CompleteKernel)"
    assert repr(graded) == "LayeredCircuit(3 layers of 1,000 states, CompleteKernel, graded)"


SPACE = StateSpace(3)


def complete(**changes: object) -> LayeredCircuit:
    arguments = {"n_layers": 4, "forward_resistance": 0.5, "lateral_resistance": 4.0} | changes
    return LayeredCircuit.complete(SPACE, **arguments)


@pytest.mark.parametrize("name", ["forward_resistance", "lateral_resistance"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.inf, np.nan, "wire", None, 1e-320])
def test_unusable_resistances_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InputError, match=name):
        complete(**{name: value})


def test_circuits_with_absurdly_many_layers_are_refused() -> None:
    with pytest.raises(CapacityError, match="at most 100000 layers"):
        complete(n_layers=10**12)


@pytest.mark.parametrize("n_layers", [1, 0, -3, 2.5, "2", True])
def test_unusable_layer_counts_are_refused(n_layers: object) -> None:
    with pytest.raises(InputError, match="layers"):
        complete(n_layers=n_layers)


def test_the_complete_kernel_and_its_table_are_the_same_operator() -> None:
    kernel = CompleteKernel(5, forward=2.0, lateral=0.25)
    values = np.arange(10.0).reshape(2, 5)
    assert np.allclose(kernel.product(values), values @ kernel.table(), rtol=1e-15)
    assert np.allclose(kernel.row_sums(), kernel.table().sum(axis=1))
    assert complete().lateral_ratio == pytest.approx(2 * 0.5 / 4.0)


def test_tables_that_would_not_fit_are_refused_with_the_size() -> None:
    with pytest.raises(CapacityError, match="GB"):
        CompleteKernel(10**6, 1.0, 1.0).table()


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1.0, 2.0], [3.0, 1.0]], "symmetric"),
        ([[1.0, -2.0], [-2.0, 1.0]], "not negative"),
        ([[1.0, np.nan], [np.nan, 1.0]], "finite"),
        ([[1.0, 2.0]], "square"),
    ],
)
def test_unusable_kernels_are_refused(matrix: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        DenseKernel(np.array(matrix))


def test_a_kernel_must_fit_its_space_and_rho_needs_the_complete_kernel() -> None:
    with pytest.raises(InputError, match="2 states but the space has 3"):
        LayeredCircuit.from_conductances(SPACE, np.ones((2, 2)), n_layers=3)
    with pytest.raises(InputError, match="complete kernel"):
        _ = LayeredCircuit.from_conductances(SPACE, np.ones((3, 3)), n_layers=3).lateral_ratio


def test_atoms_list_both_supports_and_one_rest() -> None:
    space = StateSpace(5, 2)
    p = Distribution.from_samples(space, [[0, 1], [4, 4]])
    q = Distribution.from_samples(space, [[4, 4], [2, 2]])
    atoms = Atoms.of(p, q)
    assert atoms.n_atoms == 4
    assert atoms.multiplicity[-1] == 22
    assert np.array_equal(atoms.expand(atoms.source), p.to_array())
    assert np.array_equal(atoms.expand(atoms.sink), q.to_array())
    assert atoms.locate(np.array([[4, 4], [3, 3]])).tolist() == [2, 3]


@pytest.mark.parametrize("space", [StateSpace(5, 2), StateSpace(2, 2), StateSpace(17, 64)])
def test_rest_states_are_never_listed_ones(space: StateSpace) -> None:
    listed = np.zeros((2, space.n_sites), dtype=int)
    listed[1] = 1
    p = Distribution.from_samples(space, listed)
    atoms = Atoms.of(p, p)
    drawn = atoms.states(np.full(500, atoms.n_atoms - 1), np.random.default_rng(0))
    assert np.all(atoms.locate(drawn) == atoms.n_atoms - 1)
    if space.n_states == 4:
        assert len(np.unique(drawn, axis=0)) == 2


def test_sources_and_sinks_must_share_a_space() -> None:
    with pytest.raises(InputError, match="one state space"):
        Atoms.of(Distribution.uniform(StateSpace(3)), Distribution.uniform(StateSpace(4)))


@pytest.mark.parametrize("field", [CompleteField, TableField])
def test_potentials_of_another_shape_are_refused(field):
    space = StateSpace(2)
    circuit = LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    uniform = Distribution.uniform(space)
    with pytest.raises(InputError, match=r"\(2, 2\) here, got \(3, 2\)"):
        field.from_potentials(circuit, Atoms.of(uniform, uniform), np.zeros((3, 2)))
