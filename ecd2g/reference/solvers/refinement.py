"""Iterative refinement with the Kirchhoff residual of the *currents*.

G phi - J would round weak conductances away beside strong ones, and potentials cannot hold the drop of a stiff edge. So
the residual is summed from edge currents, and a correction is subtracted from the drops as well as from the potentials.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.reference.laws import kirchhoff_residual
from ecd2g.reference.matrix import without_means
from ecd2g.reference.solvers.assembled import PotentialSolver

Field = TypeVar("Field", bound=CompleteField | KernelField | TableField | NetworkField)

REFINEMENTS = 6
"""Most rounds of refinement."""

ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
"""A residual below this share of the total current is rounding."""


def refined(field: Field, solve: PotentialSolver, labels: NDArray[np.intp]) -> Field:
    """The field, corrected by solutions for its residual for as long as every round at least halves it.

    `labels` are the components of the nodes: the potentials keep mean zero in each.
    """
    residual, total = kirchhoff_residual(field).ravel(), field.injected.sum()
    for _ in range(REFINEMENTS):
        if np.abs(residual).max() <= ROUNDING * total:
            break
        error = without_means(solve(residual), labels)
        candidate: Field = field.corrected(error.reshape(field.potentials.shape))  # type: ignore[assignment]
        candidate_residual = kirchhoff_residual(candidate).ravel()
        if not np.abs(candidate_residual).max() < 0.5 * np.abs(residual).max():
            break
        field, residual = candidate, candidate_residual
    return field
