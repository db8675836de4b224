"""Training volumes: which edges and states a step looks at.

Chi-square tests: null hypothesis n independent draws of the stated law, error rate 1e-9 each. A fixed seed makes a test
that passes once pass always.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

import ecd2g
from ecd2g.couplings.pairs import GivenPairs, IndependentPairs
from ecd2g.learned import volume as volume_module
from ecd2g.learned.estimate import Estimate
from ecd2g.learned.volume import VOLUMES, check_volume, draw_edges, draw_states
from ecd2g.testing import layered_circuits

N_DRAWS, ERROR_RATE = 30_000, 1e-9


def small_circuit(n_symbols=(3, 2), n_layers=4):
    return ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(n_symbols), n_layers=n_layers, forward_resistance=1.0, lateral_resistance=20.0
    )


def ends(space, seed=3):
    rng = np.random.default_rng(seed)
    return IndependentPairs(
        *(ecd2g.Distribution.from_weights(space, rng.dirichlet(np.ones(space.n_states))) for _ in range(2))
    )


def edge_counts(circuit, edges):
    """How often every edge was drawn, ``(n_gaps, V, V)``."""
    v = circuit.n_states
    place = (edges.gaps * v + circuit.space.index(edges.before)) * v + circuit.space.index(edges.after)
    return np.bincount(place, minlength=circuit.n_gaps * v * v).reshape(circuit.n_gaps, v, v)


def agrees(counts, law):
    """Whether counts pass the chi-square test of a law without zeros."""
    expected = law.ravel() * counts.sum()
    statistic = np.sum((counts.ravel() - expected) ** 2 / expected)
    return statistic < chi2.isf(ERROR_RATE, expected.size - 1)


def edge_law(circuit, volume):
    v = circuit.n_states
    uniform = np.full((circuit.n_gaps, v, v), 1.0 / (circuit.n_gaps * v * v))
    forward = np.broadcast_to(np.eye(v) / (circuit.n_gaps * v), uniform.shape)
    return uniform if volume == "uniform" else (uniform + forward) / 2


@pytest.mark.parametrize("volume", ["uniform", "stratified"])
def test_edges_are_drawn_by_the_law_of_the_volume(volume):
    circuit = small_circuit()
    counts = edge_counts(
        circuit, draw_edges(volume, circuit, ends(circuit.space), N_DRAWS, np.random.default_rng(5))
    )
    assert agrees(counts, edge_law(circuit, volume))
    other = "uniform" if volume == "stratified" else "stratified"
    assert not agrees(counts, edge_law(circuit, other))  # negative control


@given(
    layered_circuits(min_states=2, max_states=6),
    st.sampled_from(VOLUMES),
    st.integers(2, 9),
    st.integers(0, 99),
)
@settings(max_examples=60)
def test_every_volume_gives_as_many_legal_edges_and_states_as_asked_for(circuit, volume, n, seed):
    if circuit.n_states == 2 and circuit.kernel.lateral > circuit.kernel.forward:
        return
    rng, coupling = np.random.default_rng(seed), ends(circuit.space)
    edges = draw_edges(volume, circuit, coupling, n, rng)
    assert edges.gaps.shape == edges.weights.shape == (n,)
    assert edges.gaps.min() >= 0
    assert edges.gaps.max() < circuit.n_gaps
    for states in (edges.before, edges.after, draw_states(volume, circuit, coupling, n, rng)):
        assert states.shape == (n, circuit.space.n_sites)
        circuit.space.check(states)
    if volume != "stratified":
        assert np.all(edges.weights == 1.0)


@pytest.mark.parametrize("volume", ["uniform", "stratified"])
def test_every_other_edge_is_forward_in_a_stratified_draw(volume):
    circuit = small_circuit((5, 5))
    edges = draw_edges(volume, circuit, ends(circuit.space), 2000, np.random.default_rng(7))
    forward = np.all(edges.before == edges.after, axis=1)
    assert np.all(forward[::2]) == (volume == "stratified")
    assert not np.all(forward[1::2])


class Enumerated:
    """In place of a random generator: lists all edges of a circuit, each of them in an even and in an odd place."""

    def __init__(self, circuit):
        v = circuit.n_states
        gap, x, y = (np.repeat(part, 2) for part in np.indices((circuit.n_gaps, v, v)).reshape(3, -1))
        self.n = len(gap)
        self.answers = iter([gap, circuit.space.states(x), circuit.space.states(y)])

    def integers(self, *_, size):
        answer = next(self.answers)
        assert answer.shape == (size if isinstance(size, tuple) else (size,))
        return answer.copy()


@pytest.mark.parametrize("n_symbols", [2, 5, (3, 2), (2, 1, 2)])
def test_weights_make_the_expectation_of_any_loss_that_of_uniform_edges(n_symbols):
    """Exact: the generator is replaced by the list of all equally likely outcomes."""
    circuit = small_circuit(n_symbols)
    v, values = circuit.n_states, np.random.default_rng(0)
    loss = values.random((circuit.n_gaps, v, v))
    means, plain = {}, {}
    for volume in ("uniform", "stratified"):
        outcomes = Enumerated(circuit)
        edges = draw_edges(volume, circuit, ends(circuit.space), outcomes.n, outcomes)
        at = loss[edges.gaps, circuit.space.index(edges.before), circuit.space.index(edges.after)]
        means[volume], plain[volume] = np.mean(edges.weights * at), at.mean()
        assert np.mean(edges.weights) == pytest.approx(1.0, rel=1e-14)
        np.testing.assert_allclose(
            edge_counts(circuit, edges) / outcomes.n, edge_law(circuit, volume), atol=1e-15
        )
    assert means["uniform"] == pytest.approx(loss.mean(), rel=1e-13)
    assert means["stratified"] == pytest.approx(loss.mean(), rel=1e-13)
    assert plain["stratified"] != pytest.approx(
        loss.mean(), rel=1e-3
    )  # negative control: without the weights


def test_scouts_cross_edges_that_carry_current_where_they_walk():
    """Half of the edges are those of walks: with one start and one end, and R huge, almost only the straight line."""
    space = ecd2g.StateSpace(30)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=6, forward_resistance=1e-3, lateral_resistance=1e6
    )
    coupling = GivenPairs.of(space, [[7]], [[7]])
    edges = draw_edges("visits", circuit, coupling, 2000, np.random.default_rng(11))
    crossed = np.all((edges.before[::2] == 7) & (edges.after[::2] == 7), axis=1)
    assert crossed.mean() > 0.99
    assert set(edges.gaps[::2].tolist()) == set(range(5))
    assert (
        np.all((edges.before[1::2] == 7) & (edges.after[1::2] == 7), axis=1).mean() < 0.05
    )  # negative control
    states = draw_states("visits", circuit, coupling, 2000, np.random.default_rng(11))
    assert np.mean(states == 7) > 0.99


@pytest.mark.parametrize("lateral", [20.0, 0.5], ids=["R above r", "R below r"])
def test_scouts_cross_edges_in_proportion_to_their_current(lateral):
    """Expected crossings are |I| / sum |I|. Walks are whole, so their edges hang together: only the total variation
    of 60 scouting parties is looked at, which stays below 0.06 where uniform edges are 0.3 or more away.
    """
    space = ecd2g.StateSpace(4)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=4, forward_resistance=1.0, lateral_resistance=lateral
    )
    coupling, rng = ends(space, 1), np.random.default_rng(13)
    counts = sum(
        edge_counts(circuit, _even(draw_edges("visits", circuit, coupling, 1000, rng))) for _ in range(60)
    )
    flow = ecd2g.solve(circuit, source=coupling.source, sink=coupling.target)
    traffic = np.abs([flow.currents(gap) for gap in range(3)])
    law = traffic / traffic.sum()
    assert 0.5 * np.abs(counts / counts.sum() - law).sum() < 0.06
    assert 0.5 * np.abs(1 / law.size - law).sum() > 0.3


def _even(edges):
    return edges._replace(**{name: getattr(edges, name)[::2] for name in edges._fields})


def test_stratified_states_are_uniform_states_and_ends_of_pairs():
    circuit, n = small_circuit(8), 20_000
    coupling = ends(circuit.space)
    p, q = coupling.source.to_array(), coupling.target.to_array()
    laws = {"uniform": np.full(8, 1 / 8), "stratified": 0.5 / 8 + 0.25 * p + 0.25 * q}
    for volume, law in laws.items():
        states = draw_states(volume, circuit, coupling, n, np.random.default_rng(17))
        counts = np.bincount(circuit.space.index(states), minlength=8)
        for other, claimed in laws.items():
            assert agrees(counts, claimed) == (other == volume)
        assert law.sum() == pytest.approx(1.0)


class Recorded:
    """A coupling that remembers its batches; `again` makes it give the first one over and over."""

    def __init__(self, coupling, *, again=False):
        self.coupling, self.again, self.batches = coupling, again, []
        self.space = coupling.space

    def draw(self, n, rng):
        if not (self.again and self.batches):
            self.batches.append(self.coupling.draw(n, rng))
        return self.batches[0] if self.again else self.batches[-1]


def scouted_bias(*, again, n_rounds=400):
    """Mean of estimated less exact current over the crossed edges, in standard errors over rounds."""
    space = ecd2g.StateSpace(12)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=3, forward_resistance=1.0, lateral_resistance=50.0
    )
    plain, rng = ends(space, 2), np.random.default_rng(19)
    exact = Estimate.from_marginals(circuit, plain.source, plain.target)
    errors = []
    for _ in range(n_rounds):
        coupling = Recorded(plain, again=again)
        edges = _even(draw_edges("visits", circuit, coupling, 128, rng))
        estimate = Estimate.from_pairs(circuit, coupling.draw(volume_module.SCOUTS, rng))
        errors.append(np.mean(estimate.currents(edges) - exact.currents(edges)))
    return np.mean(errors) / (np.std(errors, ddof=1) / np.sqrt(n_rounds))


def test_scouts_know_nothing_of_the_batch_behind_the_targets():
    """Null hypothesis: the estimate at crossed edges is unbiased; 400 rounds, |z| < 6 (error rate 2e-9)."""
    assert abs(scouted_bias(again=False)) < 6


def test_scouts_of_the_same_batch_would_learn_currents_too_large():
    """Negative control: why the scouts have a batch of their own."""
    assert scouted_bias(again=True) > 8


@pytest.mark.parametrize("volume", VOLUMES)
def test_spaces_too_large_to_list_have_volumes(volume):
    space, rng = ecd2g.StateSpace(27, 8), np.random.default_rng(23)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=5, forward_resistance=0.1, lateral_resistance=1e12
    )
    coupling = GivenPairs.of(space, space.draw(50, rng), space.draw(50, rng))
    edges = draw_edges(volume, circuit, coupling, 400, rng)
    assert edges.before.shape == edges.after.shape == (400, 8)
    for states in (edges.before, edges.after, draw_states(volume, circuit, coupling, 400, rng)):
        space.check(states)
    known = {row.tobytes() for side in (coupling.starts, coupling.ends) for row in side}
    touches = [
        x.tobytes() in known or y.tobytes() in known for x, y in zip(edges.before, edges.after, strict=True)
    ]
    assert np.any(touches) == (volume == "visits")
    if volume == "stratified":
        np.testing.assert_allclose(edges.weights, np.where(np.arange(400) % 2, 2.0, 2.0 / (27.0**8 + 1)))


@pytest.mark.parametrize("name", ["", "Uniform", "all", None])
def test_other_names_are_refused(name):
    circuit, rng = small_circuit(), np.random.default_rng(0)
    for refuse in (
        lambda: check_volume(name),
        lambda: draw_edges(name, circuit, ends(circuit.space), 3, rng),
        lambda: draw_states(name, circuit, ends(circuit.space), 3, rng),
    ):
        with pytest.raises(ecd2g.InputError, match="volume must be one of"):
            refuse()


def test_one_stratified_edge_is_refused():
    """It would be a forward edge, always: no lateral edge could stand for the others."""
    circuit = small_circuit((5,))
    with pytest.raises(ecd2g.InputError, match="2 or more"):
        draw_edges("stratified", circuit, ends(circuit.space), 1, np.random.default_rng(0))
