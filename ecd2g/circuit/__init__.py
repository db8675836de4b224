"""Nouns: state spaces, distributions, kernels, circuits, networks and current fields."""

from ecd2g.circuit import kernels as kernels
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.complete_field import CompleteField
from ecd2g.circuit.dense_kernel import DenseKernel
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.field import CurrentField, LayeredField, Move
from ecd2g.circuit.hamming_kernel import HammingKernel
from ecd2g.circuit.kernel import CompleteKernel, Kernel, SpectralKernel, StructuredKernel
from ecd2g.circuit.kernel_field import KernelField
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.network import ResistorNetwork
from ecd2g.circuit.network_field import NetworkField
from ecd2g.circuit.one_site_kernel import OneSiteKernel
from ecd2g.circuit.product_kernel import ProductKernel
from ecd2g.circuit.sparse_kernel import SparseKernel
from ecd2g.circuit.state_space import StateSpace
from ecd2g.circuit.table_field import TableField

__all__ = [
    "Atoms",
    "CompleteField",
    "CompleteKernel",
    "CurrentField",
    "DenseKernel",
    "Distribution",
    "HammingKernel",
    "Kernel",
    "KernelField",
    "LayeredCircuit",
    "LayeredField",
    "Move",
    "NetworkField",
    "OneSiteKernel",
    "ProductKernel",
    "ResistorNetwork",
    "SparseKernel",
    "SpectralKernel",
    "StateSpace",
    "StructuredKernel",
    "TableField",
    "kernels",
]
