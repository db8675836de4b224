"""Walks through structured kernels, by thinning and by listed edges, against exact currents and exact laws.

One-step tests: the null hypothesis is that the n = 5,000 walkers of every node step by Eq. (9) and (10). Cells with
an expected count below 20 are pooled with the largest one; the sum of Pearson's statistic over all nodes is then close
to chi-square, and is refused at its quantile 1 - 1e-6. Steps of probability 0 must not be seen at all. Seeds are fixed,
so that a test that passes once passes always.
"""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import chi2
from scipy.stats import t as student

from ecd2g import Distribution, InputError, LayeredCircuit, StateSpace, StrandedWalkerError
from ecd2g.circuit import kernels
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.fields import kernel_field, kernel_steps
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.kernel_rates import KernelRates
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.movement import Transport, first_passage, walk_nodes

SPACE = StateSpace((3, 4))
V, N = SPACE.n_states, 4
N_WALKERS, ALPHA = 5_000, 1e-6

IRREGULAR = [
    np.array([[0.0, 2.0, 0.5], [2.0, 1.0, 0.0], [0.5, 0.0, 3.0]]),
    np.array([[1.0, 0.3, 0.0, 0.1], [0.3, 2.0, 0.7, 0.0], [0.0, 0.7, 0.0, 4.0], [0.1, 0.0, 4.0, 0.2]]),
]


def bonds() -> sp.csr_array:
    """Random conductances over five decades; state 5 has only its forward edge."""
    rng = np.random.default_rng(3)
    matrix = np.where(rng.random((V, V)) < 0.4, 10.0 ** rng.uniform(-4, 1, (V, V)), 0.0)
    matrix = matrix + matrix.T
    matrix[5, :], matrix[:, 5] = 0.0, 0.0
    matrix[5, 5] = 2.0
    return sp.csr_array(matrix)


KERNELS = {
    "one site": kernels.hamming_1(SPACE, forward_resistance=0.2, lateral_resistance=3.0),
    "Hamming": kernels.hamming(SPACE, [1.0, np.inf, 2.0]),
    "Gaussian": kernels.gaussian(SPACE, 1.2, reach=2),
    "irregular rows": kernels.product(SPACE, IRREGULAR),
    "sparse": kernels.sparse(bonds()),
}

WAYS = {
    "thinned": (0, 500, 1),
    "listed": (0, 0, 2**16),
    "listed in chunks": (0, 0, 30),
    "thinned twice, then listed": (0, 2, 1),
    "kept": (2**23, 0, 0),
}
"""KEPT_FOR_WALKS, ROUNDS and CHUNK that force each way."""


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Each way to draw a step."""
    for name, value in zip(("KEPT_FOR_WALKS", "ROUNDS", "CHUNK"), WAYS[request.param], strict=True):
        monkeypatch.setattr(kernel_steps, name, value)
    return request.param


def atoms_on(space: StateSpace, rng: np.random.Generator) -> Atoms:
    weights = rng.integers(0, 9, (2, space.n_states))
    source, sink = (Distribution.from_weights(space, each) for each in weights)
    return Atoms(space, None, np.ones(space.n_states), source.to_array(), sink.to_array())


def random_field(name: str, gains=(0.3, 4.0, 1.0)) -> KernelField:
    rng = np.random.default_rng(7)
    circuit = LayeredCircuit(SPACE, N, KERNELS[name], gains)
    return KernelField.from_potentials(circuit, atoms_on(SPACE, rng), rng.normal(size=(N, V)))


def table_of(field: KernelField) -> TableField:
    return TableField.from_potentials(field.circuit, field.atoms, field.potentials)


def exact_steps(field: TableField, *, forward_only: bool, exits: bool) -> np.ndarray:
    """Probability ``(N V, N V + 1)`` of every step; the last column is the stop. Rows of stranded walkers are zero."""
    rates = np.zeros((N, V, N, V))
    for gap, table in enumerate(field.tables):
        rates[gap, :, gap + 1, :] = np.maximum(table, 0.0)
        if not forward_only:
            rates[gap + 1, :, gap, :] = np.maximum(-table.T, 0.0)
    stop = field.extracted.copy() if exits else np.zeros((N, V))
    if forward_only and exits:
        stop[:] = 0.0
        stop[-1] = 1.0
    rows = np.concatenate([rates.reshape(N * V, N * V), stop.reshape(-1, 1)], axis=1)
    total = rows.sum(axis=1, keepdims=True)
    return np.divide(rows, total, out=np.zeros_like(rows), where=total > 0)


def sampled_steps(step, law: np.ndarray, n: int = N_WALKERS) -> np.ndarray:
    """Counts of the steps of n walkers at every node that a step is known of, in the shape of the law."""
    possible = np.flatnonzero(law.any(axis=1))
    nodes = np.repeat(possible, n)
    done = step(np.random.default_rng(11).permutation(nodes))
    starts = np.random.default_rng(11).permutation(nodes)
    assert not getattr(done, "stranded", np.zeros(1)).any()
    stopped = getattr(done, "stopped", np.zeros(len(nodes), dtype=bool))
    assert np.array_equal(done.nodes[stopped], starts[stopped])
    assert np.array_equal(done.kept, ~stopped & (done.nodes % V == starts % V))
    column = np.where(stopped, N * V, done.nodes)
    return np.bincount(starts * (N * V + 1) + column, minlength=law.size).reshape(law.shape)


def excess(counts: np.ndarray, law: np.ndarray, n: int = N_WALKERS) -> float:
    """Pearson's statistic over its quantile: below 1 where the null hypothesis stands."""
    statistic, freedom = 0.0, 0
    for seen, chance in zip(counts, law, strict=True):
        if chance.any():
            large = chance * n >= 20
            large[np.argmax(chance)] = False
            expected = np.append(chance[large], 1.0 - chance[large].sum()) * n
            found = np.append(seen[large], n - seen[large].sum())
            statistic += float(np.sum((found - expected) ** 2 / expected))
            freedom += len(expected) - 1
    return statistic / float(chi2.isf(ALPHA, freedom))


@pytest.mark.parametrize("forward_only", [False, True])
@pytest.mark.parametrize("name", KERNELS)
def test_steps_follow_the_movement_rule(name: str, forward_only: bool, way: str) -> None:
    field = random_field(name)
    law = exact_steps(table_of(field), forward_only=forward_only, exits=True)
    rng = np.random.default_rng(5)
    counts = sampled_steps(lambda nodes: field.advance(nodes, rng, forward_only=forward_only), law)
    assert not counts[law == 0].any()
    assert excess(counts, law) < 1


@pytest.mark.parametrize("forward_only", [False, True])
def test_moves_alone_leave_the_exit_out(forward_only: bool, way: str) -> None:
    field = random_field("Gaussian")
    law = exact_steps(table_of(field), forward_only=forward_only, exits=False)
    rng = np.random.default_rng(6)
    counts = sampled_steps(lambda nodes: field.draw(nodes, rng, forward_only=forward_only), law)
    assert not counts[law == 0].any()
    assert excess(counts, law) < 1


def test_the_test_of_steps_sees_wrong_gains_and_proposals_that_are_never_refused(monkeypatch) -> None:
    """Negative controls."""
    field = random_field("Gaussian")
    law = exact_steps(table_of(field), forward_only=False, exits=True)
    ungraded = random_field("Gaussian", None)
    rng = np.random.default_rng(5)
    assert excess(sampled_steps(lambda nodes: ungraded.advance(nodes, rng), law), law) > 1
    for name, value in zip(("KEPT_FOR_WALKS", "ROUNDS", "CHUNK"), WAYS["thinned"], strict=True):
        monkeypatch.setattr(kernel_steps, name, value)
    assert excess(sampled_steps(lambda nodes: field.advance(nodes, rng), law), law) < 1
    bound = KernelRates.largest_drop
    monkeypatch.setattr(KernelRates, "largest_drop", lambda *given: 0.6 * bound(*given))
    careless = random_field("Gaussian")
    assert excess(sampled_steps(lambda nodes: careless.advance(nodes, rng), law), law) > 1


def test_drops_below_the_rounding_of_potentials_decide_steps(way: str) -> None:
    """Equal potentials, drops of 1e-20 V: walkers go on where the drop is positive, and back where it is negative."""
    circuit = LayeredCircuit(SPACE, 2, KERNELS["one site"])
    drops = np.where(np.arange(V) % 2 == 0, 1e-20, -1e-20)[None, :]
    field = KernelField(circuit, atoms_on(SPACE, np.random.default_rng(0)), np.zeros((2, V)), drops)
    step = field.advance(np.arange(2 * V), np.random.default_rng(0))
    joined = circuit.kernel.table() > 0
    on, back = drops[0] > 0, joined[drops[0] < 0].any(axis=0)
    assert np.array_equal(step.nodes[:V] >= V, on)
    assert np.array_equal(step.stranded[:V], ~on)
    moved_back = step.nodes[V:] < V
    assert moved_back.any()
    assert not moved_back[~back].any()
    assert np.all(drops[0, step.nodes[V:][moved_back]] < 0)


def test_walkers_that_nothing_leads_on_are_stranded(way: str) -> None:
    """The lowest node of all, where no sink is; with a sink there, the walk ends."""
    field = random_field("one site")
    potentials = field.potentials.copy()
    potentials[2, 4] = -9.0
    field = KernelField.from_potentials(field.circuit, field.atoms, potentials)
    node = np.full(3, 2 * V + 4)
    step = field.advance(np.append(node, 2 * V + 5), np.random.default_rng(0))
    assert step.stranded.tolist() == [True, True, True, False]
    with pytest.raises(StrandedWalkerError, match=r"share 0\.75"):
        walk_nodes(field, np.append(node, 2 * V + 5), np.random.default_rng(1))
    potentials[-1] = -10.0
    end = KernelField.from_potentials(field.circuit, field.atoms, potentials)
    places = (N - 1) * V + np.arange(V)
    step = end.advance(places, np.random.default_rng(0))
    assert np.array_equal(step.stopped, field.atoms.sink > 0)
    assert np.array_equal(step.stranded, field.atoms.sink == 0)


def solved(name: str, gains=(0.3, 4.0, 1.0)) -> Transport:
    """The field of a dense least-squares solution, with its source and sink."""
    circuit, rng = LayeredCircuit(SPACE, N, KERNELS[name], gains), np.random.default_rng(9)
    weights = rng.integers(0, 9, (2, V))
    if name in ("sparse", "irregular rows"):
        weights[:, 5] = 0  # which state 5 of `bonds` could not move
    source, sink = (Distribution.from_weights(SPACE, each) for each in weights)
    conductance, table = np.zeros((N * V, N * V)), circuit.kernel.table()
    for gap, gain in enumerate(circuit.gap_gains):
        here, there = slice(gap * V, (gap + 1) * V), slice((gap + 1) * V, (gap + 2) * V)
        conductance[here, there] = conductance[there, here] = gain * table
    matrix = np.diag(conductance.sum(axis=1)) - conductance
    injected = np.zeros((N, V))
    injected[0], injected[-1] = source.to_array(), -sink.to_array()
    potentials = np.linalg.lstsq(matrix, injected.ravel(), rcond=None)[0].reshape(N, V)
    atoms = Atoms(SPACE, None, np.ones(V), source.to_array(), sink.to_array())
    return Transport(KernelField.from_potentials(circuit, atoms, potentials), source, sink)


def farthest_tv(law: np.ndarray, n: int) -> float:
    """What the total variation of n draws stays below, but for one chance in 1e9 (McDiarmid)."""
    return 0.5 * np.sum(np.sqrt(law * (1 - law) / n)) + np.sqrt(np.log(1e9) / (2 * n))


def tv_of(flow: Transport, rule: str, law: np.ndarray, n: int = 40_000) -> float:
    ends = SPACE.index(flow.sample(n, rule=rule, rng=3).ends)
    return 0.5 * float(np.abs(np.bincount(ends, minlength=V) / n - law).sum())


@pytest.mark.parametrize("name", ["one site", "Gaussian", "irregular rows", "sparse"])
def test_exact_rules_end_in_the_sink(name: str, monkeypatch) -> None:
    flow, q = solved(name), solved(name).sink.to_array()
    assert np.abs(flow.law("two-way") - q).sum() < 1e-12
    assert np.abs(first_passage(flow.field).laws(flow.source.to_array())[-1] - q).sum() < 1e-12
    assert np.abs(flow.law("forward-only") - q).sum() > 1e-3  # negative control
    assert np.abs(flow.visits() - (flow.field.outflow() + flow.field.extracted)).max() < 1e-12
    monkeypatch.setattr(kernel_field, "KEPT_FOR_SUMS", 0)
    assert np.abs(solved(name).law("two-way") - q).sum() < 1e-12


@pytest.mark.parametrize("rule", ["two-way", "forward-only", "first-passage"])
def test_samples_end_by_the_exact_law_of_their_rule(rule: str, way: str) -> None:
    """n = 40,000, error rate 1e-9 by McDiarmid's inequality."""
    flow = solved("Gaussian")
    law = flow.law(rule)
    assert tv_of(flow, rule, law) < farthest_tv(law, 40_000)


def test_the_test_of_samples_sees_a_wrong_law(way: str) -> None:
    """Negative control: the laws of two kernels with the same source and sink, at a distance of 0.036."""
    law = solved("irregular rows").law("forward-only")
    assert tv_of(solved("one site"), "two-way", law) > farthest_tv(law, 40_000)


def test_paths_follow_edges_downhill(way: str) -> None:
    flow = solved("Gaussian")
    walks = flow.sample(500, rng=4, paths=True)
    assert walks.paths is not None
    table, phi = flow.circuit.kernel.table(), flow.field.potentials
    for walk in range(500):
        steps = walks.n_steps[walk] + 1
        layers, states = walks.paths.layers[walk, :steps], SPACE.index(walks.paths.states[walk, :steps])
        assert layers[0] == 0
        assert layers[-1] == N - 1
        assert np.all(np.abs(np.diff(layers)) == 1)
        assert np.all(np.diff(phi[layers, states]) < 0)
        assert np.all(table[states[1:], states[:-1]] > 0)
        assert np.array_equal(walks.paths.states[walk, steps - 1], walks.ends[walk])
        assert np.all(walks.paths.layers[walk, steps:] == -1)


def test_envelopes_lie_above_the_rates_and_count_the_proposals(monkeypatch) -> None:
    """Null hypothesis: a walk takes as many proposals on average as the envelopes of all nodes add up to.

    n = 40 independent samples of 250 walks, 10,000 in all. Student's t of the 40 means is refused beyond its two-sided
    quantile of 1e-6, the error rate as far as means of 250 walks are normal. The control: 5% more is refused too.
    """
    for name, value in zip(("KEPT_FOR_WALKS", "ROUNDS", "CHUNK"), WAYS["thinned"], strict=True):
        monkeypatch.setattr(kernel_steps, name, value)
    flow, proposals = solved("Gaussian"), []
    field = flow.field
    for forward_only in (False, True):
        envelope = field._steps.envelope(forward_only=forward_only)
        exit_ = 0.0 if forward_only else field.extracted
        assert np.all(envelope >= (1 - 1e-14) * (field.outflow(forward_only=forward_only) + exit_))
    draw = kernel_steps.draw_events

    def counted(heights, rng):
        proposals.append(heights.shape[1])
        return draw(heights, rng)

    monkeypatch.setattr(kernel_steps, "draw_events", counted)
    rng, means = np.random.default_rng(8), np.zeros(40)
    for k in range(len(means)):
        proposals.clear()
        flow.sample(250, rng=rng)
        means[k] = sum(proposals) / 250
    expected = float(field._steps.envelope().sum())
    farthest = float(student.isf(ALPHA / 2, len(means) - 1)) * means.std(ddof=1) / np.sqrt(len(means))
    assert abs(means.mean() - expected) < farthest
    assert abs(means.mean() - 1.05 * expected) > farthest


def test_no_walkers_and_walkers_that_are_not_on_their_way() -> None:
    field = random_field("one site")
    rng = np.random.default_rng(0)
    assert len(field.advance(np.zeros(0, dtype=np.intp), rng).nodes) == 0
    assert walk_nodes(field, np.array([-1, -1]), rng).tolist() == [-1, -1]


def test_walks_on_a_gpu_are_refused() -> None:
    with pytest.raises(InputError, match="cupy"):
        solved("Gaussian").field_on("cupy")
