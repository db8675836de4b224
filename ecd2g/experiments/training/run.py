"""A training as a run: it can be stopped at any moment, and ends in a run folder with the model and its numbers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from time import perf_counter
from typing import Any

import torch
from tqdm import tqdm

from ecd2g.errors import Ecd2gError
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.run_folder import run_folder
from ecd2g.experiments.training.bridge_settings import BridgeTraining, bridge_training_from
from ecd2g.experiments.training.folder import (
    METRICS,
    TrainingFolder,
    folder_beside,
    losses_of,
    training_folder,
)
from ecd2g.experiments.training.prepared import Preparation, Prepared
from ecd2g.experiments.training.prepared_bridge import PreparedBridge
from ecd2g.experiments.training.settings import Training, training_from
from ecd2g.learned.checkpoint import TrainingState
from ecd2g.learned.model import CurrentModel, Model
from ecd2g.learned.model_file import save_model
from ecd2g.learned.processes import Processes, choose_device, joined_processes
from ecd2g.learned.training import Progress, Trained, train

MODEL = "model.safetensors"

REPORTS = 500
"""Lines of metrics of a whole training, about."""

CHECKPOINTS = 10
"""Checkpoints of a whole training, about, where it is short."""

CHECKPOINT_S = 60.0
"""Seconds after which the next report writes a checkpoint, where the training is long."""


Asked = Training | BridgeTraining
"""A training as it is asked for."""


def prepare(asked: Asked) -> Preparation:
    """Read or make the data, and leave nothing open."""
    return PreparedBridge.of(asked) if isinstance(asked, BridgeTraining) else Prepared.of(asked)


def asked_from(about: dict[str, Any]) -> Asked:
    """The training that training.json describes; only bridges have their circuit as a word."""
    asked = about.get("asked")
    if isinstance(asked, dict) and "circuit" in asked:
        return bridge_training_from(asked)
    return training_from(asked, about.get("problem"))


def train_run(
    asked: Asked,
    out: Path,
    command: str,
    *,
    device: str = "auto",
    resume: bool = False,
    overwrite: bool = False,
    compare: bool = True,
    quiet: bool = False,
) -> str:
    """Train, and compare with the exact flow or judge by held-out samples; returns the summary.

    A resumed run is recorded as what it was begun as: with its first command and the settings that this asked for.
    """
    prepared = prepare(asked)
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
                    prepared = prepared.begun_as(folder.begun)
            trained = _train(prepared, folder, chosen, processes, resume=resume, quiet=quiet)
        if not writes:
            return ""
        with run_folder(out, overwrite=overwrite) as run:
            copyfile(folder.path / METRICS, run / METRICS)
            return _finish(
                prepared, trained, run, numbers, folder.begun["command"], chosen, folder.begun["compare"]
            )


def train_model(prepared: Prepared) -> Trained[CurrentModel]:
    """Train on a CPU, without a folder."""
    return train(
        prepared.make_model,
        prepared.pairs(),
        prepared.recipe(),
        every=report_interval(prepared.settings.n_steps),
        threads=prepared.settings.threads,
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
    prepared: Preparation,
    folder: TrainingFolder,
    device: torch.device,
    processes: Processes,
    *,
    resume: bool,
    quiet: bool,
) -> Trained[Model]:
    recipe = prepared.recipe()
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
            prepared.pairs(),
            recipe,
            device=device,
            every=every,
            listener=listen,
            state=state,
            processes=processes,
            threads=prepared.settings.threads,
        )
    return replace(trained, seconds=seconds + trained.seconds)


def _finish(
    prepared: Preparation,
    trained: Trained[Model],
    folder: Path,
    numbers: dict[str, Any],
    command: str,
    device: torch.device,
    compare: bool,
) -> str:
    """Write the model, what its comparison found, and the record."""
    from ecd2g.experiments.training.figures import save_training_curves  # noqa: PLC0415 - loads matplotlib

    save_model(folder / MODEL, trained.model)
    curve = losses_of(folder)
    save_training_curves({prepared.name: curve}, folder / "loss")
    first, last = curve[1][0], curve[1][-1]
    learned = {
        "parameters": trained.model.n_parameters,
        "steps": prepared.settings.n_steps,
        "final_loss": last,
    }
    numbers = numbers | {"training": prepared.described() | learned}
    timing: dict[str, Any] = {"train_s": round(trained.seconds, 6)}
    text = f"{prepared.name}: loss {last:.4g} in {trained.seconds:.1f} s"
    if last > first:
        text += f", which has grown from {first:.4g}: lower the learning rate"
    if compare:
        try:
            outcome = prepared.compare(trained)
            numbers |= outcome.numbers
            timing |= outcome.timing
            text += f"\n{outcome.text}"
        except (Ecd2gError, MemoryError) as error:
            # the training is done all the same, and `ecd2g compare` can do this again
            reason = str(error) or "there is not enough memory"
            numbers["not_compared"] = reason
            text += f"\nnot compared: {reason}"
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
