"""The comparison of models as a table for the terminal: one line a measure, one column a model."""

import math
from collections.abc import Callable
from typing import Any

from ecd2g.experiments.records.summary import number

PERFECT = "perfect samples"
"""Name of the entry with what as many perfect samples are expected to show."""

LINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("trained numbers", ("parameters",)),
    ("relative current error", ("current_error", "all_edges")),
    ("  forward edges", ("current_error", "forward")),
    ("  lateral edges", ("current_error", "lateral")),
    ("unbalanced current, A of 1 A", ("unbalanced_current_ampere",)),
    ("exact two-way law: TV", ("rules", "two-way", "total_variation")),
    ("  KL(target || law), nats", ("rules", "two-way", "kl_target_from_law_nats")),
    ("  W1", ("rules", "two-way", "w1")),
    ("  W2", ("rules", "two-way", "w2")),
    ("  W1, sites that differ", ("rules", "two-way", "w1_hamming")),
    ("exact forward-only law: TV", ("rules", "forward-only", "total_variation")),
    ("  KL(target || law), nats", ("rules", "forward-only", "kl_target_from_law_nats")),
    ("exact first-passage law: TV", ("rules", "first-passage", "total_variation")),
    ("sampled two-way ends: TV", ("walks", "total_variation")),
    ("  over that of perfect samples", ("walks", "over_floor")),
    ("  KL(ends || target), nats", ("walks", "kl_ends_from_target_nats")),
    ("  W1", ("walks", "w1")),
    ("  W2", ("walks", "w2")),
    ("  W1, sites that differ", ("walks", "w1_hamming")),
    ("mean squared distance moved", ("transport", "squared_distance")),
    ("mean Hamming distance moved", ("transport", "hamming_distance")),
    ("ends where it began", ("transport", "probability_of_staying")),
)
"""Name of every line, and where its number is among those of a model."""

REASONS = ("stranded", "failed", "skipped")
"""Words that stand for a number: walkers that cannot go on, a solver that refuses, a law that is not asked for."""

TIMES = (("training, s", "train_s"), ("all currents, s", "currents_s"))


def comparison_table(numbers: dict[str, Any], timing: dict[str, float], n_walks: int) -> str:
    """Mean over seeds, and the standard deviation where there are several; lines without a number are left out."""
    models = dict(numbers["models"])
    floor = models.pop(PERFECT)["walks"]
    rows = [
        (name, [_entry(model, path) for model in models.values()], _perfect(floor, path))
        for name, path in LINES
    ]
    for name, entry in TIMES:
        rows.append((name, [_time(timing.get(f"{model}_{entry}")) for model in models], ""))
    rows.append(("walks a second", [_speed(timing.get(f"{model}_walk_s"), n_walks) for model in models], ""))
    counts = [len(model["seeds"]) for model in models.values()]
    if max(counts) > 1:
        rows.insert(0, ("seeds", [str(count) for count in counts], ""))
    filled = [row for row in rows if set(row[1]) - {"", *REASONS}]
    return _aligned([("", list(models), f"{n_walks:,} {PERFECT}"), *filled]) + "".join(_reasons(models))


def _entry(model: dict[str, Any], path: tuple[str, ...]) -> str:
    value: Any = model
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return next((word for word in REASONS[:2] if isinstance(value, dict) and word in value), "")
        value = value[step]
    return _over_seeds(value, len(model["seeds"])) if isinstance(value, dict) else number(value)


def _over_seeds(value: dict[str, Any], n_seeds: int) -> str:
    """Mean and standard deviation; how many seeds have a finite number, where not all do."""
    values = value["values"]
    if not math.isfinite(value["mean"]):
        return f"infinite in {sum(map(math.isinf, values))} of {n_seeds}"
    text = number(value["mean"])
    if "standard_deviation" in value:
        text += f" ± {value['standard_deviation']:.2g}"
    return text if len(values) == n_seeds else f"{text} ({len(values)} of {n_seeds})"


def _perfect(floor: dict[str, float], path: tuple[str, ...]) -> str:
    """What perfect samples show, beside every distance of ends or laws from the target."""
    if path[0] not in ("walks", "rules") or path[-1] not in floor:
        return ""
    return number(floor[path[-1]])


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


def _speed(seconds: float | None, n_walks: int) -> str:
    return "" if not seconds else f"{n_walks / seconds:,.0f}"


def _aligned(rows: list[tuple[str, list[str], str]]) -> str:
    """Columns as wide as their widest entry."""
    table = [[name, *cells, perfect] for name, cells, perfect in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    align: list[Callable[[str, int], str]] = [str.ljust, *[str.rjust] * (len(widths) - 1)]
    return "\n".join(
        "  ".join(place(cell, width) for place, cell, width in zip(align, row, widths, strict=True)).rstrip()
        for row in table
    )


def _reasons(models: dict[str, Any]) -> list[str]:
    """Why a number is missing, one line each."""
    lines = []
    for name, model in models.items():
        for what, law in {**model["rules"], "sampled": model["walks"]}.items():
            lines += [f"\n{name}, {what}: {law[reason]}" for reason in REASONS if reason in law]
    return lines
