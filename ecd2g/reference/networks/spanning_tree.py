"""Spanning trees of a network, and exact sums along them.

A walk around the tree enters every node and leaves it again after all nodes under it. Along this tour, sums over
subtrees and over the path from the root are differences of running totals: one cumsum, however deep the tree is.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.narrow_indices import narrow
from ecd2g.circuit.networks.network import ResistorNetwork

WIDE = 1e4
"""Ratio of the largest to the smallest conductance from which on a spanning tree is one of best conductors."""


@dataclass(frozen=True, eq=False)
class SpanningTree:
    """A spanning forest, one tree in every component.

    child, parent, edge : ``(n_nodes - n_components,)`` the nodes that have a parent, that parent, the edge between
    roots : ``(n_components,)`` root of every component
    labels : ``(n_nodes,)`` component of every node
    enter, leave : ``(n_nodes,)`` when a tour of 2 n_nodes steps enters and leaves every node
    """

    child: NDArray[np.intp]
    parent: NDArray[np.intp]
    edge: NDArray[np.intp]
    roots: NDArray[np.intp]
    labels: NDArray[np.intp]
    enter: NDArray[np.intp]
    leave: NDArray[np.intp]

    def subtree_sums(self, slices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of node values over the subtree of every child, exact: ``(k, n_nodes)`` to ``(k, n_children)``."""
        running = np.zeros((len(slices), 2 * len(self.enter)))
        running[:, self.enter] = slices
        np.cumsum(running, axis=1, out=running)
        return running[:, self.leave[self.child]] - running[:, self.enter[self.child] - 1]

    def path_sums(self, slices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of child values along the path from the root, exact: ``(k, n_children)`` to ``(k, n_nodes)``."""
        running = np.zeros((len(slices), 2 * len(self.enter)))
        running[:, self.enter[self.child]] = slices
        running[:, self.leave[self.child]] = -slices
        return np.cumsum(running, axis=1, out=running)[:, self.enter]


def spanning_tree(network: ResistorNetwork, weights: NDArray[np.float64] | None = None) -> SpanningTree:
    """The tree to prove bounds with, from the heaviest node of every component, the first one by default.

    Best conductors where conductances are WIDE apart: no drop of a stiff edge is then a difference of two paths over
    weak ones. Else the paths of least resistance: they are shorter.
    """
    g = network.conductances
    wide = g.max(initial=0.0) / WIDE > g.min(initial=np.inf)
    return (best_conductors if wide else least_resistances)(network, weights)


def best_conductors(network: ResistorNetwork, weights: NDArray[np.float64] | None = None) -> SpanningTree:
    """Spanning tree of largest conductances, rooted as `spanning_tree`."""
    rank = np.empty(network.n_edges)
    rank[np.argsort(-network.conductances, kind="stable")] = np.arange(1.0, network.n_edges + 1)
    return _grown(network, sp.csgraph.minimum_spanning_tree(_joined(network, rank)), weights)


def least_resistances(network: ResistorNetwork, weights: NDArray[np.float64] | None = None) -> SpanningTree:
    """Tree of the paths of least resistance, rooted as `spanning_tree`."""
    g = network.conductances
    ohm = g.min(initial=np.inf) / g  # in units of the largest: no path is longer than n_nodes
    return _grown(network, _joined(network, ohm), weights)


def _grown(
    network: ResistorNetwork, graph: sp.csr_array, weights: NDArray[np.float64] | None
) -> SpanningTree:
    """Tree of the shortest paths of the graph from one node of every component."""
    roots = _roots(network, weights)
    _, before, _ = sp.csgraph.dijkstra(
        graph, directed=False, indices=roots, return_predecessors=True, min_only=True
    )
    return _planted(network, before, roots)


def _joined(network: ResistorNetwork, values: NDArray[np.float64]) -> sp.csr_array:
    shape = (network.n_nodes, network.n_nodes)
    ends = narrow(network.tails), narrow(network.heads)  # csgraph of SciPy 1.13 takes no others
    return sp.csr_array((values, ends), shape=shape)


def _roots(network: ResistorNetwork, weights: NDArray[np.float64] | None) -> NDArray[np.intp]:
    """The heaviest node of every component, else its first."""
    labels = network.labels
    roots = np.empty(network.n_components, dtype=np.intp)
    roots[labels[::-1]] = np.arange(len(labels))[::-1]  # the last assignment stays
    if weights is not None:
        heavy = np.flatnonzero(weights)
        heavy = heavy[np.argsort(weights[heavy], kind="stable")]
        roots[labels[heavy]] = heavy
    return roots


def _planted(network: ResistorNetwork, before: NDArray[np.int32], roots: NDArray[np.intp]) -> SpanningTree:
    """The tree in which `before` is the parent of every node, negative at the roots."""
    n = network.n_nodes
    child = np.flatnonzero(before >= 0)
    parent = before[child].astype(np.intp)
    wanted = np.minimum(child, parent) * n + np.maximum(child, parent)
    known = np.minimum(network.tails, network.heads) * n + np.maximum(network.tails, network.heads)
    sorter = np.argsort(known, kind="stable")
    edge = sorter[np.searchsorted(known, wanted, sorter=sorter)]
    enter, leave = _tour(child, parent, roots, n)
    return SpanningTree(child, parent, edge, roots, network.labels, enter, leave)


def _tour(
    child: NDArray[np.intp], parent: NDArray[np.intp], roots: NDArray[np.intp], n: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """When a walk around all trees enters and leaves every node: each step, v or n + v, names the step after it."""
    following = np.arange(n, 3 * n)  # enter a leaf, leave it
    following[n + child] = n + parent  # leave the last child, leave its parent
    order = np.argsort(parent, kind="stable")
    children, family = child[order], parent[order]
    eldest, siblings = np.diff(family, prepend=-1) > 0, np.diff(family) == 0
    following[family[eldest]] = children[eldest]  # enter a parent, enter its first child
    following[n + children[:-1][siblings]] = children[1:][siblings]  # leave any other, enter the next
    following[n + roots] = np.append(roots[1:], roots[0])
    chain = sp.csr_array((np.ones(2 * n), following, np.arange(2 * n + 1)), shape=(2 * n, 2 * n))
    steps, _ = sp.csgraph.breadth_first_order(chain, int(roots[0]))
    when = np.empty(2 * n, dtype=np.intp)
    when[steps] = np.arange(2 * n)
    return when[:n], when[n:]
