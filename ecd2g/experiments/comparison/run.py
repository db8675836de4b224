"""Trained models compared with the exact flow of their problem, and with each other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from ecd2g.errors import InputError
from ecd2g.experiments.comparison.bridges import compare_bridges
from ecd2g.experiments.comparison.settings import Comparing
from ecd2g.experiments.exact.measures import circuit_numbers
from ecd2g.experiments.exact.solved import SolvedExperiment
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.training.comparison import Comparison
from ecd2g.experiments.training.settings import fingerprint
from ecd2g.experiments.training.trained_bridge import TrainedBridge, read_run
from ecd2g.experiments.training.trained_run import TrainedRun
from ecd2g.learned.model_file import circuit_dict
from ecd2g.learned.recipe import Recipe


def compare_run(settings: Comparing, folder: Path | None, command: str, *, quiet: bool = False) -> str:
    """Compare run folders of `ecd2g train` on one problem, several seeds of a model together; returns the table.

    Runs of a model that differ in more than their seed are compared as several models.
    """
    read = [read_run(Path(path)) for path in settings.runs]
    _check_folders([run.folder for run in read])
    runs = [run for run in read if isinstance(run, TrainedRun)]
    bridges = [run for run in read if isinstance(run, TrainedBridge)]
    if bridges and runs:
        raise InputError(
            f"all runs must be bridges, or all of them currents of the complete circuit, but {bridges[0].folder} is a "
            f"bridge and {runs[0].folder} is none; compare them apart"
        )
    if bridges:
        return compare_bridges(bridges, settings, folder, command, quiet=quiet)
    _check_same(runs)
    prepared = runs[0].prepared
    experiment = replace(prepared.settings.experiment, seed=settings.seed)
    comparison = Comparison.begin(experiment, prepared.problem, settings.n_walks)
    columns = list(zip(_columns(runs), runs, strict=True))
    for name, run in tqdm(columns, disable=True if quiet else None, leave=False, unit="model"):
        comparison.add(name, run.prepared.settings.seed, run.model, run.train_s)
    if folder is not None:
        _write(comparison, columns, settings, folder, command)
    return comparison.table()


def _write(
    comparison: Comparison,
    columns: Sequence[tuple[str, TrainedRun]],
    settings: Comparing,
    folder: Path,
    command: str,
) -> None:
    from ecd2g.experiments.comparison.figures import save_comparison  # noqa: PLC0415 - loads matplotlib

    curves = {name: run.curve() for name, run in reversed(columns)}  # the first seed of every model
    solved = SolvedExperiment(
        comparison.experiment, comparison.experiment, comparison.problem, comparison.exact
    )
    numbers = circuit_numbers(solved) | comparison.numbers()
    numbers["figures"] = save_comparison(comparison, folder, dict(reversed(curves.items())))
    write_record(folder, command=command, config=settings, numbers=numbers, timing=comparison.timing())


def _columns(runs: Sequence[TrainedRun]) -> list[str]:
    """The model of every run, with the first run of its recipe where there are several recipes of the model."""
    recipes = [_without_seed(run) for run in runs]
    first = {recipe: recipes.index(recipe) for recipe in recipes}
    count = Counter(recipe[0] for recipe in first)
    return [
        run.name
        if count[run.name] == 1
        else f"{run.name} ({first[recipe] + 1}, {runs[first[recipe]].folder.resolve().name})"
        for run, recipe in zip(runs, recipes, strict=True)
    ]


def _without_seed(run: TrainedRun) -> tuple[str, str, Recipe]:
    settings = run.prepared.settings
    return settings.model, settings.coupling, replace(settings.recipe(), seed=0)


def _check_folders(folders: Sequence[Path]) -> None:
    """Every run must be there once."""
    found = Counter(folder.resolve() for folder in folders)
    twice = next((folder for folder, times in found.items() if times > 1), None)
    if twice is not None:
        raise InputError(f"every run must be named once, but {twice} is named {found[twice]} times")


def _check_same(runs: Sequence[TrainedRun]) -> None:
    """All runs must share one problem and one circuit, and be trainings of their own."""
    first = runs[0].prepared
    for run in runs[1:]:
        other = run.prepared
        same_circuit = circuit_dict(other.circuit) == circuit_dict(first.circuit)
        if not same_circuit or fingerprint(other.problem) != fingerprint(first.problem):
            raise InputError(
                f"all runs must be of one problem and one circuit, but {run.folder} ({other.problem.title}, "
                f"{circuit_dict(other.circuit)}) and {runs[0].folder} ({first.problem.title}, "
                f"{circuit_dict(first.circuit)}) differ; compare them apart"
            )
    trainings = [(*_without_seed(run), run.prepared.settings.seed) for run in runs]
    for run, training in zip(runs, trainings, strict=True):
        same = runs[trainings.index(training)]
        if same is not run:
            raise InputError(
                f"every run must be a training of its own, but {run.folder} repeats {same.folder}, seed included; "
                f"train with another --seed for a spread"
            )
