"""Nouns: state spaces, distributions, kernels, circuits, networks and current fields."""

from ecd2g.circuit import kernels as kernels
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.field import CurrentField, LayeredField, Move
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.hamming_kernel import HammingKernel
from ecd2g.circuit.kernels.kernel import CompleteKernel, Kernel, SpectralKernel, StructuredKernel
from ecd2g.circuit.kernels.one_site_kernel import OneSiteKernel
from ecd2g.circuit.kernels.product_kernel import ProductKernel
from ecd2g.circuit.kernels.sparse_kernel import SparseKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.state_space import StateSpace

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
