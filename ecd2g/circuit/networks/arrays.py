"""Resistor networks as arrays of edges."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.networks.nodes import named, numbered
from ecd2g.circuit.networks.values import Value, to_siemens
from ecd2g.errors import InputError


def edges_of_arrays(
    edges: ArrayLike,
    given: ArrayLike,
    value: Value,
    n_nodes: int | None,
    nodes: Sequence[Hashable] | None,
) -> tuple[Sequence[Hashable], NDArray[np.intp], NDArray[np.float64]]:
    """Labels, edges ``(m, 2)`` and siemens ``(m,)`` of edges between numbered nodes."""
    try:
        pairs = np.asarray(edges)
    except ValueError:
        raise InputError(
            "edges must be whole numbers of shape (m, 2), got rows of different length"
        ) from None
    if pairs.size == 0:
        pairs = np.empty((0, 2), dtype=np.intp)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        raise InputError(f"edges must be whole numbers of shape (m, 2), got {pairs.dtype} {pairs.shape}")
    labels = _labels(pairs, n_nodes, nodes)
    outside = (pairs < 0) | (pairs >= len(labels))
    if outside.any():
        stray = pairs.ravel()[np.argmax(outside)]
        raise InputError(f"edges must join nodes 0..{len(labels) - 1}, got node {stray}")
    pairs = pairs.astype(np.intp, copy=False)

    def name(k: int) -> str:
        return f"edge {k}, {tuple(labels[node] for node in pairs[k].tolist())!r}"

    return labels, pairs, to_siemens(given, value, len(pairs), name)


def _labels(
    pairs: NDArray[np.integer], n_nodes: int | None, nodes: Sequence[Hashable] | None
) -> Sequence[Hashable]:
    if nodes is None:
        return numbered(n_nodes if n_nodes is not None else int(pairs.max()) + 1 if len(pairs) else 0)
    if n_nodes is not None:
        raise InputError("give n_nodes or nodes, not both")
    return named(nodes)
