"""Samples as they were read: one row of symbols a sample."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHOWN = 8
"""Most symbols that a description lists."""


@dataclass(frozen=True, eq=False)
class SampleTable:
    """Samples of one file: `symbols` ``(n, n_sites)`` int64, and `weights` ``(n,)`` where the file has them.

    `alphabet` is None for files of whole numbers. For files of letters or words it holds the distinct tokens
    of the whole file in sorted order, and symbol k stands for ``alphabet[k]``. `n_symbols` is the size of the
    alphabet of every site, where the file itself says so.
    """

    symbols: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None
    alphabet: tuple[str, ...] | None = None
    n_symbols: tuple[int, ...] | None = None

    @property
    def n_sites(self) -> int:
        """Number of sites, the width of the table."""
        return self.symbols.shape[1]

    def counts(self) -> NDArray[np.float64]:
        """Weights ``(n,)``, or 1 a sample where the file has none."""
        return np.ones(len(self.symbols)) if self.weights is None else self.weights

    def describe(self) -> str:
        """What was read, in one line: how many samples and sites, and the symbols that occur.

        >>> SampleTable(np.array([[0, 2], [1, 0]]), alphabet=("A", "C", "G")).describe()
        '2 samples x 2 sites, 3 symbols: A C G'
        """
        found = np.unique(self.symbols).tolist()
        spelled = [str(symbol) if self.alphabet is None else self.alphabet[symbol] for symbol in found]
        if len(spelled) > SHOWN:
            spelled = [*spelled[: SHOWN - 1], "...", spelled[-1]]
        kind = "samples" if self.weights is None else "weighted samples"
        return (
            f"{_counted(len(self.symbols), kind)} x {_counted(self.n_sites, 'sites')}, "
            f"{_counted(len(found), 'symbols')}: {' '.join(spelled)}"
        )


def _counted(count: int, things: str) -> str:
    return f"{count:,} {things[:-1] if count == 1 else things}"
