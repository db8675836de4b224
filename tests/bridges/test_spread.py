"""The spread-source circuit: its lumped chain against dense solves, its schedule, and its limit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g import InputError, SolverError, StateSpace
from ecd2g.bridges import MixtureBridge, SpreadBridge
from ecd2g.bridges.spread import transition_table
from ecd2g.reference.layered.spread_chain import linear_spread_chain, spread_chain


def solve(matrix, right):
    """Gauss-Jordan in rationals, ``right`` a list of rows."""
    n = len(matrix)
    rows = [[*one, *two] for one, two in zip(matrix, right, strict=True)]
    for i in range(n):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(n):
            if j != i and rows[j][i]:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[n:] for row in rows]


def exact_potentials(n_symbols, conductances):
    """Potentials ``[layer][state]`` of the whole circuit with the sink in state 0, assembled node by node."""
    n_gaps = len(conductances)
    sink = n_gaps * n_symbols
    n_nodes = sink + n_symbols
    matrix = [[Fraction(0)] * n_nodes for _ in range(n_nodes)]
    for gap, lateral in enumerate(conductances):
        for x in range(n_symbols):
            for y in range(n_symbols):
                one, other = gap * n_symbols + x, (gap + 1) * n_symbols + y
                for a, b in ((one, other), (other, one)):
                    matrix[a][a] += 1 if x == y else lateral
                    matrix[a][b] -= 1 if x == y else lateral
    free = [node for node in range(n_nodes) if node != sink]
    injected = [[Fraction(int(node < n_symbols), n_symbols)] for node in free]
    found = [value for (value,) in solve([[matrix[a][b] for b in free] for a in free], injected)]
    found.insert(sink, Fraction(0))
    return [found[n * n_symbols : (n + 1) * n_symbols] for n in range(n_gaps + 1)]


def product(one, other):
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*other, strict=True)]
        for row in one
    ]


def exact_transitions(n_symbols, conductances):
    """H_n = (1 - B_n H_{n-1})^{-1} F_n and the exit, in rationals, from the currents of all edges."""
    symbols, n_gaps = range(n_symbols), len(conductances)
    potentials = exact_potentials(n_symbols, conductances)

    def current(gap, x, y):
        return (potentials[gap][x] - potentials[gap + 1][y]) * (1 if x == y else conductances[gap])

    transitions = []
    for n in range(n_gaps + 1):
        on = [
            [max(current(n, x, y), 0) if n < n_gaps else Fraction(int(x == y == 0)) for y in symbols]
            for x in symbols
        ]
        back = [[max(-current(n - 1, y, x), 0) if n else Fraction(0) for y in symbols] for x in symbols]
        total = [sum(on[x]) + sum(back[x]) for x in symbols]
        detour = product([[b / total[x] for b in back[x]] for x in symbols], transitions[-1]) if n else back
        stay = [[int(x == y) - detour[x][y] for y in symbols] for x in symbols]
        transitions.append(solve(stay, [[f / total[x] for f in on[x]] for x in symbols]))
    exit_law = transitions.pop()
    transitions[-1] = product(transitions[-1], exit_law)
    return np.array(transitions, dtype=float)


@pytest.mark.parametrize(
    ("n_symbols", "conductances"),
    [
        (2, ["1/10"]),
        (2, ["1/100", "1/1000"]),
        (3, ["1/100", "1/5000", "1/150"]),
        (4, ["1/10", "1/3", "1/50"]),
        (3, ["1/1000000000", "1/3000000000000", "1/2000000000"]),
        (3, ["9/10", "1/2", "4/5"]),
        (3, ["1/2", "0", "1/4"]),
    ],
)
def test_transitions_are_those_of_the_whole_circuit_in_rationals(n_symbols, conductances):
    """Unequal gaps; potentials up to 1e9 times the drops; large conductances, where current leaves x_N."""
    exact = exact_transitions(n_symbols, [Fraction(b) for b in conductances])
    chain = spread_chain(n_symbols, np.array([float(Fraction(b)) for b in conductances]))
    found = transition_table(n_symbols, chain)[:, :, 0]
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-15)


def test_the_rational_cases_cover_walks_that_leave_the_end():
    assert spread_chain(3, np.array([0.9, 0.5, 0.8])).leave.max() > 0.01
    assert spread_chain(3, np.array([0.01, 0.0002, 0.006])).leave.max() == 0.0


@pytest.mark.parametrize(("n_symbols", "n_gaps", "lateral"), [(2, 3, 0.02), (5, 4, 0.01), (6, 5, 0.3)])
def test_with_equal_gaps_transitions_are_those_of_the_project_s_own_solver(n_symbols, n_gaps, lateral):
    space = StateSpace(n_symbols)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=n_gaps + 1, forward_resistance=1.0, lateral_resistance=1.0 / lateral
    )
    table = transition_table(n_symbols, spread_chain(n_symbols, np.full(n_gaps, lateral)))
    for end in range(n_symbols):
        sink = ecd2g.Distribution.from_weights(space, np.eye(n_symbols)[end])
        flow = ecd2g.solve(circuit, source=ecd2g.Distribution.uniform(space), sink=sink)
        steps = flow.first_passage.steps.copy()
        steps[-1] = steps[-1] @ flow.first_passage.exit
        np.testing.assert_allclose(table[:, :, end], steps, atol=1e-12)


@given(st.integers(2, 60), st.integers(1, 24), st.sampled_from([0.01, 1e-3, 1e-5]))
@settings(max_examples=25, deadline=None)
def test_the_end_is_reached_by_step_n_with_probability_n_over_n_steps(n_symbols, n_gaps, ratio):
    chain = linear_spread_chain(n_symbols, n_gaps, ratio)
    assert np.abs(chain.arrived() - np.arange(n_gaps + 1) / n_gaps).max() < 1e-5
    assert (n_symbols - 1) * chain.conductances.mean() == pytest.approx(ratio)


def test_equal_conductances_do_not_keep_the_schedule():
    """Negative control: to first order the increments are as 1 : 2 : 2 : 3."""
    grown = np.diff(spread_chain(5, np.full(4, 1e-7)).arrived())
    np.testing.assert_allclose(grown, np.array([1, 2, 2, 3]) / 8, atol=1e-5)


@pytest.mark.parametrize(("n_symbols", "n_steps"), [(3, 2), (5, 8), (27, 16)])
def test_the_mixture_is_the_limit_linearly_in_the_ratio(n_symbols, n_steps):
    space = StateSpace(n_symbols)
    limit = MixtureBridge(space).site_law(n_symbols, n_steps)
    ratios = np.array([1e-3, 1e-4, 1e-5])
    errors = [
        np.abs(SpreadBridge(space, ratio).site_law(n_symbols, n_steps) - limit).max() for ratio in ratios
    ]
    slopes = errors / ratios
    np.testing.assert_allclose(slopes, slopes[-1], rtol=0.1)
    assert errors[0] > 1e-4  # and it is another bridge


def test_two_symbols_have_no_third_to_go_to_and_give_the_mixture_itself():
    space = StateSpace(2)
    np.testing.assert_allclose(
        SpreadBridge(space).site_law(2, 8), MixtureBridge(space).site_law(2, 8), atol=1e-12
    )


@pytest.mark.parametrize("ratio", [0.3, 1.5, 50.0])
def test_ratios_too_large_for_the_schedule_are_refused(ratio):
    with pytest.raises(SolverError, match="smaller ratio") as refused:
        SpreadBridge(StateSpace(2), ratio).site_law(2, 100)
    assert refused.value.reached > refused.value.tolerance


@pytest.mark.parametrize("ratio", [0.0, -0.1, np.inf, np.nan, "0.1", True])
def test_ratios_that_are_no_positive_numbers_are_refused(ratio):
    with pytest.raises(InputError, match="ratio must be a positive"):
        SpreadBridge(StateSpace(2), ratio)
