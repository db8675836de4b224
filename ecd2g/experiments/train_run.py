"""A training as a run: it can be stopped at any moment, and ends in a run folder with the model and its numbers."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import copyfile
from time import perf_counter
from typing import Any

import torch
from tqdm import tqdm

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.data import Problem
from ecd2g.errors import CapacityError, Ecd2gError
from ecd2g.experiments.comparison import Comparison
from ecd2g.experiments.measures import circuit_numbers
from ecd2g.experiments.record import write_record
from ecd2g.experiments.run_folder import run_folder
from ecd2g.experiments.solved import SolvedExperiment
from ecd2g.experiments.training import Training, experiment_name, fingerprint, training_from
from ecd2g.experiments.training_folder import METRICS, TrainingFolder, folder_beside, training_folder
from ecd2g.learned.checkpoint import TrainingState
from ecd2g.learned.model import CurrentModel
from ecd2g.learned.model_file import save_model
from ecd2g.learned.named import named_model
from ecd2g.learned.processes import Processes, choose_device, joined_processes
from ecd2g.learned.training import Progress, Trained, train

MODEL = "model.safetensors"

IN_ANY_SPACE = "marginal-autoregressive"
"""The model that needs no list of states."""

REPORTS = 500
"""Lines of metrics of a whole training, about."""

CHECKPOINTS = 10
"""Checkpoints of a whole training, about, where it is short."""

CHECKPOINT_S = 60.0
"""Seconds after which the next report writes a checkpoint, where the training is long."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A training with nothing left open, its problem and its circuit."""

    asked: Training
    settings: Training
    problem: Problem
    circuit: LayeredCircuit

    @classmethod
    def of(cls, asked: Training, problem: Problem | None = None) -> "Prepared":
        """Make the problem and the circuit."""
        problem = asked.experiment.problem() if problem is None else problem
        if not problem.space.is_enumerable and asked.model != IN_ANY_SPACE:
            raise CapacityError(
                f"model {asked.model} needs states that can be listed, and here are {problem.space.n_states:.3g}; "
                f"train --model {IN_ANY_SPACE}"
            )
        settings = asked.resolved(problem)
        return cls(asked, settings, problem, settings.experiment.circuit(problem.space))

    def make_model(self) -> CurrentModel:
        """A new, untrained model."""
        return named_model(self.settings.model).make(self.circuit)

    def about(self) -> dict[str, Any]:
        """What is trained, in plain numbers: a training is resumed only as what it was begun."""
        return {
            "problem": experiment_name(self.settings.experiment),
            "config": asdict(self.settings),
            "asked": asdict(self.asked),
            "fingerprint": fingerprint(self.problem, self.settings.pairs(self.problem)),
        }

    def numbers(self) -> dict[str, Any]:
        """What is known before any training: the problem, the circuit, and the certificate of its exact flow."""
        experiment, problem = self.settings.experiment, self.problem
        solved = SolvedExperiment(experiment, experiment, problem, experiment.solve(problem))
        return circuit_numbers(solved) | {
            "fingerprint": fingerprint(problem),
            "experiment": experiment_name(experiment),
        }


def train_run(
    asked: Training,
    out: Path,
    command: str,
    *,
    device: str = "auto",
    resume: bool = False,
    overwrite: bool = False,
    compare: bool = True,
    quiet: bool = False,
) -> str:
    """Train, and compare with the exact flow where the space can be listed; returns the summary.

    A resumed run is recorded as what it was begun as: with its first command and the settings that this asked for.
    """
    prepared = Prepared.of(asked)
    chosen = choose_device(device)
    with ExitStack() as stack:
        with joined_processes(chosen) as processes:
            writes, folder = processes.rank == 0, TrainingFolder(folder_beside(out))
            if writes:
                numbers = prepared.numbers()  # first of all: what cannot be solved is not trained for hours
                about = prepared.about() | {
                    "device": chosen.type,
                    "processes": processes.count,
                    "command": command,
                    "compare": compare,
                }
                place = training_folder(out, about, resume=resume, overwrite=overwrite)
                folder = stack.enter_context(place)
                if resume:
                    begun = training_from(folder.begun.get("asked"), folder.begun.get("problem"))
                    prepared = replace(prepared, asked=begun)
            trained = _train(prepared, folder, chosen, processes, resume=resume, quiet=quiet)
        if not writes:
            return ""
        with run_folder(out, overwrite=overwrite) as run:
            copyfile(folder.path / METRICS, run / METRICS)
            return _finish(
                prepared, trained, run, numbers, folder.begun["command"], chosen, folder.begun["compare"]
            )


def train_model(prepared: Prepared) -> Trained:
    """Train on a CPU, without a folder."""
    settings = prepared.settings
    return train(
        prepared.make_model,
        settings.pairs(prepared.problem),
        settings.recipe(),
        every=report_interval(settings.n_steps),
        threads=settings.threads,
    )


def report_interval(n_steps: int) -> int:
    """Steps between two lines of metrics."""
    return max(1, n_steps // REPORTS)


def metrics_line(progress: Progress) -> dict[str, float]:
    """One line of metrics."""
    return {"step": progress.step, "loss": progress.loss, "learning_rate": progress.learning_rate}


@contextmanager
def progress_bar(n_steps: int, *, quiet: bool, initial: int = 0) -> Iterator[Callable[[Progress], None]]:
    """A bar with the loss and the rate of steps; on a terminal only."""
    disable = True if quiet else None
    with tqdm(total=n_steps, initial=initial, disable=disable, leave=False, unit="step") as bar:

        def show(progress: Progress) -> None:
            bar.update(progress.step - bar.n)
            bar.set_postfix(loss=f"{progress.loss:.4g}", refresh=False)

        yield show


def _train(
    prepared: Prepared,
    folder: TrainingFolder,
    device: torch.device,
    processes: Processes,
    *,
    resume: bool,
    quiet: bool,
) -> Trained:
    settings, recipe = prepared.settings, prepared.settings.recipe()
    writes, state, seconds, begin = processes.rank == 0, None, 0.0, perf_counter()
    if resume and folder.checkpoint.exists():
        state, saved = TrainingState.load(folder.checkpoint, prepared.make_model, recipe, device)
        seconds = float(saved.get("seconds", 0.0))
        if writes:
            folder.cut_metrics(int(saved.get("metrics_size", 0)))
    elif resume and writes:
        folder.cut_metrics(0)
    every = report_interval(recipe.n_steps)
    between = every * max(1, REPORTS // CHECKPOINTS)
    last, first = begin, 0 if state is None else state.step
    with progress_bar(recipe.n_steps, quiet=quiet or not writes, initial=first) as show:

        def listen(progress: Progress, state: TrainingState) -> None:
            nonlocal last
            show(progress)
            if writes:
                folder.report(metrics_line(progress))
                due = progress.step % between == 0 or perf_counter() - last >= CHECKPOINT_S
                if due or progress.step == recipe.n_steps:
                    about = {
                        "metrics_size": folder.flush_metrics(),
                        "seconds": seconds + perf_counter() - begin,
                    }
                    state.save(folder.checkpoint, recipe, about)
                    last = perf_counter()

        trained = train(
            prepared.make_model,
            settings.pairs(prepared.problem),
            recipe,
            device=device,
            every=every,
            listener=listen,
            state=state,
            processes=processes,
            threads=settings.threads,
        )
    return replace(trained, seconds=seconds + trained.seconds)


def _finish(
    prepared: Prepared,
    trained: Trained,
    folder: Path,
    numbers: dict[str, Any],
    command: str,
    device: torch.device,
    compare: bool,
) -> str:
    """Write the model, its comparison with the exact flow, and the record."""
    from ecd2g.experiments.compare_figures import save_training_curves  # noqa: PLC0415 - loads matplotlib

    save_model(folder / MODEL, trained.model)
    lines = [json.loads(line) for line in (folder / METRICS).read_text(encoding="utf-8").splitlines()]
    curve = ([line["step"] for line in lines], [line["loss"] for line in lines])
    save_training_curves({prepared.settings.model: curve}, folder / "loss")
    numbers = numbers | {
        "training": {
            "model": prepared.settings.model,
            "about": named_model(prepared.settings.model).about,
            "parameters": trained.model.n_parameters,
            "steps": prepared.settings.n_steps,
            "final_loss": lines[-1]["loss"],
        },
    }
    timing: dict[str, Any] = {"train_s": round(trained.seconds, 6)}
    text = f"{prepared.settings.model}: loss {lines[-1]['loss']:.4g} in {trained.seconds:.1f} s"
    if lines[-1]["loss"] > lines[0]["loss"]:
        text += f", which has grown from {lines[0]['loss']:.4g}: lower the learning rate"
    if not prepared.problem.space.is_enumerable:
        numbers["not_compared"] = "the states cannot be listed; load the model and walk, see docs/learned.md"
        text += f"\nnot compared with the exact flow: {numbers['not_compared']}"
    elif compare:
        try:
            comparison = Comparison.begin(prepared.settings.experiment, prepared.problem)
            comparison.add(prepared.settings.model, prepared.settings.seed, trained.model, trained.seconds)
            numbers |= comparison.numbers()
            timing |= comparison.timing()
            text += f"\n{comparison.table()}"
        except (Ecd2gError, MemoryError) as error:
            # the training is done all the same, and `ecd2g compare` can do this again
            reason = str(error) or "there is not enough memory"
            numbers["not_compared"] = reason
            text += f"\nnot compared with the exact flow: {reason}"
    write_record(
        folder,
        command=command,
        config=prepared.settings,
        asked=prepared.asked,
        numbers=numbers,
        timing=timing,
        device=str(device),
    )
    return text
