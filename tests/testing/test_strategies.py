"""Strategies draw legal inputs, and all the kinds they promise."""

import numpy as np
import pytest
from hypothesis import find, given, settings

from ecd2g.circuit import CompleteKernel
from ecd2g.reference.matrix import components
from ecd2g.testing import (
    dense_kernel_circuits,
    distributions,
    layered_circuits,
    layered_problems,
    network_problems,
    networks,
    state_spaces,
)

FEW = settings(max_examples=60)


@FEW
@given(state_spaces(min_states=2, max_states=9, max_sites=2))
def test_spaces_keep_to_their_limits(space):
    assert 2 <= space.n_states <= 9
    assert space.n_sites <= 2


@FEW
@given(layered_problems())
def test_totals_are_one_to_rounding(problem):
    for side in (problem.source, problem.sink):
        assert side.space == problem.circuit.space
        assert abs(side.probabilities.sum() - 1) <= 1e-15 * max(4, problem.circuit.n_states)


@pytest.mark.parametrize(
    "kind",
    [
        lambda p: p.states is None and np.any(p.probabilities == 0),
        lambda p: p.states is None and np.ptp(p.probabilities) == 0,
        lambda p: len(p.support()) == 1,
        lambda p: p.states is not None and 1 < len(p.support()) < p.space.n_states,
    ],
    ids=["zeros", "uniform", "point", "sparse"],
)
def test_every_kind_of_distribution_occurs(kind):
    assert find(state_spaces(min_states=3).flatmap(distributions), kind) is not None


@pytest.mark.parametrize(
    "kind",
    [
        lambda kernel: kernel.forward > kernel.lateral > 0,
        lambda kernel: 0 < kernel.forward < kernel.lateral,
        lambda kernel: kernel.forward == kernel.lateral,
        lambda kernel: kernel.n_states == 1,
    ],
    ids=["a > b", "a < b", "a = b", "one state"],
)
def test_every_kind_of_complete_circuit_occurs(kind):
    assert find(layered_circuits(), lambda circuit: kind(circuit.kernel)) is not None


@FEW
@given(layered_circuits(max_states=7, max_layers=4, decades=3.0))
def test_resistances_keep_to_their_decades(circuit):
    assert isinstance(circuit.kernel, CompleteKernel)
    assert circuit.n_states <= 7
    assert circuit.n_layers <= 4
    assert 1e-3 * (1 - 1e-9) <= circuit.kernel.forward <= 1e3 * (1 + 1e-9)


@FEW
@given(layered_circuits(min_states=2, decades=1.0, equal=False))
def test_equal_resistances_can_be_ruled_out(circuit):
    assert circuit.kernel.forward != circuit.kernel.lateral
    assert 0.1 * (1 - 1e-9) <= circuit.kernel.lateral <= 10 * (1 + 1e-9)


@FEW
@given(layered_problems(max_pairs=6))
def test_pairs_keep_to_their_limit(problem):
    assert np.count_nonzero(problem.injected) * np.count_nonzero(problem.extracted) <= 6


@FEW
@given(dense_kernel_circuits())
def test_random_kernels_are_connected(circuit):
    matrix = circuit.kernel.table()
    assert np.array_equal(matrix, matrix.T)
    assert len(np.unique(components(circuit))) == 1


@FEW
@given(networks(max_nodes=9))
def test_networks_are_connected(network):
    assert 2 <= network.n_nodes <= 9
    assert len(np.unique(components(network))) == 1


@FEW
@given(network_problems())
def test_what_enters_a_network_leaves_it_somewhere_else(problem):
    assert problem.injected.sum() == pytest.approx(problem.extracted.sum(), rel=1e-14)
    assert not np.allclose(problem.injected, problem.extracted)
