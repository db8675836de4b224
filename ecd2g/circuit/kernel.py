"""Conductance kernels: the conductance of the edge between two states of neighbouring layers."""

from dataclasses import dataclass
from math import isfinite
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import CapacityError, InputError

TABLE_LIMIT = 2**26
"""Largest number of entries of a V x V table that is made on request (half a gigabyte)."""


class Kernel(Protocol):
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


@dataclass(frozen=True)
class CompleteKernel:
    """Every pair of states is joined, Eq. (11): a = 1/r where x = y (forward), b = 1/R elsewhere (lateral)."""

    n_states: int
    forward: float
    lateral: float

    def __post_init__(self) -> None:
        if not (isfinite(self.forward + self.lateral) and self.forward > 0 and self.lateral > 0):
            raise InputError(
                f"the conductances of a complete kernel must be positive and finite, got {self.forward:g} and "
                f"{self.lateral:g} siemens"
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


@dataclass(frozen=True, eq=False)
class DenseKernel:
    """Any symmetric, non-negative matrix of conductances, in siemens; zero means no edge."""

    matrix: NDArray[np.float64]

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise InputError(f"a kernel must be a square matrix, got shape {matrix.shape}")
        if not np.all(np.isfinite(matrix)) or np.any(matrix < 0):
            raise InputError("the conductances of a kernel must be finite and not negative")
        if not np.array_equal(matrix, matrix.T):
            raise InputError(
                "a kernel must be symmetric, K(x, y) = K(y, x); average it with its transpose first"
            )
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    @property
    def n_states(self) -> int:
        """Number of states V."""
        return len(self.matrix)

    def product(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """V K, O(V^2)."""
        return values @ self.matrix

    def row_sums(self) -> NDArray[np.float64]:
        """Sum of every row."""
        return self.matrix.sum(axis=1)

    def table(self) -> NDArray[np.float64]:
        """The matrix."""
        return self.matrix


def require_table(n_states: int, purpose: str, copies: int = 1) -> None:
    """Raise CapacityError where `copies` V x V tables of float64 are too large to make."""
    if n_states**2 * copies > TABLE_LIMIT:
        raise CapacityError(
            f"{purpose} would hold {float(copies) * float(n_states) ** 2:.3g} numbers "
            f"({8e-9 * float(copies) * float(n_states) ** 2:.3g} GB), and the limit is {TABLE_LIMIT:.3g}; "
            f"take fewer states or layers, or stay with what needs no table: the complete kernel, solved in "
            f"closed form, with the two-way or the forward-only rule"
        )
