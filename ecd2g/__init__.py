"""ecd2g: exact and learned electric currents for discrete data generation (ECD2G, arXiv 2509.23825)."""

from importlib import import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.network import ResistorNetwork
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import (
    CapacityError,
    Ecd2gError,
    InputError,
    SolverError,
    StrandedWalkerError,
)
from ecd2g.reference.flow import Flow
from ecd2g.reference.network_solution import NetworkSolution
from ecd2g.reference.solve import solve

if TYPE_CHECKING:
    from ecd2g import circuit as circuit
    from ecd2g import data as data
    from ecd2g import experiments as experiments
    from ecd2g import metrics as metrics
    from ecd2g import movement as movement
    from ecd2g import plots as plots
    from ecd2g import reference as reference
    from ecd2g import testing as testing

__version__ = _version("ecd2g")

_SUBPACKAGES = frozenset(
    ["circuit", "data", "experiments", "metrics", "movement", "plots", "reference", "testing"]
)

__all__ = [
    "CapacityError",
    "Distribution",
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


def __getattr__(name: str) -> object:
    """Sub-packages load when first used, so that `import ecd2g` loads neither matplotlib nor hypothesis."""
    if name in _SUBPACKAGES:
        return import_module(f"ecd2g.{name}")
    raise AttributeError(f"module 'ecd2g' has no attribute {name!r}")
