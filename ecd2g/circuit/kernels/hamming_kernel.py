"""Kernels that depend on the number of sites in which two states differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import isfinite, prod, sqrt

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.given_numbers import listed, real_array
from ecd2g.circuit.kernels.hamming_spectrum import parities
from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.circuit.kernels.matrix_site import lowest_of_all
from ecd2g.circuit.kernels.site_axes import Action, ModeTransform, one_site, runs
from ecd2g.circuit.kernels.site_blocks import table_product
from ecd2g.circuit.kernels.site_laplacian import shifted_rounding
from ecd2g.circuit.kernels.site_modes import ReflectionModes
from ecd2g.circuit.kernels.sparse_rows import clean
from ecd2g.circuit.kernels.spectrum import Spectrum
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class HammingKernel:
    """K(x, y) = weights[h], in siemens, where x and y differ in h of the D sites; weights for h = 0 .. D.

    All row sums are sum_h w_h e_h(S_1 - 1, .., S_D - 1), e_h the elementary symmetric polynomials. A transform
    costs O(V D), a product O(V D r) with r the farthest distance that has a weight.

    >>> kernel = HammingKernel((2, 2), (1.0, 0.5, 0.0))
    >>> kernel.row_sums(), kernel.n_pairs  # 1 + 2 x 0.5; every state joins itself and two others
    (array([2.]), 12)
    >>> kernel.table()
    array([[1. , 0.5, 0.5, 0. ],
           [0.5, 1. , 0. , 0.5],
           [0.5, 0. , 1. , 0.5],
           [0. , 0.5, 0.5, 1. ]])
    """

    sizes: tuple[int, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", StateSpace(listed(self.sizes, "sizes")).alphabet_sizes)
        object.__setattr__(self, "weights", tuple(real_array(self.weights, "weights").ravel().tolist()))
        if len(self.weights) != len(self.sizes) + 1:
            raise InputError(
                f"a Hamming kernel of {len(self.sizes)} sites takes {len(self.sizes) + 1} weights, one a number of "
                f"differing sites from 0 on, got {len(self.weights)}"
            )
        if not all(isfinite(weight) and weight >= 0 for weight in self.weights):
            raise InputError("the weights of a Hamming kernel must be finite and not negative")
        if not (isfinite(self.row_sum) and self.row_sum > 0):
            raise InputError(
                f"the conductances of a state must have a positive, finite sum, got {self.row_sum:g}"
            )

    @property
    def n_states(self) -> int:
        """Number of states V."""
        return prod(self.sizes)

    @property
    def row_sum(self) -> float:
        """sum_h w_h times the number of states at distance h."""
        return self.weights[0] + self._lateral_sum

    @property
    def n_pairs(self) -> int:
        """V times the number of states joined to one."""
        counts = self._symmetric[0]
        return self.n_states * sum(n for n, weight in zip(counts, self.weights, strict=True) if weight > 0)

    def row_sums(self) -> NDArray[np.float64]:
        """The row sum, shape ``(1,)``."""
        return np.array([self.row_sum])

    def stay(self) -> NDArray[np.float64]:
        """w_0, shape ``(1,)``."""
        return np.array([self.weights[0]])

    def lateral_sums(self) -> NDArray[np.float64]:
        """sum_{h > 0} w_h e_h, shape ``(1,)``."""
        return np.array([self._lateral_sum])

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Site by site, with one array a distance from 0 to r."""
        product = self._lateral_product(values)
        product += self.weights[0] * values
        return product

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """sum_{h > 0} w_h e_h v(x) less the product with all weights but w_0, for deviations from the mean."""
        deviations = values - values.mean(axis=-1, keepdims=True)
        product = self._lateral_product(deviations)
        deviations *= self._lateral_sum
        return np.subtract(deviations, product, out=product)

    def laplacian_rounding(self) -> float:
        """From the spectral gap d (1 - lambda); as many terms as merged symbols, and passes over pairs of sites."""
        return self._laplacian_rounding

    @cached_property
    def _laplacian_rounding(self) -> float:
        if self.n_states == 1:
            return 0.0
        spectrum, n_sites = self.spectrum(), len(self.sizes)
        gap = float(self.row_sums()[0]) * (float(np.partition(spectrum.fall, 1)[1]) - spectrum.error)
        return shifted_rounding(sum(self._merged_sizes) + n_sites**2, self._lateral_sum, gap)

    def rows(self, states: NDArray[np.intp]) -> sp.csr_array:
        """Every state at a distance that has a weight, O(nonzero entries)."""
        given = np.asarray(states)
        shifts, weights = self._shifts
        columns = np.zeros((len(given), len(weights)), dtype=np.int64)
        for size, own, shift in zip(self.sizes, np.unravel_index(given, self.sizes), shifts.T, strict=True):
            columns *= size
            columns += (own[:, None] + shift) % size
        starts = len(weights) * np.arange(len(given) + 1)
        data = np.tile(weights, len(given))
        return clean(sp.csr_array((data, columns.ravel(), starts), shape=(len(given), self.n_states)))

    def table(self) -> NDArray[np.float64]:
        """The V x V matrix."""
        require_table(self.n_states, "the table of conductances")
        return self.rows(np.arange(self.n_states)).toarray()

    def draw_lateral(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """A distance h by w_h e_h, then h of the sites one after another, then another symbol for each; exact."""
        if self._lateral_sum == 0:
            raise InputError("a state without edges to other states has no other state to draw")
        given = np.asarray(states)
        counts = np.array(self._symmetric, dtype=np.float64)
        running = np.cumsum([0.0, *np.multiply(self.weights, counts[0])[1:]])
        left = np.searchsorted(running, rng.random(len(given)) * running[-1], side="right")
        drawn = []
        for number, (size, own) in enumerate(
            zip(self.sizes, np.unravel_index(given, self.sizes), strict=True)
        ):
            with_it = np.where(left > 0, (size - 1) * counts[number + 1, left - 1], 0.0)
            moves = rng.random(len(given)) * counts[number, left] < with_it
            shift = np.where(moves, rng.integers(1, max(size, 2), size=len(given)), 0)
            drawn.append((own + shift) % size)
            left = left - moves
        return np.ravel_multi_index(tuple(drawn), self.sizes).astype(np.intp)

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The minimum over all states within distance r, the state itself included, O(V D r)."""
        if self._radius == len(self.sizes):
            return np.full(values.shape, values.min())
        within = [values] * (
            self._radius + 1
        )  # within[h]: the minimum over up to h changes of the sites seen so far
        for number in range(len(self.sizes)):
            for h in range(self._radius, 0, -1):
                within[h] = np.minimum(within[h], one_site(within[h - 1], self.sizes, number, lowest_of_all))
        return np.array(within[-1])

    def spectrum(self) -> Spectrum:
        """Of every mode: lambda depends only on how many sites of each alphabet a mode varies along."""
        return self._spectrum

    @cached_property
    def _spectrum(self) -> Spectrum:
        self._listable("the spectrum")
        alphabets = [size for size in dict.fromkeys(self.sizes) if size > 1]
        multiplicities = [self.sizes.count(size) for size in alphabets]
        even, odd = parities(alphabets, multiplicities)
        kind, stride = np.zeros(1, dtype=np.int64), {}
        step = 1
        for size, count in zip(reversed(alphabets), reversed(multiplicities), strict=True):
            stride[size] = step
            step *= count + 1
        for size in self.sizes:
            kind = np.add.outer(kind, stride.get(size, 0) * (np.arange(size) > 0)).ravel()
        weights = np.array(self.weights)[: even.shape[1]]  # sites of one symbol never differ
        return Spectrum(
            (2 * (odd @ weights) / self.row_sum)[kind], (2 * (even @ weights) / self.row_sum)[kind]
        )

    def to_modes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """U^T v = Q^T v / sqrt(d), a reflection a site."""
        modes = self._transform.forward(values)
        modes /= sqrt(self.row_sum)
        return modes

    def from_modes(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """U m = Q m / sqrt(d), a reflection a site."""
        values = self._transform.backward(modes)
        values /= sqrt(self.row_sum)
        return values

    @cached_property
    def _transform(self) -> ModeTransform:
        self._listable("the modes")
        return ModeTransform([ReflectionModes(size, 1.0, 1.0) for size in self.sizes])

    @cached_property
    def _symmetric(self) -> list[list[int]]:
        """e_h of S_i - 1 over the sites i >= n, whole numbers: row n, column h."""
        rows = [[1] + [0] * len(self.sizes)]
        for size in reversed(self.sizes):
            last = rows[-1]
            rows.append([1] + [last[h] + (size - 1) * last[h - 1] for h in range(1, len(last))])
        return rows[::-1]

    @cached_property
    def _lateral_sum(self) -> float:
        return float(sum(w * n for w, n in zip(self.weights[1:], self._symmetric[0][1:], strict=True)))

    @cached_property
    def _radius(self) -> int:
        return max((h for h, weight in enumerate(self.weights) if weight > 0), default=0)

    @cached_property
    def _shifts(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """What is added to the symbols of a state, ``(n, n_sites)``, and the weights ``(n,)``."""
        shifts, distance = np.zeros((1, 0), dtype=np.int64), np.zeros(1, dtype=np.int64)
        for size in self.sizes:
            symbols = np.tile(np.arange(size), len(shifts))
            shifts = np.column_stack([np.repeat(shifts, size, axis=0), symbols])
            distance = np.repeat(distance, size) + (symbols > 0)
            shifts, distance = shifts[distance <= self._radius], distance[distance <= self._radius]
        weights = np.array(self.weights)[distance]
        return shifts[weights > 0], weights[weights > 0]

    def _lateral_product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        at: list[NDArray[np.float64] | None] = [values, *[None] * self._radius]  # sums over exactly h changes
        for number, changes in enumerate(self._changes):
            for h in range(self._radius, 0, -1):
                for n_changes, change in enumerate(changes[:h], start=1):
                    if (fewer := at[h - n_changes]) is not None:
                        at[h] = _plus(at[h], one_site(fewer, self._merged_sizes, number, change))
        total = np.zeros_like(values)
        for weight, changed in zip(self.weights[1:], at[1:], strict=False):
            if weight > 0 and changed is not None:
                changed *= weight
                total += changed
        return total

    @cached_property
    def _runs(self) -> list[list[int]]:
        return runs(self.sizes, self.sizes)

    @cached_property
    def _merged_sizes(self) -> list[int]:
        return [prod(run) for run in self._runs]

    @cached_property
    def _changes(self) -> list[list[Action]]:
        """For every run of merged sites what sums over exactly 1, 2, .. changes within it, up to the radius."""
        return [[_other_symbols] if len(run) == 1 else _run_changes(run, self._radius) for run in self._runs]

    def _listable(self, purpose: str) -> None:
        StateSpace(self.sizes).require_enumerable(purpose)


def _plus(total: NDArray[np.float64] | None, part: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum, formed in place; `part` itself where there is none yet."""
    if total is None:
        return part
    total += part
    return total


def _run_changes(sizes: Sequence[int], radius: int) -> list[Action]:
    """Products with the tables of exactly 1, 2, .. changes among a few small sites."""
    tables: list[NDArray[np.float64]] = [np.ones((1, 1))]
    for size in sizes:
        same, other = np.eye(size), 1.0 - np.eye(size)
        grown: list[NDArray[np.float64]] = [np.kron(table, same) for table in [*tables, 0.0 * tables[0]]]
        for h, table in enumerate(tables):
            grown[h + 1] = grown[h + 1] + np.kron(table, other)
        tables = grown
    return [partial(table_product, table=table) for table in tables[1 : radius + 1]]


def _other_symbols(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over the other symbols of a site, a new array."""
    if values.shape[-1] == 2:
        return values[..., ::-1].copy()
    return values.sum(axis=-1, keepdims=True) - values
