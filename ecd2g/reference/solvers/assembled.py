"""Solvers of the node-voltage equation G phi = J, Eq. (18), that factorise G: the dense oracle and SuperLU."""

from collections.abc import Callable

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import scipy.sparse.linalg
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import CapacityError, SolverError
from ecd2g.memory import require_memory
from ecd2g.reference.matrix import Circuit, components, conductance_matrix

DENSE_LIMIT = 10_000
"""Most nodes of a dense solve: the matrix then holds 0.8 GB."""

PotentialSolver = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Maps node currents J ``(n_nodes,)``, or k columns of them ``(n_nodes, k)``, to potentials of the same shape.

Prepared once for a circuit, used for any number of J; a component whose currents do not add up to zero is grounded or
balanced, as suits the method.
"""


def dense_solver(circuit: Circuit) -> PotentialSolver:
    """Cholesky factor of the dense G with one node of every component grounded; O(n^3), the plain oracle."""
    if circuit.n_nodes > DENSE_LIMIT:
        raise CapacityError(
            f"the dense matrix of {circuit.n_nodes} nodes would hold {8e-9 * float(circuit.n_nodes) ** 2:.3g} GB, "
            f'and the limit is {DENSE_LIMIT} nodes; use method="closed-form" (complete kernel), "sparse" or "cg"'
        )
    purpose = f"the dense matrix of {circuit.n_nodes} nodes with its factor"
    require_memory(16.0 * circuit.n_nodes**2, purpose, 'use method="sparse" or "cg"')
    matrix, free = grounded_matrix(circuit)
    try:
        factor = scipy.linalg.cho_factor(matrix.toarray(), check_finite=False)
    except scipy.linalg.LinAlgError:
        raise not_definite("dense", circuit) from None
    return grounded(
        free, lambda current: scipy.linalg.cho_solve(factor, current, check_finite=False), "dense"
    )


def sparse_solver(circuit: Circuit) -> PotentialSolver:
    """SuperLU in symmetric mode on the sparse G with one node of every component grounded."""
    matrix, free = grounded_matrix(circuit)
    try:
        factor = scipy.sparse.linalg.splu(
            matrix,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            relax=4,  # small blocks: meshes of narrow fronts are what this solver is chosen for
            panel_size=4,
            options={"SymmetricMode": True},
        )
    except RuntimeError:
        raise not_definite("sparse", circuit) from None
    except MemoryError:
        raise CapacityError(
            f'the factors of {circuit.n_nodes} nodes do not fit into memory; use method="cg" or "amg"'
        ) from None
    return grounded(free, factor.solve, "sparse")


def grounded_matrix(circuit: Circuit) -> tuple[sp.csc_array, NDArray[np.intp]]:
    """G without the first node of every component, which makes it positive definite, and the nodes that are left."""
    labels = components(circuit)
    kept = np.ones(len(labels), dtype=bool)
    kept[np.unique(labels, return_index=True)[1]] = False
    free = np.flatnonzero(kept)
    return sp.csc_array(conductance_matrix(circuit)[free][:, free]), free


def grounded(free: NDArray[np.intp], solve: PotentialSolver, method: str) -> PotentialSolver:
    """A solver for the free nodes as one for all nodes; the others have potential zero, and all must be finite."""

    def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
        values = np.zeros_like(current)
        if len(free):
            values[free] = finite(solve(current[free]), method)
        return values

    return potentials


def finite(values: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    """The values that a method has found; SolverError where one is no finite number."""
    if not np.isfinite(values).all():
        raise SolverError(
            f"method {method!r} found values that are not finite: the conductances and currents lie too far from 1 or "
            f"from each other for floating-point numbers; bring them closer together",
            reached=float("inf"),
            tolerance=float(np.finfo(np.float64).max),
        )
    return values


def not_definite(method: str, circuit: Circuit) -> SolverError:
    """The error of a factorisation that rounding has made impossible."""
    better = "star-mesh" if isinstance(circuit, ResistorNetwork) else "closed-form"
    where = "" if isinstance(circuit, ResistorNetwork) else " where the kernel is complete"
    return SolverError(
        f"the {method} factorisation met a pivot that is not positive: the conductances span too many decades for "
        f'it; use method="{better}"{where}, or bring the conductances closer together',
        reached=float("inf"),
        tolerance=0.0,
    )
