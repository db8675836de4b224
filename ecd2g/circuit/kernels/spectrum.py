"""The eigenvalues of a kernel, kept by their distances from 1 and from -1, which nothing may cancel."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.locked_arrays import lock


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues lambda_k of K u = lambda D u, -1 <= lambda <= 1, as fall = 1 - lambda and rise = 1 + lambda ``(V,)``.

    A slow mode has a fall of 1e-6 or 1e-18, which 1 - lambda would lose. A fall of exactly 0 marks a group of states
    that no edge leaves; a rise of exactly 0 a group whose edges all cross between two halves.
    `error` bounds the absolute error of both; 0 where they are right to rounding of their own size.
    """

    fall: NDArray[np.float64]
    rise: NDArray[np.float64]
    error: float = 0.0

    def __post_init__(self) -> None:
        lock(self, "fall", "rise")  # kernels keep their spectra

    @cached_property
    def deficit(self) -> NDArray[np.float64]:
        """1 - abs(lambda)."""
        return np.minimum(self.fall, self.rise)

    @cached_property
    def sign(self) -> NDArray[np.float64]:
        """1 where lambda >= 0, else -1."""
        return np.where(self.fall <= self.rise, 1.0, -1.0)

    @property
    def values(self) -> NDArray[np.float64]:
        """The eigenvalues themselves."""
        return self.sign * (1.0 - self.deficit)


def product_spectrum(spectra: list[Spectrum]) -> Spectrum:
    """All products of one eigenvalue a factor, the first factor slowest: a sum of positive numbers throughout.

    With m = 1 - abs(lambda): 1 - abs(lambda mu) = m + (1 - m) m', and signs multiply.
    """
    deficit, sign = np.zeros(1), np.ones(1)
    for spectrum in spectra:
        deficit = (deficit[:, None] + (1.0 - deficit[:, None]) * spectrum.deficit).ravel()
        sign = np.multiply.outer(sign, spectrum.sign).ravel()
    low, high = np.where(sign > 0, deficit, 2.0 - deficit), np.where(sign > 0, 2.0 - deficit, deficit)
    return Spectrum(low, high, sum(spectrum.error for spectrum in spectra))


def mean_spectrum(spectra: list[Spectrum], weights: list[float], stay: float) -> Spectrum:
    """All weighted means of one eigenvalue a part and of 1, with weight `stay`, the first part slowest."""
    fall, rise, total = np.zeros(1), np.full(1, 2.0 * stay), stay + sum(weights)
    for spectrum, weight in zip(spectra, weights, strict=True):
        fall = np.add.outer(fall, weight * spectrum.fall).ravel()
        rise = np.add.outer(rise, weight * spectrum.rise).ravel()
    return Spectrum(fall / total, rise / total, max((spectrum.error for spectrum in spectra), default=0.0))
