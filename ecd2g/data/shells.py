"""One problem in any dimension: a blob in the middle of a box is carried to a thin shell around it."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.data.problem import Problem

HALF_WIDTH = 3.0
"""The box is [-3, 3] at every site."""

BLOB_SD = 0.5
"""Standard deviation of the blob at every site."""

SHELL_RADIUS, SHELL_SD = 2.0, 0.4
"""Radius of the shell and standard deviation across it: at 10 symbols a site it is still wider than one cell."""


def blob_to_shell(n_sites: int, n_symbols: int = 50) -> Problem:
    """Gaussian blob to a thin shell around it, on S^D cells of the box [-3, 3]^D; our choice, not of the paper.

    With z the centre of a cell, p(z) ~ exp(-|z|^2 / (2 0.5^2)) and q(z) ~ exp(-(|z| - 2)^2 / (2 0.4^2)), both divided
    by their sums: one bump to two bumps for D = 1, a disc to a ring for D = 2. Box and scales are the same for every
    D. Dense and deterministic; no sample is drawn. InputError or CapacityError for sizes that `StateSpace` refuses.

    >>> blob_to_shell(2, 10).space.n_states
    100
    """
    space = StateSpace(n_symbols, n_sites)
    space.require_enumerable("the dense laws of a shell")
    bump = np.exp(-0.5 * np.square(centres(n_symbols) / BLOB_SD))
    source = Distribution.product(space, [bump / bump.sum()] * n_sites)
    target = Distribution.from_weights(
        space, np.exp(-0.5 * np.square((radii(space) - SHELL_RADIUS) / SHELL_SD))
    )
    return Problem(
        f"shell-{n_sites}d", f"blob to shell, D = {n_sites}, S = {n_symbols}", space, source, target
    )


def centres(n_symbols: int) -> NDArray[np.float64]:
    """Centres of S equal cells of [-3, 3], ``(S,)``; centre k and centre S - 1 - k are negatives of each other.

    >>> centres(3).tolist()
    [-2.0, 0.0, 2.0]
    """
    return HALF_WIDTH / n_symbols * (2.0 * np.arange(n_symbols, dtype=np.float64) - (n_symbols - 1))


def radii(space: StateSpace) -> NDArray[np.float64]:
    """Distance |z| of every state from the middle of the box, ``(n_states,)`` in index order; O(V).

    Squares are added as whole numbers, so that equal radii are equal in every digit.
    """
    total: NDArray[np.float64] = np.zeros(1)
    for size in space.alphabet_sizes:
        total = np.add.outer(total, np.square(2.0 * np.arange(size) - (size - 1))).ravel()
    return HALF_WIDTH / space.alphabet_sizes[0] * np.sqrt(total)
