"""Nouns: state spaces, distributions, kernels, circuits, networks and current fields."""

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.complete_field import CompleteField
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.field import CurrentField, LayeredField, Move
from ecd2g.circuit.kernel import CompleteKernel, DenseKernel, Kernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.network import ResistorNetwork
from ecd2g.circuit.network_field import NetworkField
from ecd2g.circuit.state_space import StateSpace
from ecd2g.circuit.table_field import TableField

__all__ = [
    "Atoms",
    "CompleteField",
    "CompleteKernel",
    "CurrentField",
    "DenseKernel",
    "Distribution",
    "Kernel",
    "LayeredCircuit",
    "LayeredField",
    "Move",
    "NetworkField",
    "ResistorNetwork",
    "StateSpace",
    "TableField",
]
