"""Rows of a sparse matrix of conductances: draws from them, their minima, and products of rows."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.locked_arrays import read_only
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A symmetric sparse matrix (CSR, sorted, without stored zeros) seen row by row."""

    matrix: sp.csr_array

    @cached_property
    def stay(self) -> NDArray[np.float64]:
        """The diagonal."""
        return self.matrix.diagonal()

    @cached_property
    def lateral(self) -> sp.csr_array:
        """The matrix without its diagonal."""
        coo = self.matrix.tocoo()
        other = coo.row != coo.col
        return sp.csr_array((coo.data[other], (coo.row[other], coo.col[other])), shape=coo.shape)

    @cached_property
    def lateral_sums(self) -> NDArray[np.float64]:
        """Row sums without the diagonal."""
        return self.lateral.sum(axis=1)

    @cached_property
    def _running(self) -> NDArray[np.float64]:
        return running_rows(self.matrix)

    @cached_property
    def _running_lateral(self) -> NDArray[np.float64]:
        return running_rows(self.lateral)

    def draw(self, rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """A column of every given row with probability in proportion to the entry."""
        return draw_columns(self.matrix, self._running, rows, rng)

    def draw_lateral(self, rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """The same without the diagonal; InputError where nothing else is in the row."""
        return draw_columns(self.lateral, self._running_lateral, rows, rng)

    def lowest_other(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lowest of values(y) over joined y != x, infinite where there is none; values ``(S,)``."""
        graph = self.lateral
        lowest = np.full(len(values), np.inf)
        joined = np.diff(graph.indptr) > 0
        if joined.any():
            lowest[joined] = np.minimum.reduceat(values[graph.indices], graph.indptr[:-1][joined])
        return lowest


def running_rows(matrix: sp.csr_array) -> NDArray[np.float64]:
    """Running sums of the entries of every row, begun anew in each."""
    running = np.empty_like(matrix.data)
    lengths = np.diff(matrix.indptr)
    for length in np.unique(lengths):
        if length:
            places = matrix.indptr[:-1][lengths == length, None] + np.arange(length)
            running[places] = np.cumsum(matrix.data[places], axis=1)
    return running


def draw_columns(
    matrix: sp.csr_array, running: NDArray[np.float64], rows: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """A column of every given row, by bisection of its running sums, O(log of the entries of a row)."""
    low, high = matrix.indptr[rows].astype(np.intp), matrix.indptr[rows + 1].astype(np.intp) - 1
    if np.any(high < low):
        raise InputError(f"state {rows[np.argmax(high < low)]} has no edge to any other state to draw from")
    height = rng.random(len(rows)) * running[high]
    while np.any(low < high):
        middle = (low + high) // 2
        above = running[middle] > height
        low, high = np.where(above, low, middle + 1), np.where(above, middle, high)
    return matrix.indices[low].astype(np.intp)


def rows_product(matrix: sp.csr_array, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """K v of a symmetric matrix along the last axis ``(..., S)``."""
    flat = values.reshape(-1, values.shape[-1])
    return np.ascontiguousarray((matrix @ flat.T).T).reshape(values.shape)


def row_products(slow: sp.csr_array, fast: sp.csr_array) -> sp.csr_array:
    """Row by row the Kronecker product: row n is kron(slow[n], fast[n]), its columns numbered slow * size + fast."""
    counts, fast_counts = np.diff(slow.indptr).astype(np.int64), np.diff(fast.indptr).astype(np.int64)
    lengths = counts * fast_counts
    starts = np.concatenate([[0], np.cumsum(lengths)])
    row = np.repeat(np.arange(len(lengths)), lengths)
    first, second = np.divmod(np.arange(starts[-1]) - starts[row], np.maximum(fast_counts[row], 1))
    first, second = first + slow.indptr[row], second + fast.indptr[row]
    columns = slow.indices[first].astype(np.int64) * fast.shape[1] + fast.indices[second]
    shape = (slow.shape[0], slow.shape[1] * fast.shape[1])
    return sp.csr_array((slow.data[first] * fast.data[second], columns, starts), shape=shape)


def clean(matrix: sp.csr_array) -> sp.csr_array:
    """The matrix with its zeros dropped, its columns sorted and its arrays closed to writing."""
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    for array in (matrix.data, matrix.indices, matrix.indptr):
        read_only(array)
    return matrix
