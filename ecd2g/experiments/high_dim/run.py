"""`ecd2g reproduce high-dim`: train, walk and judge on every problem, and write table, figures and record."""

import math
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from ecd2g.experiments.high_dim.cell import Cell, run_cell
from ecd2g.experiments.high_dim.figures import draw
from ecd2g.experiments.high_dim.settings import HighDim
from ecd2g.experiments.high_dim.table import Spread, summarise, table, verdicts, write_rows
from ecd2g.experiments.parallel import in_parallel
from ecd2g.experiments.records.record import write_record

TITLE = "transport in high dimension"


def high_dim_run(settings: HighDim, folder: Path, command: str, *, quiet: bool = False) -> str:
    """Run every problem with every seed, side by side; returns the table."""
    settings.check()
    begin = perf_counter()
    pieces = [(name, settings.seed + k) for name in settings.problems for k in range(settings.n_seeds)]
    cells = list(in_parallel(partial(_cell, settings), pieces, unit="problem and seed", quiet=quiet))
    write_rows(folder / "high_dim.csv", cells)
    summary = summarise(cells)
    numbers: dict[str, Any] = {
        "title": TITLE,
        "problems": _plain(summary),
        "verdicts": verdicts(summary),
        "figures": draw(settings, cells, folder),
    }
    timing = {"total_s": round(perf_counter() - begin, 3)} | _times(cells)
    write_record(folder, command=command, config=settings, numbers=numbers, timing=timing)
    return f"{TITLE}\n{table(summary)}\ntotal {timing['total_s']:.0f} s"


def _cell(settings: HighDim, piece: tuple[str, int]) -> Cell:
    return run_cell(settings, *piece)


def _times(cells: list[Cell]) -> dict[str, float]:
    """Seconds of trainings and of samples, summed."""
    rows = [row for cell in cells for row in cell.rows if "train_s" in row]
    trainings = {
        (row["problem"], row["seed"], row["method"], row["coupling"]): row["train_s"] for row in rows
    }
    return {
        "trainings_s": round(sum(trainings.values()), 3),
        "samples_s": round(sum(row["sample_s"] for row in rows), 3),
    }


def _plain(summary: dict[str, Any]) -> dict[str, Any]:
    """Spreads as {"mean", "standard_deviation"}; one seed has no deviation."""
    return {
        problem: part
        | {"floor": _entries(part["floor"]), "methods": [_entries(one) for one in part["methods"]]}
        for problem, part in summary.items()
    }


def _entries(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: _numbers(value) if isinstance(value, Spread) else value for name, value in entry.items()}


def _numbers(spread: Spread) -> dict[str, float]:
    known = {"standard_deviation": spread.deviation} if not math.isnan(spread.deviation) else {}
    return {"mean": spread.mean} | known
