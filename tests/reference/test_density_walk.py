"""Walks between densities: the law of the exact circuit, without a list of states.

Error rates are 1e-6 a test: total variations against McDiarmid's bound, frequencies against Bernstein's.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecd2g
from ecd2g.metrics import sampling_floor, total_variation
from ecd2g.reference import (
    DensityWalks,
    EmpiricalDensity,
    MixtureDensity,
    ProductDensity,
    UniformDensity,
    walk_between_densities,
)
from ecd2g.reference.densities import walk
from ecd2g.reference.densities.events import BY_SINK, EXIT, Events

N_WALKS = 30_000
ERROR_RATE = 1e-6


def circuit_of(space: ecd2g.StateSpace, n_layers: int, rho: float) -> ecd2g.LayeredCircuit:
    lateral = 0.1 * (float(space.n_states) - 1.0) / rho
    return ecd2g.LayeredCircuit.complete(
        space, n_layers=n_layers, forward_resistance=0.1, lateral_resistance=lateral
    )


def law_of(kind: str, space: ecd2g.StateSpace, rng: np.random.Generator) -> ecd2g.Distribution:
    """Distributions of several kinds, dense or sparse."""
    n = space.n_states
    if kind == "uniform":
        return ecd2g.Distribution.uniform(space)
    if kind == "product":
        return ecd2g.Distribution.product(space, [rng.dirichlet(np.ones(s)) for s in space.alphabet_sizes])
    if kind == "samples":
        return ecd2g.Distribution.from_samples(space, space.states(rng.integers(0, n // 2, n // 3)))
    if kind == "samples of the other half":
        return ecd2g.Distribution.from_samples(space, space.states(rng.integers(n // 2, n, n // 3)))
    return ecd2g.Distribution.from_weights(space, rng.dirichlet(np.full(n, 0.3)))


def joint_law(flow: ecd2g.Flow) -> np.ndarray:
    """Exact law of (start, end), ``(V, V)``, from the first-passage kernels, which have the ends of two-way walks."""
    kernels, joint = flow.first_passage, np.diag(flow.source.to_array())
    for step in (*kernels.steps, kernels.exit):
        joint = joint @ step
    return joint / joint.sum()


def frequency_bound(mean: np.ndarray, n: int) -> np.ndarray:
    """Bernstein: n independent events of probability `mean` stray farther with chance ERROR_RATE in all the array."""
    log = np.log(2 * mean.size / ERROR_RATE)
    return log / (3 * n) + np.sqrt((log / (3 * n)) ** 2 + 2 * mean * (1 - mean) * log / n)


def visits_of(walks: DensityWalks, circuit: ecd2g.LayeredCircuit) -> tuple[np.ndarray, int]:
    """Visits of every node a walk, ``(n_layers, V)``, and how many were to a node visited before."""
    layers, states = walks.paths.layers, walks.paths.states
    there = layers >= 0
    nodes = layers[there] * circuit.n_states + circuit.space.index(states[there])
    walker = np.broadcast_to(np.arange(len(layers))[:, None], layers.shape)[there]
    counts = np.bincount(walker * circuit.n_nodes + nodes, minlength=len(layers) * circuit.n_nodes)
    mean = counts.reshape(len(layers), circuit.n_layers, -1).mean(axis=0)
    return mean, int(np.sum(np.maximum(counts - 1, 0)))


def stray(values: np.ndarray, law: np.ndarray) -> float:
    """Total variation of the law of whole numbers `values` and the exact one, in units of its bound."""
    found = np.bincount(values, minlength=len(law)) / len(values)
    exact = np.append(law, np.zeros(len(found) - len(law)))
    return total_variation(found, exact) / sampling_floor(exact, len(values), ERROR_RATE).bound


def deviations(seed: int, kinds: tuple[str, str], n_layers: int, rho: float) -> dict[str, float]:
    """By how much walks of 24 states miss the exact law, in units of the bounds: at 1 and above they are wrong."""
    space, rng = ecd2g.StateSpace((4, 2, 3)), np.random.default_rng(seed)
    p, q = (law_of(kind, space, rng) for kind in kinds)
    circuit = circuit_of(space, n_layers, rho)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    walks = walk_between_densities(circuit, p, q, p.sample(N_WALKS, rng), rng, paths=True)
    starts, ends = space.index(walks.starts), space.index(walks.ends)
    steps, exact_visits = flow.exact_law().steps, flow.visits()
    visits, n_revisits = visits_of(walks, circuit)  # no revisits, so that visits are frequencies
    bound = frequency_bound(np.minimum(exact_visits, 1.0), N_WALKS)
    return {
        "joint": stray(starts * 24 + ends, joint_law(flow).ravel()),
        "ends": stray(ends, q.to_array()),
        "steps": stray(walks.n_steps, steps / steps.sum()),
        "visits": float(np.max(np.abs(visits - exact_visits) / bound)),
        "revisits": float(n_revisits),
    }


CASES = [
    (("random", "random"), 2, 0.3),
    (("random", "random"), 5, 0.05),
    (("random", "random"), 10, 2.0),
    (("random", "random"), 4, 20.0),
    (("random", "random"), 30, 0.5),
    (("random", "random"), 3, 1e-6),
    (("samples", "samples of the other half"), 5, 0.3),
    (("samples", "samples"), 4, 2.0),
    (("product", "product"), 6, 0.2),
    (("uniform", "random"), 5, 1.0),
    (("samples", "uniform"), 3, 5.0),
]


@pytest.mark.parametrize(("kinds", "n_layers", "rho"), CASES)
def test_starts_and_ends_follow_the_exact_joint_law(
    kinds: tuple[str, str], n_layers: int, rho: float
) -> None:
    """Null: walks have the law of Eq. (9) and (10). 30,000 walks; joint law, ends, steps by TV, visits node by node."""
    for name, ratio in deviations(n_layers, kinds, n_layers, rho).items():
        assert ratio < 1.0, name


@pytest.mark.parametrize("mistake", ["every proposal accepted", "no backward moves", "no uniform proposals"])
def test_mistakes_are_noticed(mistake: str, monkeypatch) -> None:
    """Negative control: without rejections, backward moves or noise some bound is broken."""
    correct = Events.of
    if mistake == "every proposal accepted":
        monkeypatch.setattr(Events, "accept", lambda self, layers, *_: np.ones(len(layers), dtype=bool))
    elif mistake == "no backward moves":
        monkeypatch.setattr(Events, "weights", without_backward_moves(Events.weights))
    else:
        monkeypatch.setattr(Events, "of", lambda *given: replace(correct(*given), uniform=np.zeros((2, 99))))
    assert max(deviations(10, ("random", "random"), 10, 2.0).values()) > 1.0


def without_backward_moves(weights):
    def forward(self, layers, here):
        values = weights(self, layers, here)
        values[1:EXIT:2] = 0.0
        return values

    return forward


@pytest.mark.parametrize(
    ("kinds", "n_layers", "rho"),
    [
        (("random", "random"), 5, 0.05),
        (("product", "random"), 10, 2.0),
        (("samples", "samples of the other half"), 3, 1000.0),
        (("samples", "random"), 30, 0.3),
    ],
)
def test_ten_thousand_states(kinds: tuple[str, str], n_layers: int, rho: float) -> None:
    """Null: ends have the law q, and visits the exact mean. 20,000 to 100,000 walks of 100^2 states.

    Ends: TV over all states, and over 64 random groups of states, whose floor is lower. Visits: their number by layer
    and group, within six measured standard errors (1e-6 over all 64 N, were they normal) and 20 / n for rare groups.
    """
    space, rng = ecd2g.StateSpace(100, 2), np.random.default_rng(n_layers)
    n = min(100_000, 600_000 // n_layers)
    p, q = (law_of(kind, space, rng) for kind in kinds)
    circuit = circuit_of(space, n_layers, rho)
    walks = walk_between_densities(circuit, p, q, p.sample(n, rng), rng, paths=True)
    law, exact = np.bincount(space.index(walks.ends), minlength=10_000) / n, q.to_array()
    assert total_variation(law, exact) < sampling_floor(exact, n).bound
    group = rng.integers(0, 64, 10_000)
    coarse, exactly = (np.bincount(group, weights=values, minlength=64) for values in (law, exact))
    assert total_variation(coarse, exactly) < sampling_floor(exactly, n).bound
    there = walks.paths.layers >= 0
    walker, _ = np.nonzero(there)
    cells = walks.paths.layers[there] * 64 + group[space.index(walks.paths.states[there])]
    per_walk, counts = np.unique(walker * (64 * n_layers) + cells, return_counts=True)
    first, second = (
        np.bincount(per_walk % (64 * n_layers), weights=counts**k, minlength=64 * n_layers) / n
        for k in (1, 2)
    )
    visits = ecd2g.solve(circuit, source=p, sink=q).visits()
    mean = np.stack([np.bincount(group, weights=row, minlength=64) for row in visits]).ravel()
    assert np.all(np.abs(first - mean) < 6 * np.sqrt((second - first**2) / n) + 20 / n)


def test_empirical_measures_where_states_cannot_be_listed() -> None:
    """2^64, half of the target's samples are source samples: ends, steps and visits of listed states, exactly known."""
    space, rng, n = ecd2g.StateSpace(2, 64), np.random.default_rng(0), N_WALKS
    rows = space.draw(30, rng)
    p = ecd2g.Distribution.from_samples(space, rows[rng.integers(0, 20, 100)])
    q = ecd2g.Distribution.from_samples(space, rows[rng.integers(10, 30, 100)])
    circuit = circuit_of(space, 6, 0.3)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    walks = walk_between_densities(circuit, p, q, p.sample(n, rng), rng, paths=True)
    exact, n_atoms = flow.exact_law(), len(flow.atoms.multiplicity)
    there = walks.paths.layers >= 0
    atoms = flow.atoms.locate(walks.paths.states[there])
    counts = np.bincount(walks.paths.layers[there] * n_atoms + atoms, minlength=6 * n_atoms).reshape(6, -1)
    listed = flow.atoms.multiplicity == 1
    assert np.count_nonzero(listed) >= 25
    visits = np.minimum(exact.visits[:, listed], 1.0)
    assert np.all(np.abs(counts[:, listed] / n - visits) < frequency_bound(visits, n))
    assert stray(flow.atoms.locate(walks.ends), flow.atoms.sink * listed) < 1.0
    assert stray(walks.n_steps, exact.steps / exact.steps.sum()) < 1.0


def mixture(space: ecd2g.StateSpace, seed: int) -> tuple[MixtureDensity, np.ndarray, np.ndarray]:
    """A mixture of two products of bits, its weights, and the chances of a one by component ``(2, n_sites)``."""
    rng = np.random.default_rng(seed)
    weights, ones = rng.dirichlet([3.0, 3.0]), rng.choice([0.1, 0.4, 0.9], size=(2, space.n_sites))
    products = [ProductDensity(space, list(np.stack([1 - row, row], axis=1))) for row in ones]
    return MixtureDensity(weights, products), weights, ones


def second_moments_stray(seed: int, n_layers: int, rho: float, sampled=lambda sink, means: sink) -> float:
    """Largest error of E[x_i x_j] over all pairs of 64 sites, in units of Hoeffding's bound at ERROR_RATE."""
    space, n = ecd2g.StateSpace(2, 64), 20_000
    source, (sink, weights, ones) = mixture(space, seed)[0], mixture(space, seed + 1)
    starts, sink = source.sample(n, np.random.default_rng(seed)), sampled(sink, weights @ ones)
    walks = walk_between_densities(circuit_of(space, n_layers, rho), source, sink, starts, seed)
    found = walks.ends.T.astype(float) @ walks.ends / n
    exact = np.einsum("k,ki,kj->ij", weights, ones, ones)
    np.fill_diagonal(exact, weights @ ones)
    n_moments = 64 * 65 / 2
    return float(np.abs(found - exact).max() / np.sqrt(np.log(2 * n_moments / ERROR_RATE) / (2 * n)))


@pytest.mark.parametrize(("n_layers", "rho"), [(5, 0.05), (10, 3.0)])
def test_second_moments_in_a_space_of_2_to_the_64(n_layers: int, rho: float) -> None:
    """Null: ends have the second moments of the sink, a mixture of products, all 2080 of them; 20,000 walks."""
    assert second_moments_stray(7, n_layers, rho) < 1.0


def test_second_moments_notice_proposals_with_the_right_marginals_only() -> None:
    """Negative control: proposals from independent sites with the one-site marginals of the sink."""

    @dataclass(frozen=True)
    class Independent:
        sink: MixtureDensity
        ones: np.ndarray

        def probability(self, states: np.ndarray) -> np.ndarray:
            return self.sink.probability(states)

        def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
            return (rng.random((n, len(self.ones))) < self.ones).astype(np.int64)

    assert second_moments_stray(7, 5, 0.05, Independent) > 1.0


@pytest.mark.parametrize(
    "space", [ecd2g.StateSpace(10, 19), ecd2g.StateSpace(27, 40), ecd2g.StateSpace(2, 996)]
)
@pytest.mark.parametrize(("n_layers", "rho"), [(2, 1e-6), (2, 1e3), (3, 1e-6), (30, 1e-6), (30, 1e3)])
def test_extremes(space: ecd2g.StateSpace, n_layers: int, rho: float) -> None:
    """Up to 1e300 states, nine decades of rho: ends are sink states with the right shares, and walks are short."""
    rng, n = np.random.default_rng(1), 2000 if space.n_sites < 100 else 300
    sites = [rng.dirichlet(np.ones(s)) for s in space.alphabet_sizes]
    source = MixtureDensity([0.5, 0.5], [ProductDensity(space, sites), UniformDensity(space)])
    sink = ecd2g.Distribution.from_samples(space, space.draw(20, rng))
    walks = walk_between_densities(circuit_of(space, n_layers, rho), source, sink, source.sample(n, rng), rng)
    places = {tuple(state): number for number, state in enumerate(sink.states.tolist())}
    found = np.bincount([places[tuple(end)] for end in walks.ends.tolist()], minlength=20) / n
    assert total_variation(found, sink.probabilities) < sampling_floor(sink.probabilities, n).bound
    assert walks.n_steps.min() >= n_layers - 1
    assert walks.n_events.mean() < 2 * (n_layers + 4)


@pytest.mark.parametrize(("n_layers", "rho"), [(3, 0.3), (5, 0.05), (10, 2.0), (4, 20.0)])
def test_what_a_walk_costs(n_layers: int, rho: float) -> None:
    """Expected events of a kind are the sum of its envelopes over all nodes: one draw from q, N + 2 events at most."""
    space, rng = ecd2g.StateSpace((4, 2, 3)), np.random.default_rng(3)
    p, q = (ecd2g.Distribution.from_weights(space, 1.0 + rng.random(24)) for _ in "pq")
    circuit = circuit_of(space, n_layers, rho)
    events = Events.of(circuit, EmpiricalDensity(p), EmpiricalDensity(q))
    here = np.stack([p.to_array(), q.to_array()])
    visits = ecd2g.solve(circuit, source=p, sink=q).visits()
    assert visits.min() > 0
    by_kind = sum(events.weights(np.full(24, n), here).sum(axis=1) for n in range(n_layers))
    assert by_kind[BY_SINK:EXIT].sum() == pytest.approx(1.0, rel=1e-13)
    assert by_kind.sum() <= n_layers + 2 + 1e-9
    walks = walk_between_densities(circuit, p, q, p.sample(N_WALKS, rng), rng)
    expected = (by_kind.sum(), 1.0 + by_kind[2:EXIT].sum(), by_kind[BY_SINK:EXIT].sum())
    for cost, mean in zip((walks.n_events, walks.n_evaluations, walks.n_draws), expected, strict=True):
        assert abs(cost.mean() - mean) < 6 * cost.std() / np.sqrt(N_WALKS)
    assert np.all(walks.n_events >= walks.n_steps + 1)
    assert f"{walks.n_draws.sum()} draws)" in repr(walks)


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.floats(-6.0, np.log10(23.0)), st.floats(-2.0, 2.0))
def test_expected_costs_have_a_bound_for_all_densities(
    seed: int, n_layers: int, decade: float, spread: float
) -> None:
    """Sums of the envelopes over all nodes, visited or not: the bounds that docs/density_walks.md states."""
    space, rng = ecd2g.StateSpace((4, 2, 3)), np.random.default_rng(seed)
    p, q = (ecd2g.Distribution.from_weights(space, rng.gamma(10.0**spread, size=24) + 1e-300) for _ in "pq")
    circuit = circuit_of(space, n_layers, 10.0**decade)
    events = Events.of(circuit, EmpiricalDensity(p), EmpiricalDensity(q))
    here = np.stack([p.to_array(), q.to_array()])
    by_kind = sum(events.weights(np.full(24, n), here).sum(axis=1) for n in range(n_layers))
    assert by_kind[BY_SINK:EXIT].sum() == pytest.approx(1.0, rel=1e-12)
    assert by_kind.sum() <= (n_layers + 2 if n_layers > 2 else 6) * (1 + 1e-12)
    all_lateral = 24 * circuit.kernel.lateral
    share = all_lateral / (circuit.kernel.forward - circuit.kernel.lateral + all_lateral)
    if n_layers > 2:
        assert 1.0 + by_kind[2:EXIT].sum() <= (3 + (n_layers - 1) * share) * (1 + 1e-12)


def test_paths_hold_every_step() -> None:
    space = ecd2g.StateSpace((4, 2, 3))
    p, q = (law_of("random", space, np.random.default_rng(seed)) for seed in (1, 2))
    circuit = circuit_of(space, 5, 2.0)
    starts = p.sample(300, 0)
    walks = walk_between_densities(circuit, p, q, starts, 3, paths=True)
    plain = walk_between_densities(circuit, p, q, starts, 3)
    np.testing.assert_array_equal(walks.ends, plain.ends)
    assert plain.paths is None
    layers, states = walks.paths.layers, walks.paths.states
    n_columns = walks.n_steps.max() + 1
    assert layers.shape == (300, n_columns)
    np.testing.assert_array_equal((layers >= 0).sum(axis=1), walks.n_steps + 1)
    last = (np.arange(300), walks.n_steps)
    np.testing.assert_array_equal(states[:, 0], walks.starts)
    np.testing.assert_array_equal(states[last], walks.ends)
    assert np.all(layers[last] == 4)
    assert np.all(layers[:, 0] == 0)
    after = np.arange(n_columns) > walks.n_steps[:, None]
    assert np.all(layers[after] == -1)
    assert np.all(states[after] == -1)
    assert np.all(np.abs(np.diff(layers, axis=1))[~after[:, 1:]] == 1)
    # potentials fall at every step (Proposition 3.2), up to rounding
    potentials = ecd2g.solve(circuit, source=p, sink=q).potentials
    along = potentials[layers, space.index(np.maximum(states, 0))]
    assert np.all(np.diff(along, axis=1)[~after[:, 1:]] < 1e-12)


def test_batches_of_walkers_join_up(monkeypatch) -> None:
    space = ecd2g.StateSpace((4, 2, 3))
    p, q = (law_of("random", space, np.random.default_rng(seed)) for seed in (1, 2))
    monkeypatch.setattr(walk, "BATCH", 7)
    walks = walk_between_densities(circuit_of(space, 4, 0.3), p, q, p.sample(20, 0), 1, paths=True)
    np.testing.assert_array_equal(walks.paths.states[np.arange(20), walks.n_steps], walks.ends)
    assert np.all(EmpiricalDensity(q).probability(walks.ends) > 0)


def test_no_walkers_and_a_single_state() -> None:
    space = ecd2g.StateSpace((4, 2, 3))
    p = ecd2g.Distribution.uniform(space)
    walks = walk_between_densities(
        circuit_of(space, 4, 0.3), p, p, np.empty((0, 3), dtype=int), 1, paths=True
    )
    assert walks.ends.shape == (0, 3)
    one = ecd2g.StateSpace(1)
    circuit = ecd2g.LayeredCircuit.complete(one, n_layers=4, forward_resistance=1.0, lateral_resistance=2.0)
    point = ecd2g.Distribution.point(one, [0])
    assert np.all(walk_between_densities(circuit, point, point, [[0]] * 5, 0).n_steps == 3)


@dataclass(frozen=True)
class Listed:
    """A density of one's own: the protocol asks for two methods and no more."""

    law: ecd2g.Distribution

    def probability(self, states: np.ndarray) -> np.ndarray:
        return self.law.to_array()[self.law.space.index(states)]

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.law.sample(n, rng)


def small_problem() -> tuple[ecd2g.LayeredCircuit, ecd2g.Distribution, ecd2g.Distribution]:
    space = ecd2g.StateSpace((4, 2, 3))
    p, q = (law_of("random", space, np.random.default_rng(seed)) for seed in (1, 2))
    return circuit_of(space, 5, 0.3), p, q


def test_distributions_and_densities_of_ones_own_give_the_same_walks() -> None:
    circuit, p, q = small_problem()
    starts = p.sample(100, 0)
    first = walk_between_densities(circuit, p, q, starts, 7)
    for source, sink in ((Listed(p), Listed(q)), (EmpiricalDensity(p), q)):
        again = walk_between_densities(circuit, source, sink, starts, 7)
        np.testing.assert_array_equal(first.ends, again.ends)


def test_walks_between_densities_that_are_not_normalised_do_not_run_for_ever(monkeypatch) -> None:
    """A sink of nearly nothing: no walk ends."""
    circuit, p, q = small_problem()

    @dataclass(frozen=True)
    class Thin(Listed):
        def probability(self, states: np.ndarray) -> np.ndarray:
            return 1e-12 * super().probability(states)

    monkeypatch.setattr(walk, "ROUNDS", 2)
    with pytest.raises(
        ecd2g.SolverError, match="9 of 9 have not after [0-9]+; .* not be normalised"
    ) as caught:
        walk_between_densities(circuit, p, Thin(q), p.sample(9, 1), 2)
    assert caught.value.reached == 1.0


def test_bad_input_is_refused() -> None:
    circuit, p, q = small_problem()
    point = ecd2g.Distribution.point(circuit.space, [0, 0, 0])
    with pytest.raises(ecd2g.InputError, match="start where the source is positive"):
        walk_between_densities(circuit, point, q, [[3, 1, 2]], 0)
    with pytest.raises(ecd2g.InputError, match="shape"):
        walk_between_densities(circuit, p, q, [0, 0, 0], 0)
    with pytest.raises(ecd2g.InputError, match="a density must be"):
        walk_between_densities(circuit, p, np.ones(24), [[0, 0, 0]], 0)
    with pytest.raises(ecd2g.InputError, match="the circuit and both densities must live in one space"):
        walk_between_densities(circuit, p, UniformDensity(ecd2g.StateSpace(2, 3)), [[0, 0, 0]], 0)
    steep = ecd2g.LayeredCircuit.complete(
        circuit.space, n_layers=5, forward_resistance=1.0, lateral_resistance=0.5
    )
    with pytest.raises(ecd2g.InputError, match="at least the forward resistance"):
        walk_between_densities(steep, p, q, p.sample(3, 0), 0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (lambda n: np.full(n, np.nan), "finite and not negative"),
        (lambda n: np.full(n, -1.0), "finite and not negative"),
        (lambda n: np.full((n, 1), 1.0), "one number a state"),
    ],
)
def test_densities_that_are_none_are_refused(values, message: str) -> None:
    circuit, p, q = small_problem()

    @dataclass(frozen=True)
    class Broken(Listed):
        def probability(self, states: np.ndarray) -> np.ndarray:
            return values(len(states))

    with pytest.raises(ecd2g.InputError, match=message):
        walk_between_densities(circuit, Broken(p), Broken(q), p.sample(3, 0), 0)


@pytest.mark.parametrize(
    ("states", "message"),
    [
        (lambda n: np.full((n, 3), 9), "symbols of site"),
        (lambda n: np.zeros((n + 1, 3), int), "as many states"),
    ],
)
def test_sinks_that_draw_no_states_are_refused(states, message: str) -> None:
    circuit, p, q = small_problem()

    @dataclass(frozen=True)
    class Astray(Listed):
        def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
            return states(n)

    with pytest.raises(ecd2g.InputError, match=message):
        walk_between_densities(circuit, p, Astray(q), p.sample(300, 0), 0)


def test_a_node_without_any_weight_strands_the_walker(monkeypatch) -> None:
    circuit, p, q = small_problem()
    monkeypatch.setattr(Events, "weights", lambda self, layers, here: np.zeros((7, len(layers))))
    with pytest.raises(ecd2g.errors.StrandedWalkerError):
        walk_between_densities(circuit, p, q, p.sample(3, 0), 0)
