"""Exact solvers: the conductance matrix, the node-voltage equation, the closed form, and certificates."""

from ecd2g.reference.adapted.circuit import AdaptedCircuit, adapted_circuit
from ecd2g.reference.adapted.step import AdaptedStep
from ecd2g.reference.certificate import Certificate, NetworkCertificate
from ecd2g.reference.choose import Choice, choose, plans
from ecd2g.reference.densities.density import Density, MixtureDensity, UniformDensity, as_density
from ecd2g.reference.densities.empirical import EmpiricalDensity
from ecd2g.reference.densities.product import ProductDensity
from ecd2g.reference.densities.walk import DensityWalks, walk_between_densities
from ecd2g.reference.flow import Flow
from ecd2g.reference.laws import (
    delivered_power,
    energy_residual,
    kirchhoff_residual,
    maximum_principle_excess,
    ohm_residual,
)
from ecd2g.reference.layered.closed_form import (
    ChainResponse,
    DeviationChain,
    alpha,
    chain_response,
    closed_form,
    deviation_chain,
)
from ecd2g.reference.layered.closed_form_batch import Potentials, closed_form_batch
from ecd2g.reference.layered.spectral_form import spectral_form
from ecd2g.reference.layered.spread_chain import SpreadChain, linear_spread_chain
from ecd2g.reference.layered.table_1 import Table1, table_1
from ecd2g.reference.matrix import conductance_matrix
from ecd2g.reference.methods import METHODS
from ecd2g.reference.networks.centrality import (
    Centrality,
    EdgeCentrality,
    current_flow_betweenness,
    current_flow_closeness,
    edge_current_flow_betweenness,
    kirchhoff_index,
)
from ecd2g.reference.networks.effective_resistance import (
    effective_resistance,
    effective_resistances,
    resistance_matrix,
)
from ecd2g.reference.networks.resistances import Resistances
from ecd2g.reference.networks.solution import NetworkSolution, NetworkWalks
from ecd2g.reference.networks.star_mesh_resistances import star_mesh_resistances, terminal_network
from ecd2g.reference.solve import solve
from ecd2g.reference.solvers.cholmod import cholmod_available

__all__ = [
    "METHODS",
    "AdaptedCircuit",
    "AdaptedStep",
    "Centrality",
    "Certificate",
    "ChainResponse",
    "Choice",
    "Density",
    "DensityWalks",
    "DeviationChain",
    "EdgeCentrality",
    "EmpiricalDensity",
    "Flow",
    "MixtureDensity",
    "NetworkCertificate",
    "NetworkSolution",
    "NetworkWalks",
    "Potentials",
    "ProductDensity",
    "Resistances",
    "SpreadChain",
    "Table1",
    "UniformDensity",
    "adapted_circuit",
    "alpha",
    "as_density",
    "chain_response",
    "cholmod_available",
    "choose",
    "closed_form",
    "closed_form_batch",
    "conductance_matrix",
    "current_flow_betweenness",
    "current_flow_closeness",
    "delivered_power",
    "deviation_chain",
    "edge_current_flow_betweenness",
    "effective_resistance",
    "effective_resistances",
    "energy_residual",
    "kirchhoff_index",
    "kirchhoff_residual",
    "linear_spread_chain",
    "maximum_principle_excess",
    "ohm_residual",
    "plans",
    "resistance_matrix",
    "solve",
    "spectral_form",
    "star_mesh_resistances",
    "table_1",
    "terminal_network",
    "walk_between_densities",
]
