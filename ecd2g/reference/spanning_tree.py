"""Spanning trees of a network, and sums along them."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.network import ResistorNetwork


@dataclass(frozen=True, eq=False)
class SpanningTree:
    """A spanning forest, one tree in every component.

    order : all nodes, each after its parent
    parent : ``(n_nodes,)`` parent of every node, -1 at a root
    child, edge : ``(n_nodes - n_components,)`` the nodes that have a parent, and the edge that leads to it
    labels : ``(n_nodes,)`` component of every node
    """

    order: NDArray[np.intp]
    parent: NDArray[np.intp]
    child: NDArray[np.intp]
    edge: NDArray[np.intp]
    labels: NDArray[np.intp]

    def subtree_sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of node values over the subtree under every child, ``(n_children,)``."""
        sums, parent = values.tolist(), self.parent.tolist()
        for node in reversed(self.order.tolist()):
            if parent[node] >= 0:
                sums[parent[node]] += sums[node]
        return np.array(sums)[self.child]

    def path_sums(self, rise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the `rise` of every child along the path from its root, ``(n_nodes,)``; zero at a root."""
        own, parent = np.zeros(len(self.parent)), self.parent.tolist()
        own[self.child] = rise
        total = own.tolist()
        for node in self.order.tolist():
            if parent[node] >= 0:
                total[node] += total[parent[node]]
        return np.array(total)


def best_conductors(network: ResistorNetwork) -> SpanningTree:
    """Spanning tree of largest conductances."""
    rank = np.empty(network.n_edges)
    rank[np.argsort(-network.conductances, kind="stable")] = np.arange(1.0, network.n_edges + 1)
    forest = sp.csgraph.minimum_spanning_tree(_joined(network, rank))
    return _rooted(network, sp.csr_array(forest + forest.T))


def least_resistances(network: ResistorNetwork) -> SpanningTree:
    """Tree of the paths of least resistance from one node of every component."""
    joined = _joined(network, 1.0 / network.conductances)
    labels = sp.csgraph.connected_components(joined, directed=False)[1]
    roots = np.unique(labels, return_index=True)[1]
    _, before, _ = sp.csgraph.dijkstra(
        joined, directed=False, indices=roots, return_predecessors=True, min_only=True
    )
    child = np.flatnonzero(before >= 0)
    ones = np.ones(len(child))
    forest = sp.coo_array((ones, (child, before[child])), shape=joined.shape)
    return _rooted(network, sp.csr_array(forest + forest.T))


def _joined(network: ResistorNetwork, values: NDArray[np.float64]) -> sp.csr_array:
    shape = (network.n_nodes, network.n_nodes)
    return sp.csr_array((values, (network.tails, network.heads)), shape=shape)


def _rooted(network: ResistorNetwork, forest: sp.csr_array) -> SpanningTree:
    """The forest with a root in every tree, and the edges found again."""
    n = network.n_nodes
    count, labels = sp.csgraph.connected_components(forest, directed=False)
    parent, order = np.full(n, -1, dtype=np.intp), []
    for root in np.unique(labels, return_index=True)[1][:count]:
        nodes, before = sp.csgraph.breadth_first_order(forest, root, directed=False)
        parent[nodes[1:]] = before[nodes[1:]]
        order.append(nodes.astype(np.intp))
    child = np.flatnonzero(parent >= 0)
    ends = np.sort(np.stack([child, parent[child]]), axis=0)
    wanted = ends[0] * n + ends[1]
    known = np.minimum(network.tails, network.heads) * n + np.maximum(network.tails, network.heads)
    sorter = np.argsort(known)
    edge = sorter[np.searchsorted(known, wanted, sorter=sorter)]
    return SpanningTree(np.concatenate(order), parent, child, edge, labels.astype(np.intp))
