"""The front door: what it refuses, and what it says."""

import subprocess
import sys

import numpy as np
import pytest

import ecd2g
from ecd2g import (
    CapacityError,
    Distribution,
    InputError,
    LayeredCircuit,
    ResistorNetwork,
    SolverError,
    StateSpace,
    StrandedWalkerError,
    solve,
)

SPACE = StateSpace(4)
P = Distribution.uniform(SPACE)
Q = Distribution.point(SPACE, [1])
CIRCUIT = LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=1.0, lateral_resistance=9.0)
BLOCKS = LayeredCircuit.from_conductances(SPACE, np.kron(np.eye(2), np.ones((2, 2))), n_layers=3)


def test_unknown_methods_are_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="'auto', 'closed-form', .*'amg' for a layered circuit .*, got 'lu'"):
        solve(CIRCUIT, source=P, sink=Q, method="lu")


@pytest.mark.parametrize("tolerance", [0.0, -1.0, np.nan])
def test_tolerances_must_be_positive(tolerance: float) -> None:
    with pytest.raises(InputError, match="tolerance must be a positive number"):
        solve(CIRCUIT, source=P, sink=Q, tolerance=tolerance)


def test_arguments_of_the_wrong_kind_are_named() -> None:
    with pytest.raises(InputError, match="source must be an ecd2g.Distribution, got list"):
        solve(CIRCUIT, source=[0.25] * 4, sink=Q)
    with pytest.raises(InputError, match="share one state space"):
        solve(CIRCUIT, source=Distribution.uniform(StateSpace(5)), sink=Q)
    with pytest.raises(InputError, match="LayeredCircuit or a ResistorNetwork"):
        solve("wires", source=P, sink=Q)


@pytest.mark.parametrize("method", ["auto", "closed-form", "dense", "sparse", "cg"])
def test_every_component_must_be_balanced(method: str) -> None:
    with pytest.raises(InputError, match="component of node 2 .* takes in 0.5 A and gives out 0 A"):
        solve(BLOCKS, source=P, sink=Q, method=method)
    balanced = solve(BLOCKS, source=P, sink=P, method=method)
    assert np.allclose(balanced.law(), P.to_array(), atol=1e-14)


def test_matrices_that_do_not_fit_are_refused_before_they_are_made() -> None:
    space = StateSpace(50, 3)
    circuit = LayeredCircuit.complete(space, n_layers=10, forward_resistance=1.0, lateral_resistance=1.0)
    p = Distribution.point(space, [0, 0, 0])
    for method in ("dense", "sparse"):
        with pytest.raises(CapacityError, match="GB"):
            solve(circuit, source=p, sink=p, method=method)
    with pytest.raises(CapacityError, match="table of currents"):
        solve(circuit, source=p, sink=p).currents(0)


def test_a_missed_tolerance_is_an_error_that_carries_its_figures() -> None:
    with pytest.raises(SolverError, match="that is rounding") as caught:
        solve(CIRCUIT, source=P, sink=Q, method="cg", tolerance=1e-30)
    assert caught.value.tolerance == 1e-30
    assert 1e-30 < caught.value.reached < 1e-8


def test_networks_refuse_unknown_nodes_and_unbalanced_currents() -> None:
    network = ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 1.0])
    with pytest.raises(InputError, match="not a node"):
        solve(network, source={7: 1.0}, sink={2: 1.0})
    with pytest.raises(InputError, match="totals must agree"):
        solve(network, source={0: 1.0}, sink={2: 2.0})
    with pytest.raises(InputError, match="positive current"):
        solve(network, source={}, sink={})
    with pytest.raises(InputError, match="not negative"):
        solve(network, source={0: -1.0}, sink={2: -1.0})
    with pytest.raises(InputError, match="a resistor network"):
        solve(network, source={0: 1.0}, sink={2: 1.0}, method="closed-form")
    with pytest.raises(InputError, match="shape"):
        solve(network, source=[1.0], sink={2: 1.0})
    several = solve(network, source={0: 1.0}, sink={1: 0.5, 2: 0.5})
    with pytest.raises(InputError, match="1 and 2"):
        _ = several.effective_resistance


def test_flows_refuse_unknown_rules_gaps_and_starts() -> None:
    flow = solve(CIRCUIT, source=P, sink=Q)
    with pytest.raises(InputError, match="rule must be one of"):
        flow.law("sideways")
    with pytest.raises(InputError, match="gap must be a whole number in 0..1"):
        flow.currents(2)
    for gap in (-1, 0.5):
        with pytest.raises(InputError, match="gap must be"):
            flow.currents(gap)
    for rng in (-1, "x"):
        with pytest.raises(InputError, match="rng must be a seed"):
            flow.sample(3, rng=rng)
    with pytest.raises(CapacityError, match="several batches"):
        flow.sample(10**13)
    with pytest.raises(InputError, match="and not both"):
        flow.sample()
    with pytest.raises(InputError, match="and not both"):
        flow.sample(3, starts=[[0]])
    with pytest.raises(InputError, match="whole number"):
        flow.sample(-1)
    with pytest.raises(InputError, match="shape"):
        flow.sample(starts=[0])
    with pytest.raises(InputError, match="kernels"):
        flow.exact_law("first-passage")


def test_walkers_started_where_nothing_flows_are_an_error() -> None:
    point = Distribution.point(SPACE, [0])
    flow = solve(BLOCKS, source=point, sink=point)
    for rule in ("two-way", "forward-only", "first-passage"):
        with pytest.raises(StrandedWalkerError, match="a share 1 of the walkers"):
            flow.sample(starts=[[3]], rule=rule)


def test_the_certificate_reads_well_and_names_the_method() -> None:
    flow = solve(CIRCUIT, source=P, sink=Q)
    text = str(flow.certificate)
    assert "solved by closed-form" in text
    assert all(name in text for name in ("Kirchhoff", "Ohm", "energy", "error of potentials"))
    network = ResistorNetwork.from_edges([[0, 1]], resistance=[2.0])
    assert "power between" in str(solve(network, source={0: 1.0}, sink={1: 1.0}).certificate)


def test_importing_ecd2g_loads_neither_matplotlib_nor_hypothesis_nor_torch() -> None:
    code = "import sys, ecd2g; print(sorted({'matplotlib', 'hypothesis', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_sub_packages_load_on_first_use_and_typing_errors_stay_errors() -> None:
    assert ecd2g.metrics.total_variation([1.0, 0.0], [0.0, 1.0]) == 1.0
    with pytest.raises(AttributeError, match="no attribute 'metric'"):
        _ = ecd2g.metric
