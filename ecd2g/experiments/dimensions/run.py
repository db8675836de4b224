"""`ecd2g reproduce dimensions`: solve, walk and measure for every D, and write table, figures and record."""

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.data.problem import Problem
from ecd2g.data.shells import blob_to_shell
from ecd2g.experiments.dimensions.costs import reference_costs
from ecd2g.experiments.dimensions.measures import flow_numbers, throughflow, walk_numbers
from ecd2g.experiments.dimensions.resources import solve_measured
from ecd2g.experiments.dimensions.settings import GEOMETRIC, Dimensions
from ecd2g.experiments.dimensions.table import rows_of, table, write_rows
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.stages import Stages

TITLE = "the same transport in growing dimension"


@dataclass(frozen=True, eq=False)
class Measured:
    """One dimension: numbers, what they took of time and memory, and the throughflow of three layers."""

    numbers: dict[str, Any]
    resources: dict[str, dict[str, float]]
    layers: list[int]
    throughflow: NDArray[np.float64]


def dimensions_run(asked: Dimensions, folder: Path, command: str, *, quiet: bool = False) -> str:
    """Measure every dimension one after the other, and write it all into the folder; returns the table."""
    settings = asked.resolved()
    sizes = settings.sizes
    n_circuits = len(settings.circuits(blob_to_shell(1, 2).space))
    stages = Stages(len(sizes) * (1 + n_circuits) + 1, quiet=quiet)
    measured = {f"{n_sites}d": _dimension(settings, n_sites, side, stages) for n_sites, side in sizes}
    numbers: dict[str, Any] = {"title": TITLE}
    numbers["dimensions"] = {name: one.numbers for name, one in measured.items()}
    resources = {name: one.resources for name, one in measured.items()}
    rows = rows_of(numbers, {"resources": resources})
    write_rows(folder / "dimensions.csv", rows)
    with stages("draw"):
        numbers["figures"] = _draw(settings, rows, measured, folder)
    timing = stages.close() | {"resources": resources}
    write_record(folder, command=command, config=settings, asked=asked, numbers=numbers, timing=timing)
    return f"{TITLE}\n{table(rows)}\ntotal {timing['total_s']:.0f} s"


def _dimension(settings: Dimensions, n_sites: int, side: int, stages: Stages) -> Measured:
    name, problem = f"{n_sites}d", blob_to_shell(n_sites, side)
    with stages(f"{name}_optimal_transport"):
        costs = reference_costs(problem, settings.assigned_samples, settings.assigned_repeats, settings.seed)
    circuits, resources = {}, {}
    layers = sorted({0, settings.n_layers // 2, settings.n_layers - 1})
    shown = np.empty(0)
    for place, compared in enumerate(settings.circuits(problem.space)):
        with stages(f"{name}_{compared.key}"):
            make = partial(_made, settings, problem, place)
            flow, used = solve_measured(make, problem, settings.tolerance)
            found, law_s = flow_numbers(flow, problem)
            if compared.key == GEOMETRIC:
                shown = throughflow(flow, layers)
            walks, rate = walk_numbers(flow, problem, settings.n_walks, settings.seed)
        circuits[compared.key] = {"label": compared.label, **found, "walks": walks}
        resources[compared.key] = asdict(used) | {"law_and_cost_s": law_s, "walks_per_s": rate}
    space = problem.space
    size = {"n_sites": n_sites, "n_symbols": side, "n_states": space.n_states}
    return Measured(
        {"problem": size, "reference_costs": costs, "circuits": circuits}, resources, layers, shown
    )


def _made(settings: Dimensions, problem: Problem, place: int) -> LayeredCircuit:
    return settings.circuits(problem.space)[place].circuit


def _draw(
    settings: Dimensions, rows: list[dict[str, Any]], measured: dict[str, Measured], folder: Path
) -> list[str]:
    from ecd2g.plots.dimensions import costs_by_dimension, resources_by_states  # noqa: PLC0415
    from ecd2g.plots.dimensions_layers import mass_by_layer  # noqa: PLC0415
    from ecd2g.plots.files import save  # noqa: PLC0415 - loads matplotlib

    labels = {
        key: one["label"] for part in measured.values() for key, one in part.numbers["circuits"].items()
    }
    by_circuit = {label: [row for row in rows if row["circuit"] == key] for key, label in labels.items()}
    columns = {label: _columns(own) for label, own in by_circuit.items()}
    references = [part.numbers["reference_costs"] for part in measured.values()]
    flows = {part.numbers["problem"]["n_sites"]: part.throughflow for part in measured.values()}
    layers = next(iter(measured.values())).layers
    drawings = {
        "resources": lambda: resources_by_states(columns),
        "costs": lambda: costs_by_dimension(columns, _references(references)),
        "layers": lambda: mass_by_layer(flows, layers, settings.n_layers),
    }
    for name, draw in drawings.items():
        drawn: Any = draw()
        save(drawn[0] if isinstance(drawn, list) else drawn, folder / name)
    return list(drawings)


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    names = ("n_sites", "n_states", "solve_s", "peak_bytes", "formula_bytes", "cost")
    return {name: [row[name] for row in rows] for name in names}


def _references(found: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Costs by name, one entry a dimension; NaN where one is left out."""
    nothing = {"mean": float("nan"), "standard_deviation": 0.0}
    assigned = [one.get("optimal_assigned", nothing) for one in found]
    return {
        "independent": [one["independent"] for one in found],
        "lower bound": [one["optimal_lower_bound"] for one in found],
        "optimal": [one.get("optimal", float("nan")) for one in found],
        "assigned": [one["mean"] for one in assigned],
        "assigned deviation": [one["standard_deviation"] or 0.0 for one in assigned],
    }
