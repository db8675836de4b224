"""Solvers of resistor networks: one problem with its certificate, and one preparation for many problems."""

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.network import ResistorNetwork
from ecd2g.circuit.network_field import NetworkField
from ecd2g.errors import CapacityError, InputError, SolverError
from ecd2g.reference.assembled import PotentialSolver
from ecd2g.reference.certificate import certify_network
from ecd2g.reference.choose import EXTREME
from ecd2g.reference.matrix import check_totals, without_means
from ecd2g.reference.methods import SOLVERS, planned, solvers
from ecd2g.reference.network_solution import NetworkSolution
from ecd2g.reference.refinement import refined
from ecd2g.reference.star_mesh import star_mesh

FEW = 16
"""Up to this many problems "auto" may eliminate anew for each; for more, it prepares a solver of G phi = J."""

DENSE_MANY = 2000
"""Up to this many nodes "auto" takes the dense factor for many problems: it is made once, in about 0.1 s."""


def solve_network(
    network: ResistorNetwork,
    source: Mapping[Hashable, float] | ArrayLike,
    sink: Mapping[Hashable, float] | ArrayLike,
    method: str,
    tolerance: float,
    backend: str = "numpy",
) -> NetworkSolution:
    """Solve a network; "auto" goes through the plans of `choose` until a solution is certified."""
    p, q = network.currents_at(source, "source"), network.currents_at(sink, "sink")
    if not p.sum() > 0:
        raise InputError("source must inject a positive current at some node")
    check_totals(p, q, network.labels)
    refusal: Exception | None = None
    for choice in planned(network, method, backend):
        try:
            field = network_field(network, p, q, choice.method, backend)
            certificate = certify_network(field, choice.method, tolerance, choice.reason)
            certificate.require()
            return NetworkSolution(field, certificate)
        except (SolverError, CapacityError) as error:
            refusal = refusal or error
    assert refusal is not None  # noqa: S101 - for the type checker: there is at least one plan
    raise refusal


def network_field(
    network: ResistorNetwork,
    injected: NDArray[np.float64],
    extracted: NDArray[np.float64],
    method: str,
    backend: str = "numpy",
) -> NetworkField:
    """Potentials and drops by one method, refined but not certified."""
    if method == "star-mesh":
        return star_mesh(network, injected, extracted)
    solve = solvers(backend)[method](network)
    potentials = without_means(solve(injected - extracted), network.labels)
    first = NetworkField.from_potentials(network, injected, extracted, potentials)
    return refined(first, solve, network.labels)


class Prepared(NamedTuple):
    """A method, and its solver."""

    method: str
    solve: PotentialSolver


def prepared(network: ResistorNetwork, method: str, *, n_problems: int) -> Prepared:
    """Prepare a method for a number of problems on one network.

    "auto" takes the plans of `choose`, but for many problems on a small network of moderate conductances it factorises
    the dense matrix, once.
    """
    if method == "auto" and n_problems > FEW and network.n_nodes <= DENSE_MANY and _ratio(network) <= EXTREME:
        method = "dense"
    refusal: Exception | None = None
    for choice in planned(network, method, "numpy"):
        try:
            return Prepared(choice.method, SOLVERS[choice.method](network))
        except (SolverError, CapacityError) as error:
            refusal = refusal or error
    assert refusal is not None  # noqa: S101
    raise refusal


def _ratio(network: ResistorNetwork) -> float:
    low, high = network.conductance_range if network.n_edges else (1.0, 1.0)
    return high / low
