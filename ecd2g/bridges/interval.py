"""The interval bridge: circuits between where a site stands and its end, started anew at every step."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecd2g.bridges.site_bridge import SiteBridge
from ecd2g.circuit.given_numbers import positive_number
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import SolverError

FLOOR = 1e-9
"""Conductance that every edge has at least, beside the straight line's 1; it keeps the circuit connected."""

POWER_TOLERANCE = 1e-9
"""Largest relative difference between the current and the power of a circuit at 1 V before it is refused."""


class IntervalBridge(SiteBridge):
    """Ordinal sites walk between x and x_N only, along a circuit that favours the straight line.

    With m steps left and L = |x_N - x| + 1 symbols between x and x_N, numbered i = 0 .. L - 1 from x towards x_N: m + 1
    layers of L nodes, unit current from (0, 0) to (m, L - 1), conductances

        K_ij = exp(-((j - i) - (L - 1) / m)^2 / (2 width^2)) + 1e-9

    from i in one layer to j in the next, so that the largest lie along the straight line. The site moves to y with
    probability K(x, y) (phi_1(x) - phi_2(y)), the exact law of the first symbol in the second layer: x has the highest
    potential, so nothing flows back into it. Then the circuit is made anew from y with m - 1 steps; the last step lands
    in x_N. For x_N < x the circuit is the mirror image.

    `width` is in symbols: a small one rounds the straight line, a large one spreads the walk over the interval; below
    about 0.2 the floor carries the current of some circuits and SolverError may refuse them. One solve of O(m L^3) for
    every (m, L): O(n_steps^2 S^4) in all, once.

    >>> import ecd2g
    >>> IntervalBridge(ecd2g.StateSpace(3)).site_law(3, 2)[0, 0, 2].round(3)  # 0 to 2: the middle is likeliest
    array([0.274, 0.452, 0.274])
    """

    def __init__(self, space: StateSpace, width: float = 1.0) -> None:
        super().__init__(space)
        self.width: float = positive_number(width, "width", "number of symbols")

    def site_law(self, n_symbols: int, n_steps: int) -> NDArray[np.float64]:
        """Transitions of a site, ``(n_steps, S, S, S)``: those of L in `interval_law`, and their mirror images."""
        law = np.zeros((n_steps, n_symbols, n_symbols, n_symbols))
        for k in range(n_steps):
            for length in range(1, n_symbols + 1):
                row = interval_law(n_steps - k, length, self.width)
                for start in range(n_symbols - length + 1):
                    stop = start + length - 1
                    law[k, start, stop, start : stop + 1] = row
                    law[k, stop, start, start : stop + 1] = row[::-1]
        return law


def interval_law(n_left: int, length: int, width: float) -> NDArray[np.float64]:
    """Law of the next of `length` symbols with `n_left` steps from the first to the last of them, ``(length,)``.

    Solved at 1 V in place of 1 A: u_n(i) = 1 - phi_n(i) is the chance that two-way walks between equal conductances
    come to (m, L - 1) before (0, 0). It is non-negative, and the current K u of the source's edges is no difference.
    SolverError where the current and the power at 1 V, which are equal, differ by more than `POWER_TOLERANCE`.
    """
    if n_left == 1 or length == 1:
        return np.eye(length)[-1]
    kernel = interval_kernel(n_left, length, width)
    drops = _drops(kernel, n_left)
    currents = kernel[0] * drops[1]
    total = float(currents.sum())
    power = sum(
        float(np.sum(kernel * (after[None, :] - before[:, None]) ** 2)) for before, after in pairwise(drops)
    )
    error = abs(power / total - 1.0)
    if not error <= POWER_TOLERANCE:
        raise SolverError(
            f"the circuit of {length} symbols and {n_left} steps at width {width:g} carries a current that differs by "
            f"{error:.1e} of it from its power; take a larger width",
            reached=error,
            tolerance=POWER_TOLERANCE,
        )
    return currents / total


def interval_kernel(n_left: int, length: int, width: float) -> NDArray[np.float64]:
    """Conductances K_ij of one gap, from symbol i to symbol j of the next layer, ``(length, length)``."""
    moves = np.arange(length)[None, :] - np.arange(length)[:, None]
    kernel: NDArray[np.float64] = np.exp(-0.5 * ((moves - (length - 1) / n_left) / width) ** 2) + FLOOR
    return kernel


def _drops(kernel: NDArray[np.float64], n_left: int) -> NDArray[np.float64]:
    """Drops u_n(i) from the source, where u_0(0) = 0, to every node, with u_m(L - 1) = 1 at the sink, ``(m + 1, L)``.

    From the sink: u_n = E_n u_{n-1} + e_n, block by block; then forward from the first layer.
    """
    rows, columns, size = kernel.sum(axis=1), kernel.sum(axis=0), len(kernel)
    shares, constants = [kernel.T / columns[:, None]], [np.zeros(size)]  # of layer m
    shares[0][-1], constants[0][-1] = 0.0, 1.0
    for _ in range(n_left - 1):
        total = rows + columns
        block = np.eye(size) - kernel @ shares[-1] / total[:, None]
        answers = np.linalg.solve(block, np.column_stack([kernel.T, kernel @ constants[-1]]) / total[:, None])
        shares.append(answers[:, :-1])
        constants.append(answers[:, -1])
    block = np.eye(size) - kernel @ shares[-1] / rows[:, None]
    constant = kernel @ constants[-1] / rows
    drops = [np.concatenate([[0.0], np.linalg.solve(block[1:, 1:], constant[1:])])]
    for share, constant in zip(reversed(shares), reversed(constants), strict=True):
        drops.append(share @ drops[-1] + constant)
    return np.stack(drops)
