"""`ecd2g reproduce adapted`: adapt, walk, measure and draw, and write table, figures and record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ecd2g.data.problem import Problem
from ecd2g.experiments.adapted.coupling import current_table
from ecd2g.experiments.adapted.measures import Unit, adapt, independent, run_numbers, shown_numbers, unit_of
from ecd2g.experiments.adapted.settings import LABELS, Adapted
from ecd2g.experiments.adapted.table import table, write_iterations
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.stages import Stages
from ecd2g.metrics.optimal_transport import weighted_support
from ecd2g.reference.adapted.circuit import AdaptedCircuit
from ecd2g.reference.adapted.step import AdaptedStep

TITLE = "the path from the paper's circuit to optimal transport"

Runs = dict[tuple[str, str], AdaptedCircuit]
"""Adapted circuits by start and kind of cost."""


def adapted_run(settings: Adapted, folder: Path, command: str, *, quiet: bool = False) -> str:
    """Adapt from every start for every cost, and write it all into the folder; returns the summary."""
    problem = settings.problem()
    pairs = [(start, cost) for cost in settings.costs for start in settings.starts]
    stages = Stages(len(pairs) + 3, quiet=quiet)
    runs: Runs = {}
    for start, cost in pairs:
        with stages(f"{start}_{cost}"), _bar(settings.n_iterations, quiet) as tell:
            runs[start, cost] = adapt(settings, problem, start, cost, progress=tell)
    with stages("measure"):
        units = _units(problem, runs)
        numbers = _numbers(settings, problem, runs, units)
    with stages("coupling"):
        laws = _displacements(settings, problem, runs, numbers)
    write_iterations(folder / "adapted.csv", runs)
    with stages("draw"):
        numbers["figures"] = _draw(settings, runs, units, laws, folder)
    seconds = {f"{start}_{cost}": _mean_seconds(run) for (start, cost), run in runs.items()}
    timing = stages.close() | {"seconds_per_iteration": seconds}
    write_record(folder, command=command, config=settings, numbers=numbers, timing=timing)
    return f"{TITLE}\n{table(numbers, seconds)}\ntotal {timing['total_s']:.0f} s"


@contextmanager
def _bar(n_iterations: int, quiet: bool) -> "Iterator[Any]":
    """A bar of iterations below that of the stages; hands out what is to be told of each."""
    with tqdm(total=n_iterations + 1, disable=True if quiet else None, leave=False, unit="iteration") as bar:

        def tell(step: AdaptedStep) -> None:
            bar.set_postfix_str(f"cost {step.cost:.4g}, bound {step.bound:.4g}", refresh=False)
            bar.update()

        yield tell


def _units(problem: Problem, runs: Runs) -> dict[str, Unit]:
    costs = dict.fromkeys(cost for _, cost in runs)
    return {
        cost: unit_of(problem, cost, [run for (_, kind), run in runs.items() if kind == cost])
        for cost in costs
    }


def _numbers(settings: Adapted, problem: Problem, runs: Runs, units: dict[str, Unit]) -> dict[str, Any]:
    sizes = [len(weighted_support(end)[0]) for end in (problem.source, problem.target)]
    return {
        "title": TITLE,
        "problem": {
            "title": problem.title,
            "n_symbols": settings.n_symbols,
            "n_source_states": sizes[0],
            "n_target_states": sizes[1],
        },
        "units": {
            cost: asdict(unit) | {"independent_over_unit": independent(problem, cost, unit)}
            for cost, unit in units.items()
        },
        "runs": {
            f"{start}_{cost}": run_numbers(settings, problem, run, start, units[cost])
            for (start, cost), run in runs.items()
        },
    }


def _displacements(
    settings: Adapted, problem: Problem, runs: Runs, numbers: dict[str, Any]
) -> dict[int, Any]:
    """Displacements in the first run, at the iterations that are drawn; those before the last are made again."""
    (start, cost), last = next(iter(runs.items()))
    laws, numbers["displacements"] = {}, {"run": f"{start}_{cost}"}
    for shown in settings.shown:
        ended = shown >= last.history[-1].iteration
        circuit = last if ended else adapt(settings, problem, start, cost, shown)
        numbers["displacements"][f"iteration_{shown}"], laws[shown] = shown_numbers(circuit)
    return laws


def _mean_seconds(circuit: AdaptedCircuit) -> float:
    return sum(step.seconds for step in circuit.history) / len(circuit.history)


def _draw(
    settings: Adapted, runs: Runs, units: dict[str, Unit], laws: dict[int, Any], folder: Path
) -> list[str]:
    from ecd2g.plots.adapted_costs import adaptation_costs  # noqa: PLC0415
    from ecd2g.plots.adapted_displacements import displacement_laws  # noqa: PLC0415
    from ecd2g.plots.files import save  # noqa: PLC0415 - loads matplotlib

    histories = {
        cost: {LABELS[start]: run.history for (start, kind), run in runs.items() if kind == cost}
        for cost in units
    }
    named = {f"iteration {shown}": law for shown, law in laws.items()}
    save(adaptation_costs(histories, {c: (u.value, u.name) for c, u in units.items()})[0], folder / "costs")
    save(_currents(settings, *next(iter(runs))), folder / "currents")
    save(displacement_laws(named), folder / "displacements")
    return ["costs", "currents", "displacements"]


def _currents(settings: Adapted, start: str, cost: str) -> Any:
    """The same adaptation on a small grid, whose currents can be told apart."""
    from ecd2g.plots.adapted_currents import adapted_currents  # noqa: PLC0415

    problem = settings.small_problem()
    circuits = {shown: adapt(settings, problem, start, cost, shown) for shown in settings.shown}
    unit = unit_of(problem, cost, list(circuits.values()))
    sign = f"${unit.name}$" if "W" in unit.name else unit.name
    tables = {
        f"iteration {shown}, cost {one.history[-1].cost / unit.value:.2f} × {sign}": current_table(one)
        for shown, one in circuits.items()
    }
    last = circuits[settings.shown[-1]]
    return adapted_currents(last.source_states, last.sink_states, tables)
