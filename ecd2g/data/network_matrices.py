"""Resistor networks as files of a sparse matrix: .mtx and .npz."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.sparse as sp

from ecd2g.circuit.network import ResistorNetwork
from ecd2g.circuit.network_values import Value
from ecd2g.data.network_text import number_of
from ecd2g.errors import Ecd2gError, InputError


def read_matrix(file: Path, value: Value) -> ResistorNetwork:
    """Read a symmetric sparse matrix by the rules of `read_network`; nothing is ever unpickled."""
    try:
        matrix = _matrix_market(file) if file.suffix.lower() == ".mtx" else _saved_matrix(file)
    except InputError:
        raise
    except Exception as error:  # numpy, scipy and zipfile list no closed set of what damaged files raise
        reason = " ".join(str(error).split()) or type(error).__name__
        if "pickle" in reason:  # numpy's own advice would be to trust the file
            reason = "it holds Python objects"
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
    *_, n_entries, layout, field, _ = scipy.io.mminfo(io.BytesIO(content))
    if layout != "coordinate" or field not in ("real", "integer", "double"):
        raise InputError(
            f"{file} must list real numbers with their coordinates, got {layout} {field}; "
            f'write it with scipy.io.mmwrite(..., field="real") from a sparse array'
        )
    if n_entries > len(content):  # no memory is asked for on the word of a damaged file
        raise InputError(f"{file} must hold {n_entries} entries, but it is too short; write it again")
    matrix = scipy.io.mmread(io.BytesIO(content))
    if np.any(np.isinf(matrix.data) | (matrix.data == 0)):
        _refuse_rounded(file, content)
    return matrix


def _refuse_rounded(file: Path, content: bytes) -> None:
    """Raise InputError where a number was rounded to zero or infinity, and so would stand for a wire or a gap."""
    for line, text in enumerate(content.decode("latin-1").splitlines(), start=1):
        fields = text.split()
        if len(fields) == 3 and not text.startswith("%") and number_of(fields[2]) is None:
            raise InputError(f"{file}, line {line} must hold a number that a float can hold, got {fields[2]}")


def _saved_matrix(file: Path) -> Any:
    with file.open("rb") as stream:
        matrix: Any = sp.load_npz(stream)
    if matrix.format in ("csr", "csc"):
        matrix.check_format(full_check=True)  # a damaged file may point outside its own arrays
    elif matrix.format != "coo":
        raise InputError(f"{file} must hold a matrix in format csr, csc or coo, got {matrix.format}")
    return matrix
