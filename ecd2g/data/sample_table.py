"""Samples as they were read: one row of symbols a sample."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class SampleTable:
    """Samples of one file: `symbols` ``(n, n_sites)`` int64, and `weights` ``(n,)`` where the file has them.

    `alphabet` is None for files of whole numbers. For files of letters or words it holds the distinct tokens
    of the whole file in sorted order, and symbol k stands for ``alphabet[k]``.
    """

    symbols: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None
    alphabet: tuple[str, ...] | None = None

    @property
    def n_sites(self) -> int:
        """Number of sites, the width of the table."""
        return self.symbols.shape[1]

    def counts(self) -> NDArray[np.float64]:
        """Weights ``(n,)``, or 1 a sample where the file has none."""
        return np.ones(len(self.symbols)) if self.weights is None else self.weights
