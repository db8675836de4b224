"""A site kept as a table of conductances."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.kernels.site_blocks import table_product
from ecd2g.circuit.kernels.site_laplacian import BandLaplacian, ShiftedLaplacian, site_laplacian
from ecd2g.circuit.kernels.site_modes import SiteModes
from ecd2g.circuit.kernels.sparse_rows import SparseRows, clean, rows_product
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.errors import CapacityError, InputError

SITE_LIMIT = 2**13
"""Most symbols of a site that is kept as a table (half a gigabyte); complete sites need none."""


@dataclass(frozen=True, eq=False)
class MatrixSite:
    """A site kept as a table; products cost O(S^2), or O(nonzeros) where these are few.

    `row_sum` is the sum of every row where all agree (to rounding), else None.
    """

    matrix: NDArray[np.float64]
    modes: SiteModes
    row_sum: float | None
    joined: SparseRows = field(repr=False)

    @classmethod
    def of(cls, matrix: NDArray[np.float64], modes: SiteModes, row_sum: float | None) -> "MatrixSite":
        """A site from its table, which is closed to writing."""
        return cls(read_only(matrix), modes, row_sum, SparseRows(clean(sp.csr_array(matrix))))

    @property
    def size(self) -> int:
        """Number of symbols S."""
        return len(self.matrix)

    @cached_property
    def row_sums(self) -> NDArray[np.float64]:
        """Row sums ``(S,)``, exactly alike on a regular site."""
        sums = self.matrix.sum(axis=1) if self.row_sum is None else np.full(self.size, self.row_sum)
        return read_only(sums)

    @property
    def stay(self) -> NDArray[np.float64]:
        """The diagonal."""
        return self.joined.stay

    @property
    def lateral_sums(self) -> NDArray[np.float64]:
        """Row sums without the diagonal."""
        return self.joined.lateral_sums

    @property
    def n_pairs(self) -> int:
        """Number of nonzero entries."""
        return int(self.joined.matrix.nnz)

    @property
    def row_length(self) -> int:
        """Most nonzero entries of a row."""
        return int(np.diff(self.joined.matrix.indptr).max())

    @cached_property
    def _is_sparse(self) -> bool:
        return self.size > 128 and 32 * self.n_pairs < self.size**2

    @cached_property
    def _laplacian(self) -> BandLaplacian | ShiftedLaplacian:
        return site_laplacian(self.matrix, self.lateral_sums)

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """K v."""
        return (
            rows_product(self.joined.matrix, values)
            if self._is_sparse
            else table_product(values, self.matrix)
        )

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """sum_{y != x} K(x, y) (v(x) - v(y)), from differences."""
        return self._laplacian(values)

    @property
    def laplacian_rounding(self) -> float:
        """What bounds its rounding, see `site_laplacian`."""
        return self._laplacian.rounding

    @cached_property
    def _reach(self) -> int | None:
        """R where exactly all symbols up to R apart are joined (oneself counted or not), else None."""
        pairs = self.joined.lateral.tocoo()
        reach = int(np.max(np.abs(pairs.row - pairs.col), initial=0))
        return reach if pairs.nnz == reach * (2 * self.size - 1 - reach) else None

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """A sliding minimum, O(S log reach), where all symbols up to some reach are joined; else O(nonzeros)."""
        if self._reach == self.size - 1:
            return lowest_of_all(values)
        if self._reach is not None:
            return sliding_lowest(values, self._reach)
        lowest, pattern = np.array(values), self.joined.lateral
        for symbol in range(self.size):
            joined = pattern.indices[pattern.indptr[symbol] : pattern.indptr[symbol + 1]]
            below = values[..., joined].min(axis=-1, initial=np.inf)
            lowest[..., symbol] = np.minimum(values[..., symbol], below)
        return lowest

    def rows(self, symbols: NDArray[np.intp]) -> sp.csr_array:
        """Rows of K."""
        return self.joined.matrix[symbols]

    def draw(self, symbols: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """A symbol from its row."""
        return self.joined.draw(symbols, rng)

    def draw_lateral(self, symbols: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """Another symbol from its row."""
        return self.joined.draw_lateral(symbols, rng)


def lowest_of_all(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minimum along the last axis, for every entry of it; a short axis symbol by symbol, which is faster."""
    if values.shape[-1] > 16:
        return np.broadcast_to(values.min(axis=-1, keepdims=True), values.shape)
    lowest = values[..., 0]
    for symbol in range(1, values.shape[-1]):
        lowest = np.minimum(lowest, values[..., symbol])
    return np.broadcast_to(lowest[..., None], values.shape)


def sliding_lowest(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Minimum over all places up to `reach` away along the last axis, by windows that grow threefold.

    >>> sliding_lowest(np.array([3.0, 1.0, 4.0, 1.5, 5.0, 9.0]), 1)
    array([1. , 1. , 1. , 1.5, 1.5, 5. ])
    """
    lowest, covered = values, 0
    while covered < min(reach, values.shape[-1] - 1):
        step = min(2 * covered + 1, reach - covered, values.shape[-1] - 1)
        grown = lowest.copy()
        np.minimum(grown[..., step:], lowest[..., :-step], out=grown[..., step:])
        np.minimum(grown[..., :-step], lowest[..., step:], out=grown[..., :-step])
        np.minimum(
            grown[..., :step], lowest[..., :1], out=grown[..., :step]
        )  # windows that begin before the end
        np.minimum(grown[..., -step:], lowest[..., -1:], out=grown[..., -step:])
        lowest, covered = grown, covered + step
    return lowest


def require_site(size: int) -> int:
    """The size, or CapacityError where a table of the site would be too large."""
    if size < 1:
        raise InputError(f"a site needs at least one symbol, got {size}")
    if size > SITE_LIMIT:
        raise CapacityError(
            f"a site kept as a table may have at most {SITE_LIMIT} symbols, got {size}; use fewer symbols or more "
            f"sites, or a complete site, which needs no table"
        )
    return size
