"""The current field: what the movement rule knows of a circuit, exact or learned.

Sign rule, once for the whole project: the current of gap n from (n, x) to (n + 1, y) is positive when it flows
towards the later layer, and negative when it flows back.
"""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.layered import LayeredCircuit


class Move(NamedTuple):
    """Where walkers stand after one step, and whether they kept their state on the way."""

    nodes: NDArray[np.intp]
    kept: NDArray[np.bool_]


class Advance(NamedTuple):
    """What walkers did by Eq. (9) and (10) together: masks ``(n,)`` beside the nodes where they stand afterwards.

    kept     : they moved and kept their state
    stopped  : they ended where they stood
    stranded : they could neither stop nor move
    """

    nodes: NDArray[np.intp]
    kept: NDArray[np.bool_]
    stopped: NDArray[np.bool_]
    stranded: NDArray[np.bool_]


class CurrentField(Protocol):
    """Currents on the nodes of a circuit, asked for by the walkers that stand there.

    Node arrays share one shape: ``(n_layers, n_atoms)`` for a layered circuit, ``(n_nodes,)`` for a network. A
    walker carries a flat node number. Values of a node are values of one of its `multiplicity` equal states.
    """

    @property
    def injected(self) -> NDArray[np.float64]:
        """Source current p of every node, in ampere."""

    @property
    def extracted(self) -> NDArray[np.float64]:
        """Sink current q of every node, in ampere."""

    @property
    def multiplicity(self) -> NDArray[np.float64]:
        """Number of equal states behind every node; broadcasts against the node shape."""

    def divergence(self) -> NDArray[np.float64]:
        """Net current that leaves every node along its edges, in ampere."""

    def outflow(self, *, forward_only: bool = False) -> NDArray[np.float64]:
        """Sum of the outgoing currents of every node: the denominator of Eq. (9)."""

    def spread(self, weights: NDArray[np.float64], *, forward_only: bool = False) -> NDArray[np.float64]:
        """sum_u w(u) I(u, v)+ for every node v: outgoing currents scaled by weights, and gathered."""

    def draw(self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False) -> Move:
        """One step of every walker along an outgoing edge, with probability proportional to its current."""


class LayeredField(CurrentField, Protocol):
    """A current field on a layered circuit."""

    @property
    def circuit(self) -> LayeredCircuit:
        """The circuit."""

    @property
    def atoms(self) -> Atoms:
        """The atoms of source and sink that the node arrays run over."""

    @property
    def potentials(self) -> NDArray[np.float64]:
        """Potentials in volts, shape ``(n_layers, n_atoms)``."""

    def currents(self, gap: int) -> NDArray[np.float64]:
        """Currents from (gap, x) to (gap + 1, y), shape ``(n_states, n_states)``, in ampere."""


@runtime_checkable
class AdvancingField(Protocol):
    """A field whose walkers stop or move without the outflow of their node, the denominator of Eq. (9), being known."""

    def advance(
        self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False
    ) -> Advance:
        """One draw for every walker from Eq. (9) and (10): it stops, moves along an outgoing edge, or is stranded."""
