"""Star-mesh elimination against exact rationals, up to 24 decades of conductances and beyond."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import CapacityError, InputError, SolverError
from ecd2g.reference.laws import kirchhoff_residual
from ecd2g.reference.matrix import conductance_matrix
from ecd2g.reference.networks import star_mesh_elimination
from ecd2g.reference.networks.star_mesh import star_mesh, star_mesh_solver
from ecd2g.reference.networks.star_mesh_component import STAR_MESH_LIMIT
from ecd2g.reference.networks.star_mesh_resistances import star_mesh_resistances, terminal_network
from ecd2g.reference.solvers.assembled import dense_solver
from ecd2g.testing.cases import NetworkCase, golden_networks, hand_solved_networks
from ecd2g.testing.oracle import ExactNetwork, exact_network
from ecd2g.testing.problems import NetworkProblem
from ecd2g.testing.strategies import networks

Array = NDArray[np.float64]

WIDE = networks(max_nodes=15, decades=12, extra_edges=25)
"""Networks over 24 decades."""

EXACT = settings(max_examples=60, deadline=None)


@st.composite
def balanced(draw: st.DrawFn, *, max_pairs: int) -> NetworkProblem:
    """Whole amperes that enter and leave at several nodes, so that the totals agree exactly."""
    network = draw(WIDE)
    node = st.integers(0, network.n_nodes - 1)
    pair = st.tuples(node, node).filter(lambda uv: uv[0] != uv[1])
    pairs = draw(st.lists(pair, min_size=1, max_size=max_pairs))
    return problem(network, pairs)


def problem(network: ResistorNetwork, pairs: list[tuple[int, int]]) -> NetworkProblem:
    """One ampere from the first to the second node of every pair."""
    sides = zip(*pairs, strict=True)
    return NetworkProblem(
        network, *(np.bincount(side, minlength=network.n_nodes).astype(float) for side in sides)
    )


def edges_of(network: ResistorNetwork) -> list[tuple[int, int, Fraction]]:
    ends = zip(network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True)
    return [(u, v, Fraction(g)) for u, v, g in ends]


def exactly(given: NetworkProblem) -> ExactNetwork:
    """Exact answers per ampere of the total."""
    network = given.circuit
    return exact_network(
        network.n_nodes, edges_of(network), given.injected.tolist(), given.extracted.tolist()
    )


def solved(given: NetworkProblem) -> NetworkField:
    return star_mesh(given.circuit, given.injected, given.extracted)


def largest_deviation(values: Array, exact: tuple[Fraction, ...], total: float = 1.0) -> Fraction:
    pairs = zip(values.tolist(), exact, strict=True)
    return max(abs(Fraction(value) / Fraction(total) - truth) for value, truth in pairs)


def assert_exact(given: NetworkProblem, field: NetworkField) -> None:
    """Currents to 1e-12 of the total, potentials to 1e-12 of the largest, Kirchhoff to n 1e-15 of the total."""
    truth, total = exactly(given), float(given.injected.sum())
    assert largest_deviation(field.edge_currents, truth.currents, total) <= 1e-12
    assert largest_deviation(field.potentials, truth.potentials, total) <= 1e-12 * max(
        map(abs, truth.potentials)
    )
    residual = np.abs(kirchhoff_residual(field)).max()
    assert residual <= given.circuit.n_nodes * 1e-15 * total


def effective_resistance(network: ResistorNetwork, u: int, v: int) -> float:
    potentials = solved(problem(network, [(u, v)])).potentials
    return float(potentials[u] - potentials[v])


def exact_resistances(network: ResistorNetwork) -> list[list[Fraction]]:
    """R_ij = Z_ii + Z_jj - 2 Z_ij with Z the inverse of G, the last node grounded, by Gauss and Jordan."""
    n = network.n_nodes - 1
    rows = [[Fraction(0)] * n + [Fraction(i == j) for j in range(n)] for i in range(n)]
    for u, v, g in edges_of(network):
        for here, there in ((u, v), (v, u)):
            if here < n:
                rows[here][here] += g
                if there < n:
                    rows[here][there] -= g
    for k in range(n):
        pivot = rows[k][k]
        rows[k] = [value / pivot for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                factor = rows[i][k]
                rows[i] = [a - factor * b if b else a for a, b in zip(rows[i], rows[k], strict=True)]
    inverse = [[*row[n:], Fraction(0)] for row in rows] + [[Fraction(0)] * (n + 1)]
    return [[inverse[i][i] + inverse[j][j] - 2 * inverse[i][j] for j in range(n + 1)] for i in range(n + 1)]


def stiff_clusters(bridge: float = 1e-12, stiff: float = 1e12, size: int = 5) -> ResistorNetwork:
    """Two complete clusters of uneven stiff edges, nodes 0.. and `size`.., joined by one bridge."""
    rng = np.random.default_rng(8)
    within = np.argwhere(np.triu(np.ones((size, size)), 1))
    edges = np.concatenate([within, within + size, [[0, size]]])
    siemens = [*(stiff * rng.uniform(0.5, 2.0, 2 * len(within))), bridge]
    return ResistorNetwork.from_edges(edges, conductance=siemens)


@pytest.mark.parametrize("case", [*hand_solved_networks(), *golden_networks()], ids=lambda case: case.name)
def test_known_answers(case: NetworkCase) -> None:
    field = solved(case.problem)
    answers = np.array([float(value) for value in case.potentials])
    np.testing.assert_allclose(field.potentials, answers, rtol=0, atol=1e-13 * np.abs(answers).max())
    assert field.power() == pytest.approx(float(case.power), rel=1e-13)


@EXACT
@given(balanced(max_pairs=1))
def test_one_source_and_one_sink_over_24_decades(given: NetworkProblem) -> None:
    field, truth = solved(given), exactly(given)
    assert_exact(given, field)
    entry, leave = int(np.argmax(given.injected)), int(np.argmax(given.extracted))
    exact = truth.potentials[entry] - truth.potentials[leave]
    assert abs(Fraction(field.potentials[entry] - field.potentials[leave]) / exact - 1) <= 1e-13


@EXACT
@given(balanced(max_pairs=12))
def test_many_sources_and_sinks_over_24_decades(given: NetworkProblem) -> None:
    assert_exact(given, solved(given))


@EXACT
@given(WIDE)
def test_resistances_of_all_pairs_over_24_decades(network: ResistorNetwork) -> None:
    found, exact = star_mesh_resistances(network), exact_resistances(network)
    for u in range(network.n_nodes):
        for v in range(u):
            assert abs(Fraction(found[u, v]) / exact[u][v] - 1) <= 1e-13
    np.testing.assert_array_equal(found, found.T)
    assert not found.diagonal().any()


CLUSTER_PROBLEMS = {
    "within one cluster, the other on a weak bridge": [(1, 3)],
    "across the bridge": [(2, 8)],
    "within each cluster": [(1, 3), (0, 2), (2, 1), (5, 7), (9, 6)],
    "within each cluster and a little across": [(1, 3)] * 900 + [(7, 9)] * 900 + [(4, 8)],
}


@pytest.mark.parametrize("pairs", CLUSTER_PROBLEMS.values(), ids=CLUSTER_PROBLEMS)
@pytest.mark.parametrize(("bridge", "stiff"), [(1e-12, 1e12), (1e12, 1e-12), (1e-100, 1e100), (1.0, 1.0)])
def test_stiff_clusters_on_a_bridge(bridge: float, stiff: float, pairs: list[tuple[int, int]]) -> None:
    given = problem(stiff_clusters(bridge, stiff), pairs)
    assert_exact(given, solved(given))


def test_the_subtractive_route_fails_where_star_mesh_is_right() -> None:
    """Negative control: the diagonal of G rounds the weak bridge away, and its inverse knows nothing of it."""
    network = stiff_clusters()
    exact = exact_resistances(network)[2][8]
    grounded = conductance_matrix(network).toarray()[1:, 1:]
    current = np.zeros(network.n_nodes)
    current[[2, 8]] = 1.0, -1.0
    try:
        potentials = np.concatenate([[0.0], np.linalg.solve(grounded, current[1:])])
        ordinary = abs(Fraction(potentials[2] - potentials[8]) / exact - 1)
    except np.linalg.LinAlgError:
        ordinary = Fraction(1)
    assert ordinary > 1e-2
    assert abs(Fraction(effective_resistance(network, 2, 8)) / exact - 1) <= 1e-15
    assert abs(Fraction(star_mesh_resistances(network)[2, 8]) / exact - 1) <= 1e-14


def test_sums_of_currents_drive_a_weak_bridge_and_dipoles_do_not() -> None:
    """Negative control: what cancels within a cluster to 1e-16 A only, drops millivolts over 1e12 ohm."""
    given = problem(stiff_clusters(), CLUSTER_PROBLEMS["within each cluster"])
    truth, total = exactly(given).potentials, given.injected.sum()
    by_sums = star_mesh_solver(given.circuit)(given.injected - given.extracted)
    assert largest_deviation(by_sums, truth, total) > 1e3 * max(map(abs, truth))
    assert largest_deviation(solved(given).potentials, truth, total) <= 1e-14 * max(map(abs, truth))


def test_the_checks_see_a_small_mistake() -> None:
    """Negative control: one conductance off by 1e-9 fails the comparison with the exact answer."""
    given = problem(stiff_clusters(1e-3, 1.0), [(1, 7), (2, 3)])
    wrong = given.circuit.conductances.copy()
    wrong[2] *= 1 + 1e-9
    network = ResistorNetwork(given.circuit.nodes, given.circuit.tails, given.circuit.heads, wrong)
    with pytest.raises(AssertionError):
        assert_exact(given, star_mesh(network, given.injected, given.extracted))


def test_path_of_1000_nodes() -> None:
    siemens = 10.0 ** np.random.default_rng(3).uniform(-12, 12, 999)
    order = np.random.default_rng(4).permutation(1000)
    network = ResistorNetwork.from_edges(np.stack([order[:-1], order[1:]], axis=1), conductance=siemens)
    given = problem(network, [(int(order[0]), int(order[-1]))])
    field = solved(given)
    assert np.abs(np.abs(field.edge_currents) - 1).max() <= 1e-12
    assert np.abs(kirchhoff_residual(field)).max() <= 1000 * 1e-15
    exact = sum(1 / Fraction(g) for g in siemens.tolist())
    assert abs(Fraction(field.power()) / exact - 1) <= 1e-13
    height = np.concatenate([[0.0], np.cumsum(1 / siemens)])
    along = star_mesh_resistances(network)[order[0], order]
    np.testing.assert_allclose(along, height, rtol=1e-13)


def test_resistances_of_a_complete_graph_and_of_foster() -> None:
    pairs = np.argwhere(np.triu(np.ones((300, 300)), 1))
    complete = ResistorNetwork.from_edges(pairs, conductance=1.0)
    np.testing.assert_allclose(star_mesh_resistances(complete)[np.triu_indices(300, 1)], 2 / 300, rtol=3e-14)
    wide = ResistorNetwork.from_edges(
        pairs, conductance=10.0 ** np.random.default_rng(0).uniform(-12, 12, len(pairs))
    )
    found = star_mesh_resistances(wide)[wide.tails, wide.heads]
    assert wide.conductances @ found == pytest.approx(299, rel=1e-13)


def random_network(n_nodes: int, n_extra: int, decades: float) -> ResistorNetwork:
    rng = np.random.default_rng(n_nodes)
    chain = np.stack([np.arange(n_nodes - 1), np.arange(1, n_nodes)], axis=1)
    more = rng.integers(0, n_nodes, (n_extra, 2))
    siemens = 10.0 ** rng.uniform(-decades, decades, n_nodes - 1 + n_extra)
    return ResistorNetwork.from_edges(np.concatenate([chain, more]), conductance=siemens)


@pytest.mark.parametrize("panel", [1, 7, 1000])
def test_panels_change_nothing_but_rounding(panel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    network = random_network(150, 400, 12)
    for pairs in ([(3, 77)], [(k, (7 * k + 1) % 150) for k in range(140)]):
        given = problem(network, pairs)
        with monkeypatch.context() as patch:
            patch.setattr(star_mesh_elimination, "PANEL", panel)
            found, resistances = solved(given), star_mesh_resistances(network)
        field = solved(given)
        total = given.injected.sum()
        np.testing.assert_allclose(found.edge_currents, field.edge_currents, rtol=0, atol=1e-13 * total)
        np.testing.assert_allclose(
            found.drops, field.drops, rtol=1e-9, atol=1e-13 * np.abs(field.drops).max()
        )
        np.testing.assert_allclose(resistances, star_mesh_resistances(network), rtol=1e-13)


def test_agrees_with_cholesky_where_conductances_are_close() -> None:
    network = random_network(300, 900, 1)
    given = problem(network, [(k, k + 1) for k in range(0, 200, 3)])
    field, current = solved(given), given.injected - given.extracted
    by_cholesky = dense_solver(network)(current)
    by_cholesky -= by_cholesky.mean()
    scale = np.abs(by_cholesky).max()
    np.testing.assert_allclose(field.potentials, by_cholesky, rtol=0, atol=1e-11 * scale)
    np.testing.assert_allclose(star_mesh_solver(network)(current), by_cholesky, rtol=0, atol=1e-11 * scale)


@EXACT
@given(balanced(max_pairs=1))
def test_solver_for_many_currents(given: NetworkProblem) -> None:
    """One elimination for all: potentials to 1e-13 of the largest that 1 A can drive in this network."""
    current, truth = given.injected - given.extracted, exactly(given).potentials
    solve = star_mesh_solver(given.circuit)
    both = solve(np.stack([current, -2.0 * current], axis=1))
    widest = float(star_mesh_resistances(given.circuit).max())
    for column, factor in enumerate([1.0, -2.0]):
        assert largest_deviation(both[:, column], truth, factor) <= 1e-13 * widest
    assert largest_deviation(solve(current), truth) <= 1e-13 * widest


def test_components_are_solved_apart() -> None:
    triangle = [(0, 4), (4, 7), (0, 7)]
    edges = np.array([*triangle, (1, 5), (2, 6)])
    siemens = [1.0, 1.0, 2.0, 1e-9, 1e9]
    network = ResistorNetwork.from_edges(edges, conductance=siemens, n_nodes=9)
    given = problem(network, [(0, 4), (5, 1)])
    field = solved(given)
    alone = exactly(
        problem(ResistorNetwork.from_edges([[0, 1], [1, 2], [0, 2]], conductance=siemens[:3]), [(0, 1)])
    )
    assert largest_deviation(field.potentials[[0, 4, 7]], alone.potentials) <= 1e-15
    np.testing.assert_allclose(field.potentials[[1, 5]], [-5e8, 5e8], rtol=1e-15)
    assert not field.potentials[[2, 3, 6, 8]].any()
    assert field.drops[(network.tails == 2) & (network.heads == 6)] == 0.0
    found = star_mesh_resistances(network)
    assert found[1, 5] == pytest.approx(1e9, rel=1e-15)
    assert found[0, 7] == pytest.approx(0.4, rel=1e-15)
    assert np.isinf(found[[0, 1, 3], [1, 2, 8]]).all()
    assert found[3, 3] == 0.0
    by_solver = star_mesh_solver(network)(given.injected - given.extracted)
    np.testing.assert_allclose(by_solver, field.potentials, rtol=1e-14, atol=1e-15)


def test_sinks_that_take_in_all_of_their_own_source() -> None:
    network = random_network(10, 5, 2)
    same = np.full(10, 0.1)
    field = star_mesh(network, same, same)
    assert not field.drops.any()
    assert not field.potentials.any()


@EXACT
@given(WIDE, st.data())
def test_terminal_network_keeps_the_potentials(network: ResistorNetwork, data: st.DataObject) -> None:
    count = data.draw(st.integers(2, network.n_nodes))
    keep = data.draw(st.permutations(range(network.n_nodes)))[:count]
    reduced = terminal_network(network, keep)
    assert reduced.nodes == tuple(keep)
    exact = exact_resistances(network)
    found = exact_resistances(reduced)
    for i, u in enumerate(keep):
        for j, v in enumerate(keep[:i]):
            assert abs(found[i][j] / exact[u][v] - 1) <= 1e-13


def test_terminal_network_names_and_refusals() -> None:
    network = ResistorNetwork(
        ("in", "mid", "out", "far", "away"),
        np.array([0, 1, 3]),
        np.array([1, 2, 4]),
        np.array([1.0, 1.0, 5.0]),
    )
    reduced = terminal_network(network, ["out", "away", "in", "far"])
    assert reduced.nodes == ("out", "away", "in", "far")
    found = list(
        zip(reduced.tails.tolist(), reduced.heads.tolist(), reduced.conductances.tolist(), strict=True)
    )
    assert found == [(0, 2, 0.5), (1, 3, 5.0)]
    with pytest.raises(InputError, match="'exit'"):
        terminal_network(network, ["in", "exit"])
    with pytest.raises(InputError, match="keep must name every node once, got 3 names of 2 nodes"):
        terminal_network(network, ["in", "out", "in"])
    for apart in ([], ["in"], ["in", "far"]):
        with pytest.raises(InputError, match=f"two nodes or more of one component, got {len(apart)} apart"):
            terminal_network(network, apart)


def test_spreads_beyond_floating_point_are_refused() -> None:
    far = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=[1e150, 1e-130])
    assert effective_resistance(far, 0, 2) == pytest.approx(1e130, rel=1e-15)
    assert effective_resistance(far, 0, 1) == pytest.approx(1e-150, rel=1e-15)
    farther = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=[1e150, 1e-150])
    for ask in (star_mesh_resistances, star_mesh_solver, lambda net: effective_resistance(net, 0, 2)):
        with pytest.raises(SolverError, match="span more than 290 decades"):
            ask(farther)


def test_components_above_the_limit_are_refused() -> None:
    n = STAR_MESH_LIMIT + 1
    chain = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    network = ResistorNetwork.from_edges(chain, conductance=1.0)
    with pytest.raises(CapacityError, match=f"at most {STAR_MESH_LIMIT} nodes of one component, got {n}"):
        star_mesh_resistances(network)
    pairs = ResistorNetwork.from_edges(np.arange(2 * n).reshape(n, 2), conductance=1.0)
    assert effective_resistance(pairs, 2, 3) == 1.0


def test_what_no_float_holds_is_refused() -> None:
    line = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=1e-200)
    with pytest.raises(SolverError, match="'star-mesh' found values that are not finite"):
        star_mesh(line, np.array([1e150, 0.0, 0.0]), np.array([0.0, 0.0, 1e150]))
    with pytest.raises(InputError, match="a float can hold"):
        star_mesh(line, np.array([1e308, 1e308, 0.0]), np.array([0.0, 1e308, 1e308]))
    chain = ResistorNetwork.from_edges([[k, k + 1] for k in range(5)], conductance=2.0**-1022)
    with pytest.raises(SolverError, match="not finite"):
        star_mesh_resistances(chain)
    beside = [edge for k in range(2, 14) for edge in ((0, k), (k, 1))]
    with pytest.raises(SolverError, match="not finite"):
        terminal_network(ResistorNetwork.from_edges(beside, conductance=2.0**1022), [0, 1])


def test_totals_that_differ_are_refused() -> None:
    line = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=1.0)
    with pytest.raises(InputError, match="totals must agree"):
        star_mesh(line, np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 2.0]))


def test_solutions_are_locked_and_the_arrays_of_the_caller_are_not() -> None:
    line = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=1.0)
    entering, leaving = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    field = star_mesh(line, entering, leaving)
    for values in (field.injected, field.extracted, field.potentials, field.drops, field.edge_currents):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 2.0
    entering *= 2.0
    leaving *= 2.0
