"""A kernel given as a table over all states."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.kernels.matrix_site import MatrixSite
from ecd2g.circuit.kernels.site_kernel import checked_matrix, dense_site
from ecd2g.circuit.kernels.site_laplacian import BandLaplacian, ShiftedLaplacian, site_laplacian
from ecd2g.circuit.kernels.sparse_rows import SparseRows, clean
from ecd2g.circuit.kernels.spectrum import Spectrum


@dataclass(frozen=True, eq=False)
class DenseKernel:
    """Any symmetric, non-negative matrix of conductances, in siemens; zero means no edge.

    >>> kernel = DenseKernel(np.array([[1.0, 0.5], [0.5, 0.0]]))
    >>> kernel.row_sums(), kernel.n_pairs
    (array([1.5, 0.5]), 3)
    """

    matrix: NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", checked_matrix(self.matrix))

    @property
    def n_states(self) -> int:
        """Number of states V."""
        return len(self.matrix)

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """V K, O(V^2)."""
        return values @ self.matrix

    def row_sums(self) -> NDArray[np.float64]:
        """Sum of every row."""
        return self.matrix.sum(axis=1)

    def table(self) -> NDArray[np.float64]:
        """The matrix."""
        return self.matrix

    @property
    def sizes(self) -> tuple[int, ...]:
        """One site of V symbols."""
        return (self.n_states,)

    @property
    def n_pairs(self) -> int:
        """Number of nonzero entries."""
        return int(self._joined.matrix.nnz)

    def stay(self) -> NDArray[np.float64]:
        """The diagonal."""
        return self.matrix.diagonal().copy()

    def lateral_sums(self) -> NDArray[np.float64]:
        """Sum of every row without its diagonal."""
        return self._joined.lateral_sums.copy()

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """sum_{y != x} K(x, y) (v(x) - v(y)), O(V^2)."""
        return self._laplacian(values)

    def laplacian_rounding(self) -> float:
        """From the spectral gap of the Laplacian, O(V^3); infinite for more than 512 states."""
        return self._laplacian_rounding

    def rows(self, states: NDArray[np.intp]) -> sp.csr_array:
        """Rows of the matrix."""
        return self._joined.matrix[np.asarray(states)]

    def draw_lateral(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """Another state from its row."""
        return self._joined.draw_lateral(np.asarray(states), rng)

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The minimum over all other states joined to x, infinite where there is none."""
        return self._joined.lowest_other(values)

    def spectrum(self) -> Spectrum:
        """Eigenvalues of D^-1/2 K D^-1/2, O(V^3) once; InputError where a state has no edge at all."""
        return self._site.modes.spectrum

    def to_modes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """U^T v, O(V^2)."""
        return self._site.modes.forward(values / np.sqrt(self._site.row_sums))

    def from_modes(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """U m, O(V^2)."""
        return self._site.modes.backward(modes) / np.sqrt(self._site.row_sums)

    @cached_property
    def _site(self) -> MatrixSite:
        return dense_site(self.matrix)

    @cached_property
    def _joined(self) -> SparseRows:
        return SparseRows(clean(sp.csr_array(self.matrix)))

    @cached_property
    def _laplacian_rounding(self) -> float:
        return self._laplacian.rounding

    @cached_property
    def _laplacian(self) -> BandLaplacian | ShiftedLaplacian:
        return site_laplacian(self.matrix, self._joined.lateral_sums)
