"""Circuits for a problem, compared: tables, figures and a recommendation into a run folder."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecd2g.data import PROBLEMS, Problem, read_pair
from ecd2g.errors import InputError, SolverError
from ecd2g.experiments.design.candidates import FAMILIES, default_grid, families_for
from ecd2g.experiments.design.measures import CircuitFigures
from ecd2g.experiments.design.reference import ground_of, reference_of
from ecd2g.experiments.design.summary import design_summary
from ecd2g.experiments.design.sweep import TOLERANCE, Sweep, sweep
from ecd2g.experiments.records.origin import default
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.stages import Stages
from ecd2g.movement.coupling import Ground


@dataclass(frozen=True)
class DesignQuestion:
    """For which source and target, cost, numbers of layers and families a circuit is wanted."""

    name: str | None = None
    source: str | None = None
    target: str | None = None
    n_symbols: int | tuple[int, ...] | None = None
    cost: Ground | None = default(None, "squared for numbers, hamming for letters")  # noqa: RUF009 - frozen
    layers: tuple[int, ...] = default((3, 5, 10, 20))
    families: tuple[str, ...] | None = default(None, "ordinal ones for the squared cost")
    n_walks: int = default(20_000, "where a number cannot be had exactly")
    tolerance: float = default(TOLERANCE, "proven error of potentials")
    seed: int = default(0)

    def check(self) -> None:
        """Raise InputError for questions that make no sense."""
        if (self.name is None) == (self.source is None and self.target is None):
            raise InputError("give either a named problem, or --source FILE and --target FILE")
        if self.name is None and (self.source is None or self.target is None):
            raise InputError("data is required: give --source FILE and --target FILE, or a named problem")
        if self.name is not None and self.n_symbols is not None:
            raise InputError("--n-symbols belongs to --source and --target; a named problem has its own")
        if not self.layers or min(self.layers) < 2:
            raise InputError(f"layers must be whole numbers of at least 2, got {self.layers}")
        unknown = [name for name in self.families or () if name not in FAMILIES]
        if unknown:
            raise InputError(f"family must be one of {', '.join(FAMILIES)}, got {unknown[0]!r}")

    def problem(self) -> Problem:
        """Make the problem, or read its files."""
        if self.name is not None:
            return PROBLEMS[self.name]()
        return read_pair(str(self.source), str(self.target), self.n_symbols)

    def made_by(self) -> str:
        """The Python expression that makes the same problem."""
        if self.name is not None:
            return f"ecd2g.data.{PROBLEMS[self.name].__name__}()"
        symbols = "" if self.n_symbols is None else f", n_symbols={self.n_symbols!r}"
        return f"ecd2g.data.read_pair({self.source!r}, {self.target!r}{symbols})"


def design_run(asked: DesignQuestion, folder: Path | None, command: str, *, quiet: bool = False) -> str:
    """Sweep the circuits, and write tables, figures and record where there is a folder; returns the summary.

    SolverError where no circuit could be measured, before anything is written.
    """
    asked.check()
    stages = Stages(3 if folder is None else 4, quiet=quiet)
    with stages("make_problem"):
        problem = asked.problem()
        ground = ground_of(problem, asked.cost)
        families = asked.families or families_for(problem.space, ground)
        _check_families(families, problem)
    with stages("optimal_transport"):
        reference = reference_of(problem, ground, asked.seed)
    with stages("sweep"):
        swept = sweep(
            problem,
            reference,
            default_grid(problem.space, families, asked.layers),
            made_by=asked.made_by(),
            n_walks=asked.n_walks,
            seed=asked.seed,
            tolerance=asked.tolerance,
            quiet=quiet,
        )
    _check_measured(swept)
    numbers = _problem_numbers(problem) | swept.numbers()
    if folder is not None:
        write_figures(folder / "candidates.csv", swept.found)
        write_figures(folder / "frontier.csv", swept.frontier)
        with stages("draw"):
            numbers["figures"] = draw(swept, folder)
    timing = stages.close()
    if folder is not None:
        seconds = timing | {"solve_s": swept.seconds()}
        write_record(folder, command=command, config=asked, numbers=numbers, timing=seconds)
    return design_summary(swept, timing)


def write_figures(path: Path, found: Sequence[CircuitFigures]) -> None:
    """One line a circuit, every float in all its digits; empty where a number is not defined."""
    rows = [figures.row() for figures in found]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]) if rows else ["family"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def draw(swept: Sweep, folder: Path) -> list[str]:
    """The frontier, and what layers buy; returns the names of the figures."""
    from ecd2g.experiments.design.figures import frontier_figure, layers_figure  # noqa: PLC0415 - loads matplotlib
    from ecd2g.plots import save  # noqa: PLC0415

    for name, figure in (("frontier", frontier_figure), ("layers", layers_figure)):
        save(figure(swept), folder / name)
    return ["frontier", "layers"]


def _check_families(families: tuple[str, ...], problem: Problem) -> None:
    if problem.alphabet is None:
        return
    ordered = [name for name in families if FAMILIES[name].ordinal]
    if ordered:
        raise InputError(
            f"family {ordered[0]!r} needs symbols whose order means something, and this problem is spelled in letters "
            f"or words; take complete, hamming-1 or hamming"
        )


def _check_measured(swept: Sweep) -> None:
    if swept.recommended is None:
        first = swept.found[0]
        reached = math.nan if first.potential_error is None else first.potential_error
        raise SolverError(
            f"none of {len(swept.found)} circuits could be measured; the first, {first.candidate}: {first.note}",
            reached=reached,
            tolerance=swept.tolerance,
        )


def _problem_numbers(problem: Problem) -> dict[str, Any]:
    return {
        "problem": {
            "name": problem.name,
            "title": problem.title,
            "read": problem.read,
            "alphabet_sizes": problem.space.alphabet_sizes,
            "n_states": problem.space.n_states,
        }
    }
