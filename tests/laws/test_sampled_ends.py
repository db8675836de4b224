"""Samplers against exact laws.

Null hypothesis of every test: the n end points are independent draws of the exact law q. McDiarmid's inequality then
gives P(TV >= E[TV] + sqrt(log(1 / delta) / 2n)) <= delta, and E[TV] <= 1/2 sum_x sqrt(q_x (1 - q_x) / n). The error
rate of each test is delta = 1e-9; seeds are fixed, so a test that passes once passes always.
"""

import numpy as np
import pytest

import ecd2g
from ecd2g.testing import golden_layered, golden_networks, hand_solved_layered, hand_solved_networks

DELTA = 1e-9
N_WALKERS = 40_000


def farthest_tv(law, n):
    """What the total variation of n draws stays below, but for one chance in 1 / DELTA."""
    expected = 0.5 * np.sum(np.sqrt(law * (1 - law) / n))
    return expected + np.sqrt(np.log(1 / DELTA) / (2 * n))


def tv(counts, law):
    return 0.5 * np.abs(counts / counts.sum() - law).sum()


def counts_of(walks, space):
    return np.bincount(space.index(walks.ends), minlength=space.n_states)


def one_dimension():
    """Uniform to Gaussian, 50 states, r = 0.1, R = 100, ten layers."""
    space = ecd2g.StateSpace(50)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0
    )
    target = np.exp(-0.5 * np.linspace(-3, 3, 50) ** 2)
    return ecd2g.solve(
        circuit, source=ecd2g.Distribution.uniform(space), sink=ecd2g.Distribution.from_weights(space, target)
    )


@pytest.mark.parametrize("rule", ["two-way", "forward-only", "first-passage"])
def test_every_rule_ends_by_its_exact_law_in_one_dimension(rule):
    flow = one_dimension()
    law = flow.law(rule)
    counts = counts_of(flow.sample(N_WALKERS, rule=rule, rng=5), flow.circuit.space)
    assert tv(counts, law) < farthest_tv(law, N_WALKERS)


def test_the_forward_only_sampler_is_told_from_the_target():
    """Negative control: the test has the power to reject, at a true distance of 0.075."""
    flow = one_dimension()
    target = flow.sink.to_array()
    counts = counts_of(flow.sample(N_WALKERS, rule="forward-only", rng=5), flow.circuit.space)
    assert tv(counts, target) > farthest_tv(target, N_WALKERS)


@pytest.mark.parametrize("rule", ["two-way", "forward-only", "first-passage"])
@pytest.mark.parametrize("case", [*hand_solved_layered(), *golden_layered()], ids=lambda case: case.name)
def test_every_rule_ends_by_the_known_law(case, rule):
    flow = case.problem.solved_by()
    known = case.forward_only_law if rule == "forward-only" else case.two_way_law
    law = np.array(known, dtype=float)
    counts = counts_of(flow.sample(10_000, rule=rule, rng=11), flow.circuit.space)
    assert tv(counts, law) < farthest_tv(law, 10_000)


@pytest.mark.parametrize("rule", ["two-way", "forward-only", "first-passage"])
def test_every_rule_ends_by_its_exact_law_with_a_dense_kernel(rule):
    space, rng = ecd2g.StateSpace(6), np.random.default_rng(3)
    half = rng.random((6, 6)) ** 4
    circuit = ecd2g.LayeredCircuit.from_conductances(space, half + half.T, n_layers=4)
    source, sink = (ecd2g.Distribution.from_weights(space, rng.dirichlet(np.ones(6))) for _ in range(2))
    flow = ecd2g.solve(circuit, source=source, sink=sink)
    law = flow.law(rule)
    counts = counts_of(flow.sample(N_WALKERS, rule=rule, rng=13), space)
    assert tv(counts, law) < farthest_tv(law, N_WALKERS)


@pytest.mark.parametrize("lateral_resistance", [0.05, 1e20])
def test_two_way_walks_reach_a_sparse_target_in_a_space_too_large_to_list(lateral_resistance):
    """27^20 states, about 4e28: the end states are compared one by one with the few that the sink lists."""
    space, rng = ecd2g.StateSpace(27, 20), np.random.default_rng(17)
    source = ecd2g.Distribution.from_samples(space, space.draw(30, rng))
    sink = ecd2g.Distribution.from_weights(space, rng.dirichlet(np.ones(25)), space.draw(25, rng))
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=4, forward_resistance=0.1, lateral_resistance=lateral_resistance
    )
    flow = ecd2g.solve(circuit, source=source, sink=sink)
    walks = flow.sample(N_WALKERS, rng=19)
    place = {tuple(state): k for k, state in enumerate(sink.states.tolist())}
    ends = np.array([place[tuple(state)] for state in walks.ends.tolist()])
    counts = np.bincount(ends, minlength=len(sink.probabilities))
    assert tv(counts, sink.probabilities) < farthest_tv(sink.probabilities, N_WALKERS)
    exact = flow.exact_law("two-way")
    n = N_WALKERS
    steps = np.bincount(walks.n_steps, minlength=len(exact.steps)) / n
    size = max(len(steps), len(exact.steps))
    law = np.pad(exact.steps, (0, size - len(exact.steps)))
    law = law / law.sum()
    assert 0.5 * np.abs(np.pad(steps, (0, size - len(steps))) - law).sum() < farthest_tv(law, n)


@pytest.mark.parametrize("rule", ["two-way", "forward-only"])
def test_sparse_and_dense_distributions_give_one_law(rule):
    space, rng = ecd2g.StateSpace(4, 3), np.random.default_rng(23)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=5, forward_resistance=0.1, lateral_resistance=20.0
    )
    sparse = [ecd2g.Distribution.from_samples(space, space.draw(20, rng)) for _ in range(2)]
    dense = [ecd2g.Distribution.from_probabilities(space, side.to_array()) for side in sparse]
    few, all_ = (ecd2g.solve(circuit, source=p, sink=q) for p, q in (sparse, dense))
    np.testing.assert_allclose(few.law(rule), all_.law(rule), atol=1e-14)
    for flow in (few, all_):
        law = all_.law(rule)
        counts = counts_of(flow.sample(N_WALKERS, rule=rule, rng=29), space)
        assert tv(counts, law) < farthest_tv(law, N_WALKERS)


NETWORKS = [*hand_solved_networks(), *golden_networks()]


@pytest.mark.parametrize("case", [c for c in NETWORKS if "stiff" not in c.name], ids=lambda case: case.name)
def test_network_walks_end_at_the_sinks_with_known_mean_length(case):
    try:
        solution = case.problem.solved_by()
    except ecd2g.SolverError:
        assert case.name.startswith("wide")
        return
    ends = solution.sample(N_WALKERS, rng=31).ends
    counts = np.bincount(ends, minlength=solution.network.n_nodes)
    law = case.problem.extracted / case.problem.extracted.sum()
    assert tv(counts, law) < farthest_tv(law, N_WALKERS)


def test_network_walks_between_many_sources_and_sinks_end_as_the_sinks():
    rng = np.random.default_rng(37)
    ring = [[k, (k + 1) % 12] for k in range(12)] + [[0, 5], [2, 9], [3, 7]]
    network = ecd2g.ResistorNetwork.from_edges(ring, conductance=rng.random(len(ring)) + 0.1)
    source, sink = (5.0 * rng.dirichlet(np.ones(12)) for _ in range(2))
    solution = ecd2g.solve(network, source=source, sink=sink)
    walks = solution.sample(N_WALKERS, rng=41)
    for nodes, side in ((walks.starts, source), (walks.ends, sink)):
        counts = np.bincount(nodes, minlength=12)
        assert tv(counts, side / side.sum()) < farthest_tv(side / side.sum(), N_WALKERS)
    np.testing.assert_allclose(solution.law(), sink / sink.sum(), atol=1e-13)
