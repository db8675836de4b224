"""ecd2g: electric currents for discrete data generation, exact and learned (ECD2G, arXiv 2509.23825)."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecd2g import bridges as bridges
    from ecd2g import circuit as circuit
    from ecd2g import couplings as couplings
    from ecd2g import data as data
    from ecd2g import experiments as experiments
    from ecd2g import learned as learned
    from ecd2g import metrics as metrics
    from ecd2g import movement as movement
    from ecd2g import plots as plots
    from ecd2g import reference as reference
    from ecd2g import testing as testing
    from ecd2g.circuit.distribution import Distribution
    from ecd2g.circuit.layered import LayeredCircuit
    from ecd2g.circuit.networks.network import ResistorNetwork
    from ecd2g.circuit.state_space import StateSpace
    from ecd2g.errors import (
        CapacityError,
        DivergedError,
        Ecd2gError,
        InputError,
        SolverError,
        StrandedWalkerError,
    )
    from ecd2g.reference.flow import Flow
    from ecd2g.reference.networks.solution import NetworkSolution
    from ecd2g.reference.solve import solve

    __version__: str

__all__ = [
    "CapacityError",
    "Distribution",
    "DivergedError",
    "Ecd2gError",
    "Flow",
    "InputError",
    "LayeredCircuit",
    "NetworkSolution",
    "ResistorNetwork",
    "SolverError",
    "StateSpace",
    "StrandedWalkerError",
    "solve",
]

_HOMES = {
    "Distribution": "ecd2g.circuit.distribution",
    "Flow": "ecd2g.reference.flow",
    "LayeredCircuit": "ecd2g.circuit.layered",
    "NetworkSolution": "ecd2g.reference.networks.solution",
    "ResistorNetwork": "ecd2g.circuit.networks.network",
    "StateSpace": "ecd2g.circuit.state_space",
    "solve": "ecd2g.reference.solve",
}
_SUBPACKAGES = frozenset(
    [
        "bridges",
        "circuit",
        "couplings",
        "data",
        "experiments",
        "learned",
        "metrics",
        "movement",
        "plots",
        "reference",
        "testing",
    ]
)


def __getattr__(name: str) -> object:
    """Names load when first used, so that `ecd2g --help` waits for no numerical library."""
    if name in _SUBPACKAGES:
        return import_module(f"ecd2g.{name}")
    if name == "__version__":
        return import_module("importlib.metadata").version("ecd2g")
    if name in __all__:
        return getattr(import_module(_HOMES.get(name, "ecd2g.errors")), name)
    raise AttributeError(f"module 'ecd2g' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_SUBPACKAGES, "__version__"])
