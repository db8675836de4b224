"""Modes of any symmetric, non-negative matrix, its groups and two-sided groups of symbols found exactly."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from ecd2g.circuit.kernels.spectrum import Spectrum
from ecd2g.circuit.locked_arrays import read_only

SLOW = 1e-2
"""Modes this close to 1 or -1 get their distance from a sum of squares over all pairs."""


@dataclass(frozen=True, eq=False)
class DenseModes:
    """Eigenvectors of D^-1/2 K D^-1/2, found when first asked for: O(S^3) once, O(S^2) a transform.

    As many falls are exactly 0 as the matrix has components, as many rises as it has two-sided (bipartite) ones. The
    others are right to `spectrum.error`, about 1e-15 of the largest fall; those near 0 come from Rayleigh quotients,
    sums of positive numbers, and one slow mode among fast ones keeps all its digits.
    """

    matrix: NDArray[np.float64]
    row_sums: NDArray[np.float64]

    @property
    def size(self) -> int:
        """Number of symbols S."""
        return len(self.matrix)

    @property
    def spectrum(self) -> Spectrum:
        """The eigenvalues, slowest first."""
        return self._solved[0]

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Q^T v."""
        return values @ self._solved[1]

    def backward(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Q m."""
        return modes @ self._solved[1].T

    @cached_property
    def _solved(self) -> tuple[Spectrum, NDArray[np.float64]]:
        spectrum, vectors = solve_modes(self.matrix, self.row_sums)
        return spectrum, read_only(vectors)


def solve_modes(
    matrix: NDArray[np.float64], row_sums: NDArray[np.float64]
) -> tuple[Spectrum, NDArray[np.float64]]:
    """Spectrum and orthonormal modes ``(S, S)``, one a column, mode 0 = sqrt(row sums / their total)."""
    size = len(matrix)
    graph = sp.csr_array(matrix)
    n_groups, group = connected_components(graph, directed=False)
    cover = connected_components(sp.block_array([[None, graph], [graph, None]]), directed=False)[1]
    copy, mirror = cover[:size], cover[size:]
    vectors, fall, rise = np.zeros((size, size)), np.empty(size), np.empty(size)
    done = 0
    for number in range(n_groups):
        members = np.flatnonzero(group == number)
        two_sided = copy[members[0]] != mirror[members[0]]
        side = np.where(copy[members] == copy[members[0]], 1.0, -1.0) if two_sided else None
        new = slice(done, done + len(members))
        fall[new], rise[new], vectors[members, new] = _group_modes(
            matrix[np.ix_(members, members)], row_sums[members], side
        )
        done += len(members)
    order = np.argsort(fall, kind="stable")
    fall, rise, vectors = fall[order], rise[order], vectors[:, order]
    vectors[:, :n_groups] = vectors[:, :n_groups] @ _turn(np.sqrt(row_sums) @ vectors[:, :n_groups])
    error = 4 * np.finfo(float).eps * size * fall.max()  # an estimate for a backward stable solver
    return Spectrum(read_only(fall), read_only(rise), float(error)), vectors


def _group_modes(
    matrix: NDArray[np.float64], row_sums: NDArray[np.float64], side: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Falls, rises and modes of a connected matrix, from its Laplacian: what stays in place does not drown the rest."""
    scale = 1.0 / np.sqrt(row_sums)
    lateral = matrix.copy()
    np.fill_diagonal(lateral, 0.0)
    laplacian = -scale[:, None] * lateral * scale
    np.fill_diagonal(laplacian, lateral.sum(axis=1) / row_sums)
    fall, vectors = scipy.linalg.eigh(laplacian)
    still = np.sqrt(row_sums / row_sums.sum())
    known = [still] if side is None else [still, side * still]
    vectors = _orthogonal_to(known, vectors)
    rise = 2.0 - fall
    for slow, sign in ((fall < SLOW, -1.0), (rise < SLOW, 1.0)):
        near = _distance(matrix, scale[:, None] * vectors[:, slow], sign)
        fall[slow], rise[slow] = (near, 2.0 - near) if sign < 0 else (2.0 - near, near)
    fall[0], rise[0] = 0.0, 2.0
    if side is not None:
        fall[-1], rise[-1] = 2.0, 0.0
    return fall, rise, vectors


def _orthogonal_to(known: list[NDArray[np.float64]], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vectors with the first (and last) one as known: a slow mode is mixed with the constant one at first."""
    rest = vectors[:, 1 : 1 + vectors.shape[1] - len(known)]
    found = np.linalg.qr(np.column_stack([*known, rest]))[0]
    return np.column_stack([known[0], found[:, len(known) :], *known[1:]])


def _distance(matrix: NDArray[np.float64], modes: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    """sum_{x <= y} K(x, y) (u(x) + sign u(y))^2, the diagonal at half weight: a sum of positive numbers."""
    total = np.zeros(modes.shape[1])
    for x, row in enumerate(matrix):
        total += 0.5 * row @ (modes[x] + sign * modes) ** 2
    return total


def _turn(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """A reflection (times -1) whose first column is the unit vector along `direction`, whose entries are positive."""
    unit = direction / np.linalg.norm(direction)
    mirror = unit.copy()
    mirror[0] += 1.0
    return 2.0 * np.outer(mirror, mirror) / (mirror @ mirror) - np.eye(len(unit))
