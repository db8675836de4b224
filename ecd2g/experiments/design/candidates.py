"""Circuits to choose from: families of kernels, each with one knob, in every number of layers.

The knob ``rho`` is the lateral over the forward conductance of a node, and agrees with the column ``rho`` of the
figures, the mean over the states. The knob ``ratio`` of neighbours is 2 D r / R on D sites: rho of an inner state only.
Moves beyond the ends of a site count as staying, so that the mean, the column ``rho``, is smaller.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb, inf
from typing import Any

from ecd2g.circuit import kernels
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.state_space import StateSpace
from ecd2g.experiments.exact.experiment import lateral_resistance
from ecd2g.movement.coupling import Ground

FORWARD = 0.1
"""r in ohms, as in the paper; walks depend on ratios of resistances only."""

USUAL_SIDE = 50
"""Side of a grid up to which widths are the listed ones; on longer grids they grow with it."""

JOINED, PAIRS = 400, 2**26
"""Most states that the family ``hamming`` joins to one, unless all pairs of states are few enough."""

Call = tuple[str, dict[str, Any]]
"""Name of a function of `ecd2g.circuit.kernels` (or "complete") and its settings."""


@dataclass(frozen=True)
class Family:
    """Kernels of one kind.

    knob : name of the setting that is swept; ``rho`` and ``ratio`` as above, ``rho a site`` as in `_hamming`
    values : its values, from few lateral steps to many
    ordinal : whether it needs symbols whose order means something
    call : the function and its settings for a space, a value of the knob, and r
    """

    knob: str
    values: tuple[float, ...]
    ordinal: bool
    call: Callable[[StateSpace, float, float], Call]


@dataclass(frozen=True)
class Candidate:
    """One circuit of the sweep; `forward_resistance` is r in ohms, where the family has one."""

    family: str
    value: float
    n_layers: int
    forward_resistance: float = FORWARD

    @property
    def knob(self) -> str:
        """Name of the setting that `value` belongs to."""
        return FAMILIES[self.family].knob

    def circuit(self, space: StateSpace) -> LayeredCircuit:
        """The circuit itself."""
        name, settings = FAMILIES[self.family].call(space, self.value, self.forward_resistance)
        if name == "complete":
            return LayeredCircuit.complete(space, n_layers=self.n_layers, **settings)
        return LayeredCircuit(space, self.n_layers, getattr(kernels, name)(space, **settings))

    def python(self, space: StateSpace) -> str:
        """The expression that makes the circuit of a space called ``problem.space``."""
        name, settings = FAMILIES[self.family].call(space, self.value, self.forward_resistance)
        given = ", ".join(f"{key}={_python(value)}" for key, value in settings.items())
        if name == "complete":
            return f"ecd2g.LayeredCircuit.complete(problem.space, n_layers={self.n_layers}, {given})"
        return f"ecd2g.LayeredCircuit(problem.space, {self.n_layers}, kernels.{name}(problem.space, {given}))"

    def __str__(self) -> str:
        """Short, for tables."""
        return f"{self.family} {self.knob}={self.value:g} N={self.n_layers}"


def _complete(space: StateSpace, rho: float, forward: float) -> Call:
    return "complete", _resistances(forward, lateral_resistance(space, forward, rho))


def _gaussian(space: StateSpace, width: float, forward: float) -> Call:
    return "gaussian", {"width": width}


def _one_site_gaussian(space: StateSpace, width: float, forward: float) -> Call:
    return "one_site_gaussian", {"width": width}


def _neighbour(space: StateSpace, ratio: float, forward: float) -> Call:
    moves = 2 * sum(size > 1 for size in space.alphabet_sizes)
    return "neighbour", _resistances(forward, _rounded(max(moves, 1) * forward / ratio))


def _hamming_1(space: StateSpace, rho: float, forward: float) -> Call:
    moves = sum(size - 1 for size in space.alphabet_sizes)
    return "hamming_1", _resistances(forward, _rounded(max(moves, 1) * forward / rho))


def _hamming(space: StateSpace, rho: float, forward: float) -> Call:
    """Each further site that differs multiplies the resistance by (S - 1) / rho, S the mean number of symbols.

    States that differ in more sites than `_reach` are not joined: walks would spend their time listing them.
    """
    moves = sum(size - 1 for size in space.alphabet_sizes) / space.n_sites
    ratio, reach = max(moves, 1.0) / rho, _reach(space)
    finite = [_rounded(forward * ratio**h) for h in range(reach + 1)]
    return "hamming", {"resistances": finite + [inf] * (space.n_sites - reach)}


def _reach(space: StateSpace) -> int:
    """Most sites that may differ: all where the pairs are few, else so that a state is joined to `JOINED` others."""
    if space.n_states**2 <= PAIRS:
        return space.n_sites
    size, joined = max(space.alphabet_sizes), 1
    for h in range(1, space.n_sites + 1):
        joined += comb(space.n_sites, h) * (size - 1) ** h
        if joined > JOINED:
            return max(h - 1, 1)
    return space.n_sites


def _python(value: object) -> str:
    """The value as an expression; infinity has none of its own."""
    return repr(value).replace("inf", 'float("inf")')


def _resistances(forward: float, lateral: float) -> dict[str, float]:
    return {"forward_resistance": forward, "lateral_resistance": lateral}


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")


FAMILIES: dict[str, Family] = {
    "complete": Family("rho", (0.01, 0.049, 0.1, 0.3, 1.0, 10.0), False, _complete),
    "gaussian": Family("width", (0.5, 0.7, 1.0, 1.5, 2.5), True, _gaussian),
    "one-site-gaussian": Family("width", (0.7, 1.0, 2.0, 4.0), True, _one_site_gaussian),
    "neighbour": Family("ratio", (0.3, 3.0, 30.0), True, _neighbour),
    "hamming-1": Family("rho", (0.01, 0.1, 1.0), False, _hamming_1),
    "hamming": Family("rho a site", (0.03, 0.1, 0.3), False, _hamming),
}
"""Name on the command line to the family."""


def families_for(space: StateSpace, ground: Ground) -> tuple[str, ...]:
    """Families worth trying: those of ordered symbols for the squared cost, those without order for the Hamming cost.

    On one site hamming_1 and hamming are the complete circuit again, so they are left out.
    """
    if ground == "squared":
        return tuple(name for name, family in FAMILIES.items() if family.ordinal or name == "complete")
    flat = tuple(name for name, family in FAMILIES.items() if not family.ordinal)
    return flat if space.n_sites > 1 else ("complete",)


def default_grid(
    space: StateSpace, families: tuple[str, ...], layers: tuple[int, ...]
) -> tuple[Candidate, ...]:
    """Every family with every value of its knob in every number of layers; widths grow with grids above 50 a side."""
    stretch = max(1.0, max(space.alphabet_sizes) / USUAL_SIDE)
    found = []
    for name in families:
        family = FAMILIES[name]
        factor = stretch if family.knob == "width" else 1.0
        for value in family.values:
            found += [Candidate(name, _rounded(value * factor), n_layers) for n_layers in layers]
    return tuple(found)
