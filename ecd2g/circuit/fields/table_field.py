"""Currents held as one V x V table a gap: for any kernel, and any learned currents, on a small space."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.fields.field import Move
from ecd2g.circuit.fields.layered_nodes import LayeredNodes
from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.locked_arrays import lock

CHUNK = 2**22
"""Most numbers of table rows that are looked at in one piece while drawing."""


@dataclass(frozen=True, eq=False)
class TableField(LayeredNodes):
    """Potentials ``(n_layers, n_states)`` and currents ``(n_gaps, n_states, n_states)`` of a small circuit.

    >>> import numpy as np
    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> volts = np.array([[0.375, -0.125], [0.125, -0.375]])
    >>> TableField.from_potentials(circuit, Atoms.of(p, q), volts).currents(0)
    array([[ 0.25,  0.75],
           [-0.25,  0.25]])
    """

    tables: NDArray[np.float64]

    def __post_init__(self) -> None:
        super().__post_init__()
        lock(self, "potentials", "tables")

    @classmethod
    def from_potentials(
        cls, circuit: LayeredCircuit, atoms: Atoms, potentials: NDArray[np.float64]
    ) -> "TableField":
        """Currents by Ohm's law, Eq. (4): g_n K(x, y) (phi_n(x) - phi_{n+1}(y)).

        Potentials are ``(n_layers, n_states)``; InputError where the shape is another, CapacityError where the
        tables are too large.
        """
        require_table(circuit.n_states, "the currents of all edges", copies=circuit.n_gaps)
        tables = potentials[:-1, :, None] - potentials[1:, None, :]
        tables *= circuit.kernel.table()
        if circuit.is_graded:
            tables *= circuit.gap_gains[:, None, None]
        return cls(circuit, atoms, potentials, tables)

    def corrected(self, error: NDArray[np.float64]) -> "TableField":
        """The field with an error of its potentials taken off; the currents lose no digit to their size."""
        correction = TableField.from_potentials(self.circuit, self.atoms, error)
        return TableField(self.circuit, self.atoms, self.potentials - error, self.tables - correction.tables)

    def currents(self, gap: int) -> NDArray[np.float64]:
        """The table of one gap."""
        return self.tables[gap]

    def divergence(self) -> NDArray[np.float64]:
        """Row sums of the gap after every layer, less column sums of the gap before it."""
        net = np.zeros_like(self.injected)
        net[:-1] += self.tables.sum(axis=2)
        net[1:] -= self.tables.sum(axis=1)
        return net

    def power(self) -> float:
        """Sum of R I^2 over all edges, in watt."""
        kernel = self.circuit.kernel.table()
        resistance = np.divide(1.0, kernel, out=np.zeros_like(kernel), where=kernel > 0)
        heat = self.tables**2 * resistance
        if self.circuit.is_graded:
            heat /= self.circuit.gap_gains[:, None, None]
        return float(np.sum(heat))

    def outflow(self, *, forward_only: bool = False) -> NDArray[np.float64]:
        """Sum of the outgoing currents of every node."""
        total = np.zeros_like(self.injected)
        total[:-1] += np.maximum(self.tables, 0.0).sum(axis=2)
        if not forward_only:
            total[1:] += np.maximum(-self.tables, 0.0).sum(axis=1)
        return total

    def spread(self, weights: NDArray[np.float64], *, forward_only: bool = False) -> NDArray[np.float64]:
        """sum_u w(u) I(u, v)+ for every node v, O(N V^2)."""
        gathered = np.zeros_like(self.injected)
        for gap, table in enumerate(self.tables):
            if np.any(weights[gap]):
                gathered[gap + 1] += weights[gap] @ np.maximum(table, 0.0)
            if not forward_only and np.any(weights[gap + 1]):
                gathered[gap] += np.maximum(-table, 0.0) @ weights[gap + 1]
        return gathered

    def draw(self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False) -> Move:
        """One step of every walker, row by row of the table."""
        n_layers, n_states = self.injected.shape
        arrived = np.empty_like(nodes)
        for walkers in np.array_split(np.arange(len(nodes)), 1 + len(nodes) * n_states // CHUNK):
            layers, states = np.divmod(nodes[walkers], n_states)
            rates = np.zeros((len(walkers), 2, n_states))
            for layer in np.unique(layers):
                here = np.flatnonzero(layers == layer)
                if layer < n_layers - 1:
                    rates[here, 0] = np.maximum(self.tables[layer][states[here]], 0.0)
                if layer > 0 and not forward_only:
                    rates[here, 1] = np.maximum(-self.tables[layer - 1][:, states[here]].T, 0.0)
            back, arrival = np.divmod(draw_columns(rates.reshape(len(walkers), 2 * n_states), rng), n_states)
            arrived[walkers] = (layers + 1 - 2 * back) * n_states + arrival
        return Move(arrived, arrived % n_states == nodes % n_states)


def draw_from_rows(
    table: NDArray[np.float64], rows: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """One column for each of the given rows of a table, a piece at a time, so that few rows are copied at once."""
    pieces = np.array_split(rows, 1 + len(rows) * table.shape[1] // CHUNK)
    return np.concatenate([draw_columns(table[piece], rng) for piece in pieces])


def draw_columns(weights: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """One column of every row, drawn with probability proportional to the non-negative weights of the row."""
    cumulative = np.cumsum(weights, axis=1)
    height = rng.random((len(weights), 1)) * cumulative[:, -1:]
    return np.argmax(cumulative > height, axis=1)
