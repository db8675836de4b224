"""Resistor networks: any graph of resistors, paper section 2."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import CapacityError, InputError

NODE_LIMIT = 10**8
"""Most nodes of a network."""


@dataclass(frozen=True, eq=False)
class ResistorNetwork:
    """Nodes joined by resistors: edge k joins `tails[k]` and `heads[k]` with `conductances[k]` siemens.

    Every pair of nodes is joined at most once (parallel edges were added up) and never to itself; `n_self_loops`
    says how many edges were left out because they joined a node to itself and so carry no current.
    """

    nodes: tuple[Hashable, ...]
    tails: NDArray[np.intp]
    heads: NDArray[np.intp]
    conductances: NDArray[np.float64]
    n_self_loops: int = 0

    @classmethod
    def from_edges(
        cls,
        edges: ArrayLike,
        *,
        resistance: ArrayLike | None = None,
        conductance: ArrayLike | None = None,
        n_nodes: int | None = None,
    ) -> "ResistorNetwork":
        """Network on the nodes 0 .. n_nodes - 1 from edges ``(m, 2)`` and one value an edge.

        Exactly one of `resistance` (ohm) and `conductance` (siemens) must be given.
        """
        pairs = np.asarray(edges)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
            raise InputError(f"edges must be whole numbers of shape (m, 2), got {pairs.dtype} {pairs.shape}")
        siemens = _siemens(resistance, conductance, len(pairs))
        count = int(pairs.max()) + 1 if n_nodes is None else int(n_nodes)
        outside = pairs[(pairs < 0) | (pairs >= count)]
        if len(outside):
            raise InputError(f"edges must join nodes 0..{count - 1}, got node {outside[0]}")
        if count > NODE_LIMIT:
            raise CapacityError(
                f"a network may have at most {NODE_LIMIT:.3g} nodes, got {count:.3g}; number the nodes 0, 1, 2 ..."
            )
        loops = pairs[:, 0] == pairs[:, 1]
        if np.all(loops):
            raise InputError("a resistor network needs at least one edge between two different nodes")
        ordered = np.sort(pairs[~loops], axis=1)
        distinct, place = np.unique(ordered, axis=0, return_inverse=True)
        combined = sum_at(place.ravel(), siemens[~loops], len(distinct))
        tails, heads = distinct.T.astype(np.intp)
        return cls(tuple(range(count)), tails, heads, combined, int(loops.sum()))

    @classmethod
    def from_networkx(
        cls, graph: Any, *, resistance: str | None = None, conductance: str | None = None
    ) -> "ResistorNetwork":
        """Network from an undirected networkx graph and the edge attribute that holds its ohms *or* siemens.

        networkx itself reads one and the same attribute as resistance in some functions and as conductance in
        others, so exactly one of the two names must be given here and there is no default.
        """
        if (resistance is None) == (conductance is None):
            raise InputError(
                'name exactly one edge attribute: resistance="..." (ohm) or conductance="..." (siemens)'
            )
        if not hasattr(graph, "is_directed"):
            raise InputError(f"graph must be a networkx graph, got {type(graph).__name__}")
        if graph.is_directed():
            raise InputError("a resistor has no direction; pass an undirected graph (graph.to_undirected())")
        attribute = str(resistance if resistance is not None else conductance)
        place = {node: k for k, node in enumerate(graph.nodes)}
        pairs, values = [], []
        for u, v, data in graph.edges(data=True):
            if attribute not in data:
                raise InputError(f"edge ({u!r}, {v!r}) has no attribute {attribute!r}")
            pairs.append((place[u], place[v]))
            values.append(_attribute(data[attribute], attribute, (u, v)))
        if not pairs:
            raise InputError("a resistor network needs at least one edge")
        kind = "resistance" if resistance is not None else "conductance"
        network = cls.from_edges(np.array(pairs), n_nodes=len(place), **{kind: values})
        return cls(
            tuple(graph.nodes),
            network.tails,
            network.heads,
            network.conductances,
            network.n_self_loops,
        )

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def n_edges(self) -> int:
        """Number of edges, parallel edges combined."""
        return len(self.tails)

    @cached_property
    def _places(self) -> dict[Hashable, int]:
        return {node: place for place, node in enumerate(self.nodes)}

    def currents_at(self, amperes: Mapping[Hashable, float] | ArrayLike, name: str) -> NDArray[np.float64]:
        """External currents as an array ``(n_nodes,)``, from a mapping node -> ampere or such an array."""
        if isinstance(amperes, Mapping):
            unknown = [node for node in amperes if node not in self._places]
            if unknown:
                raise InputError(f"{name} names {unknown[0]!r}, which is not a node of the network")
            values = np.zeros(self.n_nodes)
            for node, current in amperes.items():
                try:
                    values[self._places[node]] = float(current)
                except (TypeError, ValueError):
                    raise InputError(
                        f"the currents of {name} must be numbers, got {current!r} at {node!r}"
                    ) from None
        else:
            values = np.array(amperes, dtype=np.float64)
        if values.shape != (self.n_nodes,):
            raise InputError(
                f"{name} must have shape ({self.n_nodes},), one current a node, got {values.shape}"
            )
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise InputError(f"the currents of {name} must be finite and not negative")
        return values


def _attribute(value: object, name: str, edge: tuple[Hashable, Hashable]) -> float:
    """The value of an edge attribute as a positive, finite number; the message names the edge."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = np.nan
    if not (np.isfinite(number) and number > 0):
        raise InputError(
            f"attribute {name!r} must be a positive, finite number, got {value!r} on edge {edge!r}"
        )
    return number


def sum_at(places: NDArray[np.intp], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Sum of the values at every place 0 .. n - 1."""
    return np.asarray(np.bincount(places, weights=values, minlength=n), dtype=np.float64)


def _siemens(
    resistance: ArrayLike | None, conductance: ArrayLike | None, n_edges: int
) -> NDArray[np.float64]:
    if (resistance is None) == (conductance is None):
        raise InputError("give exactly one of resistance= (ohm) and conductance= (siemens)")
    name, given = ("resistance", resistance) if resistance is not None else ("conductance", conductance)
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"every {name} must be a number, got {given!r}") from None
    if values.shape not in ((), (n_edges,)):
        raise InputError(f"{name} must be one number or one per edge, shape ({n_edges},), got {values.shape}")
    values = np.broadcast_to(values, (n_edges,))
    with np.errstate(divide="ignore", over="ignore"):
        bad = np.flatnonzero(~(np.isfinite(values) & (values > 0) & np.isfinite(1.0 / values)))
    if n_edges == 0:
        raise InputError("a resistor network needs at least one edge")
    if len(bad):
        raise InputError(f"every {name} must be positive and finite, got {values[bad[0]]:g} on edge {bad[0]}")
    return values if name == "conductance" else 1.0 / values
