"""Exact couplings: moments, joint laws and sampled walks must tell the same; the forward-only rule must not."""

import numpy as np
import pytest

from ecd2g import (
    CapacityError,
    Distribution,
    InputError,
    LayeredCircuit,
    SolverError,
    StateSpace,
    StrandedWalkerError,
    solve,
)
from ecd2g.circuit import kernels
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.metrics import total_variation
from ecd2g.metrics.optimal_transport import independent_cost
from ecd2g.movement import sweeps
from ecd2g.movement.coupling import (
    SQUARED_SHARE,
    backward_steps,
    coupling,
    exact_cost,
    forward_bias,
    mean_steps,
)
from ecd2g.movement.squared_moments import squared_cost
from ecd2g.movement.sweeps import end_masses, is_swept
from ecd2g.movement.transport import Transport

SPACE = StateSpace((4, 3))


def ends(seed=0, space=SPACE):
    rng = np.random.default_rng(seed)
    weights = rng.random((2, space.n_states))
    weights[:, rng.permutation(space.n_states)[:3]] = 0.0
    return [Distribution.from_weights(space, row) for row in weights]


def complete(n_layers=5):
    return LayeredCircuit.complete(SPACE, n_layers=n_layers, forward_resistance=0.1, lateral_resistance=3.0)


def table(n_layers=5):
    matrix = np.random.default_rng(1).random((SPACE.n_states, SPACE.n_states))
    return LayeredCircuit.from_conductances(SPACE, matrix + matrix.T, n_layers=n_layers)


CIRCUITS = {
    "complete": complete,
    "table": table,
    "gaussian": lambda: LayeredCircuit(SPACE, 5, kernels.gaussian(SPACE, 0.8)),
    "graded": lambda: LayeredCircuit(SPACE, 4, kernels.gaussian(SPACE, 0.8), gains=[1.0, 0.2, 7.0]),
    "neighbour": lambda: LayeredCircuit(
        SPACE, 3, kernels.neighbour(SPACE, forward_resistance=1.0, lateral_resistance=0.5)
    ),
    "hamming-1": lambda: LayeredCircuit(
        SPACE, 6, kernels.hamming_1(SPACE, forward_resistance=1.0, lateral_resistance=4.0)
    ),
}


def flow_of(name, seed=0):
    source, sink = ends(seed)
    return solve(CIRCUITS[name](), source=source, sink=sink)


@pytest.mark.parametrize("rule", ["two-way", "forward-only"])
@pytest.mark.parametrize("ground", ["squared", "hamming"])
@pytest.mark.parametrize("name", CIRCUITS)
def test_moments_and_the_joint_law_give_one_cost(name, ground, rule):
    flow = flow_of(name)
    joint, cost = coupling(flow, rule), exact_cost(flow, ground, rule=rule)
    assert cost.value == pytest.approx(joint.cost(ground), abs=1e-12)
    assert cost.error < 1e-12
    assert np.abs(cost.ends - joint.table.sum(axis=0)).max() < 1e-13
    assert np.abs(joint.table.sum(axis=1) - flow.source.to_array()).max() < 1e-13


@pytest.mark.parametrize("name", CIRCUITS)
def test_ends_are_the_target_and_steps_come_from_the_currents(name):
    flow = flow_of(name)
    law = flow.exact_law()
    assert total_variation(exact_cost(flow).ends, flow.sink.to_array()) < 1e-12
    assert mean_steps(flow.field) == pytest.approx(law.mean_steps, rel=1e-9)
    assert mean_steps(flow.field) == flow.circuit.n_gaps + 2 * backward_steps(flow.field)


def test_the_forward_only_rule_has_another_coupling():
    """Negative control: its cost and its ends differ by far more than the two ways to compute them."""
    flow = flow_of("neighbour")
    two_way, shortcut = exact_cost(flow), exact_cost(flow, rule="forward-only")
    assert abs(two_way.value - shortcut.value) > 0.01
    bias = forward_bias(flow)
    assert bias > 0.01
    assert bias == pytest.approx(total_variation(flow.law("forward-only"), flow.sink.to_array()), abs=1e-13)
    assert bias == pytest.approx(total_variation(shortcut.ends, flow.sink.to_array()), abs=1e-13)


@pytest.mark.parametrize("ground", ["squared", "hamming"])
def test_walks_cost_what_was_computed(ground):
    """Null hypothesis: the mean of 40,000 walks has the exact mean. Five standard errors: wrong once in 10^6 runs."""
    flow = flow_of("neighbour")
    walks = flow.sample(40_000, rng=0)
    difference = walks.starts - walks.ends
    costs = np.square(difference).sum(axis=1) if ground == "squared" else (difference != 0).sum(axis=1)
    error = costs.std() / np.sqrt(len(costs))
    assert abs(costs.mean() - exact_cost(flow, ground).value) < 5 * error
    assert abs(costs.mean() - exact_cost(flow, ground, rule="forward-only").value) > 5 * error


def test_extreme_circuits_give_the_known_couplings():
    source, sink = ends()
    nearly_independent = LayeredCircuit.complete(
        SPACE, n_layers=9, forward_resistance=1.0, lateral_resistance=1.0
    )
    flow = solve(nearly_independent, source=source, sink=sink)
    joint = coupling(flow)
    assert joint.mutual_information < 1e-12
    assert joint.cost() == pytest.approx(independent_cost(source, sink), rel=1e-12)
    frozen = LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=1.0, lateral_resistance=1e9)
    still = coupling(solve(frozen, source=source, sink=source, tolerance=1e-6))
    assert still.staying == pytest.approx(1.0, abs=1e-6)
    masses = source.probabilities[source.probabilities > 0]
    entropy = -masses @ np.log(masses)
    assert still.entropy == pytest.approx(entropy, abs=1e-5)
    assert still.mutual_information == pytest.approx(entropy, abs=1e-5)


class Early(Transport):
    """A flow whose exact laws leave up to a share 0.3 of the walks unfinished."""

    tolerance = 0.3


@pytest.mark.parametrize("limit", [sweeps.EDGE_LIMIT, 0])
@pytest.mark.parametrize("ground", ["squared", "hamming"])
@pytest.mark.parametrize("name", ["gaussian", "graded", "hamming-1", "neighbour", "table"])
def test_the_claimed_error_covers_walks_that_are_left_early(name, ground, limit, monkeypatch):
    """With sweeps, and with masses moved one by one, which are left at different steps."""
    monkeypatch.setattr(sweeps, "EDGE_LIMIT", limit)
    deviations = []
    for seed in range(4):
        flow = flow_of(name, seed)
        true, cut = exact_cost(flow, ground), exact_cost(Early(flow.field, flow.source, flow.sink), ground)
        assert true.error < 1e-13
        assert abs(true.value - cut.value) <= cut.error
        if ground == "hamming":
            assert cut.value <= true.value
        deviations.append(abs(true.value - cut.value))
    assert max(deviations) > 1e-3


@pytest.mark.parametrize("symbols", [(0, 5), range(6)])
def test_the_claimed_error_holds_for_any_coupling_and_any_walks_that_are_left(symbols):
    """The sums alone: four random pairs of start and end, other walks left for the law than for the moved masses."""
    rng, worst = np.random.default_rng(0), 0.0
    for _ in range(2000):
        xs, ys = rng.choice(symbols, (2, 4))
        low = xs.min()
        walks = rng.dirichlet(np.full(4, 0.3))
        share = rng.uniform(0.01, 0.5)
        law = _with_left(walks, share, rng)
        moved = _with_left(walks * (xs - low), share, rng)
        true = float(walks @ np.square(xs - ys))
        x, y = (xs - low)[:, None], (ys - low)[:, None]
        value = squared_cost(walks, x, law, y, moved[:, None]).value
        worst = max(worst, abs(true - value) / (share * 25))
    assert worst <= SQUARED_SHARE
    assert worst > 1.0  # so that less would not do


def _with_left(masses, share, rng):
    """The masses less up to a share of their sum, from where there is any."""
    taken, left = masses.copy(), share * masses.sum()
    for place in rng.permutation(len(masses)):
        off = min(left, masses[place])
        taken[place], left = taken[place] - off, left - off
    return taken


def test_a_squared_cost_does_not_depend_on_where_in_the_space_the_states_lie():
    space = StateSpace(2_000_000)
    circuit = LayeredCircuit.complete(space, n_layers=3, forward_resistance=1.0, lateral_resistance=1e6)
    costs = []
    for shift in (0, 1_999_000):
        source, sink = (
            Distribution.from_weights(space, [1.0, 2.0, 1.0], np.array([[0], [2], [3]]) + first + shift)
            for first in (0, 1)
        )
        costs.append(exact_cost(solve(circuit, source=source, sink=sink)).value)
    assert costs[1] == pytest.approx(costs[0], rel=1e-12)


def test_a_scale_divides_squared_costs():
    flow = flow_of("gaussian")
    whole, scaled = exact_cost(flow), exact_cost(flow, scale=4.0)
    assert scaled.value == pytest.approx(whole.value / 16, rel=1e-13)
    assert coupling(flow).cost(scale=4.0) == pytest.approx(scaled.value, rel=1e-11)


def test_a_huge_space_has_an_exact_cost_by_its_atoms():
    """Nine atoms and a rest of 10^30 states: the cost agrees with walks (five standard errors, wrong once in 10^6)."""
    space = StateSpace(10, 30)
    rng = np.random.default_rng(3)
    source, sink = (Distribution.from_samples(space, rng.integers(0, 10, (k, 30))) for k in (4, 5))
    circuit = LayeredCircuit.complete(space, n_layers=4, forward_resistance=1.0, lateral_resistance=1e30)
    flow = solve(circuit, source=source, sink=sink)
    walks = flow.sample(5_000, rng=0)
    for ground in ("squared", "hamming"):
        exact = exact_cost(flow, ground)
        difference = walks.starts - walks.ends
        costs = np.square(difference).sum(axis=1) if ground == "squared" else (difference != 0).sum(axis=1)
        assert abs(costs.mean() - exact.value) < 5 * costs.std() / np.sqrt(len(costs)) + exact.error
    with pytest.raises(CapacityError, match="atom of its own"):
        exact_cost(flow, rule="forward-only")
    with pytest.raises(CapacityError, match="one by one"):
        coupling(flow)


@pytest.mark.parametrize("forward_only", [False, True])
@pytest.mark.parametrize("name", ["gaussian", "neighbour", "table"])
def test_sweeps_and_single_steps_agree(name, forward_only, monkeypatch):
    flow = flow_of(name)
    start = np.random.default_rng(5).random((SPACE.n_states, 3)) * (flow.source.to_array() > 0)[:, None]
    assert is_swept(flow.field)
    swept = end_masses(flow.field, start, forward_only=forward_only)
    monkeypatch.setattr(sweeps, "EDGE_LIMIT", 0)
    assert not is_swept(flow.field)
    stepped = end_masses(flow.field, start, forward_only=forward_only)
    assert np.abs(swept.ends - stepped.ends).max() < 1e-13
    assert np.abs(swept.ends.sum(axis=0) - start.sum(axis=0)).max() < 1e-13
    assert max(swept.unfinished, stepped.unfinished) < 1e-15


@pytest.mark.parametrize("limit", [sweeps.EDGE_LIMIT, 0])
@pytest.mark.parametrize("forward_only", [False, True])
def test_walkers_that_nothing_leads_on_are_an_error(limit, forward_only, monkeypatch):
    """A node of the second layer lies below all others, and no sink is there."""
    field = flow_of("gaussian").field
    potentials = field.potentials.copy()
    potentials[1, 4] -= 100.0
    broken = KernelField.from_potentials(field.circuit, field.atoms, potentials)
    monkeypatch.setattr(sweeps, "EDGE_LIMIT", limit)
    start = field.atoms.source[:, None]
    assert end_masses(field, start, forward_only=forward_only).ends.sum() == pytest.approx(1.0)
    with pytest.raises(StrandedWalkerError, match=r"a share 0\.\d+ of the walkers"):
        end_masses(broken, start, forward_only=forward_only)


def test_masses_that_turn_for_ever_are_cut_short():
    flow = flow_of("neighbour")
    steps = sweeps.LayerSteps.of(flow.field)
    with pytest.raises(SolverError, match="has not ended after 2 steps"):
        steps.run(flow.source.to_array()[:, None], 1e-16, 2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ground": "manhattan"}, "ground must be one of"),
        ({"ground": "hamming", "scale": 2.0}, "scale must be 1"),
        ({"scale": 0.0}, "positive finite"),
        ({"scale": float("nan")}, "positive finite"),
        ({"rule": "first-passage"}, "rule must be one of"),
    ],
)
def test_bad_settings_are_refused(settings, words):
    with pytest.raises(InputError, match=words):
        exact_cost(flow_of("complete"), **settings)


def test_bad_masses_are_refused():
    field = flow_of("gaussian").field
    nan, infinite = np.ones((12, 1)), np.ones((12, 1))
    nan[0], infinite[0] = np.nan, np.inf
    for start in (np.zeros((3, 1)), np.zeros(12), -np.ones((12, 1)), nan, infinite):
        with pytest.raises(InputError, match="finite masses of 0 or more"):
            end_masses(field, start)
