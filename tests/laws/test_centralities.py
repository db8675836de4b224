"""Current-flow centralities against networkx, which computes them by another route."""

from fractions import Fraction
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import ecd2g
from ecd2g.reference import (
    current_flow_betweenness,
    current_flow_closeness,
    edge_current_flow_betweenness,
)
from ecd2g.testing import exact_network, networks


def graph_of(network):
    graph = nx.Graph()
    graph.add_nodes_from(range(network.n_nodes))
    graph.add_weighted_edges_from(
        zip(network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True)
    )
    return graph


@settings(max_examples=40)
@given(networks(max_nodes=10, decades=1.0))
def test_the_same_numbers_as_networkx(network):
    graph, n = graph_of(network), network.n_nodes
    closeness = current_flow_closeness(network)
    theirs = nx.current_flow_closeness_centrality(graph, weight="weight", solver="full")
    np.testing.assert_allclose(closeness.values, [theirs[v] for v in range(n)], rtol=1e-9)
    if n < 3:
        return
    for normalized in (True, False):
        ours = current_flow_betweenness(network, normalized=normalized)
        theirs = nx.current_flow_betweenness_centrality(
            graph, normalized=normalized, weight="weight", solver="full"
        )
        np.testing.assert_allclose(ours.values, [theirs[v] for v in range(n)], rtol=1e-9, atol=1e-9)
        edges = edge_current_flow_betweenness(network, normalized=normalized).to_dict()
        theirs = nx.edge_current_flow_betweenness_centrality(
            graph, normalized=normalized, weight="weight", solver="full"
        )
        assert len(edges) == len(theirs)
        for (u, v), value in theirs.items():
            assert edges[min(u, v), max(u, v)] == pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("method", ["dense", "sparse", "cg", "amg"])
def test_every_method_stays_within_its_error_of_a_hand_solved_case(method):
    """Path of five nodes: node k is between k (4 - k) of the other 6 pairs."""
    network = ecd2g.ResistorNetwork.from_edges(
        [[k, k + 1] for k in range(4)], resistance=[1.0, 2.0, 3.0, 4.0]
    )
    found = current_flow_betweenness(network, method=method)
    expected = np.array([0, 3, 4, 3, 0]) / 6
    assert np.all(np.abs(found.values - expected) <= found.error)
    assert found.error <= 1e-12
    assert list(found.to_dict()) == list(range(5))
    closeness = current_flow_closeness(network, method=method)
    assert closeness.values[0] == pytest.approx(1 / (1 + 3 + 6 + 10), rel=1e-12)


def test_labels_follow_the_graph():
    graph = nx.karate_club_graph()
    network = ecd2g.ResistorNetwork.from_networkx(graph, conductance="weight")
    theirs = nx.current_flow_betweenness_centrality(graph, weight="weight")
    ours = current_flow_betweenness(network).to_dict()
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_disconnected_networks_are_refused():
    network = ecd2g.ResistorNetwork.from_edges([[0, 1], [2, 3]], resistance=1.0)
    for centrality in (current_flow_betweenness, current_flow_closeness, edge_current_flow_betweenness):
        with pytest.raises(ecd2g.InputError, match="2 components"):
            centrality(network)


def test_two_nodes_are_between_nothing():
    network = ecd2g.ResistorNetwork.from_edges([[0, 1]], resistance=[2.0])
    assert np.array_equal(current_flow_betweenness(network).values, [0.0, 0.0])
    with pytest.raises(ecd2g.InputError, match="more than 2"):
        edge_current_flow_betweenness(network)


def test_an_error_bound_beyond_the_tolerance_is_an_error():
    network = ecd2g.ResistorNetwork.from_edges(
        [[0, 1], [1, 2], [2, 0], [2, 3], [3, 4], [4, 5], [5, 3]],
        conductance=[1e7, 1e7, 1e7, 1e-7, 1e7, 1e7, 1e7],
    )
    with pytest.raises(ecd2g.SolverError, match="largest"):
        current_flow_betweenness(network, method="dense", tolerance=1e-16)


def exact_betweenness(network):
    """Normalised, in fractions: throughflow of every node for every other pair, from the rational oracle."""
    n = network.n_nodes
    edges = list(
        zip(network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True)
    )
    passed = [Fraction(0)] * n
    for s, t in combinations(range(n), 2):
        source, sink = np.eye(n)[[s, t]].tolist()
        currents = exact_network(n, edges, source, sink).currents
        for (u, v, _), current in zip(edges, currents, strict=True):
            for node in {u, v} - {s, t}:
                passed[node] += abs(current) / 2
    return [2 * value / ((n - 1) * (n - 2)) for value in passed]


def test_error_bounds_hold_over_eight_decades():
    rng = np.random.default_rng(3)
    for trial in range(30):
        n = int(rng.integers(3, 7))
        edges = [(int(rng.integers(0, v)), v) for v in range(1, n)]
        edges += [tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(n)]
        siemens = 10.0 ** (rng.choice([-4, 4], len(edges)) if trial % 2 else rng.uniform(-4, 4, len(edges)))
        network = ecd2g.ResistorNetwork.from_edges(edges, conductance=siemens)
        found = current_flow_betweenness(network)
        exact = exact_betweenness(network)
        assert all(
            abs(Fraction(value) - true) <= Fraction(found.error)
            for value, true in zip(found.values.tolist(), exact, strict=True)
        )
        assert found.error <= 1e-10


def test_the_bound_catches_a_wrong_value():
    network = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2], [2, 0], [2, 3]], resistance=1.0)
    found, exact = current_flow_betweenness(network), exact_betweenness(network)
    assert abs(Fraction(found.values[2] * (1 + 1e-9)) - exact[2]) > Fraction(found.error)


def test_one_node_is_close_to_nothing():
    network = ecd2g.ResistorNetwork.from_edges(np.empty((0, 2), dtype=int), resistance=[], n_nodes=1)
    with pytest.raises(ecd2g.InputError, match="at least two nodes"):
        current_flow_closeness(network)
    assert edge_current_flow_betweenness(network, normalized=False).to_dict() == {}


def test_too_many_currents_are_refused(monkeypatch):
    monkeypatch.setattr("ecd2g.reference.networks.centrality.NUMBER_LIMIT", 10)
    network = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2], [2, 0], [2, 3]], resistance=1.0)
    with pytest.raises(ecd2g.CapacityError, match="smaller network"):
        current_flow_betweenness(network)
