"""Full trajectories: they are connected, start and end where they should, and never climb in potential."""

import numpy as np
import pytest

from ecd2g import Distribution, LayeredCircuit, StateSpace, solve
from ecd2g.circuit import CompleteKernel


def flow_on(space: StateSpace, ratio: float, seed: int, n_layers: int = 5):
    """A flow between two sets of samples; a / b = `ratio`."""
    rng = np.random.default_rng(seed)
    source, target = (Distribution.from_samples(space, space.draw(6, rng)) for _ in range(2))
    circuit = LayeredCircuit.complete(
        space, n_layers=n_layers, forward_resistance=1.0, lateral_resistance=ratio
    )
    return solve(circuit, source=source, sink=target)


FLOWS = {
    "a > b": flow_on(StateSpace(4, 2), 30.0, 1),
    "a < b": flow_on(StateSpace(4, 2), 0.2, 2),
    "two states, a < b": flow_on(StateSpace(2), 0.2, 3),
    "huge space": flow_on(StateSpace(11, 30), 20.0 * 11.0**30, 4),
}


@pytest.mark.parametrize("rule", ["two-way", "forward-only"])
@pytest.mark.parametrize("name", FLOWS)
def test_paths_are_connected_from_start_to_end(name: str, rule: str) -> None:
    flow = FLOWS[name]
    walks = flow.sample(300, rule=rule, rng=5, paths=True)
    assert walks.paths is not None
    layers, states = walks.paths.layers, walks.paths.states
    assert np.array_equal(states[:, 0], walks.starts)
    assert np.all(layers[:, 0] == 0)
    for walk in range(300):
        steps = walks.n_steps[walk]
        assert np.all(layers[walk, steps + 1 :] == -1)
        assert np.all(states[walk, steps + 1 :] == -1)
        assert np.array_equal(states[walk, steps], walks.ends[walk])
        assert layers[walk, steps] == flow.circuit.n_layers - 1
        assert np.all(np.abs(np.diff(layers[walk, : steps + 1])) == 1)
        if rule == "forward-only":
            assert np.all(np.diff(layers[walk, : steps + 1]) == 1)


@pytest.mark.parametrize("name", FLOWS)
def test_potentials_fall_along_every_path(name: str) -> None:
    flow = FLOWS[name]
    walks = flow.sample(200, rng=6, paths=True)
    assert walks.paths is not None
    for walk in range(200):
        steps = walks.n_steps[walk] + 1
        states, layers = walks.paths.states[walk, :steps], walks.paths.layers[walk, :steps]
        potentials = flow.potentials_at(states)[layers, np.arange(steps)]
        assert np.all(np.diff(potentials) < 0)


def test_states_outside_both_supports_keep_their_identity_on_forward_edges() -> None:
    """In 11^30 states a lateral move never meets the old state again, so equal neighbours mean a forward edge."""
    walks = FLOWS["huge space"].sample(500, rng=7, paths=True)
    assert walks.paths is not None
    states, layers = walks.paths.states, walks.paths.layers
    atoms = FLOWS["huge space"].atoms
    visited = layers >= 0
    resting = np.zeros_like(visited)
    resting[visited] = atoms.locate(states[visited]) == atoms.n_atoms - 1
    assert resting.sum() > 100
    kept = np.all(states[:, 1:] == states[:, :-1], axis=2) & visited[:, 1:]
    stays = kept & resting[:, 1:] & resting[:, :-1]
    assert stays.sum() > 10
    known = {tuple(row) for row in states[resting].tolist()}
    assert len(known) > 50


def share_kept(flow, seed: int) -> tuple[float, float]:
    """Share of first steps along forward edges: sampled over 40,000 walks, and by the currents."""
    walks = flow.sample(40_000, rng=seed, paths=True)
    kept = np.all(walks.paths.states[:, 0] == walks.paths.states[:, 1], axis=1)
    first = np.maximum(flow.currents(0), 0.0)
    chance = flow.source.to_array() @ (
        np.diag(first) / np.where(first.sum(axis=1) > 0, first.sum(axis=1), 1.0)
    )
    return float(kept.mean()), float(chance)


@pytest.mark.parametrize("name", ["a > b", "a < b"])
def test_forward_edges_are_taken_as_often_as_their_current_says(name: str) -> None:
    """Null: the share is binomial with n = 40,000; Hoeffding, false alarm 2e-9 at 0.0163."""
    found, expected = share_kept(FLOWS[name], 8)
    assert abs(found - expected) < 0.0163
    kernel = FLOWS[name].circuit.kernel
    assert isinstance(kernel, CompleteKernel)
    assert 0.005 < expected < 0.98
    assert abs(found - 1 / kernel.n_states) > 0.0163  # negative control: indifferent walkers
