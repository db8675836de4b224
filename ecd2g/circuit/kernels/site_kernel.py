"""Kernels of a single site, of which kernels over many sites are made."""

from dataclasses import dataclass
from math import fsum, sqrt
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import real_array
from ecd2g.circuit.kernels.dense_modes import DenseModes
from ecd2g.circuit.kernels.matrix_site import MatrixSite, lowest_of_all, require_site
from ecd2g.circuit.kernels.site_modes import (
    CosineModes,
    ReflectionModes,
    RingModes,
    SiteModes,
    ring_profile,
    ring_spectrum,
)
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.errors import InputError


class SiteKernel(Protocol):
    """A symmetric, non-negative S x S matrix of conductances between the symbols of one site.

    All values have the site along their last axis; symbols are arrays ``(n,)``.
    """

    @property
    def size(self) -> int:
        """Number of symbols S."""

    @property
    def modes(self) -> SiteModes:
        """Modes of D^-1/2 K D^-1/2."""

    @property
    def row_sum(self) -> float | None:
        """The sum of every row where all agree (a regular site), else None."""

    @property
    def row_sums(self) -> NDArray[np.float64]:
        """Row sums ``(S,)``."""

    @property
    def stay(self) -> NDArray[np.float64]:
        """The diagonal ``(S,)``."""

    @property
    def lateral_sums(self) -> NDArray[np.float64]:
        """Row sums without the diagonal ``(S,)``."""

    @property
    def n_pairs(self) -> int:
        """Number of nonzero entries."""

    @property
    def row_length(self) -> int:
        """Most nonzero entries of a row."""

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The S x S table."""

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """K v."""

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """sum_y K(x, y) (v(x) - v(y)); the diagonal of K has no part in it."""

    @property
    def laplacian_rounding(self) -> float:
        """A with |rounding of L v| <= eps A sqrt(v . L v), see `site_laplacian`."""

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lowest of v over the symbol itself and all symbols joined to it."""

    def rows(self, symbols: NDArray[np.intp]) -> sp.csr_array:
        """Rows of K ``(n, S)``."""

    def draw(self, symbols: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """A symbol y with probability K(x, y) / sum_z K(x, z)."""

    def draw_lateral(self, symbols: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """Another symbol y != x with probability K(x, y) / sum_{z != x} K(x, z)."""


@dataclass(frozen=True, eq=False)
class CompleteSite:
    """`forward` siemens from a symbol to itself and `lateral` to every other one; everything costs O(S)."""

    size: int
    forward: float
    lateral: float

    @property
    def modes(self) -> ReflectionModes:
        """A Householder reflection."""
        return ReflectionModes(self.size, self.forward, self.lateral)

    @property
    def row_sum(self) -> float:
        """A + (S - 1) b."""
        return self.forward + (self.size - 1) * self.lateral

    @property
    def row_sums(self) -> NDArray[np.float64]:
        """The same for every symbol."""
        return np.full(self.size, self.row_sum)

    @property
    def stay(self) -> NDArray[np.float64]:
        """A for every symbol."""
        return np.full(self.size, self.forward)

    @property
    def lateral_sums(self) -> NDArray[np.float64]:
        """(S - 1) b for every symbol."""
        return np.full(self.size, (self.size - 1) * self.lateral)

    @property
    def n_pairs(self) -> int:
        """S on the diagonal, S (S - 1) elsewhere, where the conductance is not zero."""
        return self.size * ((self.forward > 0) + (self.size - 1) * (self.lateral > 0))

    @property
    def row_length(self) -> int:
        """A row is full."""
        return self.size

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The table."""
        require_site(self.size)
        matrix = np.full((self.size, self.size), self.lateral)
        np.fill_diagonal(matrix, self.forward)
        return matrix

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(a - b) v + b sum(v)."""
        return (self.forward - self.lateral) * values + self.lateral * values.sum(axis=-1, keepdims=True)

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """B S (v - mean(v)); the mean is taken twice, so that its rounding is that of the deviations."""
        deviations = values - values.mean(axis=-1, keepdims=True)
        return self.lateral * self.size * (deviations - deviations.mean(axis=-1, keepdims=True))

    @property
    def laplacian_rounding(self) -> float:
        """A mean of S deviations u, with b S |u|^2 = v . L v."""
        return (self.size + 6) * sqrt(self.lateral * self.size)

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The lowest of all."""
        if self.lateral == 0:
            return values.copy()
        return lowest_of_all(values)

    def rows(self, symbols: NDArray[np.intp]) -> sp.csr_array:
        """Full rows, O(n S)."""
        table = np.full((len(symbols), self.size), self.lateral)
        table[np.arange(len(symbols)), symbols] = self.forward
        return sp.csr_array(table)

    def draw(self, symbols: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """The symbol itself with probability a / s, else any other one."""
        drawn = symbols.copy()
        if self.size > 1:
            moves = rng.random(len(symbols)) * self.row_sum >= self.forward
            drawn[moves] = self.draw_lateral(symbols[moves], rng)
        return drawn

    def draw_lateral(self, symbols: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """Any other symbol."""
        if len(symbols) and (self.size == 1 or self.lateral == 0):
            raise InputError("a site without lateral conductance has no other symbol to draw")
        drawn = rng.integers(0, max(self.size - 1, 1), size=len(symbols))
        return drawn + (drawn >= symbols)


def complete_site(size: int, forward: float, lateral: float) -> CompleteSite:
    """`forward` (a >= 0) between equal symbols, `lateral` (b >= 0) between different ones; any size."""
    if size < 1:
        raise InputError(f"a site needs at least one symbol, got {size}")
    if not (np.isfinite(forward) and np.isfinite(lateral) and forward >= 0 and lateral >= 0):
        raise InputError(
            f"the conductances of a site must be finite and not negative, got {forward:g} and {lateral:g} siemens"
        )
    if forward == 0 and lateral == 0:
        raise InputError(
            "a site needs a conductance that is not zero, between equal or between different symbols"
        )
    return CompleteSite(size, float(forward), float(lateral))


def reflecting_site(size: int, profile: ArrayLike) -> MatrixSite:
    """Ordered symbols with reflecting ends: profile[j] siemens to the symbol j up and to the one j down.

    An edge that would run off an end is folded back: symbol -1 - y and symbol 2 S - 1 - y stand for y, as often as
    needed, so that parallel edges add and all rows have the sum profile[0] + 2 (profile[1] + ...). O(S^2).
    """
    around = ring_profile(2 * require_site(size), _profile(profile))
    symbols = np.arange(size)
    matrix = around[np.subtract.outer(symbols, symbols)] + around[np.add.outer(symbols, symbols) + 1]
    return MatrixSite.of(matrix, CosineModes(ring_spectrum(around, size)), fsum(around))


def cyclic_site(size: int, profile: ArrayLike) -> MatrixSite:
    """Symbols in a ring: profile[j] siemens to the symbol j on and to the one j back; where they meet, both. O(S^2)."""
    around = ring_profile(require_site(size), _profile(profile))
    symbols = np.arange(size)
    matrix = around[np.subtract.outer(symbols, symbols)]
    return MatrixSite.of(matrix, RingModes(ring_spectrum(around, size)), fsum(around))


def dense_site(matrix: ArrayLike) -> MatrixSite:
    """Any symmetric, non-negative S x S matrix in which every symbol has an edge; O(S^3) once its modes are used."""
    table = checked_matrix(matrix)
    require_site(len(table))
    sums = table.sum(axis=1)
    if not np.all(sums > 0):
        raise InputError(
            f"every symbol of a site needs an edge, be it to itself, but row {int(np.argmin(sums))} is all zero"
        )
    regular = bool(
        np.ptp(sums) <= 4 * np.finfo(float).eps * len(table) * sums.max()
    )  # the rounding of the sums
    total = float(sums.mean()) if regular else None
    return MatrixSite.of(table, DenseModes(table, np.full_like(sums, total) if regular else sums), total)


def checked_matrix(matrix: ArrayLike) -> NDArray[np.float64]:
    """A copy of a square, symmetric, finite and non-negative matrix, closed to writing; InputError otherwise."""
    if sp.issparse(matrix):
        raise InputError("a dense kernel needs an array; make one of a sparse matrix with kernels.sparse")
    table = real_array(matrix, "a kernel").copy()
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise InputError(f"a kernel must be a square matrix, got shape {table.shape}")
    if not np.all(np.isfinite(table)) or np.any(table < 0):
        raise InputError("the conductances of a kernel must be finite and not negative")
    with np.errstate(over="ignore"):
        if not np.all(np.isfinite(table.sum(axis=1))):
            raise InputError(
                "the conductances of a state add up to more than a float can hold; scale them down"
            )
    if not np.array_equal(table, table.T):
        raise InputError("a kernel must be symmetric, K(x, y) = K(y, x); average it with its transpose first")
    return read_only(table)


def _profile(profile: ArrayLike) -> NDArray[np.float64]:
    array = real_array(profile, "a profile")
    if array.ndim != 1 or not np.all(np.isfinite(array)) or np.any(array < 0) or not np.any(array > 0):
        raise InputError(
            "a profile must list finite conductances, one a distance from 0 on, none negative and one positive"
        )
    return array
