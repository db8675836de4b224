"""States of a problem from a file: the samples of the user's own that are to be carried."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.problem import Problem
from ecd2g.data.sample_files import read_samples
from ecd2g.data.sample_pair import check_range, respell
from ecd2g.data.sample_table import SampleTable
from ecd2g.errors import InputError

LISTED = 40
"""Symbols of an alphabet that a message lists at most."""


def read_starts(path: str | os.PathLike[str], problem: Problem) -> NDArray[np.int64]:
    """Read states ``(n, n_sites)`` of a problem, in the order of the file and in the alphabet of the problem.

    Formats are those of `read_samples`. InputError where one of them does not lie in the space, and where the
    file has weights: every state is one start.

    >>> import pathlib
    >>> import tempfile
    >>> import numpy as np
    >>> from ecd2g.data import uniform_to_gaussian
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "mine.csv")
    ...     np.savetxt(file, [2, 0], fmt="%d")
    ...     starts = read_starts(file, uniform_to_gaussian(3))
    >>> starts.tolist()
    [[2], [0]]
    """
    file = Path(path)
    table = read_samples(file)
    if table.n_sites != problem.space.n_sites:
        raise InputError(
            f"the starts must have {problem.space.n_sites} symbols each like the source, "
            f"got {table.n_sites} in {file}"
        )
    if table.weights is not None:
        raise InputError(
            f"the starts in {file} must have no weights; list a state as often as it is to start"
        )
    if problem.alphabet is not None:
        table = _in_alphabet(file, table, problem.alphabet)
    elif table.alphabet is not None:
        raise InputError(f"the starts in {file} must be whole numbers like the source, but they are words")
    check_range(file, problem.space, table)
    return table.symbols


def _in_alphabet(file: Path, table: SampleTable, alphabet: tuple[str, ...]) -> SampleTable:
    if table.alphabet is None:
        found, symbols = np.unique(table.symbols, return_inverse=True)
        tokens = tuple(str(symbol) for symbol in found.tolist())
        table = SampleTable(symbols.reshape(table.symbols.shape), alphabet=tokens)
    used = {(table.alphabet or ())[symbol] for symbol in np.unique(table.symbols)}
    unknown = sorted(used - {*alphabet})
    if unknown:
        more = " ..." if len(alphabet) > LISTED else ""
        raise InputError(
            f"the starts in {file} must be spelled in the alphabet of the source and the target, "
            f"{' '.join(alphabet[:LISTED])}{more}, got {unknown[0]!r}"
        )
    return respell(table, alphabet)
