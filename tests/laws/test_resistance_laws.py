"""Effective resistances: analytic families, and the laws they obey on every network."""

from fractions import Fraction as F
from importlib import import_module
from math import comb

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.reference import (
    current_flow_closeness,
    effective_resistance,
    effective_resistances,
    kirchhoff_index,
    resistance_matrix,
)
from ecd2g.testing import exact_network, golden_networks, networks

METHODS = ["star-mesh", "dense", "sparse", "cg", "amg"]
DIGITS = 1e-12


def unit(graph):
    nx.set_edge_attributes(graph, 1.0, "ohm")
    return ecd2g.ResistorNetwork.from_networkx(graph, resistance="ohm")


def ladder(rungs):
    """Resistance across the first rung: r(1) = 1, r(n + 1) = 1 beside 2 + r(n)."""
    value = F(1)
    for _ in range(rungs - 1):
        value = 1 / (1 + 1 / (2 + value))
    return value


def antipodes(d):
    """Between opposite corners of a hypercube, by symmetry its shells are short-circuited."""
    return sum(F(1, (d - k) * comb(d, k)) for k in range(d))


FAMILIES = {
    "path": (unit(nx.path_graph(40)), 3, 36, F(33)),
    "cycle": (unit(nx.cycle_graph(30)), 0, 7, F(7 * 23, 30)),
    "complete": (unit(nx.complete_graph(25)), 3, 11, F(2, 25)),
    "bipartite": (unit(nx.complete_bipartite_graph(4, 7)), 0, 1, F(2, 7)),
    "star": (unit(nx.star_graph(12)), 1, 5, F(2)),
    "hypercube, opposite corners": (unit(nx.hypercube_graph(6)), (0,) * 6, (1,) * 6, antipodes(6)),
    "hypercube, neighbours": (unit(nx.hypercube_graph(6)), (0,) * 6, (0,) * 5 + (1,), F(2**6 - 1, 6 * 2**5)),
    "ladder": (unit(nx.ladder_graph(20)), 0, 20, ladder(20)),
    "petersen, neighbours": (unit(nx.petersen_graph()), 0, 1, F(3, 5)),
    "dodecahedron, neighbours": (unit(nx.dodecahedral_graph()), 0, 1, F(19, 30)),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", FAMILIES)
def test_families_with_known_resistances(name, method):
    network, u, v, exact = FAMILIES[name]
    found = effective_resistances(network, [(u, v), (v, u)], method=method)
    assert np.all(np.abs(found.values / float(exact) - 1) <= DIGITS)
    assert np.all((found.lower <= float(exact)) & (float(exact) <= found.upper))


@pytest.mark.parametrize("method", ["auto", *METHODS])
@pytest.mark.parametrize("case", golden_networks(), ids=lambda case: case.name)
def test_golden_resistances_are_right_to_twelve_digits_or_refused(case, method):
    (u,), (v,) = np.flatnonzero(case.problem.injected), np.flatnonzero(case.problem.extracted)
    try:
        found = effective_resistance(case.problem.circuit, u, v, method=method)
    except ecd2g.SolverError:
        assert method not in ("auto", "star-mesh")
        assert case.name.startswith(("stiff", "wide"))
        return
    assert abs(found / float(case.power) - 1) <= DIGITS


@pytest.mark.parametrize("method", ["auto", "dense", "star-mesh"])
def test_laws_of_resistances_on_random_networks(method):
    @settings(max_examples=30)
    @given(networks(max_nodes=9), st.data())
    def holds(network, data):
        found = resistance_matrix(network, method=method)
        ohm, n = found.values, network.n_nodes
        assert np.array_equal(ohm, ohm.T)  # reciprocity
        assert np.all(np.diagonal(ohm) == 0)
        assert np.all(found.lower <= found.upper)
        foster = np.sum(network.conductances * ohm[network.tails, network.heads])
        assert abs(foster - (n - 1)) <= 1e-9 * n
        through = ohm[:, :, None] + ohm[None, :, :]  # u to v to w
        assert np.all(ohm[:, None, :] <= through * (1 + 1e-9))
        # Rayleigh: no resistance falls where one conductance is taken away in part
        edge = data.draw(st.integers(0, network.n_edges - 1))
        weaker = network.conductances.copy()
        weaker[edge] /= 2
        ends = np.stack([network.tails, network.heads], axis=1)
        less = ecd2g.ResistorNetwork.from_edges(ends, conductance=weaker, n_nodes=n)
        after = resistance_matrix(less, method=method)
        assert np.all(after.upper >= found.lower)
        index = kirchhoff_index(network, method=method)
        assert index == pytest.approx(ohm.sum() / 2, rel=1e-12)
        matrix = ecd2g.reference.conductance_matrix(network).toarray()
        assert index == pytest.approx(n * np.sum(1 / np.linalg.eigvalsh(matrix)[1:]), rel=1e-9)

    holds()


def test_the_laws_catch_a_wrong_resistance():
    """Negative control: one entry 1 % off breaks Foster's theorem, reciprocity and the bracket."""
    network = unit(nx.petersen_graph())
    found = resistance_matrix(network)
    wrong = found.values.copy()
    wrong[network.tails[0], network.heads[0]] *= 1.01
    foster = np.sum(network.conductances * wrong[network.tails, network.heads])
    assert abs(foster - 9) > 1e-3
    assert not np.array_equal(wrong, wrong.T)
    assert not np.all((found.lower <= wrong) & (wrong <= found.upper))


def test_agrees_with_networkx_where_networkx_works():
    graph = nx.connected_watts_strogatz_graph(60, 4, 0.3, seed=3)
    rng = np.random.default_rng(7)
    for _, _, data in graph.edges(data=True):
        data["ohm"] = 10.0 ** rng.uniform(-1, 1)
    network = ecd2g.ResistorNetwork.from_networkx(graph, resistance="ohm")
    theirs = nx.resistance_distance(graph, weight="ohm", invert_weight=True)
    ours = resistance_matrix(network)
    expected = np.array([[theirs[u][v] for v in graph] for u in graph])
    np.testing.assert_allclose(ours.values, expected, rtol=1e-9, atol=1e-12)
    total = nx.effective_graph_resistance(graph, weight="ohm", invert_weight=True)
    assert kirchhoff_index(network) == pytest.approx(total, rel=1e-9)


def test_infinite_between_components_and_zero_on_a_node():
    network = ecd2g.ResistorNetwork.from_edges([[0, 1], [2, 3], [3, 4]], resistance=[2.0, 1.0, 3.0])
    for method in ("star-mesh", "dense"):
        found = resistance_matrix(network, method=method)
        assert np.all(np.isinf(found.values[:2, 2:]))
        assert found.values[0, 1] == pytest.approx(2.0, rel=1e-14)
        assert found.values[2, 4] == pytest.approx(4.0, rel=1e-14)
        pairs = effective_resistances(network, [(0, 3), (1, 1), (4, 2)], method=method)
        assert np.isinf(pairs.values[0])
        assert pairs.values[1] == 0
        assert pairs.values[2] == pytest.approx(4.0, rel=1e-14)


def barbell(bridge):
    """Two cliques of ten nodes, 1 S, and one weak edge between them."""
    graph = nx.barbell_graph(10, 0)
    nx.set_edge_attributes(graph, 1.0, "siemens")
    graph[9][10]["siemens"] = bridge
    return ecd2g.ResistorNetwork.from_networkx(graph, conductance="siemens")


def test_a_bracket_wider_than_the_tolerance_is_an_error_with_advice():
    with pytest.raises(ecd2g.SolverError, match=r"use method=.star-mesh") as refused:
        resistance_matrix(barbell(1e-9), method="dense")
    assert refused.value.reached > refused.value.tolerance == 1e-9
    with pytest.raises(ecd2g.SolverError, match=r"; accept a larger tolerance"):
        effective_resistances(barbell(1.0), [(0, 11)], tolerance=1e-16)


@pytest.mark.parametrize("bridge", [1e-3, 1e-6, 1e-9, 1e-10, 1e-12, 1e-20])
def test_auto_finds_a_method_for_all_pairs_across_any_bridge(bridge):
    found = resistance_matrix(barbell(bridge))
    assert found.values[0, 1] == pytest.approx(0.2, rel=1e-9)
    assert found.values[9, 10] == pytest.approx(1 / bridge, rel=1e-9)
    assert kirchhoff_index(barbell(bridge)) == pytest.approx(found.values.sum() / 2, rel=1e-12)


def test_twelve_digits_where_paths_of_least_resistance_tie():
    """Root behind a weak edge: two distances of 1e12 ohm differ by the 1e-12 ohm of a stiff edge."""
    pairs = [(0, 1), (1, 2), (1, 4), (2, 3), (2, 6), (3, 4), (4, 5), (5, 6)]
    siemens = [1e12, 1e12, 1e12, 1e12, 1e-12, 1e-12, 1e12, 1e-12]
    network = ecd2g.ResistorNetwork.from_edges(pairs, conductance=siemens)
    assert effective_resistances(network, [(3, 6), (1, 2)]).widest <= 1e-13


@pytest.mark.parametrize("method", ["auto", "star-mesh", "dense", "sparse", "cg"])
@pytest.mark.parametrize("unit", [2.0**-960, 2.0**-500, 2.0**500, 2.0**960])
def test_units_do_not_matter(unit, method):
    rng = np.random.default_rng(5)
    edges = np.array(nx.connected_watts_strogatz_graph(8, 4, 0.4, seed=2).edges)
    siemens = 10.0 ** rng.uniform(-1, 1, len(edges))
    ours, scaled = (ecd2g.ResistorNetwork.from_edges(edges, conductance=siemens * u) for u in (1.0, unit))
    there, here = (resistance_matrix(network, method=method) for network in (scaled, ours))
    assert np.all(there.lower * unit <= here.upper)
    assert np.all(here.lower <= there.upper * unit)
    pairs = effective_resistances(scaled, [(0, 5)], method=method)
    assert pairs.values[0] * unit == pytest.approx(here.values[0, 5], rel=1e-12)


def test_resistances_too_large_to_hold_are_refused():
    def ring(n):
        edges = np.array([[k, (k + 1) % n] for k in range(n)])
        return ecd2g.ResistorNetwork.from_edges(edges, resistance=1e307)

    for method in ("star-mesh", "dense"):
        assert resistance_matrix(ring(51), method=method).values[0, 25] == pytest.approx(25 * 26 / 51 * 1e307)
        with pytest.raises(ecd2g.SolverError, match="relative width of inf"):
            resistance_matrix(ring(99), method=method)
    for sums in (kirchhoff_index, current_flow_closeness):
        with pytest.raises(ecd2g.SolverError, match="floating-point"):
            sums(ring(51))


def test_too_many_eliminations_are_refused(monkeypatch):
    module = import_module("ecd2g.reference.networks.effective_resistance")
    monkeypatch.setattr(module, "MOST_ELIMINATIONS", 3)
    with pytest.raises(ecd2g.CapacityError, match="an elimination each"):
        resistance_matrix(barbell(1e-12), method="star-mesh", tolerance=1e-14)


@pytest.mark.parametrize("pairs", [[0, 1], (0, 1), [(0, 1, 2)], ["01"]])
def test_pairs_that_are_none_are_refused(pairs):
    with pytest.raises(ecd2g.InputError, match="two nodes"):
        effective_resistances(unit(nx.path_graph(3)), pairs)


@pytest.mark.parametrize("tolerance", [0, -1.0, float("nan"), "x", True])
def test_tolerances_that_are_none_are_refused(tolerance):
    with pytest.raises(ecd2g.InputError, match="tolerance"):
        resistance_matrix(unit(nx.path_graph(3)), tolerance=tolerance)


def test_too_many_nodes_for_a_matrix():
    chain = np.stack([np.arange(20_000), np.arange(1, 20_001)], axis=1)
    network = ecd2g.ResistorNetwork.from_edges(chain, resistance=1.0)
    with pytest.raises(ecd2g.CapacityError, match="effective_resistances"):
        resistance_matrix(network)
    assert effective_resistance(network, 0, 20_000) == pytest.approx(20_000, rel=1e-11)


def test_unknown_nodes_are_named():
    network = unit(nx.path_graph(3))
    with pytest.raises(ecd2g.InputError, match="7"):
        effective_resistance(network, 0, 7)


def test_brackets_hold_the_exact_value_on_a_thousand_networks_of_up_to_twelve_decades():
    """No slack: bounds are floats, and so fractions; what a method cannot prove to its tolerance it must refuse."""
    rng = np.random.default_rng(11)
    n_refused = 0
    for trial in range(1_000):
        n, decades = int(rng.integers(2, 8)), float(rng.uniform(0, 12))
        tree = [(int(rng.integers(0, v)), v) for v in range(1, n)]
        more = [tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(int(rng.integers(0, n)))]
        siemens = 10.0 ** rng.uniform(-decades / 2, decades / 2, len(tree) + len(more))
        network = ecd2g.ResistorNetwork.from_edges(tree + more, conductance=siemens)
        listed = zip(
            network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True
        )
        source, sink = np.eye(n)[[0, n - 1]].tolist()
        exact = exact_network(n, list(listed), source, sink).potentials
        ohm = exact[0] - exact[n - 1]
        method = ("auto", "dense", "sparse", "cg")[trial % 4]
        try:
            found = effective_resistances(network, [(0, n - 1)], method=method)
            assert F(found.lower[0]) <= ohm <= F(found.upper[0])
            assert abs(found.values[0] / float(ohm) - 1) <= DIGITS
            matrix = resistance_matrix(network, method="auto" if method == "cg" else method)
            assert F(matrix.lower[0, -1]) <= ohm <= F(matrix.upper[0, -1])
        except ecd2g.SolverError:
            assert method != "auto"
            n_refused += 1
    assert n_refused <= 100


@pytest.mark.parametrize("measure", [resistance_matrix, kirchhoff_index, current_flow_closeness])
def test_graphs_that_are_no_networks_yet_are_refused(measure):
    with pytest.raises(ecd2g.InputError, match="from_networkx"):
        measure(nx.path_graph(3))
