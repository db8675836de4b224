"""Resistor networks as files: edge lists, Matrix Market and SciPy's own format."""

import os
from pathlib import Path

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.networks.values import Value, check_value
from ecd2g.data.network_matrices import matrix_bytes, read_matrix
from ecd2g.data.network_text import edge_list, read_edge_list
from ecd2g.data.regular_file import require_file
from ecd2g.data.whole_file import write_whole
from ecd2g.errors import InputError

EDGE_LISTS = (".csv", ".tsv", ".txt", ".edges")
"""Suffixes of edge lists."""

MATRICES = (".mtx", ".npz")
"""Suffixes of symmetric sparse matrices."""


def read_network(
    path: str | os.PathLike[str], *, value: Value, column: str | int | None = None
) -> ResistorNetwork:
    """Read a network from a file; `value` says whether its numbers are "resistance" (ohm) or "conductance" (siemens).

    - ``.csv``, ``.tsv``, ``.txt``, ``.edges``: an edge a line, two labels and a number, separated by commas in .csv,
      by tabs in .tsv, and by white space (or commas, where the first line has one) in .txt and .edges. Labels with
      separators may stand in quotation marks, except between white space. A line with one label is a node, with or
      without edges; one that another separator (``,``, ``;``, ``|``, tab or space) would make an edge is refused, and
      so is a file of such labels where no line has two fields. Blank lines and lines that start with ``#`` are
      skipped. The first line is a header where it has a word in place of the number and no number anywhere.
      `column` is the name in the header, or the place counted from 0, of the numbers; needed beyond three columns.
      Where all labels of the file are whole numbers without a leading zero the nodes are ints, otherwise all are
      texts. Nodes stand in the order of their first line; ints do in a file that has no line for a node alone in
      ascending order.
    - ``.mtx`` (Matrix Market, coordinates) and ``.npz`` (`scipy.sparse.save_npz`): see `ResistorNetwork.from_sparse`.

    Self-loops, parallel, open and zero-ohm edges are treated as in `ResistorNetwork`. InputError, naming the file and
    where possible the line, for whatever cannot be read so.

    >>> import pathlib
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "line.csv")
    ...     np.savetxt(file, [["a", "b", "1.0"], ["b", "c", "2.0"]], fmt="%s", delimiter=",")
    ...     network = read_network(file, value="resistance")
    >>> network.nodes, network.conductances
    (('a', 'b', 'c'), array([1. , 0.5]))
    """
    check_value(value)
    file = _known(path)
    require_file(file)
    if file.suffix.lower() in EDGE_LISTS:
        return read_edge_list(file, value, column)
    if column is not None:
        raise InputError(f"{file} is a matrix and has no column {column!r} to choose; leave out column")
    return read_matrix(file, value)


def write_network(network: ResistorNetwork, path: str | os.PathLike[str], *, value: Value) -> None:
    """Write the "resistance" in ohm or the "conductance" in siemens of every edge to a file for `read_network`.

    The suffix names the format. Conductances come back bit for bit, as do nodes and merged labels (as zero-ohm edges);
    resistances are rounded reciprocals. A file appears whole or not at all. InputError where labels would not come
    back: matrices number their nodes, edge lists hold ints or texts.

    >>> import pathlib
    >>> import tempfile
    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_network(line, pathlib.Path(folder, "line.csv"), value="conductance")
    ...     pathlib.Path(folder, "line.csv").read_text().split()
    ['"tail","head","conductance"', '0,1,1.0', '1,2,0.5']
    """
    check_value(value)
    file = _known(path)
    if file.suffix.lower() in EDGE_LISTS:
        content = edge_list(network, file, value)
    else:
        content = matrix_bytes(network, file, value)
    write_whole(file, content)


def _known(path: str | os.PathLike[str]) -> Path:
    """The path, if its suffix is one of a network."""
    file = Path(path)
    known = (*EDGE_LISTS, *MATRICES)
    if file.suffix.lower() not in known:
        raise InputError(
            f"{file} must end in one of {', '.join(known)}, got {file.suffix!r}; name the network's file so"
        )
    return file
