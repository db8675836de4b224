"""From resistors as they were given to a network: at most one resistor between two different nodes."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.networks.values import LARGEST
from ecd2g.errors import InputError


class Counts(NamedTuple):
    """What became of the resistors that are no edges of their own; see ResistorNetwork."""

    n_self_loops: int
    n_parallel: int
    n_open: int
    n_shorts: int


class Reduced(NamedTuple):
    """Edges between nodes of the reduced network.

    kept : labels ``(n_nodes,)`` that nodes go by, the first of those that became one; None where all are kept
    node : node of every label, ``(n_labels,)``; None where all are kept
    """

    tails: NDArray[np.intp]
    heads: NDArray[np.intp]
    conductances: NDArray[np.float64]
    kept: NDArray[np.intp] | None
    node: NDArray[np.intp] | None
    counts: Counts


def reduce_edges(
    n_labels: int, tails: NDArray[np.intp], heads: NDArray[np.intp], siemens: NDArray[np.float64]
) -> Reduced:
    """Ignore self-loops, drop open edges, contract zero-ohm edges and add up parallel ones; every edge is counted."""
    joins = tails != heads
    shorts, opens = joins & np.isinf(siemens), joins & (siemens == 0)
    kept = node = None
    if shorts.any():
        kept, node = _contracted(n_labels, tails[shorts], heads[shorts])
        tails, heads = node[tails], node[heads]
        joins = (tails != heads) | shorts | opens  # what contraction closed to a loop is a self-loop now
    carries = joins & ~shorts & ~opens
    n_nodes = n_labels if kept is None else len(kept)
    ends = _combined(n_nodes, tails[carries], heads[carries], siemens[carries])
    counts = Counts(
        n_self_loops=len(joins) - int(joins.sum()),
        n_parallel=int(carries.sum()) - len(ends[0]),
        n_open=int(opens.sum()),
        n_shorts=int(shorts.sum()),
    )
    return Reduced(*ends, kept, node, counts)


def component_labels(n_nodes: int, tails: NDArray[np.intp], heads: NDArray[np.intp]) -> NDArray[np.intp]:
    """Connected component of every node, ``(n_nodes,)``."""
    joined = sp.coo_array((np.ones(len(tails)), (tails, heads)), shape=(n_nodes, n_nodes))
    return sp.csgraph.connected_components(joined, directed=False)[1].astype(np.intp)


def _contracted(
    n_labels: int, tails: NDArray[np.intp], heads: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Labels that stay, the first of every group that zero-ohm edges join, and the node of every label."""
    group = component_labels(n_labels, tails, heads)
    leader = np.unique(group, return_index=True)[1][group]
    kept = np.flatnonzero(leader == np.arange(n_labels))
    return kept, np.searchsorted(kept, leader)


def _combined(
    n_nodes: int, tails: NDArray[np.intp], heads: NDArray[np.intp], siemens: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Every pair of nodes once, tail before head, in order, with the sum of its conductances."""
    pair = np.minimum(tails, heads) * n_nodes + np.maximum(tails, heads)
    distinct, place = np.unique(pair, return_inverse=True)
    total = np.bincount(place, weights=siemens, minlength=len(distinct)).astype(np.float64, copy=False)
    if len(total) and total.max() > LARGEST:
        raise InputError(
            f"conductances between two nodes must add up to at most {LARGEST:.3g} siemens, got {total.max():.3g}; "
            f"use a zero-ohm edge instead"
        )
    lower, higher = np.divmod(distinct, n_nodes)
    return lower, higher, total
