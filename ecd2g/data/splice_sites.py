"""Human 5' splice sites: nine letters around the start of an intron, with their counts in the genome."""

import numpy as np

from ecd2g.data.sample_table import SampleTable
from ecd2g.data.shipped_files import read_shipped

NUCLEOTIDES = ("A", "C", "G", "U")
"""The letters of RNA, in which the file is written."""


def splice_sites() -> SampleTable:
    """Read 10,227 distinct splice sites, symbols ``(10227, 9)`` in A, C, G, U, weighted by 298,479 counts.

    Source and licence are in ``ecd2g/data/files/LICENSES.md``. InputError where the file is damaged.

    >>> splice_sites().symbols.shape
    (10227, 9)
    """
    lines = read_shipped("ss_sequences.txt").decode("utf-8").splitlines()
    entries = [line.split("\t") for line in lines if not line.startswith("#")][1:]  # the first is a header
    symbols = np.array([[NUCLEOTIDES.index(letter) for letter in word] for word, _ in entries])
    counts = np.array([int(count) for _, count in entries], dtype=np.float64)
    return SampleTable(symbols, counts, NUCLEOTIDES)
