"""Spanning trees and the exact sums along them, against fractions and networkx."""

from fractions import Fraction

import networkx as nx
import numpy as np
import pytest

from ecd2g.circuit import ResistorNetwork
from ecd2g.reference.exact_sums import rounded, slices
from ecd2g.reference.networks.spanning_tree import WIDE, best_conductors, least_resistances, spanning_tree


def edges_of(network):
    return list(
        zip(network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True)
    )


def random_network(rng):
    """3 to 8 nodes, now and then 12, conductances over 0 to 12 decades."""
    n, decades = int(rng.choice([3, 4, 5, 6, 7, 8, 12], p=[*[0.16] * 6, 0.04])), rng.uniform(0, 12)
    tree = [(int(rng.integers(k)), k) for k in range(1, n)]
    more = [(u, v) for u in range(n) for v in range(u + 1, n) if rng.random() < 0.3]
    pairs = np.array(sorted({*tree, *more}))
    return ResistorNetwork.from_edges(
        pairs, conductance=10 ** rng.uniform(-decades / 2, decades / 2, len(pairs))
    )


def random_networks():
    """Fifty of them."""
    rng = np.random.default_rng(0)
    return [random_network(rng) for _ in range(50)]


def weights_of(network):
    """Net currents at random nodes, in ampere."""
    return np.random.default_rng(network.n_edges).uniform(0, 1, network.n_nodes)


def test_sums_along_trees_are_exact():
    rng = np.random.default_rng(6)
    for network in random_networks():
        tree = least_resistances(network)
        at_nodes = 10 ** rng.uniform(-20, 20, network.n_nodes) * rng.choice([-1, 1], network.n_nodes)
        along = 10 ** rng.uniform(-20, 20, len(tree.child))
        above = dict(zip(tree.child.tolist(), tree.parent.tolist(), strict=True))
        rise = dict(zip(tree.child.tolist(), map(Fraction, along.tolist()), strict=True))
        paths, subtrees = [Fraction(0)] * network.n_nodes, [Fraction(0)] * network.n_nodes
        for start in range(network.n_nodes):
            node = start
            subtrees[node] += Fraction(at_nodes[start])
            while node in above:
                paths[start] += rise[node]
                node = above[node]
                subtrees[node] += Fraction(at_nodes[start])
        found = tree.path_sums(slices(along))
        assert [sum(map(Fraction, column)) for column in found.T.tolist()] == paths
        found = tree.subtree_sums(slices(at_nodes))
        assert [sum(map(Fraction, column)) for column in found.T.tolist()] == [
            subtrees[k] for k in tree.child
        ]


def test_the_tree_holds_the_paths_of_least_resistance_from_its_heaviest_node():
    for network in random_networks():
        graph = nx.Graph()
        for u, v, g in edges_of(network):
            graph.add_edge(u, v, r=1 / g)
        weights = weights_of(network)
        tree = least_resistances(network, weights)
        assert weights[tree.roots[0]] == weights.max()
        lengths = nx.single_source_dijkstra_path_length(graph, int(tree.roots[0]), weight="r")
        found = rounded(tree.path_sums(slices(1 / network.conductances[tree.edge])))[0]
        np.testing.assert_allclose(found, [lengths[v] for v in range(network.n_nodes)], rtol=1e-12)


def test_best_conductors_are_a_spanning_tree_of_largest_conductances():
    for network in random_networks():
        weights = weights_of(network)
        graph = nx.Graph()
        graph.add_weighted_edges_from(edges_of(network))
        largest = nx.maximum_spanning_tree(graph)
        tree = best_conductors(network, weights)
        assert weights[tree.roots[0]] == weights.max()
        assert {frozenset(pair) for pair in largest.edges} == {
            frozenset(pair) for pair in zip(tree.child.tolist(), tree.parent.tolist(), strict=True)
        }


@pytest.mark.parametrize(("weakest", "expected"), [(1.01 / WIDE, {0, 1, 3}), (0.99 / WIDE, {0, 2, 3})])
def test_only_wide_networks_get_the_best_conductors(weakest, expected):
    """From 0 to 2 the direct way is shorter, the other one has the better conductors."""
    network = ResistorNetwork.from_edges(
        [(0, 1), (0, 2), (1, 2), (2, 3)], conductance=[1.0, 0.6, 1.0, weakest]
    )
    assert set(spanning_tree(network).edge.tolist()) == expected
