"""A bound on the error of potentials that holds for any network: repair the currents on a spanning tree.

Let I be the currents of a candidate solution, rho = div I - J their Kirchhoff residual. Route rho back along a
spanning tree of the best conductors: c on tree edges, f = I - c is then a flow that obeys Kirchhoff's law exactly.
Let psi be the potential that falls by R I along the tree. Prager and Synge: with the true solution (phi*, I*),

    |f - I*|^2 + |G psi - I*|^2 = |f - G psi|^2      in the energy norm |x|^2 = sum R x^2,

and f - G psi is -c on the tree and the Ohm defect elsewhere: both small, both known. So |psi - phi*| <= epsilon in
energy, and at a node v, relative to the root, by at most epsilon sqrt(resistance of the tree path). Rounding of the
residuals is added to their absolute values. The same f bounds the dissipated power from above (Thomson), any potential
bounds it from below (Dirichlet): P in [(J phi)^2 / sum g dphi^2, sum R f^2].
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.network import ResistorNetwork, sum_at
from ecd2g.circuit.network_field import divergence
from ecd2g.reference.matrix import without_means

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class TreeBound:
    """`potential_error` in volt (mean-zero potentials), and the power bracket `lower` <= P <= `upper` in watt."""

    potential_error: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class _Tree:
    """A spanning forest: nodes from the roots outward, the parent and the edge to it (-1 at a root)."""

    order: list[int]
    parent: list[int]
    edge: NDArray[np.intp]
    labels: NDArray[np.intp]


def tree_bound(
    network: ResistorNetwork,
    potentials: NDArray[np.float64],
    currents: NDArray[np.float64],
    net_injection: NDArray[np.float64],
) -> TreeBound:
    """Bound the error of `potentials` ``(n,)`` and edge `currents` ``(m,)`` for the net currents J ``(n,)``."""
    g, tails, heads = network.conductances, network.tails, network.heads
    tree = _best_conductors(network)
    child = np.flatnonzero(tree.edge >= 0)
    edge = tree.edge[child]
    upward = np.where(tails[edge] == child, 1.0, -1.0)  # sign of a current from child to parent
    residual = divergence(network, currents) - net_injection
    size = np.abs(currents)
    traffic = sum_at(tails, size, network.n_nodes) + sum_at(heads, size, network.n_nodes)
    rounding = 4 * EPS * (traffic + np.abs(net_injection))
    correction = _subtree_sums(tree, residual)[child]
    allowance = _subtree_sums(tree, rounding)[child]
    psi = _fall_from_root(tree, child, upward * currents[edge] / g[edge])
    path_resistance = _fall_from_root(tree, child, 1.0 / g[edge])
    depth = _fall_from_root(tree, child, np.ones(len(child)))

    off_tree = np.setdiff1d(np.arange(network.n_edges), edge)
    defect = currents / g - (psi[tails] - psi[heads])
    psi_rounding = EPS * depth.max() * np.abs(psi).max()
    blur = 4 * EPS * (np.abs(psi[tails]) + np.abs(psi[heads]) + np.abs(currents / g))
    energy = np.sum((np.abs(correction) + allowance) ** 2 / g[edge])
    energy += np.sum(g[off_tree] * (np.abs(defect) + blur + 2 * psi_rounding)[off_tree] ** 2)
    centred = without_means(potentials, tree.labels)
    drift = np.abs(centred - without_means(psi, tree.labels)).max() + 2 * psi_rounding
    error = 2 * np.sqrt(energy * path_resistance.max()) + drift

    repaired = currents.copy()
    repaired[edge] -= upward * correction
    size = np.abs(repaired)
    size[edge] += allowance
    sums = 1 + EPS * (8 + np.log2(network.n_edges + 1))  # pairwise sums of positive terms
    upper = float(np.sum(size**2 / g)) * sums
    drops = potentials[tails] - potentials[heads]
    delivered = float(net_injection @ centred)
    delivered -= 8 * EPS * float(np.abs(net_injection) @ np.abs(centred))
    spent = float(np.sum(g * drops**2)) * sums
    lower = delivered**2 / spent if delivered > 0 and spent > 0 else 0.0
    return TreeBound(float(error), float(lower / sums), float(upper))


def _best_conductors(network: ResistorNetwork) -> _Tree:
    """Maximum-conductance spanning forest, each tree listed from its root outward."""
    n, m = network.n_nodes, network.n_edges
    place = np.empty(m, dtype=np.int64)
    place[np.argsort(-network.conductances, kind="stable")] = np.arange(1, m + 1)
    ranked = sp.csr_array((place, (network.tails, network.heads)), shape=(n, n))
    forest = sp.csgraph.minimum_spanning_tree(ranked).astype(np.int64)
    of_rank = np.argsort(place)
    order: list[int] = []
    parent, edge = np.full(n, -1), np.full(n, -1, dtype=np.intp)
    count, labels = sp.csgraph.connected_components(forest, directed=False)
    for root in np.unique(labels, return_index=True)[1][:count]:
        nodes, before = sp.csgraph.breadth_first_order(forest, root, directed=False)
        parent[nodes[1:]] = before[nodes[1:]]
        order.extend(nodes.tolist())
    both = forest + forest.T
    child = np.flatnonzero(parent >= 0)
    edge[child] = of_rank[np.asarray(both[child, parent[child]]).ravel().astype(np.int64) - 1]
    return _Tree(order, parent.tolist(), edge, labels.astype(np.intp))


def _subtree_sums(tree: _Tree, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the values over the subtree under every node."""
    sums = values.tolist()
    for node in reversed(tree.order):
        if tree.parent[node] >= 0:
            sums[tree.parent[node]] += sums[node]
    return np.array(sums)


def _fall_from_root(tree: _Tree, child: NDArray[np.intp], rise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the `rise` (value of a child less that of its parent) along the path from the root to every node."""
    own = np.zeros(len(tree.parent))
    own[child] = rise
    total = own.tolist()
    for node in tree.order:
        if tree.parent[node] >= 0:
            total[node] += total[tree.parent[node]]
    return np.array(total)
