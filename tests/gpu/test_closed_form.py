"""The closed form, sums over lower states and exact laws on every array library, and many problems at once."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.circuit import Atoms, CompleteField
from ecd2g.circuit.array_library import moved, namespace, to_numpy
from ecd2g.circuit.fields.sorted_layer import SortedLayer, running_sum
from ecd2g.movement import propagate
from ecd2g.reference.layered.closed_form import closed_form, potentials_and_drops
from ecd2g.reference.layered.closed_form_batch import closed_form_batch

ROUNDING = 16 * np.finfo(np.float64).eps
"""Rounding of a sum of three products, relative to its largest term; libraries may add in another order."""

RESISTANCES = st.floats(-4, 4).map(lambda exponent: 10.0**exponent)
SHAPES = st.tuples(st.integers(1, 7), st.integers(2, 6), RESISTANCES, RESISTANCES, st.integers(0, 2**32 - 1))


def problem(n_states, n_layers, forward, lateral, seed, k=3):
    """A circuit, and `k` random pairs of distributions as rows."""
    circuit = ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(n_states), n_layers=n_layers, forward_resistance=forward, lateral_resistance=lateral
    )
    rng = np.random.default_rng(seed)
    return circuit, rng.dirichlet(np.ones(n_states), k), rng.dirichlet(np.ones(n_states), k)


def atoms_of(circuit, p, q):
    return Atoms(circuit.space, None, np.ones(circuit.n_states), p, q)


def assert_close(found, expected):
    assert found.shape == expected.shape
    assert np.abs(to_numpy(found) - expected).max() <= ROUNDING * max(np.abs(expected).max(), 1e-300)


@settings(max_examples=30)
@given(shape=SHAPES)
def test_many_problems_at_once_are_the_single_ones(xp, shape) -> None:
    circuit, p, q = problem(*shape)
    many = closed_form_batch(circuit, moved(p, xp), moved(q, xp))
    assert namespace(many.potentials) is xp
    for k in range(len(p)):
        field = closed_form(circuit, atoms_of(circuit, p[k], q[k]))
        assert_close(many.potentials[k, ...], field.potentials)
        if isinstance(field, CompleteField):
            assert_close(many.forward_drops[k, ...], field.forward_drops)
        else:  # two states with R < r: one table of currents a gap, whose forward drops are r I
            straight = np.diagonal(field.tables, axis1=1, axis2=2) / circuit.kernel.forward
            largest = np.abs(field.potentials).max()
            assert np.abs(to_numpy(many.forward_drops[k, ...]) - straight).max() <= ROUNDING * largest


def test_rows_are_not_mixed_up(xp) -> None:
    """Negative control: the solution of another row is told from the right one."""
    circuit, p, q = problem(5, 4, 0.1, 3.0, 1)
    many = to_numpy(closed_form_batch(circuit, moved(p, xp), moved(q, xp)).potentials)
    other = closed_form(circuit, atoms_of(circuit, p[1], q[1])).potentials
    assert np.abs(many[0] - other).max() > 0.001 * np.abs(other).max()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p[:, :3], r"float64 arrays of one shape \(k, 4\), got \(3, 3\)"),
        (lambda p: 2 * p, "with sum 1"),
        (lambda p: p - np.array([[1.0, -1.0, 0.0, 0.0]]), "none negative"),
        (lambda p: p * np.nan, "none negative"),
        (lambda p: p.astype(np.float32), "float64"),
    ],
    ids=["shape", "total", "negative", "nan", "float32"],
)
def test_rows_that_are_no_distributions_are_refused(xp, change, message) -> None:
    circuit, p, q = problem(4, 3, 0.1, 3.0, 2)
    for sources, sinks in ((change(p), q), (p, change(q))):
        with pytest.raises(ecd2g.InputError, match=message):
            closed_form_batch(circuit, moved(sources, xp), moved(sinks, xp))


def test_batches_that_do_not_fit_are_refused_before_any_work(xp) -> None:
    circuit, p, q = problem(4, 100_000, 0.1, 3.0, 2, k=1000)
    with pytest.raises(ecd2g.CapacityError, match="100000 layers and 1000 x 4 states would hold 6.4 GB"):
        closed_form_batch(circuit, moved(p, xp), moved(q, xp))


@settings(max_examples=30)
@given(shape=SHAPES)
def test_the_solution_obeys_kirchhoff_in_its_own_library(xp, shape) -> None:
    circuit, p, q = problem(*shape, k=1)
    atoms = atoms_of(circuit, p[0], q[0]).on(xp)
    field = CompleteField(circuit, atoms, *potentials_and_drops(circuit, atoms.source, atoms.sink))
    scale = circuit.n_states * max(circuit.kernel.forward, circuit.kernel.lateral)
    allowed = 64 * np.finfo(float).eps * (1.0 + scale * float(xp.max(xp.abs(field.potentials))))
    assert float(xp.max(xp.abs(field.divergence() - field.injected + field.extracted))) <= allowed


@pytest.mark.parametrize("lateral", [0.05, 0.1, 20.0], ids=["R < r", "R = r", "R > r"])
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_exact_laws_in_every_library(xp, lateral, sparse) -> None:
    """Two-way walks end as the sink (Corollary 3.3); forward-only walks do not, and are as NumPy has them."""
    space, rng = ecd2g.StateSpace(6, 2), np.random.default_rng(3)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=5, forward_resistance=0.1, lateral_resistance=lateral
    )
    if sparse:
        source, sink = (ecd2g.Distribution.from_samples(space, space.draw(9, rng)) for _ in "pq")
    else:
        source, sink = (ecd2g.Distribution.from_weights(space, rng.dirichlet(np.ones(36))) for _ in "pq")
    on_numpy = ecd2g.solve(circuit, source=source, sink=sink).field
    field = on_numpy.on(xp)
    ends = propagate(field).on_cpu().ends[-1]
    assert np.abs(ends - on_numpy.atoms.sink).sum() < 1e-12
    biased, expected = propagate(field, forward_only=True), propagate(on_numpy, forward_only=True)
    assert np.abs(biased.on_cpu().ends - expected.ends).max() < 1e-14
    assert biased.mean_steps == pytest.approx(expected.mean_steps, rel=1e-13)
    if lateral == 20.0:  # negative control: the law is told from another (the two agree where R <= r)
        assert np.abs(biased.on_cpu().ends[-1] - on_numpy.atoms.sink).sum() > 1e-3


def test_sums_over_lower_states_are_the_sums_written_out(xp) -> None:
    rng = np.random.default_rng(5)
    layer, f, weights = rng.normal(size=40), rng.normal(size=60), rng.random(40)
    multiplicity = np.arange(1.0, 41.0)
    values = moved(f, xp)
    lower = SortedLayer.of(moved(layer, xp), moved(multiplicity, xp))
    rank = lower.rank(values)
    below = [math.fsum(multiplicity * np.maximum(level - layer, 0)) for level in f]
    assert np.allclose(to_numpy(lower.below(values, rank)), below, rtol=1e-13, atol=1e-300)
    above = [math.fsum(weights * np.maximum(layer - level, 0)) for level in f]
    found = to_numpy(lower.weighted_above(moved(weights, xp), values, rank))
    assert np.allclose(found, above, rtol=1e-13, atol=1e-300)
    assert not np.allclose(found, below, rtol=0.1)  # negative control


@pytest.mark.parametrize("n", [1, 2, 3, 1000, 262_144])
def test_running_sums_are_accurate(xp, n) -> None:
    values = np.random.default_rng(n).random(n) ** 8
    sums = to_numpy(running_sum(moved(values, xp)))
    assert sums.shape == (n,)
    assert sums[-1] == pytest.approx(math.fsum(values), rel=2e-15)
    assert sums[n // 2] == pytest.approx(math.fsum(values[: n // 2 + 1]), rel=2e-15)
    assert (
        np.diff(sums).min(initial=0.0) >= -ROUNDING * sums[-1]
    )  # a parallel sum may be out of order by a rounding
