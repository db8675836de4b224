"""The chain that every mode of a layered circuit follows, solved by elimination without a loss of digits.

In the modes of the kernel, K u = lambda D u with u^T D u = 1, the node-voltage equation falls apart into one chain of
n_layers nodes a mode. With m = 1 - abs(lambda), the gains g_n of the gaps, and signs turned layer by layer where
lambda < 0, link n has the conductance g_n abs(lambda) and node n leaks (g_{n-1} + g_n) m to ground; p enters at its
first node and q leaves at its last. For equal gaps the answer is

    cosh((N - n) theta) / (sqrt(1 - lambda^2) sinh((N - 1) theta)),   cosh(theta) = 1 / abs(lambda),

the alpha of the paper's lemma. The elimination serves any gains, needs no hyperbolic function, and adds, multiplies
and divides positive conductances only.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.spectrum import Spectrum

BLOCK = 2**16
"""Numbers of one array of a block of modes: what stays in the cache while all layers pass."""


class ModeCurrents(NamedTuple):
    """What enters and leaves in every mode, ``(V,)``: p and q, their difference and their sum, all transformed apart.

    Where p and q nearly agree in a slow mode, p - q formed from the two would lose the digits that the slow mode shows.
    """

    source: NDArray[np.float64]
    sink: NDArray[np.float64]
    difference: NDArray[np.float64]
    sum: NDArray[np.float64]


class ModePotentials(NamedTuple):
    """Potentials ``(n_layers, V)`` of all modes, and their drops from layer to layer ``(n_layers - 1, V)``."""

    potentials: NDArray[np.float64]
    drops: NDArray[np.float64]


def mode_potentials(spectrum: Spectrum, gains: NDArray[np.float64], currents: ModeCurrents) -> ModePotentials:
    """Potentials and drops of every mode, O(N V); modes without a leak have mean zero over the layers.

    `gains` ``(n_layers - 1,)``. A mode without a leak (m = 0) takes what enters straight to the last layer, so the two
    must agree there: it is for the caller to check (`check_totals`).
    """
    n_layers, n_modes = len(gains) + 1, len(spectrum.fall)
    solved = ModePotentials(np.empty((n_layers, n_modes)), np.empty((n_layers - 1, n_modes)))
    size = max(1, BLOCK // n_layers)
    for first in range(0, n_modes, size):
        block = slice(first, first + size)
        part = Spectrum(spectrum.fall[block], spectrum.rise[block])
        _solve_block(
            part,
            gains,
            ModeCurrents(*(values[block] for values in currents)),
            ModePotentials(solved.potentials[:, block], solved.drops[:, block]),
        )
    return solved


def _solve_block(
    spectrum: Spectrum, gains: NDArray[np.float64], currents: ModeCurrents, out: ModePotentials
) -> None:
    """Eliminate from the last layer to the first, then substitute back; the answers are written to `out`.

    Seen from node n, all that lies beyond it is a conductance to ground c_n and a share t_n of the sink:
    w = 1 / (g + c_{n+1}),  c_n = leak_n + g c_{n+1} w,  t_n = g w t_{n+1}.  With s = 1 - t_0, itself a sum of
    positive numbers, the first potential is (p - q + s q) / c_0 and the drops are (c_{n+1} f_n + t_{n+1} q) w.
    """
    n_gaps, deficit, sign = len(gains), spectrum.deficit, spectrum.sign
    links = np.multiply.outer(gains, 1.0 - deficit)
    grounded, shares = np.empty((n_gaps + 1, len(deficit))), np.empty((n_gaps + 1, len(deficit)))
    grounded[-1], shares[-1], lost = gains[-1] * deficit, 1.0, np.zeros(len(deficit))
    for gap in range(n_gaps - 1, -1, -1):
        leak = gains[gap] * deficit if gap == 0 else (gains[gap - 1] + gains[gap]) * deficit
        beyond = grounded[gap + 1]
        passed = links[gap] / (links[gap] + beyond)
        grounded[gap] = leak + beyond * passed
        shares[gap] = passed * shares[gap + 1]
        lost = lost * passed + beyond / (links[gap] + beyond)
    turned = sign**n_gaps
    sink = turned * currents.sink
    entering = np.where(turned > 0, currents.difference, currents.sum) + lost * sink
    here = entering / np.where(grounded[0] > 0, grounded[0], 1.0)
    out.potentials[0] = here
    for gap in range(n_gaps):
        beyond = grounded[gap + 1]
        out.drops[gap] = (beyond * here + shares[gap + 1] * sink) / (links[gap] + beyond)
        here = here - out.drops[gap]
        out.potentials[gap + 1] = here
    closed = deficit == 0
    if closed.any():
        out.potentials[:, closed] -= out.potentials[:, closed].mean(axis=0)
    if (sign < 0).any():
        _turn_back(sign, out)


def _turn_back(sign: NDArray[np.float64], out: ModePotentials) -> None:
    """Undo the turned signs: where lambda < 0 potentials alternate, and their drops are sums of two sizes."""
    negative = sign < 0
    sizes = out.potentials[:, negative]
    alternating = (-1.0) ** np.arange(len(sizes))[:, None]
    out.potentials[:, negative] = alternating * sizes
    out.drops[:, negative] = alternating[:-1] * (sizes[:-1] + sizes[1:])
