"""One lemma for every layered circuit: the closed form in modes against assembled solves, laws and exact rationals."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.circuit import kernels
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.errors import CapacityError, InputError, SolverError
from ecd2g.reference.layered.mode_chains import ModeCurrents, mode_potentials
from ecd2g.testing.kernel_strategies import kernel_circuits, spectral_kernels
from ecd2g.testing.strategies import distributions, layered_problems, resistances, state_spaces

SPECTRAL = layered_problems(kernel_circuits())
"""Problems on circuits of every kind of kernel with modes, half of them graded."""

relaxed = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def solve_both(problem):
    ends = {"source": problem.source, "sink": problem.sink}
    closed = ecd2g.solve(problem.circuit, method="closed-form", **ends)
    return closed, ecd2g.solve(problem.circuit, method="dense", **ends)


@relaxed
@given(SPECTRAL)
def test_the_closed_form_agrees_with_the_assembled_solve(problem):
    closed, dense = solve_both(problem)
    size = np.abs(dense.potentials).max()
    np.testing.assert_allclose(closed.potentials, dense.potentials, rtol=0, atol=1e-11 * size)
    for gap in range(problem.circuit.n_gaps):
        np.testing.assert_allclose(closed.currents(gap), dense.currents(gap), rtol=0, atol=1e-11)


@relaxed
@given(SPECTRAL)
def test_the_proven_error_is_small_and_holds(problem):
    """The bound of the certificate covers the distance to the assembled solve, whose own bound is added."""
    closed, dense = solve_both(problem)
    size = np.abs(closed.potentials).max()
    allowed = closed.certificate.potential_error + 1.01 * dense.certificate.potential_error
    assert np.abs(closed.potentials - dense.potentials).max() <= allowed * size
    assert closed.certificate.potential_error <= 1e-9


@relaxed
@given(SPECTRAL)
def test_arrival_is_the_target_and_visits_are_the_throughflow(problem):
    closed = ecd2g.solve(problem.circuit, source=problem.source, sink=problem.sink, method="closed-form")
    np.testing.assert_allclose(closed.law(), problem.sink.to_array(), rtol=0, atol=1e-10)
    throughflow = closed.field.outflow() + closed.field.extracted
    np.testing.assert_allclose(closed.visits(), throughflow, rtol=0, atol=1e-10)


@relaxed
@given(st.data(), state_spaces(min_states=2, max_states=12), resistances(), resistances(), st.integers(2, 6))
def test_the_paper_s_lemma_is_the_case_of_two_eigenvalues(data, space, forward, lateral, n_layers):
    """Hamming weights that are all equal, a product of one complete site, and Table 1 give the same potentials."""
    complete = LayeredCircuit.complete(
        space, n_layers=n_layers, forward_resistance=forward, lateral_resistance=lateral
    )
    weights = [forward, *[lateral] * space.n_sites]
    general = LayeredCircuit(space, n_layers, kernels.hamming(space, weights))
    p, q = data.draw(distributions(space)), data.draw(distributions(space))
    lemma = ecd2g.solve(complete, source=p, sink=q)
    modes = ecd2g.solve(general, source=p, sink=q)
    size = np.abs(lemma.potentials).max()
    np.testing.assert_allclose(modes.potentials, lemma.potentials, rtol=0, atol=1e-12 * size)


@relaxed
@given(st.data(), state_spaces(min_states=2, max_states=10), resistances(), resistances(), st.integers(2, 6))
def test_unit_gains_change_nothing_and_equal_gains_scale(data, space, forward, lateral, n_layers):
    p, q = data.draw(distributions(space)), data.draw(distributions(space))
    ohms = {"forward_resistance": forward, "lateral_resistance": lateral, "n_layers": n_layers}
    plain = ecd2g.solve(LayeredCircuit.complete(space, **ohms), source=p, sink=q)
    gain = data.draw(resistances(1.0))
    graded = LayeredCircuit.complete(space, gains=np.full(n_layers - 1, gain), **ohms)
    scaled = ecd2g.solve(graded, source=p, sink=q)
    assert scaled.method == plain.method == "closed-form"
    size = np.abs(plain.potentials).max()
    np.testing.assert_allclose(gain * scaled.potentials, plain.potentials, rtol=0, atol=1e-12 * size)
    for gap in range(n_layers - 1):
        np.testing.assert_allclose(scaled.currents(gap), plain.currents(gap), rtol=0, atol=1e-12)


@relaxed
@given(st.data(), state_spaces(min_states=2, max_states=10), st.integers(2, 5))
def test_a_wrong_eigenvalue_is_seen(data, space, n_layers):
    """Negative control: one fall off by one part in a thousand breaks the agreement unless its mode is empty."""
    circuit = LayeredCircuit(space, n_layers, data.draw(spectral_kernels(space)))
    p, q = data.draw(distributions(space)), data.draw(distributions(space))
    spectrum, kernel = circuit.kernel.spectrum(), circuit.kernel
    ends = [kernel.to_modes(values) for values in (*(d.to_array() for d in (p, q)),)]
    currents = ModeCurrents(*ends, ends[0] - ends[1], ends[0] + ends[1])
    right = mode_potentials(spectrum, circuit.gap_gains, currents)
    fall, rise = spectrum.fall.copy(), spectrum.rise.copy()
    fall[1] *= 1.001
    rise[1] = 2.0 - fall[1]
    wrong = mode_potentials(type(spectrum)(fall, rise), circuit.gap_gains, currents)
    carried = max(abs(ends[0][1]), abs(ends[1][1]))
    if carried > 1e-3 and 1e-3 < fall[1] < 1.9 and abs(ends[0][1] - ends[1][1]) > 1e-3:
        moved = np.abs(wrong.potentials[:, 1] - right.potentials[:, 1]).max()
        assert moved > 1e-9 * np.abs(right.potentials[:, 1]).max()


def test_a_kernel_that_falls_apart_needs_matching_totals():
    space = ecd2g.StateSpace(4)
    block = np.array([[2.0, 1.0], [1.0, 3.0]])
    circuit = LayeredCircuit(space, 4, kernels.dense(np.kron(np.eye(2), block)))
    p = ecd2g.Distribution.from_weights(space, [3, 1, 2, 2])
    q = ecd2g.Distribution.from_weights(space, [0, 4, 1, 3])
    closed, dense = (ecd2g.solve(circuit, source=p, sink=q, method=m) for m in ("closed-form", "dense"))
    np.testing.assert_allclose(closed.potentials, dense.potentials, rtol=0, atol=1e-13)
    other = ecd2g.Distribution.from_weights(space, [1, 4, 1, 3])
    with pytest.raises(InputError, match=r"totals must agree in every connected component.*one of 2"):
        ecd2g.solve(circuit, source=p, sink=other, method="closed-form")


@pytest.mark.parametrize("n_layers", [2, 3, 4, 5])
def test_a_kernel_whose_edges_all_change_the_parity_needs_matching_halves(n_layers):
    """A ring of 4 without forward edges has an eigenvalue -1: even and odd states take turns."""
    space = ecd2g.StateSpace(4)
    ring = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]], dtype=float)
    circuit = LayeredCircuit(space, n_layers, kernels.dense(ring))
    p = ecd2g.Distribution.from_weights(space, [1, 2, 3, 2])
    halves = [3, 1, 1, 3] if n_layers % 2 else [2, 1, 2, 3]  # both have half on the even states
    q = ecd2g.Distribution.from_weights(space, halves)
    closed, dense = (ecd2g.solve(circuit, source=p, sink=q, method=m) for m in ("closed-form", "dense"))
    np.testing.assert_allclose(closed.potentials, dense.potentials, rtol=0, atol=1e-13)
    np.testing.assert_allclose(closed.law(), q.to_array(), rtol=0, atol=1e-12)
    uneven = ecd2g.Distribution.from_weights(space, [3, 1, 3, 1])
    with pytest.raises(InputError, match="totals must agree"):
        ecd2g.solve(circuit, source=p, sink=uneven, method="closed-form")


def test_stiff_forward_edges_keep_their_currents():
    """r = 1e-9 R: forward currents lie nine digits below the potentials and are still right to 1e-12."""
    space = ecd2g.StateSpace(7)
    kernel = kernels.neighbour(space, forward_resistance=1e-9, lateral_resistance=1.0)
    circuit = LayeredCircuit(space, 5, kernel)
    rng = np.random.default_rng(0)
    p, q = (ecd2g.Distribution.from_weights(space, rng.random(7)) for _ in range(2))
    flow = ecd2g.solve(circuit, source=p, sink=q)
    assert flow.certificate.kirchhoff < 1e-12
    np.testing.assert_allclose(flow.law(), q.to_array(), rtol=0, atol=1e-12)
    lost = KernelField.from_potentials(circuit, flow.atoms, flow.field.potentials)  # drops by subtraction
    residual = lost.divergence()[0] - p.to_array()
    assert np.abs(residual).max() > 1e-9


@pytest.mark.parametrize(
    ("gains", "proven"), [([1, 1e-3, 1e3], 1e-10), ([1, 1e-6, 1], 1e-9), ([1e-6, 1, 1e6], None)]
)
def test_gains_far_apart_are_proven_or_refused(gains, proven):
    space, rng = ecd2g.StateSpace((12, 7)), np.random.default_rng(0)
    kernel = kernels.neighbour(space, forward_resistance=1.0, lateral_resistance=1.0)
    circuit = LayeredCircuit(space, 4, kernel, gains)
    ends = {name: ecd2g.Distribution.from_weights(space, rng.random(84)) for name in ("source", "sink")}
    if proven is None:
        with pytest.raises(SolverError, match="gains closer together"):
            ecd2g.solve(circuit, **ends)
        return
    flow = ecd2g.solve(circuit, **ends)
    assert flow.certificate.potential_error < proven
    np.testing.assert_allclose(flow.law(), ends["sink"].to_array(), rtol=0, atol=1e-11)


def test_a_kernel_without_modes_says_so():
    import scipy.sparse as sp

    space = ecd2g.StateSpace(3)
    circuit = LayeredCircuit(space, 3, kernels.sparse(sp.csr_array(np.ones((3, 3)))))
    ends = {"source": ecd2g.Distribution.uniform(space), "sink": ecd2g.Distribution.point(space, [0])}
    with pytest.raises(InputError, match="needs a kernel with modes, and SparseKernel has none"):
        ecd2g.solve(circuit, method="closed-form", **ends)
    assert ecd2g.solve(circuit, **ends).method == "dense"


def test_a_kernel_of_other_sites_is_refused():
    kernel = kernels.neighbour(ecd2g.StateSpace((2, 3)), forward_resistance=1.0, lateral_resistance=1.0)
    with pytest.raises(InputError, match=r"made for sites with \(2, 3\) symbols but the space has \(3, 2\)"):
        LayeredCircuit(ecd2g.StateSpace((3, 2)), 3, kernel)


def test_a_circuit_too_large_is_refused_before_memory_is_taken():
    space = ecd2g.StateSpace(100, 3)
    circuit = LayeredCircuit(
        space, 1000, kernels.hamming_1(space, forward_resistance=1.0, lateral_resistance=1.0)
    )
    ends = {
        "source": ecd2g.Distribution.point(space, [0, 0, 0]),
        "sink": ecd2g.Distribution.point(space, [1, 1, 1]),
    }
    with pytest.raises(CapacityError, match="would hold 32 GB"):
        ecd2g.solve(circuit, **ends)


@pytest.mark.parametrize("gains", [[1.0], [1.0, 0.0, 1.0], [1.0, -1.0, 2.0], [1.0, np.inf, 1.0]])
def test_gains_must_be_positive_and_one_a_gap(gains):
    with pytest.raises(InputError, match="gains must be"):
        LayeredCircuit.complete(
            ecd2g.StateSpace(3), n_layers=4, forward_resistance=1.0, lateral_resistance=1.0, gains=gains
        )
