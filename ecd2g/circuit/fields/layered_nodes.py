"""What every solved layered field has: a circuit, atoms, potentials, and the currents at its two ends."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import zeros
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.locked_arrays import locked
from ecd2g.errors import InputError


@dataclass(frozen=True, eq=False)
class LayeredNodes:
    """Potentials ``(n_layers, n_atoms)`` of a layered circuit whose source and sink are those of `atoms`."""

    circuit: LayeredCircuit
    atoms: Atoms
    potentials: NDArray[np.float64]

    def __post_init__(self) -> None:
        nodes, given = (self.circuit.n_layers, self.atoms.n_atoms), tuple(self.potentials.shape)
        if given != nodes:
            raise InputError(f"potentials must have shape (n_layers, n_atoms), {nodes} here, got {given}")

    @property
    def multiplicity(self) -> NDArray[np.float64]:
        """States per atom, shape ``(n_atoms,)``."""
        return self.atoms.multiplicity

    @cached_property
    def injected(self) -> NDArray[np.float64]:
        """P in the first layer, zero in the others."""
        return locked(in_layer(self.atoms.source, 0, self.circuit.n_layers))

    @cached_property
    def extracted(self) -> NDArray[np.float64]:
        """Q in the last layer, zero in the others."""
        return locked(in_layer(self.atoms.sink, -1, self.circuit.n_layers))


def in_layer(values: NDArray[np.float64], layer: int, n_layers: int) -> NDArray[np.float64]:
    """Node array ``(n_layers, n_atoms)`` with the given values in one layer and zero elsewhere."""
    nodes = zeros((n_layers, values.shape[0]), values)
    nodes[layer, :] = values
    return nodes
