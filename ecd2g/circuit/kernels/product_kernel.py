"""Kernels in which all sites move at once, each by its own table."""

from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod, sqrt

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.circuit.kernels.site_axes import (
    ModeTransform,
    each_site,
    kronecker_product,
    merged_sites,
    one_site,
)
from ecd2g.circuit.kernels.site_kernel import SiteKernel
from ecd2g.circuit.kernels.sparse_rows import clean, row_products
from ecd2g.circuit.kernels.spectrum import Spectrum, product_spectrum
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class ProductKernel:
    """K(x, y) = prod_i K_i(x_i, y_i), in siemens, site 0 slowest.

    Eigenvalues and modes are products over the sites. A product with K, and a transform, cost O(V sum_i S_i) for
    small sites and O(V log V) for long ordinal ones and rings; no V x V table is made. Row sums may differ.

    >>> from ecd2g.circuit.kernels.site_kernel import dense_site
    >>> kernel = ProductKernel((dense_site([[1.0, 0.5], [0.5, 1.0]]), dense_site([[1.0, 0.1], [0.1, 1.0]])))
    >>> kernel.table()
    array([[1.  , 0.1 , 0.5 , 0.05],
           [0.1 , 1.  , 0.05, 0.5 ],
           [0.5 , 0.05, 1.  , 0.1 ],
           [0.05, 0.5 , 0.1 , 1.  ]])
    """

    sites: tuple[SiteKernel, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sites", tuple(self.sites))
        if not self.sites:
            raise InputError("a product kernel needs at least one site")
        for number, site in enumerate(self.sites):
            if not np.all(site.row_sums > 0):
                raise InputError(
                    f"every symbol of every site needs an edge, be it to itself; site {number} has none"
                )
        ends = [prod(float(end(site.row_sums)) for site in self.sites) for end in (np.min, np.max)]
        if not (np.isfinite(ends[1]) and ends[0] >= np.finfo(np.float64).tiny):
            raise InputError(
                f"the row sums of a product kernel must be numbers that a float can hold, got {ends[0]:g} to "
                f"{ends[1]:g} siemens; scale the sites"
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Symbols of every site."""
        return tuple(site.size for site in self.sites)

    @property
    def n_states(self) -> int:
        """Number of states V."""
        return prod(self.sizes)

    @property
    def n_pairs(self) -> int:
        """Product of the nonzero entries of the sites; products that underflow to zero are counted."""
        return prod(site.n_pairs for site in self.sites)

    def row_sums(self) -> NDArray[np.float64]:
        """prod_i d_i(x_i); one number where every site is regular."""
        return self._row_sums

    @cached_property
    def _row_sums(self) -> NDArray[np.float64]:
        if all(site.row_sum is not None for site in self.sites):
            return read_only(np.array([prod(site.row_sum or 0.0 for site in self.sites)]))
        return read_only(self._listed([site.row_sums for site in self.sites]))

    def stay(self) -> NDArray[np.float64]:
        """prod_i K_i(x_i, x_i); one number where all agree."""
        diagonals = [site.stay for site in self.sites]
        if all(np.all(diagonal == diagonal[0]) for diagonal in diagonals):
            return np.array([prod(float(diagonal[0]) for diagonal in diagonals)])
        return self._listed(diagonals)

    def lateral_sums(self) -> NDArray[np.float64]:
        """Sum over i of (sites before i stay) (site i moves) (later sites do either): all positive."""
        return self._lateral_sums

    @cached_property
    def _lateral_sums(self) -> NDArray[np.float64]:
        uniform = all(
            np.all(part == part[0]) for site in self.sites for part in (site.stay, site.lateral_sums)
        )
        if not uniform:
            self._listable("row sums")
        kept = slice(0, 1) if uniform else slice(None)
        total = np.zeros(1)
        for number, site in enumerate(self.sites):
            earlier = [part.stay[kept] for part in self.sites[:number]]
            later = [part.row_sums[kept] for part in self.sites[number + 1 :]]
            total = total + reduce(_outer, [*earlier, site.lateral_sums[kept], *later])
        return read_only(total)

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Site by site, each by its table, not by the modes."""
        merged = self._merged
        return each_site(values, [site.size for site in merged], [site.apply for site in merged])

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """D - K = sum_i K_0 .. K_{i-1} (D_i - K_i) D_{i+1} ..: the forward edges never enter."""
        merged, sizes = self._merged, [site.size for site in self._merged]
        total = one_site(values, sizes, len(merged) - 1, merged[-1].laplacian)
        for number in range(
            len(merged) - 2, -1, -1
        ):  # from the inside out, so that tables meet differences only
            part = one_site(values, sizes, number, merged[number].laplacian)
            later = self._later_sums[number]
            part = part.reshape(-1, len(later))
            part *= later
            total = one_site(total, sizes, number, merged[number].apply)
            total += part.reshape(values.shape)
        return total

    def laplacian_rounding(self) -> float:
        """From those of the sites: |L_i v| and its rounding, times the tables and row sums of the other sites.

        With n the size of the most negative eigenvalue of a site, v . L_i v prod_{j != i} d_j <= c v . L v with
        c = (1 + n) / (1 - n): infinite where a site has an eigenvalue of -1.
        """
        return self._laplacian_rounding

    @cached_property
    def _laplacian_rounding(self) -> float:
        negative = max(0.0, *(1.0 - float(site.modes.spectrum.rise.min()) for site in self.sites))
        if negative >= 1.0:
            return float("inf")
        total, roundings, merged = 0.0, 2.0, self._merged
        for number, site in enumerate(merged):
            others = [part.row_sums for place, part in enumerate(merged) if place != number]
            most, least = (prod(float(end(sums)) for sums in others) for end in (np.max, np.min))
            size = site.laplacian_rounding + roundings * sqrt(2.0 * float(site.lateral_sums.max()))
            total += most / sqrt(least) * size
            roundings += 0.5 * site.row_length + 2.0  # a product of a row has an error of eps / 2 a term
        return total * sqrt((1.0 + negative) / (1.0 - negative))

    def rows(self, states: NDArray[np.intp]) -> sp.csr_array:
        """Kronecker products of the rows of the sites, O(nonzero entries)."""
        symbols = np.unravel_index(np.asarray(states), self.sizes)
        return clean(
            reduce(row_products, [site.rows(own) for site, own in zip(self.sites, symbols, strict=True)])
        )

    def table(self) -> NDArray[np.float64]:
        """The V x V matrix."""
        require_table(self.n_states, "the table of conductances")
        return kronecker_product(self.sites)

    def draw_lateral(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """The first site that moves, then another symbol for it, then any symbol for the sites after it; exact."""
        symbols = [np.array(own) for own in np.unravel_index(np.asarray(states), self.sizes)]
        first = self._first_moved(symbols, rng)
        for number, (site, own) in enumerate(zip(self.sites, symbols, strict=True)):
            moves, follows = np.flatnonzero(first == number), np.flatnonzero(first < number)
            own[moves] = site.draw_lateral(own[moves], rng)
            own[follows] = site.draw(own[follows], rng)
        return np.ravel_multi_index(tuple(symbols), self.sizes).astype(np.intp)

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The minimum over all joined states (the state itself included), site by site."""
        return each_site(values, self.sizes, [site.lowest for site in self.sites])

    def spectrum(self) -> Spectrum:
        """All products of one eigenvalue a site."""
        return self._spectrum

    @cached_property
    def _spectrum(self) -> Spectrum:
        self._listable("the spectrum")
        return product_spectrum([site.modes.spectrum for site in self.sites])

    def to_modes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """U^T v = Q^T D^-1/2 v, site by site."""
        roots = np.sqrt(self._row_sums)
        if len(roots) > 1:
            return self._transform.forward(values / roots)
        modes = self._transform.forward(values)
        modes /= roots
        return modes

    def from_modes(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """U m = D^-1/2 Q m, site by site."""
        values = self._transform.backward(modes)
        values /= np.sqrt(self._row_sums)
        return values

    @cached_property
    def _later_sums(self) -> list[NDArray[np.float64]]:
        """The product of the row sums of the merged sites after each, over their states or as one number."""
        sums = [site.row_sums for site in self._merged]
        short = [each[:1] if np.all(each == each[0]) else each for each in sums]
        regular = all(len(each) == 1 for each in short)
        return [
            reduce(_outer, (short if regular else sums)[place + 1 :], np.ones(1))
            for place in range(len(sums))
        ]

    @cached_property
    def _transform(self) -> ModeTransform:
        self._listable("the modes")
        return ModeTransform([site.modes for site in self.sites])

    @cached_property
    def _merged(self) -> list[SiteKernel]:
        return merged_sites(self.sites, kronecker_product)

    def _first_moved(self, symbols: list[NDArray[np.intp]], rng: np.random.Generator) -> NDArray[np.intp]:
        stays, chances = np.ones(len(symbols[0])), np.empty((len(self.sites), len(symbols[0])))
        for number, (site, own) in enumerate(zip(self.sites, symbols, strict=True)):
            chances[number] = stays * (site.lateral_sums[own] / site.row_sums[own])
            stays = stays * (site.stay[own] / site.row_sums[own])
        running = np.cumsum(chances, axis=0)
        if np.any(running[-1] == 0):
            raise InputError("a state without edges to other states has no other state to draw")
        return np.argmax(running > rng.random(len(stays)) * running[-1], axis=0)

    def _listed(self, parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        self._listable("row sums")
        return reduce(_outer, parts)

    def _listable(self, purpose: str) -> None:
        StateSpace(self.sizes).require_enumerable(purpose)


def _outer(slow: NDArray[np.float64], fast: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.multiply.outer(slow, fast).ravel()
