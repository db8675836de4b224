"""Modes of one site: orthonormal vectors q_k and eigenvalues of D^-1/2 K D^-1/2, each with its fast transform."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ecd2g.circuit.kernels.spectrum import Spectrum
from ecd2g.circuit.locked_arrays import read_only


class SiteModes(Protocol):
    """Orthonormal modes Q of a site of S symbols; mode 0 is the square root of the row sums."""

    @property
    def size(self) -> int:
        """Number of symbols S."""

    @property
    def spectrum(self) -> Spectrum:
        """The eigenvalues, in the order of the modes."""

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Q^T v along the last axis."""

    def backward(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Q m along the last axis."""


@dataclass(frozen=True, eq=False)
class ReflectionModes:
    """Modes of a complete site: the Householder reflection that swaps symbol 0 and the constant vector, O(S)."""

    size: int
    stay: float
    move: float

    @cached_property
    def spectrum(self) -> Spectrum:
        """1 - lambda = S b / s, 1 + lambda = (2 a + (S - 2) b) / s, with s = a + (S - 1) b; all but mode 0 agree."""
        row_sum = self.stay + (self.size - 1) * self.move
        fall, rise = np.zeros(self.size), np.full(self.size, 2.0)
        if self.size > 1:
            fall[1:] = self.size * self.move / row_sum
            rise[1:] = (2 * self.stay + (self.size - 2) * self.move) / row_sum
        return Spectrum(read_only(fall), read_only(rise))

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(sum v / sqrt(S), v_j + (v_0 - sum v / sqrt(S)) / (sqrt(S) - 1))."""
        if self.size == 1:
            return values.copy()
        root = np.sqrt(self.size)
        first = values.sum(axis=-1, keepdims=True) / root
        reflected = values + (values[..., :1] - first) / (root - 1)
        reflected[..., :1] = first
        return reflected

    def backward(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """The reflection again."""
        return self.forward(modes)


@dataclass(frozen=True, eq=False)
class CosineModes:
    """Modes of an ordinal site with reflecting ends: the cosine transform DCT-II, O(S log S)."""

    spectrum: Spectrum

    @property
    def size(self) -> int:
        """Number of symbols S."""
        return len(self.spectrum.fall)

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """DCT-II."""
        return scipy.fft.dct(values, norm="ortho", axis=-1)

    def backward(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """DCT-III."""
        return scipy.fft.idct(modes, norm="ortho", axis=-1)


@dataclass(frozen=True, eq=False)
class RingModes:
    """Modes of a ring: cos + sin of every frequency (the Hartley transform, its own inverse), O(S log S)."""

    spectrum: Spectrum

    @property
    def size(self) -> int:
        """Number of symbols S."""
        return len(self.spectrum.fall)

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The Hartley transform."""
        half = scipy.fft.rfft(values, norm="ortho", axis=-1)
        n_mirrored = (self.size - 1) // 2
        mirrored = half[..., 1 : n_mirrored + 1][..., ::-1]
        return np.concatenate([half.real - half.imag, mirrored.real + mirrored.imag], axis=-1)

    def backward(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """The Hartley transform again."""
        return self.forward(modes)


def ring_profile(size: int, profile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Conductance c(m) from a symbol to the one m places on, round a ring ``(size,)``.

    Steps of +j and of -j are edges of their own, profile[j] each; where both end on the same symbol, they add.
    """
    places = np.arange(size)
    one_way = np.zeros(size)
    np.add.at(one_way, np.arange(1, len(profile)) % size, profile[1:])
    around: NDArray[np.float64] = one_way + one_way[-places % size]  # the same number for m and -m
    around[0] += profile[0]
    return around


def ring_spectrum(around: NDArray[np.float64], n_modes: int) -> Spectrum:
    """lambda_k = sum_m c(m) cos(2 pi m k / R) / sum c for k < n_modes, as sums of squared sines and cosines.

    Steps are reduced in whole numbers first, so that what is zero is exactly zero. O(n_modes * nonzero c).
    """
    size = len(around)
    turned = np.arange(n_modes)
    fall, rise = np.zeros(n_modes), np.zeros(n_modes)
    for step in np.flatnonzero(around):
        place = int(step) * turned % size
        place = np.minimum(place, size - place)  # 0 .. size / 2, of a ring that looks alike both ways
        fall += around[step] * np.sin(np.pi * place / size) ** 2
        rise += around[step] * np.sin(np.pi * (size - 2 * place) / (2 * size)) ** 2
    total = around.sum()
    return Spectrum(read_only(2 * fall / total), read_only(2 * rise / total))
