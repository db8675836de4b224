"""Elimination of nodes by the star-mesh transform: it adds, multiplies and divides positive numbers only.

Take node k off: every pair i, j of its neighbours gains the conductance c_ki c_kj / G_k, G_k = sum_j c_kj. Nothing is
subtracted, unlike in Gaussian elimination of the conductance matrix, whose diagonal rounds weak conductances away
beside strong ones. So every conductance met on the way is right to O(n) roundings, whatever their spread (Grassmann,
Taksar and Heyman, 1985). With the weights w_kj = c_kj / G_k and the net current J_k that has gathered at k,

    phi_k = J_k / G_k + sum_j w_kj phi_j.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import SolverError

PANEL = 64
"""Rows that are worked off one by one before one matrix product carries them over to all others."""

FAINTEST = float(np.finfo(np.float64).tiny / np.finfo(np.float64).eps)
"""Least total conductance of a node, relative to the strongest edge; fainter ones are near underflow."""

Constant = Callable[[int, NDArray[np.float64], NDArray[np.float64]], float]
"""What `going_back` adds to a row, from its number k, w_k and w_k @ M."""


def eliminate(mesh: NDArray[np.float64], start: int, stop: int) -> NDArray[np.float64]:
    """Take the nodes `start` to `stop` - 1 off, in place; returns their total conductances G_k.

    `mesh` ``(n, n)`` holds conductances of at most 1, and only what lies above its diagonal has a meaning. There, an
    eliminated row becomes its weights w_kj, and the rest the conductances of the network that remains.
    """
    totals = np.full(stop - start, np.inf)  # the last node of all has no neighbour left: J / G = 0
    for first in range(start, stop, PANEL):
        last = min(first + PANEL, stop)
        for k in range(first, min(last, len(mesh) - 1)):
            row = mesh[k, k + 1 :]
            total = float(row.sum())
            if not total >= FAINTEST:
                raise SolverError(
                    "star-mesh elimination met conductances of one component that span more than 290 decades, "
                    "which floating-point numbers cannot hold; bring the conductances closer together",
                    reached=total,
                    tolerance=FAINTEST,
                )
            totals[k - start] = total
            weights = row[: last - k - 1] / total
            mesh[k + 1 : last, k + 1 :] += weights[:, None] * row
        panel = mesh[first:last, last:]
        weights = panel / totals[first - start : last - start, None]
        mesh[last:, last:] += weights.T @ panel
        mesh[first:last] /= totals[first - start : last - start, None]
    return totals


def gathered(weights: NDArray[np.float64], dipoles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Net current J_k that has gathered at every node when its turn comes, ``(n,)``; overwrites `dipoles`.

    `dipoles` ``(n, n)`` is antisymmetric: S_ij ampere enter at i and leave at j, so that J = sum_j S_ij. Node k hands
    its share on as S_ij += w_ki S_kj - w_kj S_ki. Adding up J_j += w_kj J_k instead would leave over 1e-16 of the
    total where sources and sinks cancel, enough to drive any weak bridge beyond them; here every rounding is itself a
    dipole between two nodes, in proportion to how well they conduct.
    """
    n = len(weights)
    net = np.zeros(n)
    for first in range(0, n, PANEL):
        last = min(first + PANEL, n)
        for k in range(first, last):
            w, s = weights[k, k + 1 :], dipoles[k, k + 1 :]
            net[k] = s.sum()
            near = last - k - 1
            dipoles[k + 1 : last, k + 1 :] += w[:near, None] * s - s[:near, None] * w
        handed_on = weights[first:last, last:].T @ dipoles[first:last, last:]
        dipoles[last:, last:] += handed_on - handed_on.T
    return net


def going_back(weights: NDArray[np.float64], constant: Constant, symmetry: int) -> NDArray[np.float64]:
    """The matrix M with M_kj = constant + sum_i w_ki M_ij for j > k, M_jk = symmetry M_kj, from the last node up."""
    n = len(weights)
    matrix = np.zeros((n, n))
    for first in reversed(range(0, n, PANEL)):
        last = min(first + PANEL, n)
        beyond = weights[first:last, last:] @ matrix[last:, last:]
        for k in reversed(range(first, last)):
            w, row = weights[k, k + 1 :], matrix[k, k + 1 :]
            near = last - k - 1
            row[:near] = w @ matrix[k + 1 :, k + 1 : last]
            row[near:] = w[:near] @ matrix[k + 1 : last, last:] + beyond[k - first]
            row += constant(k, w, row)
            matrix[k + 1 :, k] = symmetry * row
    return matrix


def tree_dipoles(mesh: NDArray[np.float64], net: Sequence[Fraction]) -> NDArray[np.float64]:
    """Net currents as dipoles ``(n, n)`` along a spanning tree of the best conductors, rooted in the last node.

    Each is the net current across one cut, put where that cut conducts best, summed exactly and rounded once. Whatever
    the currents fail to sum to zero by is left at the root.
    """
    n, root = len(mesh), len(mesh) - 1
    upper = np.triu(mesh, 1)
    conductance = upper + upper.T
    parent, best = np.full(n, root), conductance[root]
    outside = np.arange(n) != root
    order: list[int] = []
    while len(order) < n - 1:
        child = int(np.argmax(np.where(outside, best, -1.0)))
        order.append(child)
        outside[child] = False
        closer = outside & (conductance[child] > best)
        parent[closer] = child
        best = np.where(closer, conductance[child], best)
    below, dipoles = list(net), np.zeros((n, n))
    for child in reversed(order):
        above = int(parent[child])
        below[above] += below[child]
        dipoles[child, above] = float(below[child])
        dipoles[above, child] = -dipoles[child, above]
    return dipoles
