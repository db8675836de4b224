"""Conjugate gradients for G phi = J with products only: nothing is assembled for a layered circuit."""

import numpy as np
import scipy.sparse.linalg
from numpy.typing import NDArray

from ecd2g.errors import SolverError
from ecd2g.reference.assembled import PotentialSolver
from ecd2g.reference.matrix import (
    Circuit,
    components,
    conductance_product,
    diagonal,
    without_means,
)

RELATIVE_RESIDUAL = 1e-14
"""Where the iteration stops; the solution is then refined with its true residual (reference/solve.py)."""

MOST_ITERATIONS = 20_000
"""Where the iteration gives up at the latest; small circuits give up after 20 rounds a node."""

ACCEPTED_RESIDUAL = 1e-6
"""Largest true relative residual that refinement starts from."""


def cg_solver(circuit: Circuit) -> PotentialSolver:
    """Jacobi-preconditioned conjugate gradients on the singular, consistent system.

    The constant vectors of the components are projected out of the preconditioner; grounding a node instead would
    double the iterations. About 1.5 N iterations for the complete kernel, whatever V.
    """
    product, labels, weights = conductance_product(circuit), components(circuit), diagonal(circuit)
    n = len(labels)
    max_iterations = min(20 * n + 200, MOST_ITERATIONS)
    weights = np.where(weights > 0, weights, 1.0)
    operator = scipy.sparse.linalg.LinearOperator((n, n), matvec=product, dtype=np.float64)
    jacobi = scipy.sparse.linalg.LinearOperator(
        (n, n), matvec=lambda v: without_means(v / weights, labels), dtype=np.float64
    )

    def potentials(current: NDArray[np.float64]) -> NDArray[np.float64]:
        balanced = without_means(current, labels)
        with np.errstate(all="ignore"):  # a breakdown shows in the residual
            values, _ = scipy.sparse.linalg.cg(
                operator, balanced, rtol=RELATIVE_RESIDUAL, atol=0.0, maxiter=max_iterations, M=jacobi
            )
        scale = np.linalg.norm(balanced)
        residual = float(np.linalg.norm(balanced - product(values)) / scale) if scale > 0 else 0.0
        if not residual <= ACCEPTED_RESIDUAL:
            raise SolverError(
                f"conjugate gradients reached a relative residual of {residual:.2g} in at most {max_iterations} "
                f"iterations, where {ACCEPTED_RESIDUAL:g} is needed; use another method",
                reached=residual,
                tolerance=ACCEPTED_RESIDUAL,
            )
        return without_means(values, labels)

    return potentials
