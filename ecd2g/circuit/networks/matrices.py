"""Resistor networks as symmetric sparse matrices."""

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.networks.nodes import numbered
from ecd2g.circuit.networks.values import Value, to_siemens
from ecd2g.errors import InputError


def edges_of_matrix(matrix: Any, value: Value) -> tuple[range, NDArray[np.intp], NDArray[np.float64]]:
    """Labels, edges ``(m, 2)`` and siemens ``(m,)`` of a symmetric matrix: what it stores from its diagonal upwards."""
    rows = _rows(matrix, value)
    entries = rows.tocoo()
    row, col = entries.row.astype(np.intp), entries.col.astype(np.intp)
    _refuse_laplacian(rows.data[row != col])
    _check_symmetric(rows)
    upper = row <= col
    pairs = np.stack([row[upper], col[upper]], axis=1)
    siemens = to_siemens(rows.data[upper], value, len(pairs), lambda k: f"entry {tuple(pairs[k].tolist())}")
    return range(rows.shape[0]), pairs, siemens


def matrix_of(
    n_nodes: int, tails: NDArray[np.intp], heads: NDArray[np.intp], numbers: NDArray[np.float64]
) -> sp.csr_array:
    """The symmetric matrix with one number for every edge, above the diagonal and below."""
    half = sp.coo_array((numbers, (tails, heads)), shape=(n_nodes, n_nodes))
    return sp.csr_array(half + half.T)


def _rows(matrix: Any, value: Value) -> Any:
    """The matrix in format csr, its stored entries in order and each once."""
    is_sparse = sp.issparse(matrix)
    if not is_sparse:
        raise InputError(
            f"the matrix must be a SciPy sparse array, got {type(matrix).__name__}; in a dense one an edge that is "
            f"not there could not be told from a stored zero"
        )
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InputError(f"the matrix must be square, one row and one column a node, got {matrix.shape}")
    numbered(matrix.shape[0])  # refuses what is too large before anything of that length is made
    if matrix.dtype.kind not in "iuf":
        raise InputError(f"the matrix must hold real numbers, got {matrix.dtype}; use matrix.astype(float)")
    if value == "resistance" and matrix.format in ("bsr", "dia"):
        raise InputError(
            f"a matrix of resistances must not be in format {matrix.format}, where zeros only fill up; "
            f"use matrix.tocsr() and mind its stored zeros, which are zero-ohm edges"
        )
    rows = sp.csr_array(matrix)
    if not rows.has_canonical_format:
        rows = rows.copy()  # it may share its arrays with the caller's
        rows.sum_duplicates()
    if value == "resistance" and rows.nnz < matrix.nnz:
        raise InputError(
            "a matrix of resistances must store every entry once, for resistances of parallel edges do not add "
            "up; call matrix.sum_duplicates() if their sum is meant, or give conductances"
        )
    return rows


def _refuse_laplacian(off_diagonal: NDArray) -> None:
    if np.any(off_diagonal < 0) and np.all(off_diagonal <= 0):
        raise InputError(
            "the matrix must hold resistances or conductances, none of them negative, but this one is a Laplacian; "
            "pass conductance=scipy.sparse.diags_array(matrix.diagonal()) - matrix"
        )


def _check_symmetric(rows: Any) -> None:
    """Raise InputError where an entry is not what stands across the diagonal, zeros that are stored included."""
    turned = rows.T.tocsr()  # sorted, as every conversion from columns to rows is
    if not (np.array_equal(rows.indptr, turned.indptr) and np.array_equal(rows.indices, turned.indices)):
        row, col = min(set(_places(rows)) - set(_places(turned)))
        raise InputError(
            f"the matrix must be symmetric, but entry ({row}, {col}) is stored and ({col}, {row}) is not; "
            f"of a triangle, pass matrix + matrix.T"
        )
    differs = (rows.data != turned.data) & ~(np.isnan(rows.data) & np.isnan(turned.data))
    if differs.any():
        k = int(np.argmax(differs))
        row, col = _places(rows)[k]
        raise InputError(
            f"the matrix must be symmetric, but entry ({row}, {col}) is {rows.data[k]} and ({col}, {row}) is "
            f"{turned.data[k]}; make both the same"
        )


def _places(rows: Any) -> list[tuple[int, int]]:
    entries = rows.tocoo()
    return list(zip(entries.row.tolist(), entries.col.tolist(), strict=True))
