"""The discrete space S^D on which the source and the target distribution live."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import rectangular
from ecd2g.errors import CapacityError, InputError
from ecd2g.memory import require_memory

INDEX_LIMIT = 2**63
"""Spaces with fewer states than this number them with int64."""

SITE_LIMIT = 10**6
"""Most sites of one alphabet."""

COUNT_LIMIT = 10**300
"""Largest number of states: float64 must hold it and its reciprocal."""

ENUMERATION_LIMIT = 2**26
"""Spaces with more states than this are never listed state by state."""


@dataclass(frozen=True, init=False)
class StateSpace:
    """All states of `n_sites` sites, site i taking the symbols 0 .. alphabet_sizes[i] - 1.

    A state is an integer array of shape ``(..., n_sites)``; its index is row-major, site 0 slowest.
    `n_symbols` is one number for every site, or one number per site.

    >>> space = StateSpace(n_symbols=(2, 3))
    >>> space.n_states
    6
    >>> space.index([[1, 0], [1, 2]])
    array([3, 5])
    """

    alphabet_sizes: tuple[int, ...]

    def __init__(self, n_symbols: int | tuple[int, ...], n_sites: int | None = None) -> None:
        if isinstance(n_symbols, (int, np.integer)) and not isinstance(n_symbols, bool):
            sizes = (int(n_symbols),) * _sites(1 if n_sites is None else n_sites)
        else:
            if (
                not isinstance(n_symbols, (tuple, list, np.ndarray))
                or rectangular(n_symbols, "n_symbols").ndim != 1
            ):
                raise InputError(
                    f"n_symbols must be a whole number or one whole number per site, got {n_symbols!r}"
                )
            sizes = tuple(_whole(size, "n_symbols") for size in n_symbols)
            if n_sites is not None and n_sites != len(sizes):
                raise InputError(
                    f"n_symbols lists {len(sizes)} sites but n_sites is {n_sites}; leave n_sites out"
                )
        if not sizes or min(sizes) < 1:
            raise InputError(f"a state space needs at least one site and one symbol per site, got {sizes}")
        if max(sizes) >= 2**31:
            raise InputError(f"a site may have at most 2147483647 symbols, got {max(sizes)}")
        if math.prod(sizes) > COUNT_LIMIT:
            raise InputError(
                f"a state space may have at most 1e300 states, got {len(sizes)} sites with up to {max(sizes)} symbols; "
                f"use fewer sites"
            )
        object.__setattr__(self, "alphabet_sizes", sizes)

    @property
    def n_sites(self) -> int:
        """Number of sites D."""
        return len(self.alphabet_sizes)

    @property
    def n_symbols(self) -> int | tuple[int, ...]:
        """Symbols per site S: one number where all sites agree, else one number per site."""
        sizes = self.alphabet_sizes
        return sizes[0] if len(set(sizes)) == 1 else sizes

    @property
    def n_states(self) -> int:
        """Number of states V = S^D (exact, of any size)."""
        return math.prod(self.alphabet_sizes)

    @property
    def is_enumerable(self) -> bool:
        """Whether arrays with one entry a state may be made at all."""
        return self.n_states <= ENUMERATION_LIMIT

    def check(self, states: ArrayLike) -> NDArray[np.int64]:
        """The states as an int64 array ``(..., n_sites)``; raises InputError where a symbol is out of range."""
        if np.ma.is_masked(states):
            raise InputError("states must have no masked symbols; leave those rows out, or fill them in")
        try:
            array = np.asarray(states)
        except ValueError:
            raise InputError(
                f"states must all have {self.n_sites} symbols, got rows of different length"
            ) from None
        whole = array.dtype.kind in "iu" or (
            array.dtype.kind == "f" and bool(np.all(array == np.floor(array)))
        )
        if array.size and not whole:
            raise InputError(f"states must be whole numbers, got an array of {array.dtype}")
        if array.ndim == 0 or array.shape[-1] != self.n_sites:
            raise InputError(
                f"states must have shape (..., {self.n_sites}), one symbol a site, got shape {array.shape}"
            )
        outside = (array < 0) | (array >= np.asarray(self.alphabet_sizes))
        if np.any(outside):
            where = tuple(np.argwhere(outside)[0])
            site = int(where[-1])
            raise InputError(
                f"symbols of site {site} must lie in 0..{self.alphabet_sizes[site] - 1}, "
                f"got {array[where]} in row {', '.join(map(str, where[:-1])) or 0}; "
                f"recode the symbols or enlarge n_symbols"
            )
        return array.astype(np.int64, copy=False)

    def index(self, states: ArrayLike) -> NDArray[np.int64]:
        """Row-major index of states ``(..., n_sites)``, shape ``(...)``."""
        if self.n_states >= INDEX_LIMIT:
            raise CapacityError(
                f"the {self.n_states:.3g} states of this space cannot be numbered in 64 bits; "
                f"work with states, not with indices"
            )
        return np.ravel_multi_index(tuple(np.moveaxis(self.check(states), -1, 0)), self.alphabet_sizes)

    def states(self, index: ArrayLike) -> NDArray[np.int64]:
        """States of the given indices ``(...)``, shape ``(..., n_sites)``; the inverse of `index`."""
        numbers = rectangular(index, "state indices")
        if numbers.size and numbers.dtype.kind not in "iu":
            raise InputError(f"state indices must be whole numbers, got {index!r:.60}")
        if numbers.size and (numbers.min() < 0 or numbers.max() >= self.n_states):
            raise InputError(f"state indices must lie in 0..{self.n_states - 1}")
        return np.stack(np.unravel_index(numbers.astype(np.int64), self.alphabet_sizes), axis=-1)

    def all_states(self) -> NDArray[np.int64]:
        """Every state in index order, shape ``(n_states, n_sites)``."""
        self.require_enumerable("listing all states")
        return self.states(np.arange(self.n_states))

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """`n` independent uniform states, shape ``(n, n_sites)``."""
        return rng.integers(0, np.asarray(self.alphabet_sizes), size=(n, self.n_sites))

    def require_enumerable(self, purpose: str) -> None:
        """Raise CapacityError unless the space is small enough for an array with one entry a state."""
        if not self.is_enumerable:
            raise CapacityError(
                f"{purpose} needs an array over all {self.n_states:.3g} states, and the limit is "
                f"{ENUMERATION_LIMIT}; use the sparse results (`atoms`, `sample`, `exact_law`) instead"
            )
        require_memory(
            8.0 * self.n_states, purpose, "use the sparse results (`atoms`, `sample`, `exact_law`) instead"
        )


def _sites(n_sites: object) -> int:
    count = _whole(n_sites, "n_sites")
    if count > SITE_LIMIT:
        raise InputError(f"n_sites must be at most {SITE_LIMIT}, got {count!r:.20}")
    return count


def _whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise InputError(f"{name} must be a whole number, got {value!r}")
    if value < 1:
        raise InputError(f"{name} must be at least 1, got {value}")
    return int(value)
