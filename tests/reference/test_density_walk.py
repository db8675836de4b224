"""Walks between densities: the law of the exact circuit, without a list of states."""

from dataclasses import dataclass

import numpy as np
import pytest

import ecd2g
from ecd2g.reference import walk_between_densities

N_WALKS = 100_000


@dataclass(frozen=True)
class Listed:
    """A distribution as a density."""

    law: ecd2g.Distribution

    def probability(self, states: np.ndarray) -> np.ndarray:
        return self.law.to_array()[self.law.space.index(states)]

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.law.sample(n, rng)


@dataclass(frozen=True)
class Product:
    """Independent sites, each with the same probabilities; for spaces of any size."""

    site: tuple[float, ...]
    n_sites: int

    def probability(self, states: np.ndarray) -> np.ndarray:
        return np.prod(np.array(self.site)[states], axis=1)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.choice(len(self.site), size=(n, self.n_sites), p=self.site)


def random_problem(seed: int, n_layers: int, rho: float) -> tuple:
    space = ecd2g.StateSpace((4, 2, 3))
    rng = np.random.default_rng(seed)
    p, q = (ecd2g.Distribution.from_weights(space, rng.dirichlet(np.full(24, 0.3))) for _ in "pq")
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=n_layers, forward_resistance=0.1, lateral_resistance=0.1 * 23 / rho
    )
    return circuit, p, q


@pytest.mark.parametrize(("n_layers", "rho"), [(2, 0.3), (5, 0.05), (10, 2.0), (4, 20.0)])
def test_starts_and_ends_follow_the_exact_joint_law(n_layers: int, rho: float) -> None:
    """Null: (start, end) has the law of the exact walk. 24 x 24 cells; TV bound at error rate 1e-6."""
    circuit, p, q = random_problem(n_layers, n_layers, rho)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    starts = p.sample(N_WALKS, 1)
    walks = walk_between_densities(circuit, Listed(p), Listed(q), starts, 2)
    kernels = flow.first_passage
    joint = np.diag(p.to_array())
    for step in (*kernels.steps, kernels.exit):
        joint = joint @ step
    pairs = circuit.space.index(walks.starts) * 24 + circuit.space.index(walks.ends)
    found = np.bincount(pairs, minlength=24 * 24) / N_WALKS
    floor = ecd2g.metrics.sampling_floor(joint.ravel() / joint.sum(), N_WALKS)
    assert ecd2g.metrics.total_variation(found, joint.ravel() / joint.sum()) < floor.bound
    # 6 standard errors: error rate 2e-9
    steps = flow.exact_law().steps
    deviation = np.sqrt(np.arange(len(steps)) ** 2 @ steps - flow.exact_law().mean_steps ** 2)
    assert abs(walks.n_steps.mean() - flow.exact_law().mean_steps) < 6 * deviation / np.sqrt(N_WALKS) + 1e-9


def test_a_wrong_sink_is_noticed() -> None:
    """Negative control: walks to another sink do not end in q."""
    circuit, p, q = random_problem(3, 5, 0.3)
    walks = walk_between_densities(circuit, Listed(p), Listed(p), p.sample(N_WALKS, 1), 2)
    found = np.bincount(circuit.space.index(walks.ends), minlength=24) / N_WALKS
    floor = ecd2g.metrics.sampling_floor(q.to_array(), N_WALKS)
    assert ecd2g.metrics.total_variation(found, q.to_array()) > floor.bound


def test_ends_are_right_where_states_cannot_be_listed() -> None:
    """3**60 states: one-site marginals of the ends are those of the sink, 6 standard errors over 60 numbers."""
    space = ecd2g.StateSpace(3, 60)
    sink = Product((0.2, 0.5, 0.3), 60)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=6, forward_resistance=0.1, lateral_resistance=0.1 * float(space.n_states) / 0.05
    )
    source = Product((0.6, 0.2, 0.2), 60)
    starts = source.sample(4000, np.random.default_rng(0))
    walks = walk_between_densities(circuit, source, sink, starts, 1)
    shares = np.stack([(walks.ends == symbol).mean(axis=0) for symbol in range(3)], axis=1)
    assert np.all(np.abs(shares - np.array(sink.site)) < 6 * np.sqrt(0.25 / 4000))
    assert walks.n_steps.min() >= 5


def test_walks_between_densities_that_are_not_normalised_do_not_run_for_ever(monkeypatch) -> None:
    """A sink of nearly nothing: no walk ends."""
    circuit, p, q = random_problem(3, 5, 0.3)

    @dataclass(frozen=True)
    class Thin(Listed):
        def probability(self, states: np.ndarray) -> np.ndarray:
            return 1e-12 * super().probability(states)

    monkeypatch.setattr("ecd2g.reference.density_walk.ROUNDS", 50)
    with pytest.raises(
        ecd2g.SolverError, match="9 of 9 have not after 50 a layer; .* not be normalised"
    ) as caught:
        walk_between_densities(circuit, Listed(p), Thin(q), p.sample(9, 1), 2)
    assert caught.value.reached == 1.0


def test_same_seed_same_walks() -> None:
    circuit, p, q = random_problem(1, 5, 0.3)
    starts = p.sample(100, 0)
    first, second = (walk_between_densities(circuit, Listed(p), Listed(q), starts, 7) for _ in range(2))
    np.testing.assert_array_equal(first.ends, second.ends)


def test_bad_input_is_refused() -> None:
    circuit, p, q = random_problem(1, 5, 0.3)
    outside = [[3, 1, 2]]
    point = ecd2g.Distribution.point(circuit.space, [0, 0, 0])
    with pytest.raises(ecd2g.InputError, match="start where the source is positive"):
        walk_between_densities(circuit, Listed(point), Listed(q), outside, 0)
    with pytest.raises(ecd2g.InputError, match="shape"):
        walk_between_densities(circuit, Listed(p), Listed(q), [0, 0, 0], 0)
    steep = ecd2g.LayeredCircuit.complete(
        circuit.space, n_layers=5, forward_resistance=1.0, lateral_resistance=0.5
    )
    with pytest.raises(ecd2g.InputError, match="at least the forward resistance"):
        walk_between_densities(steep, Listed(p), Listed(q), p.sample(3, 0), 0)

    @dataclass(frozen=True)
    class Broken(Listed):
        def probability(self, states: np.ndarray) -> np.ndarray:
            return np.full(len(states), np.nan)

    with pytest.raises(ecd2g.InputError, match="finite and not negative"):
        walk_between_densities(circuit, Broken(p), Listed(q), p.sample(3, 0), 0)
