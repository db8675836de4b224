"""A trained bridge judged at several numbers of steps, beside what perfect samples show; and the table of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from ecd2g.experiments.judge import Judge
from ecd2g.experiments.records.summary import number
from ecd2g.learned.bridge_flow import BridgeFlow
from ecd2g.learned.end_network import EndNetwork

WALKS = 5
"""Stream of random numbers that judged walks are drawn by."""


class Column(NamedTuple):
    """A column of a table: its heading, and the name of its numbers."""

    heading: str
    name: str


COLUMNS = (
    Column("TV", "total_variation"),
    Column("shape", "shape"),
    Column("trend", "trend"),
    Column("MMD^2", "mmd_squared"),
    Column("C2ST", "classifier_accuracy"),
    Column("cost", "cost"),
    Column("cost/best", "cost_over_matched"),
    Column("novelty", "novelty"),
    Column("nearest", "nearest_distance"),
)
"""Fidelity, then cost, and novelty with every one of them."""

FLOOR = "perfect samples"

NOTE = """shape, trend: 1 is best; TV, MMD^2: 0 is best; C2ST: 0.5 is best; novelty: share that is no training sample;
nearest: sites that differ from the nearest training sample; cost of perfect samples: that of independent pairs;
cost/best: over the best order of the same starts and ends; perfect samples: fresh ones of the law where it is known,
else the training rows against those held out (novelty and nearest: held-out rows against training rows)"""


@dataclass(frozen=True, eq=False)
class Judging:
    """Numbers by number of steps, and the seconds that the walks took."""

    rows: dict[int, dict[str, float]]
    seconds: dict[int, float]

    @classmethod
    def of(cls, judge: Judge, model: EndNetwork, seed: int) -> "Judging":
        """Walk from the judge's starts by every number of steps that the network was trained for."""
        flow = BridgeFlow(model, judge.split.test.source, judge.split.test.target)
        starts, rows, seconds = judge.starts(), {}, {}
        for n_steps in model.steps:
            begin = perf_counter()
            walks = flow.sample(
                starts=starts, n_steps=n_steps, rng=np.random.default_rng([judge.seed, seed, WALKS])
            )
            seconds[n_steps] = perf_counter() - begin
            rows[n_steps] = judge.numbers(starts, walks.ends)
        return cls(rows, seconds)

    def numbers(self) -> dict[str, dict[str, float]]:
        """The rows for results.json."""
        return {str(n_steps): row for n_steps, row in self.rows.items()}

    def timing(self) -> dict[str, float]:
        """Seconds of the walks of every number of steps."""
        return {f"walk_{n_steps}_steps_s": round(seconds, 6) for n_steps, seconds in self.seconds.items()}


def floor_of(judge: Judge) -> dict[str, float]:
    """What perfect samples show, with the cost of the best assignment of source and target."""
    return judge.floor | {"best_cost": judge.best_cost}


def numbers_table(rows: dict[int, dict[str, float]], floor: dict[str, float]) -> str:
    """One line a number of steps under the floor."""
    lines: list[tuple[list[str], dict[str, Any]]] = [([FLOOR], floor)]
    lines += [([f"{n_steps} steps"], row) for n_steps, row in rows.items()]
    return table([""], lines)


def table(labels: list[str], lines: Sequence[tuple[list[str], dict[str, Any]]]) -> str:
    """Labels, then every column that a line below the first, the floor, has a number for, aligned.

    Spreads are {"mean", "standard_deviation"}.
    """
    columns = [column for column in COLUMNS if any(column.name in row for _, row in lines[1:])]
    cells = [[*labels, *(column.heading for column in columns)]]
    cells += [[*names, *(_cell(row.get(column.name)) for column in columns)] for names, row in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    texts = []
    for row in cells:
        pieces = [
            cell.ljust(width) if place < len(labels) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        texts.append("  ".join(pieces).rstrip())
    return "\n".join([*texts, NOTE])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, dict):
        return number(value)
    spread = f" ± {value['standard_deviation']:.2g}" if "standard_deviation" in value else ""
    return number(value["mean"]) + spread
