"""Resistor networks: any graph of resistors, paper section 2."""

import operator
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import real_array
from ecd2g.circuit.locked_arrays import lock, locked
from ecd2g.circuit.networks.arrays import edges_of_arrays
from ecd2g.circuit.networks.graphs import edges_of_graph, graph_of
from ecd2g.circuit.networks.matrices import edges_of_matrix, matrix_of
from ecd2g.circuit.networks.nodes import contracted, key, unknown_label
from ecd2g.circuit.networks.reduction import component_labels, reduce_edges
from ecd2g.circuit.networks.values import Value, check_value, reciprocals, the_one_given
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class ResistorNetwork:
    """Nodes joined by resistors: edge k joins `tails[k]` and `heads[k]` with `conductances[k]` siemens.

    Every pair of nodes is joined at most once and never to itself. A network is made from any resistors with

    - self-loops ignored, for they carry no current; also those that contraction makes (`n_self_loops`),
    - parallel edges combined, their conductances added (`n_parallel` were added to another edge),
    - edges of infinite ohms, or 0 siemens, dropped (`n_open`),
    - edges of 0 ohms, or infinite siemens, contracted (`n_shorts`): the nodes they join become one, which goes by the
      first of their labels in `nodes`; the other labels are kept in `merged`, with the place of their node.

    Arrays that belong to nodes follow `nodes`. Labels are taken by `place`, `places` and `currents_at`, merged or not.
    """

    nodes: Sequence[Hashable]
    tails: NDArray[np.intp]
    heads: NDArray[np.intp]
    conductances: NDArray[np.float64]
    n_self_loops: int = 0
    n_parallel: int = 0
    n_open: int = 0
    n_shorts: int = 0
    merged: Mapping[Hashable, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lock(self, "tails", "heads", "conductances")

    @classmethod
    def from_edges(
        cls,
        edges: ArrayLike,
        *,
        resistance: ArrayLike | None = None,
        conductance: ArrayLike | None = None,
        n_nodes: int | None = None,
        nodes: Sequence[Hashable] | None = None,
    ) -> "ResistorNetwork":
        """Network from edges ``(m, 2)`` between nodes 0 .. n_nodes - 1 and one value an edge, or one for all.

        Exactly one of `resistance` (ohm) and `conductance` (siemens) must be given. Instead of their number, which is
        otherwise the largest in `edges` plus one, `nodes` may give labels to the nodes.

        >>> ResistorNetwork.from_edges([[0, 1], [1, 0], [1, 2]], resistance=[2.0, 2.0, 0.0])
        <ResistorNetwork: 2 nodes, 1 edge, 1 component, 1 S; 1 parallel edge combined, 1 zero-ohm edge contracted>
        """
        value, given = the_one_given(resistance, conductance)
        return cls._joined(*edges_of_arrays(edges, given, value, n_nodes, nodes))

    @classmethod
    def from_networkx(
        cls, graph: Any, *, resistance: str | None = None, conductance: str | None = None
    ) -> "ResistorNetwork":
        """Network from an undirected networkx graph and the edge attribute that holds its ohms *or* siemens.

        networkx itself reads one and the same attribute as resistance in some functions and as conductance in
        others, so exactly one of the two names must be given here and there is no default. A MultiGraph has every
        one of its edges counted; a DiGraph is refused.
        """
        value, attribute = the_one_given(resistance, conductance)
        return cls._joined(*edges_of_graph(graph, attribute, value))

    @classmethod
    def from_sparse(cls, *, resistance: Any = None, conductance: Any = None) -> "ResistorNetwork":
        """Network on the nodes 0 .. n - 1 from a symmetric SciPy sparse array ``(n, n)`` of ohms *or* siemens.

        Entries that are not stored are no edges; zeros that are stored are zero-ohm edges, or open ones. The diagonal
        holds self-loops. InputError where it is not symmetric, entry by entry, and for a Laplacian.
        """
        value, matrix = the_one_given(resistance, conductance)
        return cls._joined(*edges_of_matrix(matrix, value))

    @classmethod
    def _joined(
        cls, labels: Sequence[Hashable], pairs: NDArray[np.intp], siemens: NDArray[np.float64]
    ) -> "ResistorNetwork":
        reduced = reduce_edges(len(labels), pairs[:, 0], pairs[:, 1], siemens)
        nodes, merged = contracted(labels, reduced.kept, reduced.node)
        edges = reduced.tails, reduced.heads, reduced.conductances
        return cls(nodes, *edges, *reduced.counts, merged=merged)

    def to_networkx(self, *, resistance: str | None = None, conductance: str | None = None) -> Any:
        """A networkx Graph of nodes and edges whose attribute of the given name holds ohms *or* siemens."""
        value, attribute = the_one_given(resistance, conductance)
        ends = self.tails.tolist(), self.heads.tolist(), self.values(value).tolist()
        return graph_of(self.nodes, zip(*ends, strict=True), attribute)

    def to_sparse(self, value: Value) -> sp.csr_array:
        """Symmetric matrix ``(n_nodes, n_nodes)``, zero where no edge is, of "resistance" (ohm) or "conductance"."""
        return matrix_of(self.n_nodes, self.tails, self.heads, self.values(value))

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def n_edges(self) -> int:
        """Number of edges, parallel edges combined."""
        return len(self.tails)

    def values(self, value: Value) -> NDArray[np.float64]:
        """The "resistance" in ohm or the "conductance" in siemens of every edge, ``(n_edges,)``."""
        check_value(value)
        return self.conductances if value == "conductance" else reciprocals(self.conductances)

    @cached_property
    def labels(self) -> NDArray[np.intp]:
        """Connected component of every node, ``(n_nodes,)``, counted from 0; a node without edges is one."""
        return locked(component_labels(self.n_nodes, self.tails, self.heads))

    @cached_property
    def n_components(self) -> int:
        """Number of connected components."""
        return int(self.labels.max()) + 1

    @cached_property
    def degrees(self) -> NDArray[np.intp]:
        """Number of edges of every node, ``(n_nodes,)``."""
        tails, heads = (np.bincount(ends, minlength=self.n_nodes) for ends in (self.tails, self.heads))
        return locked(tails + heads)

    @cached_property
    def conductance_range(self) -> tuple[float, float]:
        """Smallest and largest conductance in siemens; InputError where there is no edge."""
        if not self.n_edges:
            raise InputError("a network without edges has no range of conductances; look at n_edges first")
        return float(self.conductances.min()), float(self.conductances.max())

    @cached_property
    def _places(self) -> dict[Hashable, int]:
        own = {key(node): place for place, node in enumerate(self.nodes)}
        return own | {key(label): place for label, place in self.merged.items()}

    def place(self, label: Hashable) -> int:
        """Index in `nodes` of the node with this label, be it the node's own or one that was merged into it.

        A whole number may be of any integer type. 1.0 and True are not the number 1, and name a node only where they
        are its label.
        """
        try:
            if isinstance(self.nodes, range):
                return self.nodes.index(operator.index(key(label)))  # type: ignore[arg-type]
            return self._places[key(label)]
        except (KeyError, TypeError, ValueError):
            raise unknown_label(label, self.nodes, self.merged) from None

    def places(self, labels: Iterable[Hashable]) -> NDArray[np.intp]:
        """Indices in `nodes` of the nodes with these labels."""
        return np.array([self.place(label) for label in labels], dtype=np.intp)

    def currents_at(self, amperes: Mapping[Hashable, float] | ArrayLike, name: str) -> NDArray[np.float64]:
        """External currents as an array ``(n_nodes,)``, from a mapping label -> ampere or such an array.

        Currents at labels of one node add up.
        """
        if isinstance(amperes, Mapping):
            try:
                places = self.places(amperes)
            except InputError as error:
                raise InputError(f"{name} must name nodes, but {error}") from None
            given = _amperes(list(amperes.values()), name)
            return sum_at(places, given, self.n_nodes)
        given = _amperes(amperes, name)
        if given.shape != (self.n_nodes,):
            advice = (
                f"; zero-ohm edges merged {len(self.merged)} labels into others, so give a mapping label -> ampere"
                if self.merged
                else ""
            )
            raise InputError(
                f"{name} must have shape ({self.n_nodes},), one current a node, got {given.shape}{advice}"
            )
        return given

    def __repr__(self) -> str:
        counts = [(self.n_nodes, "node"), (self.n_edges, "edge"), (self.n_components, "component")]
        facts = [counted(count, what) for count, what in counts]
        if self.n_edges:
            facts.append(" to ".join(f"{end:.4g} S" for end in dict.fromkeys(self.conductance_range)))
        fates = [
            (self.n_self_loops, "self-loop", "ignored"),
            (self.n_parallel, "parallel edge", "combined"),
            (self.n_open, "open edge", "dropped"),
            (self.n_shorts, "zero-ohm edge", "contracted"),
        ]
        told = ", ".join(f"{counted(count, what)} {fate}" for count, what, fate in fates if count)
        return f"<ResistorNetwork: {', '.join(facts)}{'; ' if told else ''}{told}>"


def sum_at(places: NDArray[np.intp], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Sum of the values at every place 0 .. n - 1."""
    return np.asarray(np.bincount(places, weights=values, minlength=n), dtype=np.float64)


def _amperes(given: ArrayLike, name: str) -> NDArray[np.float64]:
    try:
        values = real_array(given, name).copy()
    except InputError:
        raise InputError(f"the currents of {name} must be numbers, got {given!r:.100}") from None
    if values.ndim != 1:
        raise InputError(
            f"the currents of {name} must be one number a node, got an array of shape {values.shape}"
        )
    if not np.all(np.isfinite(values)) or np.any(values < 0):
        raise InputError(f"the currents of {name} must be finite and not negative")
    return values


def counted(count: int, what: str) -> str:
    """A number of things in words: "1 node", "2,000 nodes"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
