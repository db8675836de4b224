"""The rows of all problems, methods and seeds as .csv, their means and spreads, and the table for the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ecd2g.bridges.named import BRIDGES
from ecd2g.experiments.high_dim.cell import Cell
from ecd2g.experiments.records.csv_table import write_csv

LABELS = ("problem", "method", "coupling", "evaluations")


class Spread(NamedTuple):
    """Mean and standard deviation over seeds; the deviation of a single seed is NaN."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of one number a seed."""
        found = np.asarray(values, dtype=np.float64)
        return cls(float(found.mean()), float(found.std(ddof=1)) if len(found) > 1 else float("nan"))


def write_rows(path: Path, cells: Sequence[Cell]) -> None:
    """Write every row with a header, every float in all its digits; the floor of a seed is a method of its own."""
    floors = [{"problem": cell.problem, "seed": cell.seed, "method": "floor"} | cell.floor for cell in cells]
    rows = [row for cell in cells for row in cell.rows] + floors
    names = list(dict.fromkeys(name for row in rows for name in row))
    write_csv(path, names, ([row.get(name, "") for name in names] for row in rows))


def summarise(cells: Sequence[Cell]) -> dict[str, Any]:
    """Problem to floor and methods, every number as mean and deviation over the seeds; times are left out."""
    found: dict[str, Any] = {}
    for problem in dict.fromkeys(cell.problem for cell in cells):
        own = [cell for cell in cells if cell.problem == problem]
        keys = dict.fromkeys(_label(row) for cell in own for row in cell.rows)
        found[problem] = {
            "seeds": len(own),
            "floor": spreads([cell.floor for cell in own]),
            "methods": [
                dict(zip(LABELS[1:], key, strict=True))
                | spreads([row for cell in own for row in cell.rows if _label(row) == key])
                for key in keys
            ],
        }
    return found


def spreads(rows: Sequence[dict[str, Any]]) -> dict[str, Spread]:
    """Mean and deviation of every number that the rows share."""
    skipped = {*LABELS, "seed", "train_s", "sample_s"}
    return {name: Spread.of([row[name] for row in rows]) for name in rows[0] if name not in skipped}


def verdicts(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """For every problem, coupling and number of evaluations: circuits beside discrete flow matching.

    ratio : distance of the best circuit to the target over that of the mixture; below 1 the circuit is closer. The best
        is chosen by this very distance.
    excess_ratio : the same with the floor taken off both, where both lie above it by more than its deviation
    sweep_ratio, masked_ratio : the same as `ratio` for the default circuit, and for the masked baseline that sees what
        the sweep sees: what masked gains is no circuit's merit
    """
    found = []
    for problem, part in summary.items():
        rows = {
            (one["method"], one["coupling"], one["evaluations"]): one["headline"] for one in part["methods"]
        }
        for (method, coupling, number), mixture in rows.items():
            if method != "mixture":
                continue
            circuits = {
                name: rows[name, coupling, number].mean
                for name, known in BRIDGES.items()
                if known.is_circuit and (name, coupling, number) in rows
            }
            best = min(circuits, key=lambda name: circuits[name])
            label = {"problem": problem, "coupling": coupling, "evaluations": number, "best_circuit": best}
            ratio = {"ratio": circuits[best] / mixture.mean}
            others = {
                f"{name}_ratio": rows[name, coupling, number].mean / mixture.mean
                for name in ("sweep", "masked")
                if (name, coupling, number) in rows
            }
            found.append(
                label | ratio | _excess(circuits[best], mixture.mean, part["floor"]["headline"]) | others
            )
    return found


def _excess(circuit: float, mixture: float, floor: Spread) -> dict[str, float]:
    margin = 0.0 if np.isnan(floor.deviation) else floor.deviation
    if min(circuit, mixture) <= floor.mean + margin:
        return {}
    return {"excess_ratio": (circuit - floor.mean) / (mixture - floor.mean)}


def table(summary: dict[str, Any]) -> str:
    """A block a problem: the distance to the target by number of evaluations, then cost and novelty of the last."""
    return "\n\n".join(_block(problem, part) for problem, part in summary.items()) + f"\n\n{NOTE}"


NOTE = """distance: total variation to the exact law where it is known, else 1 - trend against held-out data; mean and
standard deviation over the seeds; NFE: network evaluations a sample; the columns from cost on are those of the most
evaluations a method can use, D for the sweep; C2ST: accuracy of a classifier, 0.5 is best; ot: cost of the best
assignment of samples of source and target; floor: fresh samples of an exact law, else the training data.
(circuit): the walk of a circuit, the others are baselines. The sweep is any-order autoregression that sees the source;
what it gains over masked is the fixed number of sites a step, not Kirchhoff's law."""


def _block(problem: str, part: dict[str, Any]) -> str:
    methods, floor = part["methods"], part["floor"]
    numbers = sorted({one["evaluations"] for one in methods})
    head = f"{problem:<31}" + "".join(f"{f'NFE {number}':>16}" for number in numbers)
    lines = [head + f"{'cost':>9}{'novelty':>9}{'nearest':>9}{'10³MMD²':>9}{'C2ST':>7}"]
    best = f"{floor['best_cost'].mean:.3g} ot"
    lines.append(
        _line("floor (perfect samples)", {numbers[0]: floor["headline"]}, numbers, floor) + f"   {best}"
    )
    for name in dict.fromkeys((one["method"], one["coupling"]) for one in methods):
        own = {one["evaluations"]: one for one in methods if (one["method"], one["coupling"]) == name}
        known = BRIDGES.get(name[0])
        label = " ".join(name) + (" (circuit)" if known is not None and known.is_circuit else "")
        values = {number: one["headline"] for number, one in own.items()}
        lines.append(_line(label, values, numbers, own[max(own)]))
    return "\n".join(lines)


def _line(label: str, values: dict[int, Spread], numbers: list[int], rest: dict[str, Any]) -> str:
    cells = [f"{_cell(values[number]):>16}" if number in values else " " * 16 for number in numbers]
    told = f"{rest['classifier_accuracy'].mean:7.3f}" if "classifier_accuracy" in rest else " " * 7
    last = (
        f"{rest['cost'].mean:9.3g}",
        f"{rest['novelty'].mean:9.3f}",
        f"{rest['nearest_distance'].mean:9.2f}",
        f"{1e3 * rest['mmd_squared'].mean:9.2f}",
    )
    return f"{label:<31}" + "".join(cells) + "".join(last) + told


def _cell(value: Spread) -> str:
    spread = "" if np.isnan(value.deviation) else f" ± {value.deviation:.3f}"
    return f"{value.mean:.3f}{spread}"


def _label(row: dict[str, Any]) -> tuple[str, str, int]:
    return row["method"], row["coupling"], row["evaluations"]
