"""A circuit with what enters and what leaves: everything a solver is given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.reference.flow import Flow
from ecd2g.reference.methods import Method
from ecd2g.reference.networks.solution import NetworkSolution
from ecd2g.reference.solve import solve

Solution = Flow | NetworkSolution


@dataclass(frozen=True, eq=False)
class LayeredProblem:
    """A layered circuit with its source and sink distribution, Eq. (7), (8).

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> LayeredProblem(circuit, p, q).circuit.n_layers
    2
    """

    circuit: LayeredCircuit
    source: Distribution
    sink: Distribution

    @property
    def injected(self) -> NDArray[np.float64]:
        """Source current of every node, flat in layer-major order, ``(n_nodes,)``, in ampere."""
        rest = np.zeros(self.circuit.n_nodes - self.circuit.n_states)
        return np.concatenate([self.source.to_array(), rest])

    @property
    def extracted(self) -> NDArray[np.float64]:
        """Sink current of every node, flat, ``(n_nodes,)``, in ampere."""
        rest = np.zeros(self.circuit.n_nodes - self.circuit.n_states)
        return np.concatenate([rest, self.sink.to_array()])

    def solved_by(self, method: Method = "auto") -> Flow:
        """The solution `ecd2g.solve` finds."""
        return solve(self.circuit, source=self.source, sink=self.sink, method=method)

    def __repr__(self) -> str:
        return (
            f"{_kernel_text(self.circuit)}, {self.circuit.n_layers} layers, alphabets "
            f"{self.circuit.space.alphabet_sizes}, p = {self.source.to_array().tolist()}, "
            f"q = {self.sink.to_array().tolist()}"
        )


@dataclass(frozen=True, eq=False)
class NetworkProblem:
    """A resistor network with the currents ``(n_nodes,)`` that enter and leave at its nodes, in ampere.

    >>> import numpy as np
    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> NetworkProblem(line, np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])).circuit.n_edges
    2
    """

    circuit: ResistorNetwork
    injected: NDArray[np.float64]
    extracted: NDArray[np.float64]

    @property
    def source(self) -> NDArray[np.float64]:
        """Source current of every node, in ampere."""
        return self.injected

    @property
    def sink(self) -> NDArray[np.float64]:
        """Sink current of every node, in ampere."""
        return self.extracted

    def solved_by(self, method: Method = "auto") -> NetworkSolution:
        """The solution `ecd2g.solve` finds."""
        return solve(self.circuit, source=self.injected, sink=self.extracted, method=method)

    def __repr__(self) -> str:
        net = self.circuit
        edges = [
            f"{u}-{v}: {g:.17g} S" for u, v, g in zip(net.tails, net.heads, net.conductances, strict=True)
        ]
        return (
            f"network of {net.n_nodes} nodes ({', '.join(edges)}), p = {self.injected.tolist()}, "
            f"q = {self.extracted.tolist()}"
        )


Problem = LayeredProblem | NetworkProblem


def _kernel_text(circuit: LayeredCircuit) -> str:
    kernel = circuit.kernel
    gains = f", gains {circuit.gap_gains.tolist()}" if circuit.is_graded else ""
    if isinstance(kernel, CompleteKernel) and kernel.n_states > 1:
        return (
            f"complete circuit, r = {1 / kernel.forward:.17g} ohm, R = {1 / kernel.lateral:.17g} ohm{gains}"
        )
    return f"circuit with conductances {kernel.table().tolist()}{gains}"
