"""The oracle against golden circuits, fractions solved by hand, and itself."""

from fractions import Fraction as F

import numpy as np
import pytest

import ecd2g
from ecd2g.testing import (
    chebyshev_potential,
    exact_layered,
    exact_network,
    golden_layered,
    golden_networks,
    hand_solved_layered,
    hand_solved_networks,
)


def fractions_of(values):
    """The simple fractions that the doubles of a case stand for."""
    return [F(float(value)).limit_denominator(10**9) for value in values]


def oracle_of(case):
    """Exact answers of a layered case, with the decimal values of its inputs."""
    kernel = [fractions_of(row) for row in case.problem.circuit.kernel.table()]
    p, q = case.problem.source.to_array(), case.problem.sink.to_array()
    return exact_layered(case.problem.circuit.n_layers, fractions_of(p), fractions_of(q), kernel=kernel)


@pytest.mark.parametrize("case", hand_solved_layered(), ids=lambda case: case.name)
def test_hand_solved_circuits_agree_with_the_oracle_to_the_last_digit(case):
    exact = oracle_of(case)
    assert exact.potentials == case.potentials
    assert exact.two_way_law == case.two_way_law
    assert exact.forward_only_law == case.forward_only_law
    assert exact.mean_steps == case.mean_steps
    assert exact.backward_current == case.backward_current
    assert exact.power == case.power


@pytest.mark.parametrize("case", golden_layered(), ids=lambda case: case.name)
def test_golden_circuits_agree_with_the_oracle(case):
    exact = oracle_of(case)
    np.testing.assert_allclose(
        np.array(exact.potentials, dtype=float), case.potentials, rtol=1e-12, atol=1e-15
    )
    np.testing.assert_allclose(np.array(exact.two_way_law, dtype=float), case.two_way_law, atol=1e-15)
    np.testing.assert_allclose(
        np.array(exact.forward_only_law, dtype=float), case.forward_only_law, atol=1e-14
    )
    assert float(exact.mean_steps) == pytest.approx(case.mean_steps, rel=1e-13)
    assert float(exact.power) == pytest.approx(case.power, rel=1e-13)


@pytest.mark.parametrize("case", [*hand_solved_networks(), *golden_networks()], ids=lambda case: case.name)
def test_networks_agree_with_the_oracle(case):
    net = case.problem.circuit
    edges = [
        (int(u), int(v), F(str(float(g))))
        for u, v, g in zip(net.tails, net.heads, net.conductances, strict=True)
    ]
    exact = exact_network(net.n_nodes, edges, case.problem.injected.tolist(), case.problem.extracted.tolist())
    assert exact.law == tuple(F(value) for value in case.problem.extracted)
    np.testing.assert_allclose(np.array(exact.potentials, dtype=float), np.array(case.potentials, float))
    assert float(exact.power) == pytest.approx(float(case.power), rel=1e-13)
    if case.mean_steps is not None:
        assert exact.mean_steps == case.mean_steps


@pytest.mark.parametrize("n_layers", [2, 3, 4, 5])
@pytest.mark.parametrize("n_states", [1, 2, 3, 4])
@pytest.mark.parametrize(("r", "big_r"), [(F(1, 10), 100), (2, 1), (1, F(1, 1000))])
def test_lemma_3_5_as_printed_is_the_solution_of_the_node_voltage_equation(n_layers, n_states, r, big_r):
    for end in range(min(n_states, 2)):
        printed = chebyshev_potential(
            n_states, n_layers, forward_resistance=r, lateral_resistance=big_r, start=0, end=end
        )
        p, q = ([int(x == k) for x in range(n_states)] for k in (0, end))
        solved = exact_layered(n_layers, p, q, forward_resistance=r, lateral_resistance=big_r)
        assert printed == solved.potentials


def test_lemma_3_5_is_not_asked_where_it_divides_by_zero():
    with pytest.raises(ecd2g.InputError, match="r = R"):
        chebyshev_potential(2, 2, forward_resistance=1, lateral_resistance=1, start=0, end=1)


def test_a_circuit_without_resistances_is_refused():
    with pytest.raises(ecd2g.InputError, match="kernel"):
        exact_layered(2, [1], [1], forward_resistance=1)


def test_totals_must_agree_in_every_component():
    two_wires = [(0, 1, 1), (2, 3, 1)]
    with pytest.raises(ecd2g.InputError, match="component"):
        exact_network(4, two_wires, [1, 0, 0, 0], [0, 0, 0, 1])
    apart = exact_network(4, two_wires, [1, 0, 1, 0], [0, 1, 0, 1])
    assert apart.potentials == (F(1, 4), F(-1, 4), F(1, 4), F(-1, 4))


def test_a_stranded_walker_has_no_forward_only_law():
    """A state joined to itself by a poor wire and to a sink neighbour by a good one, and fed backwards."""
    kernel = [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    exact = exact_layered(3, [1, 0, 0], [0, 0, 1], kernel=kernel)
    assert exact.two_way_law == (0, 0, 1)
    assert sum(exact.forward_only_law) == 1
    blocked = exact_layered(2, [F(1, 2), F(1, 2)], [1, 0], kernel=[[100, 1], [1, F(1, 100)]])
    assert blocked.forward_only_law is None or sum(blocked.forward_only_law) == 1


@pytest.mark.parametrize(
    ("kernel", "sink"), [([[1, 2], [3, 1]], [0, 1]), ([[1, 2]], [0, 1]), ([[1, 2], [2, 1]], [0, 0, 1])]
)
def test_the_oracle_refuses_a_kernel_that_is_none(kernel, sink):
    with pytest.raises(ecd2g.InputError, match="kernel must be symmetric, V x V"):
        exact_layered(2, [1, 0], sink, kernel=kernel)
