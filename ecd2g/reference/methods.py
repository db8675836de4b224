"""The methods of `solve` by name."""

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, Literal, get_args

from ecd2g.circuit.given_numbers import LARGEST
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import InputError
from ecd2g.reference.choose import EXTREME, Choice, conductance_ratio, plans
from ecd2g.reference.layered.closed_form import is_plain
from ecd2g.reference.matrix import Circuit
from ecd2g.reference.networks.star_mesh import star_mesh_solver
from ecd2g.reference.solvers.assembled import PotentialSolver, dense_solver, sparse_solver
from ecd2g.reference.solvers.cholmod import cholmod_solver
from ecd2g.reference.solvers.conjugate_gradients import cg_solver
from ecd2g.reference.solvers.gpu import GPU_SOLVERS
from ecd2g.reference.solvers.multigrid import multigrid_solver

Method = Literal["auto", "closed-form", "star-mesh", "dense", "sparse", "cholmod", "cg", "amg"]
METHODS: tuple[str, ...] = get_args(Method)

SOLVERS: dict[str, Callable[[Any], PotentialSolver]] = {
    "star-mesh": star_mesh_solver,
    "dense": dense_solver,
    "sparse": sparse_solver,
    "cholmod": cholmod_solver,
    "cg": cg_solver,
    "amg": multigrid_solver,
}
"""Solvers of G phi = J: of networks, and all but star-mesh of layered circuits too.

The closed form stands apart, and so does `star_mesh`, whose currents are more accurate than potentials can be.
"""


def solvers(backend: str) -> Mapping[str, Callable[[Any], PotentialSolver]]:
    """The solvers of G phi = J on a back end."""
    return SOLVERS if backend == "numpy" else GPU_SOLVERS


def planned(circuit: Circuit, method: str, backend: str) -> tuple[Choice, ...]:
    """The methods to try in order: the one asked for, or for "auto" those that suit the circuit and the back end."""
    known = _known(circuit, backend)
    if method not in ("auto", *known):
        kind = "a layered circuit" if isinstance(circuit, LayeredCircuit) else "a resistor network"
        names = ", ".join(map(repr, ("auto", *known)))
        raise InputError(f"method must be one of {names} for {kind} on backend {backend!r}, got {method!r}")
    if method != "auto":
        return (Choice(method, "asked for"),)
    if backend == "numpy":
        return plans(circuit)
    plain = isinstance(circuit, LayeredCircuit) and is_plain(circuit)
    return (Choice("closed-form" if plain else "cg", f"products suit backend {backend!r}"),)


def _known(circuit: Circuit, backend: str) -> list[str]:
    """The methods for a kind of circuit on a back end."""
    names = list(solvers(backend))
    if isinstance(circuit, LayeredCircuit):
        return ["closed-form", *(name for name in names if name != "star-mesh")]
    return names


FEW = 16
"""Up to this many problems on one network "auto" may eliminate anew for each."""

DENSE_MANY = 2000
"""Up to this many nodes "auto" first takes the dense factor for more problems: it is made once, in about 0.1 s."""


def planned_many(network: ResistorNetwork, method: str, n_problems: int) -> tuple[Choice, ...]:
    """The same for many problems on one network, where one preparation serves all."""
    plans = planned(network, method, "numpy")
    many, small = n_problems > FEW, network.n_nodes <= DENSE_MANY
    if method == "auto" and many and small and conductance_ratio(network) <= EXTREME:
        return (Choice("dense", f"{n_problems:,} problems on {network.n_nodes:,} nodes"), *plans)
    return plans


def require_network(network: object) -> None:
    """Raise InputError unless something is a ResistorNetwork."""
    if not isinstance(network, ResistorNetwork):
        raise InputError(
            f"network must be a ResistorNetwork, got {type(network).__name__}; make one with "
            f"ResistorNetwork.from_networkx, from_sparse or from_edges"
        )


def check_tolerance(tolerance: float) -> None:
    """Raise InputError unless a tolerance is a positive number."""
    if isinstance(tolerance, bool) or not isinstance(tolerance, Real) or not 0 < tolerance <= LARGEST:
        raise InputError(f"tolerance must be a positive number, at most {LARGEST:g}, got {tolerance!r:.60}")
