"""Resistor networks as files of a sparse matrix: .mtx and .npz."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.networks.values import Value
from ecd2g.data.network_text import number_of
from ecd2g.data.stored_arrays import read_arrays
from ecd2g.errors import Ecd2gError, InputError

PLACES = {"csr": ("indices", "indptr"), "csc": ("indices", "indptr"), "coo": ("row", "col")}
"""Formats that are read, and the arrays that say where the numbers stand."""


def read_matrix(file: Path, value: Value) -> ResistorNetwork:
    """Read a symmetric sparse matrix by the rules of `read_network`; nothing is ever unpickled."""
    try:
        matrix = _matrix_market(file) if file.suffix.lower() == ".mtx" else _saved_matrix(file)
    except Ecd2gError:
        raise
    except Exception as error:  # numpy, scipy and zipfile list no closed set of what damaged files raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{file} must be an intact sparse matrix, but reading it failed ({reason}); "
            f"write it with scipy.io.mmwrite or scipy.sparse.save_npz"
        ) from error
    try:
        return ResistorNetwork.from_sparse(**{value: matrix})
    except Ecd2gError as error:
        raise type(error)(f"{file} cannot be read as a network: {error}") from None


def matrix_bytes(network: ResistorNetwork, file: Path, value: Value) -> bytes:
    """The content of a file that holds the network as a matrix."""
    if network.merged or list(network.nodes) != list(range(network.n_nodes)):
        raise InputError(
            f"{file} would number the nodes 0..{network.n_nodes - 1} and lose their labels; write .csv instead"
        )
    stream, matrix = io.BytesIO(), network.to_sparse(value)
    if file.suffix.lower() == ".mtx":
        scipy.io.mmwrite(stream, matrix, field="real", precision=17, symmetry="symmetric")
    else:
        sp.save_npz(stream, matrix)
    return stream.getvalue()


def _matrix_market(file: Path) -> Any:
    content = file.read_bytes()
    *shape, n_entries, layout, field, symmetry = scipy.io.mminfo(io.BytesIO(content))
    known = field in ("real", "integer", "double") and symmetry in ("general", "symmetric")
    if layout != "coordinate" or not known:
        raise InputError(
            f"{file} must list real numbers with their coordinates, got {layout} {field} {symmetry}; "
            f'write it with scipy.io.mmwrite(..., field="real") from a sparse array'
        )
    entries = _entries(file, content, n_entries)
    places = entries[:, :2] - 1
    if np.any((places < 0) | (places >= shape) | (places % 1 != 0)):
        raise InputError(f"{file} must have coordinates from 1 to {shape[0]}; write it again")
    if np.any(np.isinf(entries[:, 2]) | (entries[:, 2] == 0)):
        _refuse_rounded(file, content)
    rows, columns = places.T.astype(np.int64)
    mirrored = (rows != columns) & (symmetry == "symmetric")  # an entry given once stands for two
    values = np.concatenate([entries[:, 2], entries[mirrored, 2]])
    ends = (np.concatenate([rows, columns[mirrored]]), np.concatenate([columns, rows[mirrored]]))
    return sp.coo_array((values, ends), shape=tuple(shape))


def _entries(file: Path, content: bytes, n_entries: int) -> NDArray[np.float64]:
    """Row, column and number of every entry, ``(n_entries, 3)``.

    Not by scipy.io.mmread, which was seen to end the interpreter on a damaged file.
    """
    lines = (line for line in content.decode("latin-1").splitlines() if not line.startswith("%"))
    _, *body = (line for line in lines if line.strip())
    if len(body) != n_entries:
        raise InputError(f"{file} must hold {n_entries} entries, got {len(body)}; write it again")
    if not body:
        return np.empty((0, 3))
    table = np.loadtxt(body, ndmin=2, comments=None)
    if table.shape[1] != 3:
        raise InputError(f"{file} must hold two coordinates and a number a line, got {table.shape[1]} fields")
    return np.asarray(table, dtype=np.float64)


def _refuse_rounded(file: Path, content: bytes) -> None:
    """Raise InputError where a number was rounded to zero or infinity, and so would stand for a wire or a gap."""
    for line, text in enumerate(content.decode("latin-1").splitlines(), start=1):
        fields = text.split()
        if len(fields) == 3 and not text.startswith("%") and number_of(fields[2]) is None:
            raise InputError(f"{file}, line {line} must hold a number that a float can hold, got {fields[2]}")


def _saved_matrix(file: Path) -> Any:
    arrays = read_arrays(file)
    name = arrays["format"].astype(str).item()
    if name not in PLACES:
        raise InputError(f"{file} must hold a matrix in format {', '.join(PLACES)}, got {name:.20}")
    shape, *places = (arrays[key] for key in ("shape", *PLACES[name]))
    if any(array.dtype.kind not in "iu" for array in (shape, *places)):
        raise ValueError("its shape and its places must be whole numbers")
    data, size = arrays["data"], tuple(shape.tolist())
    if name == "coo":
        return sp.coo_array((data, tuple(places)), shape=size)
    matrix = {"csr": sp.csr_array, "csc": sp.csc_array}[name]((data, *places), shape=size)
    matrix.check_format(full_check=True)  # a damaged file may point outside its own arrays
    return matrix
