"""Exact solvers: the conductance matrix, the node-voltage equation, the closed form, and certificates."""

from ecd2g.reference.certificate import Certificate, NetworkCertificate
from ecd2g.reference.closed_form import (
    ChainResponse,
    DeviationChain,
    Table1,
    alpha,
    chain_response,
    closed_form,
    deviation_chain,
    table_1,
)
from ecd2g.reference.density_walk import Density, walk_between_densities
from ecd2g.reference.flow import Flow
from ecd2g.reference.laws import (
    delivered_power,
    energy_residual,
    kirchhoff_residual,
    maximum_principle_excess,
    ohm_residual,
)
from ecd2g.reference.matrix import conductance_matrix
from ecd2g.reference.network_solution import NetworkSolution
from ecd2g.reference.solve import METHODS, solve

__all__ = [
    "METHODS",
    "Certificate",
    "ChainResponse",
    "Density",
    "DeviationChain",
    "Flow",
    "NetworkCertificate",
    "NetworkSolution",
    "Table1",
    "alpha",
    "chain_response",
    "closed_form",
    "conductance_matrix",
    "delivered_power",
    "deviation_chain",
    "energy_residual",
    "kirchhoff_residual",
    "maximum_principle_excess",
    "ohm_residual",
    "solve",
    "table_1",
    "walk_between_densities",
]
