"""Current-flow centralities against networkx, which computes them by another route."""

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
from ecd2g.testing import networks


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
