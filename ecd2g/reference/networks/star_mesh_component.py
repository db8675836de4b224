"""The connected components of a network as dense matrices in an order of elimination."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import CapacityError

STAR_MESH_LIMIT = 4000
"""Most nodes of a component for star-mesh elimination: its three matrices then hold 0.4 GB."""


@dataclass(frozen=True, eq=False)
class DenseComponent:
    """One component, its nodes in the order in which they are to be eliminated.

    nodes : ``(n,)`` places of the nodes in the network; the last `n_last` are the important ones, in ascending order
    edges, tails, heads : numbers of the edges in the network, and the places of their ends among `nodes`
    mesh : ``(n, n)`` conductances above the diagonal, in units of 2^`exponent` siemens, at most 1
    """

    nodes: NDArray[np.intp]
    n_last: int
    edges: NDArray[np.intp]
    tails: NDArray[np.intp]
    heads: NDArray[np.intp]
    mesh: NDArray[np.float64]
    exponent: int


def dense_components(network: ResistorNetwork, importance: NDArray[np.float64]) -> Iterator[DenseComponent]:
    """Every component with two nodes or more of positive `importance` ``(n_nodes,)``; these are eliminated last.

    The most important node comes last of all. Among the others, nodes of small degree come first, for they spread to
    few pairs. Raises CapacityError above STAR_MESH_LIMIT nodes.
    """
    labels, last = network.labels, importance > 0
    sizes = np.bincount(labels)
    wanted = np.flatnonzero(np.bincount(labels[last], minlength=len(sizes)) > 1)
    largest = int(sizes[wanted].max(initial=0))
    if largest > STAR_MESH_LIMIT:
        raise CapacityError(
            f"star-mesh elimination holds dense matrices of at most {STAR_MESH_LIMIT} nodes of one component, "
            f'got {largest}; use method="sparse" or "cg"'
        )
    edge_labels = labels[network.tails]
    all_nodes = np.lexsort((network.degrees, importance, labels))
    all_edges = np.argsort(edge_labels, kind="stable")
    node_ends, edge_ends = np.cumsum(sizes), np.cumsum(np.bincount(edge_labels, minlength=len(sizes)))
    for k in wanted:
        nodes = all_nodes[node_ends[k] - sizes[k] : node_ends[k]]
        edges = all_edges[edge_ends[k - 1] if k else 0 : edge_ends[k]]
        yield _dense(network, nodes, edges, int(np.count_nonzero(last[nodes])))


def _dense(
    network: ResistorNetwork, nodes: NDArray[np.intp], edges: NDArray[np.intp], n_last: int
) -> DenseComponent:
    by_place = np.argsort(nodes)
    tails, heads = (
        by_place[np.searchsorted(nodes, side[edges], sorter=by_place)]
        for side in (network.tails, network.heads)
    )
    conductances = network.conductances[edges]
    exponent = int(np.frexp(conductances.max())[1])
    mesh = np.zeros((len(nodes), len(nodes)))
    mesh[np.minimum(tails, heads), np.maximum(tails, heads)] = np.ldexp(conductances, -exponent)
    return DenseComponent(nodes, n_last, edges, tails, heads, mesh, exponent)
