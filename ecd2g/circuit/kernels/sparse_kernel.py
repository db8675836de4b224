"""Kernels given as a sparse matrix."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.circuit.kernels.sparse_rows import SparseRows, clean, rows_product
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class SparseKernel:
    """Any symmetric, non-negative sparse matrix of conductances, in siemens; no modes are known for it.

    A product costs O(nonzero entries). Row sums may differ, and may be zero.

    >>> kernel = SparseKernel(sp.csr_array([[1.0, 0.5], [0.5, 0.0]]))
    >>> kernel.row_sums(), kernel.n_pairs
    (array([1.5, 0.5]), 3)
    """

    matrix: sp.csr_array

    def __post_init__(self) -> None:
        matrix = clean(_canonical(self.matrix))
        if not np.all(np.isfinite(matrix.data)) or np.any(matrix.data < 0):
            raise InputError("the conductances of a kernel must be finite and not negative")
        if (matrix != matrix.T).nnz:
            raise InputError(
                "a kernel must be symmetric, K(x, y) = K(y, x); average it with its transpose first"
            )
        object.__setattr__(self, "matrix", matrix)

    @property
    def n_states(self) -> int:
        """Number of states V."""
        return int(self.matrix.shape[0])

    @property
    def sizes(self) -> tuple[int, ...]:
        """One site of V symbols."""
        return (self.n_states,)

    @property
    def n_pairs(self) -> int:
        """Number of nonzero entries."""
        return int(self.matrix.nnz)

    @cached_property
    def _rows(self) -> SparseRows:
        return SparseRows(self.matrix)

    def row_sums(self) -> NDArray[np.float64]:
        """Sum of every row."""
        return self.matrix.sum(axis=1)

    def stay(self) -> NDArray[np.float64]:
        """The diagonal."""
        return self._rows.stay.copy()

    def lateral_sums(self) -> NDArray[np.float64]:
        """Sum of every row without its diagonal."""
        return self._rows.lateral_sums.copy()

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """K v."""
        return rows_product(self.matrix, values)

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """sum_{y != x} K(x, y) v(x) less the product with K off its diagonal."""
        return self._rows.lateral_sums * values - rows_product(self._rows.lateral, values)

    def rows(self, states: NDArray[np.intp]) -> sp.csr_array:
        """Rows of the matrix."""
        return self.matrix[np.asarray(states)]

    def table(self) -> NDArray[np.float64]:
        """The matrix, dense."""
        require_table(self.n_states, "the table of conductances")
        return self.matrix.toarray()

    def draw_lateral(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """Another state from its row."""
        return self._rows.draw_lateral(np.asarray(states), rng)

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The minimum over all other states joined to x, infinite where there is none."""
        return self._rows.lowest_other(values)


def _canonical(matrix: object) -> sp.csr_array:
    if not sp.issparse(matrix):
        raise InputError(f"a sparse kernel takes a scipy sparse matrix, got {type(matrix).__name__}")
    copy = sp.csr_array(matrix, dtype=np.float64, copy=True)
    if copy.ndim != 2 or copy.shape[0] != copy.shape[1] or copy.shape[0] == 0:
        raise InputError(f"a kernel must be a square matrix, got shape {copy.shape}")
    return copy
