"""Algebraic multigrid for G phi = J: smoothed aggregation by PyAMG preconditions conjugate gradients.

One V-cycle costs a few products with G and spreads a correction over the whole network, so the iterations hardly grow
with its size. It is for meshes with conductances within a few decades: on hubs, where the iterations of plain conjugate
gradients do not grow either, it only costs more, and weak edges between strong ones defeat its aggregates.
"""

from typing import NamedTuple

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.narrow_indices import narrow
from ecd2g.errors import SolverError
from ecd2g.reference.matrix import Circuit, components, conductance_matrix
from ecd2g.reference.solvers.assembled import PotentialSolver
from ecd2g.reference.solvers.conjugate_gradients import Product, iterative_solver

MOST_ITERATIONS = 300
"""Where the iteration gives up: multigrid that suits a network needs some 30, one that does not may need any number."""


def multigrid_solver(circuit: Circuit) -> PotentialSolver:
    """Conjugate gradients preconditioned by one V-cycle of smoothed aggregation; memory of about four matrices G.

    Reproducible: nothing is drawn. Raises SolverError where the conductances span too many decades for the aggregates.
    """
    matrix, labels = conductance_matrix(circuit), components(circuit)
    return iterative_solver(
        lambda values: matrix @ values,
        v_cycle(tied(matrix, labels)),
        labels,
        method="amg",
        max_iterations=MOST_ITERATIONS,
    )


class Level(NamedTuple):
    """The matrix of one level, and the maps to the coarser level and back."""

    matrix: sp.csr_matrix
    restriction: sp.csr_matrix
    prolongation: sp.csr_matrix


def v_cycle(matrix: sp.csr_array) -> Product:
    """One symmetric V-cycle for the conductance matrix of a connected network, up to a constant.

    Gauss-Seidel runs forward before and backward after the coarse levels, so the cycle is symmetric. It is written out
    here, on the levels PyAMG makes, because PyAMG's own computes residual norms that nobody reads.
    """
    from pyamg.relaxation.relaxation import gauss_seidel  # noqa: PLC0415 - longer to import than to solve

    levels, coarsest = _coarsened(matrix)

    def swept(level: Level, values: NDArray[np.float64], right: NDArray[np.float64], sweep: str) -> None:
        for column, goal in zip(values.T, right.T, strict=True):
            gauss_seidel(level.matrix, column, goal, sweep=sweep)

    def cycle(right: NDArray[np.float64], depth: int) -> NDArray[np.float64]:
        if depth == len(levels):
            return np.asarray(coarsest @ right)
        level, values = levels[depth], np.zeros_like(right, order="F")
        swept(level, values, right, "forward")
        residual = right - level.matrix @ values
        values += level.prolongation @ cycle(np.asfortranarray(level.restriction @ residual), depth + 1)
        swept(level, values, right, "backward")
        return values

    def product(right: NDArray[np.float64]) -> NDArray[np.float64]:
        columns = np.asfortranarray(right.reshape(len(right), -1))
        return cycle(columns, 0).reshape(right.shape)

    return product


def _coarsened(matrix: sp.csr_array) -> tuple[list[Level], NDArray[np.float64]]:
    """The levels, finest first, and the pseudo-inverse of the matrix of the coarsest.

    Prolongation is smoothed by the Gershgorin bound of every row, which for a conductance matrix is exactly 2; PyAMG
    would else estimate that number from random vectors.
    """
    import pyamg  # noqa: PLC0415

    try:
        with np.errstate(all="ignore"):  # the true residual tells what warnings would
            hierarchy = pyamg.smoothed_aggregation_solver(
                _narrow(matrix),
                symmetry="symmetric",
                smooth=("jacobi", {"weighting": "local"}),
                presmoother=None,
                postsmoother=None,
                improve_candidates=None,
            )
        *finer, last = hierarchy.levels
        levels = [Level(*map(sp.csr_matrix, (level.A, level.R, level.P))) for level in finer]
        return levels, scipy.linalg.pinvh(last.A.toarray())
    except (ArithmeticError, ValueError) as error:
        raise SolverError(
            f"multigrid found no coarse network ({error}): the conductances span too many decades for it; "
            f'use method="sparse", or "star-mesh" for a small network',
            reached=float("inf"),
            tolerance=0.0,
        ) from None


def _narrow(matrix: sp.csr_array) -> sp.csr_matrix:
    """The matrix with the 32-bit indices that the compiled code of PyAMG takes; SciPy 1.13 makes 64-bit ones."""
    return sp.csr_matrix((matrix.data, narrow(matrix.indices), narrow(matrix.indptr)), shape=matrix.shape)


def tied(matrix: sp.csr_array, labels: NDArray[np.intp]) -> sp.csr_array:
    """G with its components tied in a row by one resistor each: aggregation takes one network, isolated nodes included.

    A balanced current of a component sends none through the ties, so up to constants the potentials are the same.
    """
    first = np.unique(labels, return_index=True)[1]
    if len(first) == 1:
        return matrix
    own = matrix.diagonal()
    strength = np.full(len(first) - 1, np.median(own[own > 0]) if own.any() else 1.0)
    ends = (first[:-1], first[1:])
    half = sp.csr_array((strength, ends), shape=matrix.shape)
    ties = half + half.T
    return sp.csr_array(matrix + sp.diags_array(ties.sum(axis=1)) - ties)
