"""What a solved flow answers: laws, visits and potentials of single states, in small and in huge spaces."""

import numpy as np
import pytest

from ecd2g import CapacityError, Distribution, LayeredCircuit, ResistorNetwork, StateSpace, solve

SMALL = StateSpace((3, 4))
HUGE = StateSpace(27, 40)


def flow_on(space: StateSpace, seed: int):
    rng = np.random.default_rng(seed)
    source, target = (Distribution.from_samples(space, space.draw(30, rng)) for _ in range(2))
    circuit = LayeredCircuit.complete(
        space, n_layers=6, forward_resistance=0.1, lateral_resistance=float(space.n_states)
    )
    return solve(circuit, source=source, sink=target)


@pytest.mark.parametrize("rule", ["two-way", "forward-only"])
def test_single_states_have_the_law_and_the_potentials_of_the_arrays(rule: str) -> None:
    flow, states = flow_on(SMALL, 1), SMALL.all_states()
    assert np.array_equal(flow.law_at(states, rule), flow.law(rule))
    assert np.array_equal(flow.potentials_at(states), flow.potentials)


def test_single_states_of_a_huge_space_have_a_law() -> None:
    flow = flow_on(HUGE, 2)
    target = flow.sink.support()
    assert flow.law_at(target).sum() == pytest.approx(1.0, abs=1e-12)
    assert np.allclose(flow.law_at(target), flow.sink.probabilities, atol=1e-14)
    nowhere = flow.law_at(np.zeros((1, 40), dtype=int))
    assert nowhere[0] == 0.0
    with pytest.raises(CapacityError, match="one by one"):
        flow.law()


def test_first_passage_visits_every_layer_once_and_less_than_the_two_way_walk_in_all() -> None:
    flow = flow_on(SMALL, 3)
    first, all_visits = flow.visits("first-passage"), flow.visits("two-way")
    assert np.allclose(first.sum(axis=1), 1.0, atol=1e-13)
    assert np.all(all_visits.sum(axis=1) > 1.0)
    assert np.array_equal(first[0], flow.source.to_array())


def test_first_passage_paths_end_with_the_exit_in_the_last_layer() -> None:
    flow = flow_on(SMALL, 4)
    walks = flow.sample(50, rule="first-passage", rng=0, paths=True)
    assert walks.paths is not None
    assert np.array_equal(walks.paths.layers[0], [0, 1, 2, 3, 4, 5, 5])
    assert np.array_equal(walks.paths.states[:, -1], walks.ends)
    assert np.all(walks.n_steps == 5)


def test_flows_and_walks_print_in_one_line() -> None:
    flow = flow_on(SMALL, 5)
    assert repr(flow).startswith("Flow(6 layers, 12 states, solved by closed-form, potentials within ")
    assert repr(flow.sample(3, rng=0)) == "Walks(3 walks of 2 sites, paths not kept)"


def test_no_walkers_and_no_steps_are_fine() -> None:
    walks = flow_on(SMALL, 6).sample(0, rng=0, paths=True)
    assert walks.ends.shape == (0, 2)
    network = ResistorNetwork.from_edges([[0, 1]], resistance=[1.0])
    walks_on_network = solve(network, source={0: 1.0}, sink={1: 1.0}).sample(0, rng=0, paths=True)
    assert walks_on_network.starts == walks_on_network.ends == ()
    assert walks_on_network.paths is not None
    assert walks_on_network.paths.shape == (0, 1)


def test_solutions_too_large_to_hold_are_refused() -> None:
    space = StateSpace(4000)
    circuit = LayeredCircuit.complete(space, n_layers=100_000, forward_resistance=1.0, lateral_resistance=1.0)
    p = Distribution.uniform(space)
    with pytest.raises(CapacityError, match="would hold 6.4 GB"):
        solve(circuit, source=p, sink=p)
    small = LayeredCircuit.complete(
        StateSpace(100), n_layers=101, forward_resistance=1.0, lateral_resistance=1.0
    )
    p = Distribution.uniform(small.space)
    with pytest.raises(CapacityError, match="dense matrix"):
        solve(small, source=p, sink=p, method="dense")
