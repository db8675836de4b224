"""The bridges that have a name."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from ecd2g.bridges.bridge import Bridge
from ecd2g.bridges.crossing import MaskedBridge
from ecd2g.bridges.diffusion import DiffusionBridge
from ecd2g.bridges.interval import IntervalBridge
from ecd2g.bridges.mixture import MixtureBridge
from ecd2g.bridges.spread import SpreadBridge
from ecd2g.bridges.sweep import SweepBridge
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError


@dataclass(frozen=True)
class NamedBridge:
    """How to make a bridge; `about` says in a few words what it is, `is_circuit` whether its walk is a circuit's."""

    make: Callable[..., Bridge]
    about: str
    is_circuit: bool

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings beside the space."""
        return tuple(name for name in inspect.signature(self.make).parameters if name != "space")


BRIDGES: dict[str, NamedBridge] = {
    "sweep": NamedBridge(SweepBridge, "sites cross in a random order, a fixed number a step", True),
    "spread": NamedBridge(
        SpreadBridge, "per site, a complete circuit with its source spread over all symbols", True
    ),
    "interval": NamedBridge(
        IntervalBridge, "per ordinal site, circuits between the symbol and its end", True
    ),
    "mixture": NamedBridge(MixtureBridge, "discrete flow matching: stay or jump to the end", False),
    "masked": NamedBridge(MaskedBridge, "masked discrete flow matching that sees the source", False),
    "diffusion": NamedBridge(DiffusionBridge, "uniform discrete diffusion (D3PM) from noise", False),
}


def named_bridge(name: str) -> NamedBridge:
    """The bridge of that name; InputError where there is none.

    >>> named_bridge("sweep").is_circuit, named_bridge("masked").is_circuit
    (True, False)
    """
    if name not in BRIDGES:
        raise InputError(f"bridge must be one of {', '.join(BRIDGES)}, got {name!r}")
    return BRIDGES[name]


def make_bridge(name: str, space: StateSpace, **settings: float) -> Bridge:
    """The bridge of that name on a space; InputError for unknown names and settings.

    >>> make_bridge("spread", StateSpace(4, n_sites=3), ratio=0.02).ratio
    0.02
    """
    named = named_bridge(name)
    unknown = sorted(set(settings) - set(named.settings))
    if unknown:
        known = ", ".join(named.settings) or "none"
        raise InputError(f"bridge {name} has no setting {', '.join(unknown)}; its settings: {known}")
    return named.make(space, **settings)
