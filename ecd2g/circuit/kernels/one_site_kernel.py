"""Kernels in which one site moves at a time."""

from dataclasses import dataclass
from functools import cached_property
from math import isfinite, prod, sqrt

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.circuit.kernels.site_axes import ModeTransform, kronecker_sum, merged_sites, one_site
from ecd2g.circuit.kernels.site_kernel import SiteKernel
from ecd2g.circuit.kernels.sparse_rows import clean
from ecd2g.circuit.kernels.spectrum import Spectrum, mean_spectrum
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class OneSiteKernel:
    """Where exactly site i differs K(x, y) = K_i(x_i, y_i), in siemens; K(x, x) = forward + sum_i K_i(x_i, x_i).

    `forward` is what every state has to itself; the diagonals of the sites (edges folded back at an end) come on
    top. Every site must be regular, all its rows of one sum d_i: then the modes are products over the sites and
    lambda = (forward + sum_i d_i lambda_i) / (forward + sum_i d_i). A product with K, and a transform, cost
    O(V sum_i S_i) for small sites, O(V log V) for long ordinal ones and rings. All row sums are alike.

    >>> from ecd2g.circuit.kernels.site_kernel import complete_site
    >>> OneSiteKernel(1.0, (complete_site(2, 0.0, 0.5), complete_site(2, 0.0, 0.25))).table()
    array([[1.  , 0.25, 0.5 , 0.  ],
           [0.25, 1.  , 0.  , 0.5 ],
           [0.5 , 0.  , 1.  , 0.25],
           [0.  , 0.5 , 0.25, 1.  ]])
    """

    forward: float
    sites: tuple[SiteKernel, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sites", tuple(self.sites))
        if not self.sites:
            raise InputError("a one-site kernel needs at least one site")
        if not (isfinite(self.forward) and self.forward >= 0):
            raise InputError(
                f"the conductance of staying must be finite and not negative, got {self.forward:g}"
            )
        for number, site in enumerate(self.sites):
            if site.row_sum is None:
                raise InputError(
                    f"one site can move at a time only where every row of a site has the same sum, and the rows of "
                    f"site {number} sum to {site.row_sums.min():g} up to {site.row_sums.max():g}; use a reflecting, "
                    f"cyclic or complete site, level the rows by the diagonal, or take a sparse kernel"
                )
        if not (isfinite(self.row_sum) and self.row_sum > 0):
            raise InputError(
                f"the conductances of a state must have a positive, finite sum, got {self.row_sum:g}"
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
    def row_sum(self) -> float:
        """The sum of every row, forward + sum_i d_i."""
        return self.forward + sum(site.row_sum or 0.0 for site in self.sites)

    @property
    def n_pairs(self) -> int:
        """Pairs that differ in one site, and states joined to themselves."""
        moves = [site.n_pairs - int(np.count_nonzero(site.stay)) for site in self.sites]
        lateral = sum(
            self.n_states // site.size * count for site, count in zip(self.sites, moves, strict=True)
        )
        loose = 0 if self.forward > 0 else prod(int(np.sum(site.stay == 0)) for site in self.sites)
        return lateral + self.n_states - loose

    def row_sums(self) -> NDArray[np.float64]:
        """The row sum, shape ``(1,)``."""
        return np.array([self.row_sum])

    def stay(self) -> NDArray[np.float64]:
        """The diagonal, forward + sum_i K_i(x_i, x_i); one number where all agree."""
        return self.forward + self._summed([site.stay for site in self.sites])

    def lateral_sums(self) -> NDArray[np.float64]:
        """Sum over sites of what leaves the symbol; one number where all agree."""
        return self._lateral_sums

    @cached_property
    def _lateral_sums(self) -> NDArray[np.float64]:
        return read_only(self._summed([site.lateral_sums for site in self.sites]))

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Site by site, each by its table, not by the modes."""
        total = self.forward * values
        for number, site in enumerate(self._merged):
            total += one_site(values, self._merged_sizes, number, site.apply)
        return total

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the Laplacians of the sites: no diagonal enters."""
        total = one_site(values, self._merged_sizes, 0, self._merged[0].laplacian)
        for number, site in enumerate(self._merged[1:], start=1):
            total += one_site(values, self._merged_sizes, number, site.laplacian)
        return total

    def laplacian_rounding(self) -> float:
        """The sum over the sites, and the roundings of their sum."""
        return self._laplacian_rounding

    @cached_property
    def _laplacian_rounding(self) -> float:
        own = sum(site.laplacian_rounding for site in self._merged)
        return own + len(self._merged) * sqrt(2.0 * float(self.lateral_sums().max()))

    def rows(self, states: NDArray[np.intp]) -> sp.csr_array:
        """The state itself and, site by site, its neighbours, O(nonzero entries)."""
        given = np.asarray(states, dtype=np.int64)
        symbols = np.unravel_index(given, self.sizes)
        numbers = np.arange(len(given))
        own = self.forward + sum(site.stay[at] for site, at in zip(self.sites, symbols, strict=True))
        data, row, column = [own], [numbers], [given]
        for number, (site, at) in enumerate(zip(self.sites, symbols, strict=True)):
            moves = site.rows(at).tocoo()
            other = moves.col != at[moves.row]
            moved = moves.col[other].astype(np.int64) - at[moves.row[other]]
            data.append(moves.data[other])
            row.append(moves.row[other])
            column.append(given[moves.row[other]] + moved * prod(self.sizes[number + 1 :]))
        entries = (np.concatenate(data), (np.concatenate(row), np.concatenate(column)))
        return clean(sp.csr_array(entries, shape=(len(given), self.n_states)))

    def table(self) -> NDArray[np.float64]:
        """The V x V matrix."""
        require_table(self.n_states, "the table of conductances")
        return kronecker_sum(self.sites) + self.forward * np.eye(self.n_states)

    def draw_lateral(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """The site that moves, by its lateral conductance at x, then another symbol for it."""
        symbols = [np.array(own) for own in np.unravel_index(np.asarray(states), self.sizes)]
        leaving = np.array([site.lateral_sums[own] for site, own in zip(self.sites, symbols, strict=True)])
        running = np.cumsum(leaving, axis=0)
        if np.any(running[-1] == 0):
            raise InputError("a state without edges to other states has no other state to draw")
        chosen = np.argmax(running > rng.random(running.shape[1]) * running[-1], axis=0)
        for number, (site, own) in enumerate(zip(self.sites, symbols, strict=True)):
            moves = np.flatnonzero(chosen == number)
            own[moves] = site.draw_lateral(own[moves], rng)
        return np.ravel_multi_index(tuple(symbols), self.sizes).astype(np.intp)

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The minimum over the state itself and all states joined to it."""
        lowest = np.array(values)
        for number, site in enumerate(self.sites):
            np.minimum(lowest, one_site(values, self.sizes, number, site.lowest), out=lowest)
        return lowest

    def spectrum(self) -> Spectrum:
        """Means of one eigenvalue a site, weighted by the row sums, and of 1."""
        return self._spectrum

    @cached_property
    def _spectrum(self) -> Spectrum:
        self._listable("the spectrum")
        spectra = [site.modes.spectrum for site in self.sites]
        return mean_spectrum(spectra, [site.row_sum or 0.0 for site in self.sites], self.forward)

    def to_modes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """U^T v = Q^T v / sqrt(d), site by site."""
        modes = self._transform.forward(values)
        modes /= sqrt(self.row_sum)
        return modes

    def from_modes(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """U m = Q m / sqrt(d), site by site."""
        values = self._transform.backward(modes)
        values /= sqrt(self.row_sum)
        return values

    @cached_property
    def _transform(self) -> ModeTransform:
        self._listable("the modes")
        return ModeTransform([site.modes for site in self.sites])

    @cached_property
    def _merged(self) -> list[SiteKernel]:
        return merged_sites(self.sites, kronecker_sum)

    @cached_property
    def _merged_sizes(self) -> list[int]:
        return [site.size for site in self._merged]

    def _summed(self, parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        if all(np.all(part == part[0]) for part in parts):
            return np.array([sum(float(part[0]) for part in parts)])
        self._listable("row sums")
        total = np.zeros(1)
        for part in parts:
            total = np.add.outer(total, part).ravel()
        return total

    def _listable(self, purpose: str) -> None:
        StateSpace(self.sizes).require_enumerable(purpose)
