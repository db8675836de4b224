"""The same transport in growing dimension: what decides every number of it."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from ecd2g.circuit.kernels.choices import one_site_gaussian
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.experiments.exact.experiment import PAPER_RATIO, lateral_resistance
from ecd2g.experiments.records.origin import ours, paper
from ecd2g.reference.solve import TOLERANCE

SYMBOLS = {1: 50, 2: 50, 3: 50, 4: 18, 5: 10}
"""Symbols a site by dimension: the paper's 50 as long as they fit, then what keeps about 10^5 states."""

ROUNDING = 1e-9
"""Part of a symbol that a reach in sides of the box may lie above a whole number."""

GEOMETRIC, PAPER, MIXED = "one_site_gaussian", "complete_paper", "complete_mixed"
"""Short names of the circuits that are compared."""


class Compared(NamedTuple):
    """One of the circuits that are compared: its short name, its name in figures, and the circuit."""

    key: str
    label: str
    circuit: LayeredCircuit


@dataclass(frozen=True)
class Dimensions:
    """A blob to a shell on S^D states for several D, with one geometric circuit and the paper's complete one.

    `width` and `reach` of the geometric kernel are in sides of the box, so that it is the same kernel for every D and
    S; one site moves at a time. `mixed_ratio` is the rho of a second complete circuit.
    """

    n_sites: tuple[int, ...] = ours((1, 2, 3, 4, 5))
    n_symbols: tuple[int, ...] | None = ours(None, "50 for D <= 3, then about 10^5 states: 18 and 10")
    n_layers: int = ours(10, "as in the other experiments")
    width: float = ours(
        0.03, "measured: 1.1 to 1.5 times the optimal cost; narrower costs less and walks longer"
    )
    reach: float = ours(0.09, "three widths, rounded up to whole symbols")
    tolerance: float = ours(TOLERANCE)
    forward_resistance: float = paper(0.1)
    paper_ratio: float = ours(PAPER_RATIO, "rho of the paper's 1D circuit")
    mixed_ratio: float = ours(1.0, "half of the conductance of a node is lateral")
    n_walks: int = ours(100_000)
    assigned_samples: int = ours(2000, "optimal assignment of so many states of p and q")
    assigned_repeats: int = ours(3)
    seed: int = ours(0)

    def check(self) -> None:
        """Raise InputError for dimensions and sizes that do not go together."""
        if not self.n_sites or min(self.n_sites) < 1 or len(set(self.n_sites)) < len(self.n_sites):
            raise InputError(f"dimensions must be distinct whole numbers of at least 1, got {self.n_sites}")
        unknown = [sites for sites in self.n_sites if sites not in SYMBOLS]
        if self.n_symbols is None and unknown:
            raise InputError(f"dimensions must be among {', '.join(map(str, SYMBOLS))}, got {unknown[0]}")
        if self.n_symbols is not None and len(self.n_symbols) != len(self.n_sites):
            raise InputError(
                f"n_symbols must be one number a dimension, {len(self.n_sites)} of them, got {len(self.n_symbols)}"
            )

    def resolved(self) -> "Dimensions":
        """The same experiment with the symbols a site filled in."""
        self.check()
        if self.n_symbols is not None:
            return self
        return replace(self, n_symbols=tuple(SYMBOLS[sites] for sites in self.n_sites))

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Number of sites D and symbols S of every problem."""
        return list(zip(self.n_sites, self.resolved().n_symbols or (), strict=True))

    def circuits(self, space: StateSpace) -> list[Compared]:
        """The circuits that are compared on one space; made anew, with nothing computed yet."""
        complete = ((PAPER, self.paper_ratio), (MIXED, self.mixed_ratio))
        return [
            Compared(GEOMETRIC, "one-site Gaussian", self.geometric(space)),
            *(
                Compared(key, f"complete, ρ = {ratio:g}", self.complete(space, ratio))
                for key, ratio in complete
            ),
        ]

    def geometric(self, space: StateSpace) -> LayeredCircuit:
        """Every site is joined to its surroundings, one site at a time."""
        side = space.alphabet_sizes[0]
        reach = max(1, math.ceil(self.reach * side - ROUNDING))
        kernel = one_site_gaussian(space, width=self.width * side, reach=reach)
        return LayeredCircuit(space, self.n_layers, kernel)

    def complete(self, space: StateSpace, ratio: float) -> LayeredCircuit:
        """The paper's circuit, Eq. (11), with this rho."""
        return LayeredCircuit.complete(
            space,
            n_layers=self.n_layers,
            forward_resistance=self.forward_resistance,
            lateral_resistance=lateral_resistance(space, self.forward_resistance, ratio),
        )
