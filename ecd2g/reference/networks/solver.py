"""The solution of a resistor network: one plan after another, until a solution is certified."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import CapacityError, InputError, SolverError
from ecd2g.reference.certificate import ROUNDING, certify_network
from ecd2g.reference.choose import Choice
from ecd2g.reference.matrix import check_totals, without_means
from ecd2g.reference.methods import planned, solvers
from ecd2g.reference.networks.solution import NetworkSolution
from ecd2g.reference.networks.star_mesh import star_mesh
from ecd2g.reference.solvers.refinement import refined

Answer = TypeVar("Answer")


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
    check_totals(p, q, network.labels, network.nodes)
    if not np.any(p):
        raise InputError("source must inject a positive current at some node")

    def attempt(choice: Choice) -> NetworkSolution:
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused
            field = network_field(network, p, q, choice.method, backend)
            certificate = certify_network(field, choice.method, tolerance, choice.reason)
        certificate.require()
        return NetworkSolution(field, certificate)

    return first_certified(planned(network, method, backend), attempt)


def first_certified(choices: tuple[Choice, ...], attempt: Callable[[Choice], Answer]) -> Answer:
    """What the first choice gives that neither misses its tolerance nor needs more memory than there is.

    Where none does, the refusal of the first is raised; and at once where only rounding stands against a tolerance.
    """
    refusals: list[SolverError | MemoryError] = []
    for choice in choices:
        try:
            return attempt(choice)
        except (SolverError, MemoryError) as error:
            refusals.append(error)
            if isinstance(error, SolverError) and error.reached < ROUNDING:
                break
    first = refusals[0]
    if isinstance(first, MemoryError) and not isinstance(first, CapacityError):
        raise CapacityError(
            f'method "{choices[0].method}" needs more memory than there is; use "cg" or "amg"'
        ) from first
    raise first


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
