"""The folder of an unfinished training: OUT.training beside OUT, kept until the run is complete.

It holds training.json (what is trained), metrics.jsonl (one line a report) and checkpoint.safetensors. A killed process
leaves it as it was after its last checkpoint; `--resume` goes on from there. It is removed when OUT is complete.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from ecd2g.errors import InputError
from ecd2g.experiments.run_folder import check_free, make_parents
from ecd2g.experiments.strict_json import to_json
from ecd2g.learned.tensor_file import write_whole

CHECKPOINT, METRICS, ABOUT, LOCK = "checkpoint.safetensors", "metrics.jsonl", "training.json", "lock"
FORMAT = "ecd2g training 1"


@dataclass(frozen=True)
class TrainingFolder:
    """An unfinished training on the disk."""

    path: Path

    @property
    def checkpoint(self) -> Path:
        """The last checkpoint; there may be none yet."""
        return self.path / CHECKPOINT

    def report(self, line: dict[str, Any]) -> None:
        """Add one line to the metrics."""
        with (self.path / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, allow_nan=False) + "\n")

    def flush_metrics(self) -> int:
        """Bring the metrics to the disk, for a checkpoint that counts on them; returns their size in bytes."""
        with (self.path / METRICS).open("a") as file:
            os.fsync(file.fileno())
        return self.metrics_size()

    def metrics_size(self) -> int:
        """Bytes of the metrics so far."""
        metrics = self.path / METRICS
        return metrics.stat().st_size if metrics.exists() else 0

    def cut_metrics(self, size: int) -> None:
        """Forget the lines that were written after a checkpoint."""
        if self.metrics_size() < size:
            raise InputError(
                f"{self.path / METRICS} must have {size} bytes or more, as at the checkpoint; it was cut"
            )
        if self.metrics_size():
            os.truncate(self.path / METRICS, size)


@contextmanager
def training_folder(
    out: Path, about: dict[str, Any], *, resume: bool, overwrite: bool
) -> Iterator[TrainingFolder]:
    """The folder to train in; it is removed when the block ends without an error, and so has made `out`.

    After an error it stays, unless it was made here and holds no checkpoint yet. `about` is what is trained: a training
    is continued only as what it was begun. InputError where `out` exists (see `run_folder`), where there is an
    unfinished training and `resume` is not asked for, or the other way round, and where another process is at work in
    the folder.
    """
    path = folder_beside(out)
    check_free(Path(out), overwrite=overwrite)
    folder = TrainingFolder(path)
    made = _resume(folder, about) if resume else _begin(folder, about)
    with _locked(folder.path / LOCK):
        try:
            yield folder
        except BaseException as error:
            _leave(folder, made, error)
            raise
        rmtree(folder.path, ignore_errors=True)


def folder_beside(out: Path) -> Path:
    """Where the unfinished training of `out` is."""
    try:
        path = Path(out).resolve()
    except (OSError, RuntimeError) as error:  # links that lead in a circle
        raise InputError(f"{out} must be writable, but it is not ({error}); choose another --out") from None
    return path.with_name(f"{path.name}.training")


def unfinished(out: Path) -> dict[str, Any]:
    """What the unfinished training beside `out` trains; InputError where there is none."""
    folder = folder_beside(out)
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(
            f"{folder} must hold an unfinished training to be resumed, but it does not; begin without --resume"
        ) from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InputError(
            f"{folder} must hold a training of this release ({FORMAT}); begin a new one elsewhere"
        )
    return about


def _begin(folder: TrainingFolder, about: dict[str, Any]) -> list[Path]:
    """Make the folder; returns what was made, innermost first."""
    if folder.path.exists():
        raise InputError(
            f"{folder.path} must not exist yet, but an unfinished training is there; go on with --resume, or delete it"
        )
    made = [folder.path, *make_parents(folder.path.parent)]
    try:
        folder.path.mkdir()
        write_whole(folder.path / ABOUT, to_json({"format": FORMAT} | about).encode())
    except BaseException:
        _remove(made)
        raise
    return made


def _leave(folder: TrainingFolder, made: list[Path], error: BaseException) -> None:
    """Keep what a training can go on from, and say so; remove what was made for nothing."""
    if folder.checkpoint.exists():
        error.add_note(f"the last checkpoint is kept in {folder.path}: go on with --resume, or delete it")
    elif made:
        _remove(made)
    else:
        error.add_note(f"{folder.path} holds no checkpoint yet: begin again with --resume, or delete it")


def _remove(made: list[Path]) -> None:
    """Remove a folder that was made here, and those above it where nothing else is in them."""
    rmtree(made[0], ignore_errors=True)
    with suppress(OSError):
        for parent in made[1:]:
            parent.rmdir()


def _resume(folder: TrainingFolder, about: dict[str, Any]) -> list[Path]:
    """Check that the folder holds the training that is asked for; nothing is made."""
    found = unfinished(folder.path.with_name(folder.path.name.removesuffix(".training")))
    asked = json.loads(to_json({"format": FORMAT} | about))
    for name in ("problem", "config", "fingerprint"):
        if found.get(name) != asked[name]:
            raise InputError(
                f"{folder.path} must hold the training asked for, but its {name} is {found.get(name)} and not "
                f"{asked[name]}; resume it as it was begun"
            )
    return []


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    import fcntl  # noqa: PLC0415 - not on every system, and needed by training alone

    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                f"{path.parent} must be free, but another process trains in it; wait for it"
            ) from None
        yield
