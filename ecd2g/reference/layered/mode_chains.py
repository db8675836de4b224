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

from ecd2g.circuit.kernels.spectrum import Spectrum

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
        _solve_block(
            spectrum.deficit[block],
            spectrum.sign[block],
            gains,
            ModeCurrents(*(values[block] for values in currents)),
            ModePotentials(solved.potentials[:, block], solved.drops[:, block]),
        )
    return solved


def _solve_block(
    deficit: NDArray[np.float64],
    sign: NDArray[np.float64],
    gains: NDArray[np.float64],
    currents: ModeCurrents,
    out: ModePotentials,
) -> None:
    """Eliminate from the last layer to the first, then substitute back; the answers are written to `out`.

    Seen from node n, all that lies beyond it is a conductance to ground c_n and a share t_n of the sink:
    w = 1 / (g + c_{n+1}),  c_n = leak_n + g c_{n+1} w,  t_n = g w t_{n+1}.  With s = 1 - t_0, itself a sum of
    positive numbers, the first potential is (p - q + s q) / c_0 = (p - t_0 q) / c_0, the drops are
    (c_{n+1} f_n + t_{n+1} q) w and f_{n+1} = (g f_n - t_{n+1} q) w.
    """
    n_gaps, kept = len(gains), 1.0 - deficit
    grounded, shares = np.empty((n_gaps + 1, len(deficit))), np.empty((n_gaps + 1, len(deficit)))
    met, lost = np.empty((n_gaps, len(deficit))), np.zeros(len(deficit))
    grounded[-1], shares[-1] = gains[-1] * deficit, 1.0
    for gap in range(n_gaps - 1, -1, -1):
        leak = gains[gap] if gap == 0 else gains[gap - 1] + gains[gap]
        beyond, passed, blocked = grounded[gap + 1], gains[gap] * kept, np.empty_like(lost)
        np.add(passed, beyond, out=met[gap])
        passed /= met[gap]
        np.divide(beyond, met[gap], out=blocked)
        np.multiply(passed, shares[gap + 1], out=shares[gap])
        lost *= passed
        lost += blocked
        passed *= beyond
        np.multiply(leak, deficit, out=grounded[gap])
        grounded[gap] += passed
    here, sink = _first_potentials(sign, currents, lost, shares[0], grounded[0], n_gaps)
    out.potentials[0] = here
    for gap in range(n_gaps):
        drop, fed = grounded[gap + 1], shares[gap + 1]
        drop *= here
        fed *= sink
        drop += fed
        drop /= met[gap]
        out.drops[gap] = drop
        here *= gains[gap] * kept  # not here - drop: a weak gap may leave little of a large potential
        here -= fed
        here /= met[gap]
        out.potentials[gap + 1] = here
    closed = deficit == 0
    if closed.any():
        out.potentials[:, closed] -= out.potentials[:, closed].mean(axis=0)
    if (sign < 0).any():
        _turn_back(sign, out)


def _first_potentials(
    sign: NDArray[np.float64],
    currents: ModeCurrents,
    lost: NDArray[np.float64],
    share: NDArray[np.float64],
    grounded: NDArray[np.float64],
    n_gaps: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Potential of the first node of every chain, and what its last node gives off, with signs turned.

    (p - q + s q) / c_0 where little is lost on the way, s = 1 - t_0 < 1/2, and (p - t_0 q) / c_0 where much is.
    """
    turned, entering, sink = (sign < 0) & (n_gaps % 2 == 1), currents.difference, currents.sink
    if turned.any():
        entering, sink = np.where(turned, currents.sum, entering), np.where(turned, -sink, sink)
    here = np.where(lost < 0.5, entering + lost * sink, currents.source - share * sink)
    here /= np.where(grounded > 0, grounded, 1.0)
    return here, sink


def _turn_back(sign: NDArray[np.float64], out: ModePotentials) -> None:
    """Undo the turned signs: where lambda < 0 potentials alternate, and their drops are sums of two sizes."""
    negative = np.flatnonzero(sign < 0)
    sizes = out.potentials[:, negative]
    alternating = (-1.0) ** np.arange(len(sizes))[:, None]
    out.potentials[:, negative] = alternating * sizes
    out.drops[:, negative] = alternating[:-1] * (sizes[:-1] + sizes[1:])
