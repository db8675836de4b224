"""Every candidate circuit of a problem, measured; the frontier, and the recommendation."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from tqdm import tqdm

from ecd2g.data import Problem
from ecd2g.experiments.design.candidates import Candidate
from ecd2g.experiments.design.frontier import RULE, frontier, recommend
from ecd2g.experiments.design.measures import CircuitFigures, Reference, measure
from ecd2g.reference.solve import TOLERANCE


@dataclass(frozen=True, eq=False)
class Sweep:
    """Figures of all candidates of a problem, what they are compared with, and how the problem is made in Python."""

    problem: Problem
    reference: Reference
    found: tuple[CircuitFigures, ...]
    made_by: str = ""
    tolerance: float = TOLERANCE

    @property
    def frontier(self) -> list[CircuitFigures]:
        """Circuits that no other one beats, by cost."""
        return [self.found[place] for place in frontier(self.found)]

    @property
    def recommended(self) -> CircuitFigures | None:
        """The circuit of our rule, see `design_frontier.RULE`."""
        place = recommend(self.found)
        return None if place is None else self.found[place]

    def python(self) -> list[str]:
        """Lines that make and solve the recommended circuit; none where there is none."""
        chosen = self.recommended
        if chosen is None:
            return []
        circuit = chosen.candidate.python(self.problem.space)
        tolerance = "" if self.tolerance == TOLERANCE else f", tolerance={self.tolerance!r}"
        imports = ["from ecd2g.circuit import kernels"] if "kernels." in circuit else []
        return [
            "import ecd2g",
            *imports,
            f"problem = {self.made_by}",
            f"circuit = {circuit}",
            f"flow = ecd2g.solve(circuit, source=problem.source, sink=problem.target{tolerance})",
        ]

    def numbers(self) -> dict[str, Any]:
        """Everything but times."""
        chosen = self.recommended
        reference = asdict(self.reference)
        why = reference.pop("why")
        return {
            "reference": reference | ({"optimal_left_out": why} if why else {}),
            "recommended": None if chosen is None else chosen.row(),
            "rule": RULE,
            "python": self.python(),
            "frontier": [figures.row() for figures in self.frontier],
            "n_candidates": len(self.found),
        }

    def seconds(self) -> dict[str, float]:
        """Solve time of every candidate."""
        return {str(figures.candidate): round(figures.solve_seconds, 6) for figures in self.found}


def sweep(
    problem: Problem,
    reference: Reference,
    candidates: Iterable[Candidate],
    *,
    made_by: str = "",
    n_walks: int = 20_000,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    quiet: bool = True,
) -> Sweep:
    """Measure every candidate; `quiet` shows no progress, and none is shown where no terminal reads it."""
    listed = list(candidates)
    bar = tqdm(listed, disable=True if quiet else None, leave=False, unit="circuit")
    found = []
    for candidate in bar:
        bar.set_description(str(candidate))
        found.append(measure(candidate, problem, reference, n_walks=n_walks, seed=seed, tolerance=tolerance))
    return Sweep(problem, reference, tuple(found), made_by, tolerance)
