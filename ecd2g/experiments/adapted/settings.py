"""The path from the paper's circuit to optimal transport: what decides every number of it."""

import math
from dataclasses import dataclass

from ecd2g.data.problem import Problem
from ecd2g.data.problems import moons_to_swiss_roll
from ecd2g.experiments.records.origin import ours, paper

COMPLETE, SHORT = "complete", "short"
"""Short names of the circuits that the adaptation starts from."""

REACHES = {COMPLETE: math.inf, SHORT: None}
"""`reach` of `adapted_circuit` by start: every pair of states, or the pairs within a short reach that it finds."""

LABELS = {COMPLETE: "complete circuit", SHORT: "short reach"}

OPTIMA = {"squared": "W_2^2", "distance": "W_1"}
"""What the optimal cost of each kind is called."""

MARKS = (0, 5, 10, 20, 50)
"""Iterations whose cost the summary and the results give; the table has all of them."""

CLOSE = 1.25
"""A transport counts as close from the first iteration on whose cost is at most so many times the optimal one."""


@dataclass(frozen=True)
class Adapted:
    """Two moons to Swiss roll by two layers, from two first circuits and for two costs.

    `small_symbols` is the grid on which the picture of the currents is drawn: on the grid of the numbers they are too
    many to be told apart.
    """

    n_symbols: int = paper(50)
    starts: tuple[str, ...] = ours((COMPLETE, SHORT), "the paper's circuit, and one of fewer edges")
    costs: tuple[str, ...] = ours(("squared", "distance"), "W_2^2 and W_1")
    n_iterations: int = ours(50)
    step: float = ours(1.5, "faster than 1, the Physarum step; 2 and above does not settle")
    floor: float = ours(1e-9, "measured: with 1e-6 the excess over the optimum doubles")
    offset: float = ours(1.0, "a state that stays costs nothing, and a cost divides")
    tolerance: float = ours(1e-8)
    early: int = ours(5, "an iteration on the way, for the figures")
    small_symbols: int = ours(12, "the picture of the currents: few enough to tell them apart")
    n_walks: int = ours(5000, "walkers at a node race along all of its 600 edges: about 5,000 walks a second")
    seed: int = ours(0)

    def problem(self) -> Problem:
        """The paper's 2D problem."""
        return moons_to_swiss_roll(self.n_symbols)

    def small_problem(self) -> Problem:
        """The same on the grid of the picture."""
        return moons_to_swiss_roll(self.small_symbols)

    @property
    def shown(self) -> tuple[int, ...]:
        """Iterations that are drawn: the first, an early one, and the last."""
        return tuple(sorted({0, min(self.early, self.n_iterations), self.n_iterations}))

    @property
    def marks(self) -> tuple[int, ...]:
        """Iterations that the summary names."""
        return tuple(sorted({mark for mark in MARKS if mark < self.n_iterations} | {self.n_iterations}))
