"""Solvers of the node-voltage equation G phi = J, Eq. (18), that assemble G: the dense oracle and SuperLU."""

from collections.abc import Callable

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import scipy.sparse.linalg
from numpy.typing import NDArray

from ecd2g.errors import CapacityError, SolverError
from ecd2g.reference.matrix import Circuit, components, conductance_matrix

DENSE_LIMIT = 10_000
"""Most nodes of a dense solve: the matrix then holds 0.8 GB."""

PotentialSolver = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Maps node currents J ``(n_nodes,)`` to potentials ``(n_nodes,)``; prepared once, used for any number of J."""


def dense_solver(circuit: Circuit) -> PotentialSolver:
    """Cholesky factor of the dense G with one node of every component grounded; O(n^3), the plain oracle."""
    if circuit.n_nodes > DENSE_LIMIT:
        raise CapacityError(
            f"the dense matrix of {circuit.n_nodes} nodes would hold {8e-9 * float(circuit.n_nodes) ** 2:.3g} GB, "
            f'and the limit is {DENSE_LIMIT} nodes; use method="closed-form" (complete kernel), "sparse" or "cg"'
        )
    free = _free_nodes(circuit)
    matrix = conductance_matrix(circuit)[free][:, free].toarray()
    try:
        factor = scipy.linalg.cho_factor(matrix)
    except scipy.linalg.LinAlgError:
        raise _not_definite("dense") from None
    return _grounded(free, lambda current: scipy.linalg.cho_solve(factor, current))


def sparse_solver(circuit: Circuit) -> PotentialSolver:
    """SuperLU in symmetric mode on the sparse G with one node of every component grounded."""
    free = _free_nodes(circuit)
    matrix = sp.csc_array(conductance_matrix(circuit)[free][:, free])
    try:
        factor = scipy.sparse.linalg.splu(
            matrix,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
    except RuntimeError:
        raise _not_definite("sparse") from None
    return _grounded(free, factor.solve)


def _free_nodes(circuit: Circuit) -> NDArray[np.intp]:
    """All nodes but the first one of every component."""
    labels = components(circuit)
    grounded = np.unique(labels, return_index=True)[1]
    return np.setdiff1d(np.arange(len(labels)), grounded, assume_unique=True)


def _grounded(free: NDArray[np.intp], solve: PotentialSolver) -> PotentialSolver:
    def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
        values = np.zeros_like(current)
        if len(free):
            values[free] = solve(current[free])
        return values

    return potentials


def _not_definite(method: str) -> SolverError:
    return SolverError(
        f"the {method} factorisation met a pivot that is not positive: the conductances span too many decades for "
        f'it; use method="closed-form" where the kernel is complete, or bring the conductances closer together',
        reached=float("inf"),
        tolerance=0.0,
    )
