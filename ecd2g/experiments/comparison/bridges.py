"""Trained bridges of one problem side by side: means over seeds, floors, and figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ecd2g.bridges.named import BRIDGES
from ecd2g.data.split_problem import SplitProblem
from ecd2g.errors import InputError
from ecd2g.experiments.comparison.settings import Comparing
from ecd2g.experiments.judge import Judge
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.training.bridge_data import split_fingerprint
from ecd2g.experiments.training.bridge_judging import FLOOR, Judging, floor_of, table
from ecd2g.experiments.training.bridge_settings import BridgeTraining
from ecd2g.experiments.training.comparison import over_seeds
from ecd2g.experiments.training.prepared_bridge import heading
from ecd2g.experiments.training.trained_bridge import TrainedBridge

LABELS = ["circuit", "coupling", "seeds", "steps"]

JUDGED_BY = {
    "problem": "problem",
    "holdout": "share held out",
    "ground": "ground",
    "split_seed": "seed of the split",
    "n_symbols": "number of symbols",
}
"""Settings that must be the same where runs are compared, and what they are called."""


@dataclass(frozen=True, eq=False)
class Compared:
    """One method over its seeds: `runs` and what each of them gave."""

    name: str
    runs: tuple[TrainedBridge, ...]
    judged: tuple[Judging, ...]

    @property
    def settings(self) -> BridgeTraining:
        """Settings of the first seed."""
        return self.runs[0].prepared.settings

    def numbers(self) -> dict[str, Any]:
        """What it is, and every number by number of steps: mean, standard deviation, each seed."""
        settings, count = self.settings, len(self.runs)
        steps = {
            str(n_steps): over_seeds([judging.rows[n_steps] for judging in self.judged], count)
            for n_steps in self.judged[0].rows
        }
        return {
            "circuit": settings.circuit,
            "is_circuit": BRIDGES[settings.circuit].is_circuit,
            "coupling": settings.coupling,
            "network": settings.network,
            "parameters": self.runs[0].model.n_parameters,
            "seeds": [run.seed for run in self.runs],
            "steps": steps,
        }


def compare_bridges(
    runs: Sequence[TrainedBridge],
    settings: Comparing,
    folder: Path | None,
    command: str,
    *,
    quiet: bool = False,
) -> str:
    """Judge every run by the same walks' starts and the same test data; returns the table."""
    _check_same(runs)
    split = runs[0].prepared.split
    judge = Judge(split, settings.n_walks, settings.seed)
    found = {}
    for run in tqdm(runs, disable=True if quiet else None, leave=False, unit="run"):
        found[run.folder] = Judging.of(judge, run.model, run.seed)
    compared = [
        Compared(name, tuple(group), tuple(found[run.folder] for run in group))
        for name, group in _groups(runs)
    ]
    floor = floor_of(judge)
    if folder is not None:
        _write(compared, split, floor, settings, folder, command)
    return f"{heading(split, settings.n_walks)}\n{_table(compared, floor)}"


def _table(compared: Sequence[Compared], floor: dict[str, float]) -> str:
    lines: list[tuple[list[str], dict[str, Any]]] = [([FLOOR, "", "", ""], floor)]
    for one in compared:
        numbers = one.numbers()
        for n_steps, row in numbers["steps"].items():
            lines.append(([one.name, one.settings.coupling, str(len(one.runs)), n_steps], row))
    best = f"{floor['best_cost']:.4g}"
    return f"{table(LABELS, lines)}\ncost of the best assignment of test samples: {best}"


def _write(
    compared: Sequence[Compared],
    split: SplitProblem,
    floor: dict[str, float],
    settings: Comparing,
    folder: Path,
    command: str,
) -> None:
    from ecd2g.experiments.comparison.bridge_figures import save_bridge_figures  # noqa: PLC0415 - loads matplotlib

    methods = {f"{one.name}, {one.settings.coupling}": one.numbers() for one in compared}
    curves = {name: one.runs[0].curve() for name, one in zip(methods, compared, strict=True)}
    numbers = {
        "problem": compared[0].runs[0].prepared.numbers()["problem"],
        "floor": floor,
        "methods": methods,
        "figures": save_bridge_figures(split, methods, floor, curves, folder),
    }
    timing = {
        f"{run.folder.resolve().name}_{name}": seconds
        for one in compared
        for run, judging in zip(one.runs, one.judged, strict=True)
        for name, seconds in ({"train_s": run.train_s} | judging.timing()).items()
    }
    write_record(folder, command=command, config=settings, numbers=numbers, timing=timing)


def _groups(runs: Sequence[TrainedBridge]) -> list[tuple[str, list[TrainedBridge]]]:
    """Runs that differ in their seed alone, by circuit; with the folder of the first where a name is not enough."""
    groups: dict[BridgeTraining, list[TrainedBridge]] = {}
    for run in runs:
        groups.setdefault(replace(run.prepared.settings, seed=0), []).append(run)
    shown = Counter((settings.circuit, settings.coupling) for settings in groups)
    return [
        (
            settings.circuit
            if shown[settings.circuit, settings.coupling] == 1
            else f"{settings.circuit} ({group[0].folder.resolve().name})",
            group,
        )
        for settings, group in groups.items()
    ]


def _difference(run: TrainedBridge, first: TrainedBridge) -> str:
    """What keeps two runs from being judged alike, in words."""
    mine, other = (one.prepared.settings for one in (run, first))
    found = [
        f"their {word} ({getattr(mine, name)} and {getattr(other, name)})"
        for name, word in JUDGED_BY.items()
        if getattr(mine, name) != getattr(other, name)
    ]
    if mine.problem is None and other.problem is None and not _same_files(mine, other):
        found.append(f"their data ({_named(mine)} and {_named(other)})")
    return " and ".join(found) or "their rows"


def _same_files(mine: BridgeTraining, other: BridgeTraining) -> bool:
    pairs = zip(mine.files, other.files, strict=True)
    return all(one.read_bytes() == two.read_bytes() for one, two in pairs)


def _named(settings: BridgeTraining) -> str:
    return f"{settings.source} to {settings.target}"


def _check_same(runs: Sequence[TrainedBridge]) -> None:
    """All runs must be judged by the same data, and be trainings of their own."""
    first = runs[0]
    for run in runs[1:]:
        mine, other = (split_fingerprint(one.prepared.split) for one in (run, first))
        if mine != other:
            raise InputError(
                f"all runs must be of one problem with the same rows held out and one ground, but {run.folder} and "
                f"{first.folder} differ in {_difference(run, first)}; compare them apart"
            )
    trainings = [run.prepared.settings for run in runs]
    for run, training in zip(runs, trainings, strict=True):
        same = runs[trainings.index(training)]
        if same is not run:
            raise InputError(
                f"every run must be a training of its own, but {run.folder} repeats {same.folder}, seed included; "
                f"train with another --seed for a spread"
            )
