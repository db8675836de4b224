"""Which states of the source and of the sink a resistor joins: pairs within reach, and those that are missed later."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics import wasserstein_line
from ecd2g.reference.adapted.ends import TransportEnds
from ecd2g.reference.matrix import check_totals

EDGE_LIMIT = 4_000_000
"""Edges at most: a solution, its certificate and its walks then hold a few GB."""

DISPLACEMENTS = 3.0
"""The first reach that is tried, in root mean squared displacements of the sites taken one by one."""

GROWTH = 1.25
"""Factor of the reach from one try to the next."""


def joined_within(ends: TransportEnds, reach: float | None) -> ResistorNetwork:
    """The network of all pairs at most `reach` symbols apart, every edge of 1 siemens.

    None tries 3 root mean squared displacements, computed site by site, and then 1.25 times as much for as long as
    what enters a connected component is not what leaves it. InputError where a reach that was given is too short.
    """
    if reach is not None:
        network = _network(ends, _pairs(ends, reach))
        if not _balanced(ends, network):
            raise InputError(
                f"reach={reach:g} leaves parts of the circuit that do not take in what they must give; "
                f"raise reach, or leave it out to have it found"
            )
        return network
    reach = max(1.0, DISPLACEMENTS * _displacement(ends))
    while not _balanced(ends, network := _network(ends, _pairs(ends, reach))):
        reach *= GROWTH
    return network


def missed(
    ends: TransportEnds, network: ResistorNetwork, volts: NDArray[np.float64], offset: float
) -> NDArray[np.intp]:
    """For every state y the unjoined x, if any, with the largest excess of volts(x) - volts(y) over cost + offset.

    These pairs would carry current at less than the cost of the pairs that are joined. Edges ``(n, 2)``; O(m k).
    """
    m, n_y = len(ends.xs), len(ends.ys)
    best, place = np.zeros(n_y), np.full(n_y, -1, dtype=np.intp)
    for rows, costs in ends.blocks():
        excess = volts[:m][rows, None] - volts[m:] - costs - offset
        first, last = np.searchsorted(network.tails, [rows.start, rows.stop])
        excess[network.tails[first:last] - rows.start, network.heads[first:last] - m] = -np.inf
        top = excess.argmax(axis=0)
        value = excess[top, np.arange(n_y)]
        better = value > best
        best[better], place[better] = value[better], top[better] + rows.start
    found = np.flatnonzero(place >= 0)
    return np.stack([place[found], found + m], axis=1)


def with_edges(
    network: ResistorNetwork, pairs: NDArray[np.intp], conductances: NDArray[np.float64]
) -> ResistorNetwork:
    """The network with more edges, none of which it has."""
    edges = np.concatenate([np.stack([network.tails, network.heads], axis=1), pairs])
    if len(edges) > EDGE_LIMIT:
        raise _too_many(len(edges))
    values = np.concatenate([network.conductances, conductances])
    return ResistorNetwork.from_edges(edges, conductance=values, n_nodes=network.n_nodes)


def _pairs(ends: TransportEnds, reach: float) -> NDArray[np.intp]:
    """Edges ``(n, 2)`` from nodes x to nodes y at most `reach` apart, row by row."""
    limit = reach**2 if ends.cost == "squared" else reach
    found, count = [], 0
    for rows, costs in ends.blocks():
        x, y = np.nonzero(costs <= limit)
        count += len(x)
        if count > EDGE_LIMIT:
            raise _too_many(count)
        found.append(np.stack([x + rows.start, y + len(ends.xs)], axis=1))
    return np.concatenate(found)


def _network(ends: TransportEnds, pairs: NDArray[np.intp]) -> ResistorNetwork:
    return ResistorNetwork.from_edges(pairs, conductance=1.0, n_nodes=ends.n_nodes)


def _balanced(ends: TransportEnds, network: ResistorNetwork) -> bool:
    try:
        check_totals(ends.injected, ends.extracted, network.labels)
    except InputError:
        return False
    return True


def _displacement(ends: TransportEnds) -> float:
    """Root of sum_i W_2(p_i, q_i)^2 over the laws of single sites: at most W_2(p, q)."""
    squares = 0.0
    for x, y in zip(ends.xs.T, ends.ys.T, strict=True):
        low = min(x.min(), y.min())
        size = int(max(x.max(), y.max()) - low) + 1
        p, q = (np.bincount(s - low, weights=w, minlength=size) for s, w in ((x, ends.p), (y, ends.q)))
        squares += wasserstein_line(p, q, order=2) ** 2
    return float(np.sqrt(squares))


def _too_many(count: int) -> CapacityError:
    return CapacityError(
        f"at least {count:,} pairs of states would be joined, and the limit is {EDGE_LIMIT:,}; lower reach"
    )
