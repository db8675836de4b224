"""Kernels to choose from: what may move between two layers, and at what conductance."""

from ecd2g.circuit.kernels.choices import (
    cyclic,
    cyclic_gaussian,
    dense,
    gaussian,
    hamming,
    hamming_1,
    neighbour,
    one_site_gaussian,
    product,
    sparse,
)

__all__ = [
    "cyclic",
    "cyclic_gaussian",
    "dense",
    "gaussian",
    "hamming",
    "hamming_1",
    "neighbour",
    "one_site_gaussian",
    "product",
    "sparse",
]
