"""Laplacians of a site, (L v)(x) = sum_y K(x, y) (v(x) - v(y)), formed from differences, and their rounding.

Formed as d v - K v, the Laplacian of potentials would carry the rounding of the potentials, which can be far above the
currents. Formed from differences it carries that of the differences. The `rounding` A of a Laplacian bounds it:
|error|_2 <= eps A sqrt(v . L v), with eps = 2.2e-16 and A in the root of siemens.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from ecd2g.circuit.kernels.site_blocks import PRODUCT, in_blocks

BANDS = 16
"""Up to this reach differences are formed distance by distance."""

BLOCK = 2**14
"""Numbers whose differences are formed in one piece."""

SOLVED = 512
"""Largest table whose spectral gap is computed for a bound."""


@dataclass(frozen=True, eq=False)
class BandLaplacian:
    """Ordered symbols: one pass for every distance at which some are joined, with the conductances of its pairs."""

    bands: tuple[tuple[int, NDArray[np.float64]], ...]
    lateral: float

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """L v along the last axis, O(S) for every distance."""
        return in_blocks(values, self._of_lines, BLOCK)

    def _of_lines(self, lines: NDArray[np.float64]) -> NDArray[np.float64]:
        result, currents = np.zeros_like(lines), np.empty_like(lines)
        for distance, conductances in self.bands:
            current = currents[:, distance:]
            np.subtract(lines[:, distance:], lines[:, :-distance], out=current)
            current *= conductances
            result[:, :-distance] -= current
            result[:, distance:] += current
        return result

    @property
    def rounding(self) -> float:
        """Each of 2 reach differences is rounded twice, and their sum as often as it has terms, by eps / 2 each."""
        return (len(self.bands) + 2) * sqrt(2.0 * self.lateral)


@dataclass(frozen=True, eq=False)
class ShiftedLaplacian:
    """Any table: the mean of every line is taken off first, which L does not see, and rounding does."""

    table: NDArray[np.float64]

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """L v along the last axis, O(S^2)."""
        return in_blocks(values, self._of_lines, PRODUCT // len(self.table))

    def _of_lines(self, lines: NDArray[np.float64]) -> NDArray[np.float64]:
        deviations = lines - lines.mean(axis=1, keepdims=True)
        return (self.table @ deviations.T).T

    @property
    def rounding(self) -> float:
        """A product of S terms with deviations u from the mean, |u|^2 <= v . L v / gap; infinite without a gap."""
        size = len(self.table)
        if size == 1:
            return 0.0
        if size > SOLVED:
            return float("inf")
        lateral = float(self.table.diagonal().max())
        gap = float(scipy.linalg.eigvalsh(self.table, subset_by_index=(1, 1))[0])
        return shifted_rounding(size, lateral, gap)


def site_laplacian(
    matrix: NDArray[np.float64], lateral: NDArray[np.float64]
) -> BandLaplacian | ShiftedLaplacian:
    """The Laplacian of a table with the lateral sums `lateral`, in the form that suits its reach."""
    size = len(matrix)
    reach = next((j for j in range(size - 1, 0, -1) if np.any(np.diagonal(matrix, j))), 0)
    if reach <= min(BANDS, size // 2):
        diagonals = ((j, np.ascontiguousarray(np.diagonal(matrix, j))) for j in range(1, reach + 1))
        return BandLaplacian(tuple(band for band in diagonals if np.any(band[1])), float(lateral.max()))
    return ShiftedLaplacian(np.diag(lateral) - (matrix - np.diag(np.diagonal(matrix))))


def shifted_rounding(n_terms: int, lateral: float, gap: float) -> float:
    """The bound of a `ShiftedLaplacian`: n_terms roundings of 2 lateral |u| with |u| <= sqrt(v . L v / gap)."""
    if not gap > 1e-12 * lateral:
        return float("inf")
    return (n_terms + 6) * 2.0 * lateral / sqrt(gap)
