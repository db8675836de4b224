"""Bounds on the power and on the error of potentials that hold for any network: repair the currents on a spanning tree.

Let I be the currents of a candidate solution. Keep them off a spanning tree, and let Kirchhoff's law decide the others:
a flow f that obeys it exactly. Let psi be the potential that falls by R I along the tree, and e = f - G grad psi:
the repair on the tree, the Ohm defect elsewhere, both small and both known. With the true solution (phi*, I*), in the
energy norm |x|^2 = sum R x^2, Prager and Synge (1947):

    |f - I*|^2 + |G grad psi - I*|^2 = |e|^2,      |f|^2 - |e|^2 <= P <= |f|^2      (Dirichlet and Thomson).

So the power P = |I*|^2 is known to second order in e, and psi - phi*, at a node and relative to the root, to
|e| sqrt(resistance of the tree path). It is also the sum over the edges of e times the drop that 1 A from that node to
the root would have there, and no edge carries more than that ampere: at most the sum of R |e|. The first is better in
large networks, the second where a part without current hangs on a weak edge.

All roundings are taken off: f, psi and the drops of psi are exact sums, rounded once (`exact_sums`), with a bound of
that rounding for each; sums of squares are exact too, and products, quotients and roots are covered by a widening.
Units do not matter: everything is scaled by powers of two, so that the largest net current and conductance lie in
[1/2, 1). What underflows then is covered too, by a few of the smallest numbers there are; what overflows bounds
nothing. Where the net currents J of a component do not add up to zero, J is less by their sum at its root.
"""

from dataclasses import dataclass, replace
from math import fsum, inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.network_field import divergence
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.reference.exact_sums import EPS, rounded, slices, widening
from ecd2g.reference.matrix import without_means
from ecd2g.reference.networks.spanning_tree import SpanningTree, spanning_tree

WIDENING = 8 * EPS
"""Covers sixteen roundings; an energy norm has four, its square nine, the rest of a bound five."""

TINY = float(np.finfo(np.float64).smallest_subnormal)
"""No product, quotient or scaling is off by more where it underflows."""


@dataclass(frozen=True)
class TreeBound:
    """`potential_error` in volt (mean-zero potentials), and the power bracket `lower` <= P <= `upper` in watt.

    Infinite, with `lower` zero, where nothing is proven.
    """

    potential_error: float
    lower: float
    upper: float


def tree_bound(
    network: ResistorNetwork,
    potentials: NDArray[np.float64],
    currents: NDArray[np.float64],
    net_injection: NDArray[np.float64],
) -> TreeBound:
    """Bound the error of `potentials` ``(n,)`` and edge `currents` ``(m,)`` for the net currents J ``(n,)``.

    Any tree proves a bound; this one starts at the largest source or sink. Nothing is proven where float64 cannot hold
    the conductances in units of the largest, more than 307 decades apart.
    """
    tree = spanning_tree(network, np.abs(net_injection))
    ampere, siemens = _exponent(net_injection), _exponent(network.conductances)
    volt, watt = ampere - siemens, 2 * ampere - siemens
    with np.errstate(all="ignore"):
        g = np.ldexp(network.conductances, -siemens)
        if np.any(np.ldexp(g, siemens) != network.conductances):
            return TreeBound(inf, 0.0, inf)
        scaled = (
            np.ldexp(x, -e) for x, e in ((potentials, volt), (currents, ampere), (net_injection, ampere))
        )
        error, lower, upper = _bounds(tree, replace(network, conductances=g), *scaled)
        error += 8 * TINY * bool(np.any(potentials))  # what scaling may have taken off them
        return TreeBound(_ldexp(error, volt, inf), _ldexp(lower, watt, 0.0), _ldexp(upper, watt, inf))


def _bounds(
    tree: SpanningTree,
    network: ResistorNetwork,
    potentials: NDArray[np.float64],
    currents: NDArray[np.float64],
    net_injection: NDArray[np.float64],
) -> tuple[float, float, float]:
    """Error of the potentials, lower and upper bound of the power: not finite where something overflows.

    Conductances are below 1, so that no quotient underflows that did not start below the smallest normal number.
    """
    g = network.conductances
    tiny = TINY * (np.any(currents) or np.any(net_injection))  # where nothing flows, nothing underflows
    upward = np.where(network.tails[tree.edge] == tree.child, 1.0, -1.0)
    flow, flow_slip = _repaired(tree, network, upward, currents, net_injection)
    flow_slip[tree.edge] += network.n_nodes * tiny  # of J, where scaling moved it
    levels = tree.path_sums(slices(upward * currents[tree.edge] / g[tree.edge]))
    drop, drop_slip = rounded(np.array([level[network.tails] - level[network.heads] for level in levels]))
    driven = g * drop
    defect = np.abs(flow - driven)
    defect += flow_slip + g * drop_slip + EPS * (defect + np.abs(driven)) + 4 * tiny

    psi, psi_slip = rounded(levels)
    resistance = rounded(tree.path_sums(slices(1.0 / g[tree.edge])))[0].max()

    below = 4 * len(g) * tiny
    size, slip, epsilon = (_energy_norm(x, g, below) for x in (flow, flow_slip, defect))
    upper = (size + slip) * (size + slip) * (1 + WIDENING)
    lower = size * size * (1 - WIDENING) - (2 * size * slip + epsilon * epsilon) * (1 + WIDENING) - 2 * below
    apart = min(epsilon * sqrt(resistance), float(np.sum(defect / g)) * widening(len(g)))
    error = 2 * apart * (1 + WIDENING) + 2 * psi_slip.max()
    return float(error + _drift(tree, potentials, psi)), max(lower, 0.0), upper


def _repaired(
    tree: SpanningTree,
    network: ResistorNetwork,
    upward: NDArray[np.float64],
    currents: NDArray[np.float64],
    net_injection: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The flow f, rounded, with bounds on that rounding: a tree edge takes away what enters the subtree under it.

    `upward` is the sign of a current from child to parent.
    """
    m = network.n_edges
    flow, slip = currents.copy(), np.zeros(m)
    flow[tree.edge] = 0.0
    known = slices(np.concatenate([flow, net_injection]))
    entering = np.array([part[m:] - divergence(network, part[:m]) for part in known])
    rising, slip[tree.edge] = rounded(tree.subtree_sums(entering))
    flow[tree.edge] = upward * rising
    return flow, slip


def _energy_norm(values: NDArray[np.float64], g: NDArray[np.float64], below: float) -> float:
    """Square root of sum R x^2 + `below`, which covers squares that underflow."""
    root = values / np.sqrt(g)
    return sqrt(fsum(slices(root * root).sum(axis=1)) + below)


def _drift(tree: SpanningTree, potentials: NDArray[np.float64], psi: NDArray[np.float64]) -> float:
    """Largest difference of two mean-zero potentials, its rounding included."""
    shift = potentials - psi
    moved = shift - shift[tree.roots][tree.labels]
    rounding = EPS * (np.abs(shift).max() + (4 + len(psi)) * np.abs(moved).max())
    return float(np.abs(without_means(moved, tree.labels)).max() + 2 * rounding)


def _exponent(values: NDArray[np.float64]) -> int:
    """The power of two next above the largest |value|."""
    return int(np.frexp(np.abs(values).max(initial=0.0))[1])


def _ldexp(bound: float, exponent: int, outward: float) -> float:
    """The bound times 2^exponent, a step outward where that is rounded; `outward` itself where nothing is proven."""
    if not isfinite(bound):
        return outward
    scaled = float(np.ldexp(bound, exponent))
    return scaled if np.ldexp(scaled, -exponent) == bound else float(np.nextafter(scaled, outward))
