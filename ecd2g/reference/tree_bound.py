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
from math import log2

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.network import ResistorNetwork, sum_at
from ecd2g.circuit.network_field import divergence
from ecd2g.reference.matrix import without_means
from ecd2g.reference.spanning_tree import SpanningTree, best_conductors, least_resistances

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class TreeBound:
    """`potential_error` in volt (mean-zero potentials), and the power bracket `lower` <= P <= `upper` in watt."""

    potential_error: float
    lower: float
    upper: float


def tree_bound(
    network: ResistorNetwork,
    potentials: NDArray[np.float64],
    currents: NDArray[np.float64],
    net_injection: NDArray[np.float64],
) -> TreeBound:
    """Bound the error of `potentials` ``(n,)`` and edge `currents` ``(m,)`` for the net currents J ``(n,)``.

    Any tree proves a bound; the better of two is returned. Paths of least resistance are short and give narrow bounds,
    the best conductors keep stiff edges on the tree, where their currents need not be recovered from potentials.
    """
    trees = (least_resistances(network), best_conductors(network))
    bounds = [_repair(network, tree, potentials, currents, net_injection) for tree in trees]
    return TreeBound(
        potential_error=min(bound.potential_error for bound in bounds),
        lower=_dirichlet(network, trees[0], potentials, net_injection),
        upper=min(bound.upper for bound in bounds),
    )


def _repair(
    network: ResistorNetwork,
    tree: SpanningTree,
    potentials: NDArray[np.float64],
    currents: NDArray[np.float64],
    net_injection: NDArray[np.float64],
) -> TreeBound:
    """Error bound and Thomson's upper bound from the flow repaired on one tree."""
    g, tails, heads = network.conductances, network.tails, network.heads
    upward = np.where(tails[tree.edge] == tree.child, 1.0, -1.0)  # sign of a current from child to parent
    residual = divergence(network, currents) - net_injection
    size = np.abs(currents)
    traffic = sum_at(tails, size, network.n_nodes) + sum_at(heads, size, network.n_nodes)
    degree = np.bincount(
        np.concatenate([tails, heads]), minlength=network.n_nodes
    )  # terms of sums of no fixed order
    correction = tree.subtree_sums(residual)
    allowance = tree.subtree_sums((4 + degree) * EPS * (traffic + np.abs(net_injection)))
    psi = tree.path_sums(upward * currents[tree.edge] / g[tree.edge])
    resistance = tree.path_sums(1.0 / g[tree.edge]).max()
    psi_rounding = EPS * tree.path_sums(np.ones(len(tree.edge))).max() * np.abs(psi).max()

    off_tree = np.ones(network.n_edges, dtype=bool)
    off_tree[tree.edge] = False
    fall, drop = (currents / g)[off_tree], psi[tails[off_tree]] - psi[heads[off_tree]]
    defect = np.abs(fall - drop) + 4 * EPS * (np.abs(fall) + 2 * np.abs(psi).max()) + 2 * psi_rounding
    energy = np.sum((np.abs(correction) + allowance) ** 2 / g[tree.edge]) + np.sum(g[off_tree] * defect**2)
    drift = without_means(potentials, tree.labels) - without_means(psi, tree.labels)
    error = 2 * np.sqrt(energy * resistance) + np.abs(drift).max() + 2 * psi_rounding

    repaired = currents.copy()
    repaired[tree.edge] -= upward * correction
    size = np.abs(repaired)
    size[tree.edge] += allowance
    return TreeBound(float(error), 0.0, float(np.sum(size**2 / g)) * _widening(network.n_edges))


def _dirichlet(
    network: ResistorNetwork,
    tree: SpanningTree,
    potentials: NDArray[np.float64],
    net_injection: NDArray[np.float64],
) -> float:
    """Dirichlet's lower bound (J phi)^2 / sum g dphi^2, roundings taken off."""
    centred = without_means(potentials, tree.labels)
    terms = net_injection * centred
    delivered = terms.sum() - (4 + np.count_nonzero(terms)) * EPS * np.abs(terms).sum()
    spent = np.sum(network.conductances * (potentials[network.tails] - potentials[network.heads]) ** 2)
    if not (delivered > 0 and spent > 0):
        return 0.0
    return float(delivered**2 / spent) / _widening(network.n_edges)


def _widening(n_terms: int) -> float:
    """Covers the rounding of a (pairwise) sum of positive terms and of the few operations in each."""
    return 1.0 + EPS * (40.0 + log2(n_terms + 1))
