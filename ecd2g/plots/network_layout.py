"""Places for the nodes of a network on a page: good conductors short, components side by side, always the same."""

from math import sqrt

import networkx as nx
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork

STRETCH = 3.0
"""Length of the worst conductor of a network drawn by its conductances, where the best one has length 1."""

SMALL = 400
"""Components of up to so many nodes are laid out by Kamada and Kawai's method, larger ones by springs."""

GAP = 1.5
"""Room between two components, in lengths of the best conductor."""

WIDE = 1.6
"""Width of a page over its height."""

Places = NDArray[np.float64]


def network_layout(network: ResistorNetwork) -> Places:
    """Places ``(n_nodes, 2)`` of the nodes; edges of g siemens are about (g_max / g)^(1/4) long, at most 3."""
    # the root of each, for the ratio itself may overflow
    g = network.conductances**0.25
    length = np.minimum(g.max(initial=0.0) / g, STRETCH)
    lengths = sp.csr_array((length, (network.tails, network.heads)), shape=(network.n_nodes,) * 2)
    order = np.argsort(network.labels, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(network.labels))[:-1])
    parts = [_component(lengths[nodes][:, nodes]) for nodes in members]
    places = np.empty((network.n_nodes, 2))
    for nodes, part in zip(members, _side_by_side(parts), strict=True):
        places[nodes] = part
    return places


def _component(lengths: sp.csr_array) -> Places:
    """Places of the nodes of a connected graph whose edges have these lengths, around the origin."""
    n = lengths.shape[0]
    if n <= 2:
        return np.array([[-0.5, 0.0], [0.5, 0.0]]) if n == 2 else np.zeros((1, 2))
    start = dict(enumerate(_scaled(lengths)))
    if n <= SMALL:
        found = nx.kamada_kawai_layout(nx.from_scipy_sparse_array(lengths), pos=start)
    else:
        pull = lengths.copy()
        pull.data = 1.0 / pull.data
        found = nx.spring_layout(nx.from_scipy_sparse_array(pull), pos=start, seed=0)
    places = _level(np.array([found[node] for node in range(n)]))
    edges = lengths.tocoo()
    drawn = np.hypot(*(places[edges.row] - places[edges.col]).T)
    places *= float(edges.data.sum() / drawn.sum())
    return places - (places.max(axis=0) + places.min(axis=0)) / 2


def _scaled(lengths: sp.csr_array) -> Places:
    """Places whose distances are nearly those of the shortest paths (classical scaling): a start without folds.

    Nodes with the same neighbours would share a place and could not be parted by any force, so all are moved a little.
    """
    squares = sp.csgraph.shortest_path(lengths, directed=False) ** 2
    squares -= squares.mean(axis=0)
    values, vectors = np.linalg.eigh(-(squares - squares.mean(axis=1)[:, None]) / 2)
    places = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0.0))
    return places + np.random.default_rng(0).normal(scale=0.05, size=places.shape)


def _level(places: Places) -> Places:
    """The places turned until their longest extent is horizontal: pages are wider than high."""
    centred = places - places.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    turned: Places = centred @ axes.T
    return turned


def _side_by_side(parts: list[Places]) -> list[Places]:
    """The components in rows from left to right, the largest first, none over another."""
    sizes = [np.ptp(part, axis=0) + GAP for part in parts]
    width = max(
        sqrt(WIDE * sum(float(np.prod(size)) for size in sizes)), *(float(size[0]) for size in sizes), 0.0
    )
    placed = list(parts)
    left = top = depth = 0.0
    for k in sorted(range(len(parts)), key=lambda k: (-len(parts[k]), -sizes[k][1])):
        across, down = map(float, sizes[k])
        if left + across > width * (1 + 1e-9):
            left, top, depth = 0.0, top - depth, 0.0
        placed[k] = parts[k] + [left + across / 2, top - down / 2]
        left, depth = left + across, max(depth, down)
    return placed
