"""Walkers on every array library, by the public functions: `library` is replaced where the library is not CuPy.

Null hypothesis of the statistical tests: the n end points are independent draws of the exact law. McDiarmid's
inequality gives P(TV >= E[TV] + sqrt(log(1 / delta) / 2n)) <= delta, and E[TV] <= 1/2 sum_x sqrt(q_x (1 - q_x) / n).
The error rate of each is delta = 1e-9; seeds are fixed, so a test that passes once passes always.
"""

import sys

import numpy as np
import pytest

import ecd2g
from ecd2g.circuit.array_library import CopiedUniforms, moved, namespace, to_numpy
from ecd2g.movement import walk_nodes
from ecd2g.movement.sampling import draw_source
from ecd2g.reference.layered.closed_form import closed_form

DELTA = 1e-9
N_WALKERS = 10_000
RULES = ("two-way", "forward-only")


def farthest_tv(law, n):
    """What the total variation of n draws stays below, but for one chance in 1 / DELTA."""
    return 0.5 * np.sum(np.sqrt(law * (1 - law) / n)) + np.sqrt(np.log(1 / DELTA) / (2 * n))


def tv(counts, law):
    return 0.5 * np.abs(counts / counts.sum() - law).sum()


def dense_flow(lateral_resistance=100.0):
    """Uniform to Gaussian, 50 states, ten layers."""
    space = ecd2g.StateSpace(50)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=10, forward_resistance=0.1, lateral_resistance=lateral_resistance
    )
    target = ecd2g.Distribution.from_weights(space, np.exp(-0.5 * np.linspace(-3, 3, 50) ** 2))
    return ecd2g.solve(circuit, source=ecd2g.Distribution.uniform(space), sink=target)


def sparse_flow(n_sites=3, lateral_resistance=20.0):
    """Few samples among 4^n_sites states, so that one atom stands for all others."""
    space, rng = ecd2g.StateSpace(4, n_sites), np.random.default_rng(23)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=5, forward_resistance=0.1, lateral_resistance=lateral_resistance
    )
    source, sink = (ecd2g.Distribution.from_samples(space, space.draw(20, rng)) for _ in "pq")
    return ecd2g.solve(circuit, source=source, sink=sink)


FLOWS = {"dense": dense_flow, "dense, R < r": lambda: dense_flow(0.05), "sparse": sparse_flow}


@pytest.fixture
def backend(walking_xp, monkeypatch):
    """The name of a back end whose arrays are those of the library under test."""
    if walking_xp is np:
        return "numpy"
    for module in (
        "ecd2g.movement.transport",
        "ecd2g.reference.layered.closed_form",
    ):  # a function has the second name too
        monkeypatch.setattr(
            sys.modules[module], "library", lambda name: np if name == "numpy" else walking_xp
        )
    return "cupy"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", FLOWS)
def test_the_same_random_numbers_make_the_same_walks_as_on_numpy(walking_xp, name, rule) -> None:
    field, forward_only = FLOWS[name]().field, rule == "forward-only"
    begin = np.arange(2000) % (field.atoms.n_atoms - 1)
    begin = begin[field.atoms.source[begin] > 0]
    ends = [
        to_numpy(
            walk_nodes(
                field.on(xp),
                moved(begin, xp),
                CopiedUniforms(np.random.default_rng(seed), xp),
                forward_only=forward_only,
            )
        )
        for xp, seed in ((np, 1), (walking_xp, 1), (walking_xp, 2))
    ]
    assert np.mean(ends[0] == ends[1]) > 0.999  # a draw that falls on a rounding may differ
    assert np.mean(ends[1] == ends[2]) < 0.9  # negative control


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", FLOWS)
def test_walks_start_as_the_source_and_end_by_their_exact_law(backend, name, rule) -> None:
    flow = FLOWS[name]()
    space = flow.circuit.space
    walks = flow.sample(N_WALKERS, rule, 7, backend=backend)
    for states, law in ((walks.starts, flow.source.to_array()), (walks.ends, flow.law(rule))):
        assert isinstance(states, np.ndarray)
        counts = np.bincount(space.index(states), minlength=space.n_states)
        assert tv(counts, law) < farthest_tv(law, N_WALKERS)
    steps, exact = np.bincount(walks.n_steps), flow.exact_law(rule).steps
    law = np.pad(exact, (0, max(0, len(steps) - len(exact))))
    steps = np.pad(steps, (0, len(law) - len(steps)))
    assert tv(steps, law / law.sum()) < farthest_tv(law / law.sum(), N_WALKERS)


def test_forward_only_walks_are_told_from_the_target(backend) -> None:
    """Negative control: the test has the power to reject, at a true distance of 0.075."""
    flow = dense_flow()
    target = flow.sink.to_array()
    walks = flow.sample(N_WALKERS, "forward-only", 7, backend=backend)
    counts = np.bincount(walks.ends[:, 0], minlength=50)
    assert tv(counts, target) > farthest_tv(target, N_WALKERS)


@pytest.mark.parametrize("name", FLOWS)
def test_same_seed_same_walks(backend, name) -> None:
    flow = FLOWS[name]()
    first, again, other = (flow.sample(500, rng=seed, backend=backend) for seed in (1, 1, 2))
    assert np.array_equal(first.ends, again.ends)
    assert np.array_equal(first.n_steps, again.n_steps)
    assert not np.array_equal(first.ends, other.ends)


def test_paths_go_from_layer_to_layer_and_change_a_state_by_lateral_moves(backend) -> None:
    flow = sparse_flow()
    walks = flow.sample(300, rng=3, paths=True, backend=backend)
    layers, states = walks.paths.layers, walks.paths.states
    moves = np.diff(layers, axis=1)[layers[:, 1:] >= 0]
    assert set(np.unique(moves)) <= {-1, 1}
    assert np.array_equal(states[:, 0], walks.starts)
    assert np.array_equal((layers >= 0).sum(axis=1) - 1, walks.n_steps)
    assert np.array_equal(states[np.arange(300), walks.n_steps], walks.ends)


def test_walks_from_starts_of_the_user_keep_their_order(backend) -> None:
    flow = dense_flow()
    starts = np.arange(50)[:, None]
    walks = flow.sample(rng=1, starts=starts, backend=backend)
    assert np.array_equal(walks.starts, starts)
    assert walks.ends.shape == (50, 1)


def test_no_walks_are_no_error(backend) -> None:
    assert dense_flow().sample(0, rng=1, backend=backend).ends.shape == (0, 1)


def test_a_space_too_large_to_list(backend) -> None:
    """4^40 states: two-way walks end at the few states of the sink."""
    flow = sparse_flow(40, lateral_resistance=1e20)
    walks = flow.sample(5000, rng=5, backend=backend)
    assert {state.tobytes() for state in walks.ends} <= {state.tobytes() for state in flow.sink.states}


@pytest.mark.parametrize("rule", RULES)
def test_laws_come_back_to_numpy(backend, rule) -> None:
    flow = dense_flow()
    law = flow.law(rule, backend=backend)
    assert isinstance(law, np.ndarray)
    np.testing.assert_allclose(law, flow.law(rule), rtol=0, atol=1e-14)


def test_the_closed_form_comes_back_to_numpy(backend) -> None:
    expected = dense_flow().field
    field = closed_form(expected.circuit, expected.atoms, backend=backend)
    assert namespace(field.potentials) is np
    largest = np.abs(expected.potentials).max()
    assert np.abs(field.potentials - expected.potentials).max() <= 1e-15 * largest
    assert not field.potentials.flags.writeable


def test_starts_are_drawn_where_the_source_is(walking_xp) -> None:
    field = sparse_flow().field.on(walking_xp)
    atoms = draw_source(field, 1000, np.random.default_rng(1))
    assert namespace(atoms) is walking_xp
    assert np.all(to_numpy(field.atoms.source)[to_numpy(atoms)] > 0)


def test_other_currents_and_rules_are_refused(monkeypatch) -> None:
    monkeypatch.setattr("ecd2g.movement.transport.library", lambda name: np)
    space = ecd2g.StateSpace(3)
    circuit = ecd2g.LayeredCircuit.from_conductances(space, np.ones((3, 3)), n_layers=3)
    uniform = ecd2g.Distribution.uniform(space)
    table = ecd2g.solve(circuit, source=uniform, sink=uniform)
    with pytest.raises(ecd2g.InputError, match='"cupy" walks on the currents of a complete circuit only'):
        table.sample(3, rng=0, backend="cupy")
    for call in (
        lambda flow: flow.sample(3, "first-passage", 0, backend="cupy"),
        lambda flow: flow.law("first-passage", backend="cupy"),
    ):
        with pytest.raises(ecd2g.InputError, match='first-passage rule has no backend "cupy"'):
            call(dense_flow())


@pytest.mark.gpu
def test_a_flow_solved_on_the_gpu_is_certified_on_the_cpu() -> None:
    expected = dense_flow()
    flow = ecd2g.solve(
        expected.circuit, source=expected.source, sink=expected.sink, method="closed-form", backend="cupy"
    )
    assert isinstance(flow.field.potentials, np.ndarray)
    assert flow.certificate.potential_error <= expected.certificate.potential_error * 2
