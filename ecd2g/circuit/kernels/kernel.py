"""Conductance kernels: the conductance of the edge between two states of neighbouring layers."""

import sys
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from numbers import Real
from typing import Protocol, runtime_checkable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.given_numbers import whole_number
from ecd2g.circuit.kernels.remembered_protocol import RememberedProtocol
from ecd2g.circuit.kernels.site_kernel import CompleteSite
from ecd2g.circuit.kernels.site_modes import ReflectionModes
from ecd2g.circuit.kernels.spectrum import Spectrum
from ecd2g.circuit.state_space import ENUMERATION_LIMIT, INDEX_LIMIT
from ecd2g.errors import CapacityError, InputError
from ecd2g.memory import require_memory

TABLE_LIMIT = 2**26
"""Largest number of entries of a V x V table that is made on request (half a gigabyte)."""


@runtime_checkable
class Kernel(Protocol, metaclass=RememberedProtocol):
    """A symmetric, non-negative V x V matrix K of conductances in siemens, the same in every gap."""

    @property
    def n_states(self) -> int:
        """Number of states V."""

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """K applied along the last axis: ``(..., n_states)`` to ``(..., n_states)``."""

    def row_sums(self) -> NDArray[np.float64]:
        """d(x) = sum_y K(x, y), shape ``(n_states,)`` (or one number that holds for all states)."""

    def table(self) -> NDArray[np.float64]:
        """K itself, shape ``(n_states, n_states)``."""


@runtime_checkable
class StructuredKernel(Kernel, Protocol, metaclass=RememberedProtocol):
    """A kernel that knows its rows, so that walkers need no V x V table; states are given by their index.

    *Lateral* is what joins different states: K without its diagonal.
    """

    @property
    def sizes(self) -> tuple[int, ...]:
        """Symbols of every site; the states are those of ``StateSpace(sizes)``, in its order."""

    @property
    def n_pairs(self) -> int:
        """Number of joined pairs (x, y), x = y included and both orders counted: nonzero entries of K."""

    def stay(self) -> NDArray[np.float64]:
        """K(x, x), shape ``(n_states,)`` (or one number that holds for all states)."""

    def lateral_sums(self) -> NDArray[np.float64]:
        """sum_{y != x} K(x, y), the row sums without the diagonal, never subtracted; ``(n_states,)`` or one number."""

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """sum_y K(x, y) (v(x) - v(y)) along the last axis ``(..., n_states)``; the forward edges drop out of it."""

    def rows(self, states: NDArray[np.intp]) -> sp.csr_array:
        """The rows of K of the given states ``(n,)``, a sparse array ``(n, n_states)`` without stored zeros."""

    def draw_lateral(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """For every given state x ``(n,)`` another state y != x with probability K(x, y) / sum_{z != x} K(x, z)."""

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """A lower bound of values(y) ``(n_states,)`` over the y != x joined to x, for every x; better tight."""


@runtime_checkable
class SpectralKernel(StructuredKernel, Protocol, metaclass=RememberedProtocol):
    """A structured kernel whose modes are a fast transform: K u_k = lambda_k D u_k, D = diag(row sums), u^T D u = 1.

    Mode 0 is the constant one, lambda = 1.
    """

    def spectrum(self) -> Spectrum:
        """All lambda_k, shape ``(n_states,)``, in the order of the modes."""

    def laplacian_rounding(self) -> float:
        """A with |rounding of L v|_2 <= eps A sqrt(v . L v), L the Laplacian; infinite where none is known."""

    def to_modes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """u_k^T v for all k along the last axis: ``(..., n_states)`` to ``(..., n_states)``."""

    def from_modes(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """sum_k u_k m_k along the last axis: ``(..., n_states)`` to ``(..., n_states)``."""


@dataclass(frozen=True)
class CompleteKernel:
    """Every pair of states is joined, Eq. (11): a = 1/r where x = y (forward), b = 1/R elsewhere (lateral).

    >>> CompleteKernel(3, forward=1.0, lateral=0.25).row_sums()
    array([1.5])
    >>> CompleteKernel(2, forward=1.0, lateral=0.25).table()
    array([[1.  , 0.25],
           [0.25, 1.  ]])
    """

    n_states: int
    forward: float
    lateral: float

    def __post_init__(self) -> None:
        whole_number(self.n_states, "n_states", least=1)
        both = self.forward, self.lateral
        positive = all(isinstance(one, Real) and 0 < one <= sys.float_info.max for one in both)
        if not (positive and isfinite(float(self.forward) + float(self.lateral))):
            raise InputError(
                f"the conductances of a complete kernel must be positive and finite, got "
                f"{self.forward!r:.60} and {self.lateral!r:.60} siemens"
            )
        if self.n_states == 1:  # a single state has no lateral edges
            object.__setattr__(self, "lateral", 0.0)

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(a - b) v + b sum(v): rank one plus a multiple of the identity, O(V)."""
        total = values.sum(axis=-1, keepdims=True)
        return (self.forward - self.lateral) * values + self.lateral * total

    def row_sum(self) -> float:
        """S = a + (V - 1) b."""
        return self.forward + (self.n_states - 1) * self.lateral

    def row_sums(self) -> NDArray[np.float64]:
        """S for every state; shape ``(1,)``, to broadcast."""
        return np.array([self.row_sum()])

    def table(self) -> NDArray[np.float64]:
        """The V x V matrix with a on the diagonal and b elsewhere."""
        require_table(self.n_states, "the table of conductances")
        matrix = np.full((self.n_states, self.n_states), self.lateral)
        np.fill_diagonal(matrix, self.forward)
        return matrix

    @property
    def sizes(self) -> tuple[int, ...]:
        """One site of V symbols: to this kernel all states are alike."""
        return (self.n_states,)

    @property
    def n_pairs(self) -> int:
        """V^2."""
        return self.n_states**2

    def stay(self) -> NDArray[np.float64]:
        """The forward conductance a, shape ``(1,)``."""
        return np.array([self.forward])

    def lateral_sums(self) -> NDArray[np.float64]:
        """(V - 1) b, shape ``(1,)``."""
        return np.array([(self.n_states - 1) * self.lateral])

    def laplacian(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """V b (v - mean(v)), O(V)."""
        return self._site.laplacian(values)

    def laplacian_rounding(self) -> float:
        """That of its one site."""
        return self._site.laplacian_rounding

    def rows(self, states: NDArray[np.intp]) -> sp.csr_array:
        """Full rows; CapacityError where they hold more than `TABLE_LIMIT` numbers together."""
        if len(states) * self.n_states > TABLE_LIMIT:
            raise CapacityError(
                f"{len(states)} rows of a complete kernel of {float(self.n_states):.3g} states would hold more than "
                f"{TABLE_LIMIT:.3g} numbers; ask for fewer rows, or stay with the closed form, which needs none"
            )
        return self._site.rows(np.asarray(states))

    def draw_lateral(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """Any other state."""
        if self.n_states >= INDEX_LIMIT:
            raise CapacityError(
                f"{float(self.n_states):.3g} states cannot be numbered in 64 bits; draw states, not indices"
            )
        return self._site.draw_lateral(np.asarray(states), rng)

    def lowest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The minimum over all other states, infinite where there is none; O(V)."""
        if self.n_states == 1:
            return np.full(values.shape, np.inf)
        two = np.partition(values, 1)[:2]
        return np.where(np.arange(len(values)) == np.argmin(values), two[1], two[0])

    def spectrum(self) -> Spectrum:
        """1 - lambda = V b / S and 1 + lambda = (2 a + (V - 2) b) / S for every mode but the constant one."""
        return self._modes.spectrum

    def to_modes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """A Householder reflection over sqrt(S), O(V)."""
        return self._modes.forward(values) / np.sqrt(self.row_sum())

    def from_modes(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same."""
        return self._modes.backward(modes) / np.sqrt(self.row_sum())

    @cached_property
    def _site(self) -> CompleteSite:
        return CompleteSite(self.n_states, self.forward, self.lateral)

    @cached_property
    def _modes(self) -> ReflectionModes:
        if self.n_states > ENUMERATION_LIMIT:
            raise CapacityError(
                f"the modes need arrays over all {float(self.n_states):.3g} states, and the limit is "
                f"{ENUMERATION_LIMIT}; stay with the closed form, which needs none"
            )
        return self._site.modes


def require_table(n_states: int, purpose: str, copies: int = 1) -> None:
    """Raise CapacityError where `copies` V x V tables of float64 are too large to make."""
    if n_states**2 * copies > TABLE_LIMIT:
        raise CapacityError(
            f"{purpose} would hold {float(copies) * float(n_states) ** 2:.3g} numbers "
            f"({8e-9 * float(copies) * float(n_states) ** 2:.3g} GB), and the limit is {TABLE_LIMIT:.3g}; "
            f"take fewer states or layers, or stay with what needs no table: the complete kernel, solved in "
            f"closed form, with the two-way or the forward-only rule"
        )
    require_memory(8.0 * copies * n_states**2, purpose, "take fewer states or layers")
