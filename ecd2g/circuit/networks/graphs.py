"""Resistor networks as networkx graphs."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.networks.nodes import named
from ecd2g.circuit.networks.values import Value, to_siemens
from ecd2g.errors import InputError


def edges_of_graph(
    graph: Any, attribute: str, value: Value
) -> tuple[Sequence[Hashable], NDArray[np.intp], NDArray[np.float64]]:
    """Labels, edges ``(m, 2)`` and siemens ``(m,)`` of an undirected graph; a multigraph has all its edges here."""
    if not hasattr(graph, "is_directed"):
        raise InputError(f"graph must be a networkx graph, got {type(graph).__name__}")
    if graph.is_directed():
        raise InputError("a resistor has no direction; pass an undirected graph (graph.to_undirected())")
    place = {node: k for k, node in enumerate(graph.nodes)}
    edges = list(graph.edges(data=attribute))
    missing = [(u, v) for u, v, given in edges if given is None]
    if missing:
        raise InputError(f"edge {missing[0]!r} has no attribute {attribute!r}")
    pairs = np.array([(place[u], place[v]) for u, v, _ in edges], dtype=np.intp).reshape(-1, 2)
    siemens = to_siemens(
        [given for *_, given in edges], value, len(edges), lambda k: f"edge {tuple(edges[k][:2])!r}"
    )
    return named(tuple(graph.nodes)), pairs, siemens


def graph_of(nodes: Sequence[Hashable], edges: Iterable[tuple[int, int, float]], attribute: str) -> Any:
    """A networkx Graph with one attribute on every edge."""
    import networkx as nx  # noqa: PLC0415 - importing ecd2g loads no networkx

    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_weighted_edges_from(((nodes[u], nodes[v], number) for u, v, number in edges), weight=attribute)
    return graph
