"""Reading a file of samples, whatever its format."""

import os
from collections.abc import Callable
from pathlib import Path

from ecd2g.data.array_files import read_array_file
from ecd2g.data.regular_file import require_file
from ecd2g.data.sample_table import SampleTable
from ecd2g.data.text_files import read_csv_file, read_txt_file
from ecd2g.errors import InputError

READERS: dict[str, Callable[[Path], SampleTable]] = {
    ".npy": read_array_file,
    ".npz": read_array_file,
    ".csv": read_csv_file,
    ".txt": read_txt_file,
}
"""Suffix of a file name, in lower case, to the function that reads such a file."""


def read_samples(path: str | os.PathLike[str]) -> SampleTable:
    """Read the samples in a ``.npy``, ``.npz``, ``.csv`` or ``.txt`` file.

    - ``.npy``: an array of whole numbers, ``(n, n_sites)``, or ``(n,)`` for one site.
    - ``.npz``: one such array, or the one named ``samples``; with it ``weights`` ``(n,)``, counts or probabilities
      of the samples, if there are any. ``alphabet``, one text a symbol, and ``n_symbols``, one number or one a
      site, are read where an archive has them.
    - ``.csv``: a sample a line, symbols separated by commas. The first line is a header when none of its
      fields is a number and all fields of all later lines are. A header over words looks like a sample and
      cannot be told from one: a file of words must have no header.
    - ``.txt``: a sample a line, symbols separated by white space. Without any white space in the file, every
      character is a symbol (``ACGT``, ``0110``), unless the lines are numbers, one site: digits of several
      lengths without a leading zero, or with a sign, point or exponent. Where both can be meant, as in lines
      ``12`` and ``34`` only, the file is refused.

    In text, blank lines and lines starting with ``#`` are skipped. Where every symbol of the file is a number
    the symbols are those whole numbers; otherwise all of them are tokens and are numbered in sorted order.
    Refused, for they would be misread: other separators, a first line of another kind than the rest (unless it
    is a header), numbers that are not whole, columns of probabilities, letters in upper and lower case.

    InputError, naming the file and the line, for whatever cannot be read so.

    >>> import pathlib
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "words.txt")
    ...     np.savetxt(file, ["ACG", "AUG"], fmt="%s")
    ...     table = read_samples(file)
    >>> table.alphabet, table.symbols.tolist()
    (('A', 'C', 'G', 'U'), [[0, 1, 2], [0, 3, 2]])
    """
    file = Path(path)
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise InputError(
            f"{file} must end in one of {', '.join(READERS)}, got {file.suffix!r}; save the samples as such"
        )
    require_file(file)
    return reader(file)
