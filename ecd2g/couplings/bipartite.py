"""Currents of a circuit with two layers: every source node is joined to every sink node."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.blas import dsyrk

from ecd2g.errors import SolverError

Array = NDArray[np.float64]

MOST_REFINEMENTS = 30
"""Refinements of the currents at most; with floors of 1e-12 and more two to four were enough in all measurements."""

ROUNDING = 4.0 * np.finfo(np.float64).eps
"""Residual of Kirchhoff's law, in shares of the largest current that enters or leaves, at which refinement ends."""


def two_layer_currents(conductances: Array, p: Array, q: Array, residual: float = ROUNDING) -> Array:
    """Currents I ``(m, k)`` from sources i to sinks j where p_i flows in and q_j flows out.

    I_ij = c_ij (phi_i - psi_j), sum_j I_ij = p_i and sum_i I_ij = q_j. Eliminating phi leaves the Laplacian
    D_c - c^T D_r^-1 c of the sinks, with the row sums D_r and column sums D_c of c; its diagonal is the sum of the rest
    of its row, so it is made without a subtraction. One Cholesky factor, O(m k min(m, k)).

    Differences of potentials lose digits where conductances differ by many orders of magnitude. So the currents are
    what is kept: the residual of Kirchhoff's law is solved for once more and c (d phi - d psi) is added to them, until
    it is below `residual` times the largest current that enters or leaves. SolverError where the factor breaks down;
    that the residual got small is the caller's to check.
    """
    if conductances.shape[1] > conductances.shape[0]:
        # the same circuit read from its other end: currents into the sinks are the sources
        return two_layer_currents(np.ascontiguousarray(conductances.T), q, p, residual).T
    rows = conductances.sum(axis=1)
    solve = _sink_solver(conductances, rows)
    target = residual * max(p.max(), q.max())
    currents, best, last = np.zeros_like(conductances), np.zeros_like(conductances), np.inf
    for _ in range(MOST_REFINEMENTS):
        entering, leaving = p - currents.sum(axis=1), q - currents.sum(axis=0)
        reached = max(np.abs(entering).max(), np.abs(leaving).max())
        if not reached < last:
            return best
        best, last = currents, reached
        if reached <= target:
            return best
        psi = solve((entering / rows) @ conductances - leaving)
        phi = (entering + conductances @ psi) / rows
        change = np.subtract.outer(phi, psi)
        change *= conductances
        currents = currents + change
    return best


def _sink_solver(conductances: Array, rows: Array) -> Callable[[Array], Array]:
    """Solves the Laplacian of the sinks that is left once the sources are eliminated."""
    scaled = conductances / np.sqrt(rows)[:, None]
    laplacian = np.asarray(dsyrk(-1.0, scaled.T))  # upper triangle, minus c^T D_r^-1 c
    diagonal = np.diag_indices(len(laplacian))
    laplacian[diagonal] = 0.0
    degrees = -(laplacian.sum(axis=0) + laplacian.sum(axis=1))
    laplacian[diagonal] = degrees
    if len(degrees) == 1:
        return np.zeros_like
    # makes the null vector of ones regular and changes no other solution: it asks for degrees @ psi = 0
    laplacian += np.outer(degrees, degrees / degrees.sum())
    try:
        factor = cho_factor(laplacian, lower=False, overwrite_a=True, check_finite=False)
    except LinAlgError:
        raise SolverError(
            "the conductances of the circuit differ by more than float64 can tell apart; raise floor or "
            "width, or take fewer reweightings",
            reached=float("nan"),
            tolerance=0.0,
        ) from None
    return lambda right: cho_solve(factor, right, check_finite=False)
