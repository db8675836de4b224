"""The circuit of a source spread over all symbols and a sink at one, lumped to two nodes a layer.

Complete circuit on S symbols, N gaps, forward conductance 1, lateral conductance b_n in gap n; current 1 / S enters at
every symbol of the first layer and all of it leaves at the end x_N in the last. The M = S - 1 other symbols share one
potential a layer. Let u_n be their potential over that of x_N in layer n. It is the deviation of the layer, a chain
with links 1 - b_n and leaks S b_n at both ends of every gap, into which the sink feeds 1 in the last layer:

    (1 - b_n) (u_{n+1} - u_n) = S sum_{m <= n} (b_{m-1} + b_m) u_m,   b_{-1} = b_N = 0.

Every gap carries 1 in all, so with w_n = u_{n+1} - u_n and s_n = 1 + M b_n the drops along the forward edges are

    of x_N: X_n = (1 / s_n + M w_n) / S,   of any other: O_n = (1 / s_n - w_n) / S,

and those of the lateral edges are u_n + X_n from the others to x_N, and X_n - u_{n+1} from x_N to the others. The
potentials grow like 1 / b as b goes to 0, the forward drops do not: none of them is a difference of potentials.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root

from ecd2g.circuit.given_numbers import positive_number, whole_number
from ecd2g.circuit.layered import LAYER_LIMIT
from ecd2g.errors import SolverError

SCHEDULE_TOLERANCE = 1e-3
"""Largest error of the probability to have reached x_N before a schedule is refused; the fit goes on to 1e-12."""


@dataclass(frozen=True, eq=False)
class SpreadChain:
    """Exact first-passage transitions of the circuit, by the part of a symbol: x_N itself (`end`) or any other.

    Every array is ``(n_gaps,)`` and holds probabilities of the walk's first symbol in the next layer, given its first
    symbol in this one. The last gap is followed by the exit, after which every walk stands in x_N.

    arrive : from another symbol to x_N
    leave : from x_N to the others, all together
    switch : from another symbol to one given third symbol
    conductances : b_n, lateral over forward
    """

    arrive: NDArray[np.float64]
    leave: NDArray[np.float64]
    switch: NDArray[np.float64]
    conductances: NDArray[np.float64]

    def arrived(self) -> NDArray[np.float64]:
        """kappa(n): probability to stand in x_N after 0 .. n_gaps steps from another symbol, ``(n_gaps + 1,)``."""
        kappa = [0.0]
        for arrive, leave in zip(self.arrive, self.leave, strict=True):
            kappa.append(kappa[-1] * (1.0 - leave) + (1.0 - kappa[-1]) * arrive)
        return np.array(kappa)


def spread_chain(n_symbols: int, conductances: NDArray[np.float64]) -> SpreadChain:
    """Transitions of the circuit with lateral conductances b_n ``(n_gaps,)``, 0 <= b_n < 1, not all 0; O(n_gaps).

    Current flows back on one kind of edge only, from another symbol y in layer n to x_N in layer n - 1, and only where
    none flows the other way. So a walk that turns back goes on from x_N in layer n, and the recursion
    H_n = (1 - B_n H_{n-1})^{-1} F_n of the first-passage rule reads H_n(y, .) = F_n(y, .) + beta_n F_n(x_N, .), with
    beta_n the chance to turn back. SolverError where the conductances are too large for that.
    """
    b, others = conductances, n_symbols - 1
    if not np.all((b >= 0.0) & (b < 1.0) & np.any(b > 0.0)):
        raise _too_large(float(np.max(b)))
    u, rise = _deviations(n_symbols, b)
    mean = 1.0 / (1.0 + others * b)
    end_drop, drop = (mean + others * rise) / n_symbols, (mean - rise) / n_symbols
    if not np.all(drop > 0.0):
        raise _too_large(float(np.max(b)))
    inward, outward = b * (u[:-1] + end_drop), others * b * np.maximum(end_drop - u[1:], 0.0)
    back = np.concatenate([[0.0], (b * np.maximum(u[1:] - end_drop, 0.0))[:-1]])
    third = b * drop
    total = inward + drop + max(others - 1, 0) * third + back
    leave = outward / (end_drop + outward)
    arrive = (inward + back * (1.0 - leave)) / total
    switch = (third + back * leave / others) / total
    # the exit: whoever is not in x_N in the last layer turns back to x_N, and stops there the next time
    arrive[-1], leave[-1], switch[-1] = 1.0, 0.0, 0.0
    return SpreadChain(arrive, leave, switch, b)


def _too_large(conductance: float) -> SolverError:
    return SolverError(
        f"the lateral conductances of the spread circuit, up to {conductance:g} of the forward ones, do not lie "
        f"between 0 and 1, or send current back along forward edges; take a smaller ratio",
        reached=conductance,
        tolerance=1.0,
    )


def _deviations(n_symbols: int, b: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """u_n ``(n_gaps + 1,)`` and its rises w_n ``(n_gaps,)``, by sums of leaks: 1 is fed into the last layer."""
    leaks = n_symbols * (np.append(b, 0.0) + np.insert(b, 0, 0.0))
    u, rise, leaked = np.ones(len(leaks)), np.empty(len(b)), leaks[0]
    for n in range(len(b)):
        rise[n] = leaked / (1.0 - b[n])
        u[n + 1] = u[n] + rise[n]
        leaked += leaks[n + 1] * u[n + 1]
    return u / leaked, rise / leaked


def linear_spread_chain(n_symbols: int, n_gaps: int, ratio: float, n_iterations: int = 150) -> SpreadChain:
    """The chain with kappa(n) = n / n_gaps and the mean of rho_n = (S - 1) b_n equal to `ratio`; for S >= 2.

    The fixed point rho_n <- rho_n sqrt(dk*_n / dk_n), its mean set to `ratio` after every iteration, dk the increments
    of kappa and dk* = 1 / n_gaps those wanted. It slows down where some rho_n go to 0, as every second one does for
    small ratios (to first order dk_n is proportional to rho_{n-1} + rho_n), and a root finder for log rho_n takes over.
    SolverError where kappa stays off by more than `SCHEDULE_TOLERANCE`, or the circuit has no such chain; InputError
    for other numbers.

    Nearly the jumps 1 / (n_gaps - n) of discrete flow matching, of which it is a circuit:

    >>> linear_spread_chain(3, 4, 0.0001).arrive.round(2)
    array([0.25, 0.33, 0.5 , 1.  ])
    """
    n_symbols, ratio = (
        whole_number(n_symbols, "n_symbols", least=2, most=2**31),
        positive_number(ratio, "ratio"),
    )
    n_gaps = whole_number(n_gaps, "n_gaps", least=1, most=LAYER_LIMIT)
    n_iterations = whole_number(n_iterations, "n_iterations")

    def increments(rho: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.diff(spread_chain(n_symbols, rho / (n_symbols - 1)).arrived())

    def error(rho: NDArray[np.float64]) -> float:
        kappa = np.cumsum(increments(rho))
        return float(np.max(np.abs(kappa - np.arange(1, n_gaps + 1) / n_gaps)))

    rho = np.full(n_gaps, ratio)
    for _ in range(n_iterations):
        grown = increments(rho)
        if not np.all(grown > 0.0):
            raise _missed(n_symbols, n_gaps, ratio, error(rho))
        rho = _with_mean(rho / np.sqrt(n_gaps * grown), ratio)
    best = min(rho, _refined(rho, ratio, increments), key=error)
    if not error(best) <= SCHEDULE_TOLERANCE:
        raise _missed(n_symbols, n_gaps, ratio, error(best))
    return spread_chain(n_symbols, best / (n_symbols - 1))


def _refined(
    rho: NDArray[np.float64], ratio: float, increments: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The root of n_gaps dk_n = 1 over log rho_n; `rho` itself where the search leaves the circuits with a chain."""
    start = np.log(rho)

    def values(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        return _with_mean(np.exp(logs - logs.max()), ratio)

    def excess(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        # the increments add up to one: the last equation holds with the others, and the mean takes its place
        missing = len(rho) * increments(values(logs)) - 1.0
        missing[-1] = logs.mean() - start.mean()
        return missing

    try:
        return values(root(excess, start, tol=1e-13).x)
    except SolverError:
        return rho


def _with_mean(rho: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    return np.asarray(rho * (ratio / rho.mean()))


def _missed(n_symbols: int, n_gaps: int, ratio: float, error: float) -> SolverError:
    return SolverError(
        f"the spread circuit of {n_symbols} symbols, {n_gaps} steps and ratio {ratio:g} misses the linear schedule by "
        f"{error:.1e}; take a smaller ratio",
        reached=error,
        tolerance=SCHEDULE_TOLERANCE,
    )
