"""The folder of an unfinished training: OUT.training beside OUT, kept until the run is complete.

It holds training.json (what is trained), metrics.jsonl (one line a report) and checkpoint.safetensors. A killed process
leaves it as it was after its last checkpoint; `--resume` goes on from there. It is removed when OUT is complete.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

from ecd2g.errors import DivergedError, InputError
from ecd2g.experiments.records.run_folder import check_free, is_run_folder, make_parents
from ecd2g.experiments.records.strict_json import from_json, read_text, to_json
from ecd2g.learned.tensor_file import write_durably

CHECKPOINT, METRICS, ABOUT, LOCK = "checkpoint.safetensors", "metrics.jsonl", "training.json", "lock"
FORMAT = "ecd2g training 1"

SAME = {
    "problem": "problem",
    "config": "config",
    "fingerprint": "fingerprint",
    "device": "device",
    "processes": "number of processes",
}
"""What must be the same where a training is resumed, and what it is called."""


@dataclass(frozen=True)
class TrainingFolder:
    """An unfinished training on the disk; `begun` is what was written about it when it began."""

    path: Path
    begun: dict[str, Any] = field(default_factory=dict)

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
        found = self.metrics_size()
        if found < size:
            raise InputError(
                f"{self.path / METRICS} must have {size} bytes or more, as at the checkpoint, but has {found}; "
                f"delete the folder and begin again"
            )
        if found:
            os.truncate(self.path / METRICS, size)
            losses_of(self.path)  # now, and not when the training is done


def losses_of(folder: Path) -> tuple[list[float], list[float]]:
    """Steps of a training and its losses after them; InputError where its metrics are damaged."""
    try:
        lines = [from_json(line) for line in read_text(folder / METRICS).splitlines()]
        return [float(line["step"]) for line in lines], [float(line["loss"]) for line in lines]
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise InputError(
            f"{folder / METRICS} must hold one line of numbers a report, but it does not ({error}); take a whole copy, "
            f"or train again"
        ) from None


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
    if resume:
        _check_unfinished(Path(out), path)
    check_free(Path(out), overwrite=overwrite)
    made: list[Path] = []
    if resume:
        folder = TrainingFolder(path, _same(path, about))
    else:
        folder, made = TrainingFolder(path, about), _begin(path, about)
    with ExitStack() as stack:
        try:
            stack.enter_context(_locked(path / LOCK))
            yield folder
        except _BusyError:  # the folder is another's
            raise
        except BaseException as error:
            _leave(folder, made, error)
            raise
        try:
            _discard(path)
        except KeyboardInterrupt as error:
            error.add_note(f"{out} is complete, and what is left of {path} may be deleted")
            raise


def folder_beside(out: Path) -> Path:
    """Where the unfinished training of `out` is."""
    try:
        path = Path(out).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, odd names
        raise InputError(f"{out} must be writable, but it is not ({error}); choose another --out") from None
    if not path.name:
        raise InputError(f"{out} must name a folder to make, but it is a root; choose another --out")
    return path.with_name(f"{path.name}.training")


def unfinished(out: Path) -> dict[str, Any]:
    """What the unfinished training beside `out` trains; InputError where there is none."""
    path = folder_beside(out)
    _check_unfinished(Path(out), path)
    return _read(path)


def _check_unfinished(out: Path, path: Path) -> None:
    """Raise InputError where `out` is complete and nothing is left to go on with."""
    if is_run_folder(out) and not path.exists():
        raise InputError(
            f"{out} must hold an unfinished training to be resumed, but it is already finished; use it as it is, or "
            f"train anew under another --out"
        )


def _read(folder: Path) -> dict[str, Any]:
    """What was written about the training in a folder when it began."""
    if not folder.exists():
        raise InputError(
            f"{folder} must hold an unfinished training to be resumed, but it does not exist; begin without --resume"
        )
    try:
        about = from_json(read_text(folder / ABOUT))
    except (OSError, ValueError):
        raise InputError(
            f"{folder} must hold an unfinished training, but it has no {ABOUT} that can be read; delete it and begin "
            f"again"
        ) from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InputError(
            f"{folder} must hold a training of this release ({FORMAT}); begin a new one elsewhere"
        )
    return about


def _begin(path: Path, about: dict[str, Any]) -> list[Path]:
    """Make the folder; returns what was made, innermost first."""
    if path.exists():
        _read(path)  # another sentence where nothing can be resumed
        raise InputError(
            f"{path} must not exist yet, but an unfinished training is there; go on with --resume, or delete it"
        )
    parents = make_parents(path.parent)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        aside.mkdir()
        write_durably(aside / ABOUT, to_json({"format": FORMAT} | about).encode())
        aside.rename(path)  # in one step; it fails where another process has begun there
    except BaseException as error:
        rmtree(aside, ignore_errors=True)
        with suppress(OSError):
            for parent in parents:
                parent.rmdir()
        if isinstance(error, OSError) and path.exists():
            raise _BusyError(
                f"{path} must not exist yet, but another process has just begun a training there; choose another --out"
            ) from None
        raise
    return [path, *parents]


def _same(path: Path, about: dict[str, Any]) -> dict[str, Any]:
    """What the folder holds, which must be the training that is asked for."""
    found, asked = _read(path), from_json(to_json(about))
    for name, word in SAME.items():
        if found.get(name) != asked[name]:
            raise InputError(
                f"{path} must hold the training asked for, but its {word} is {found.get(name)} and not "
                f"{asked[name]}; resume it as it was begun"
            )
    if not isinstance(found.get("command"), str):
        raise InputError(f"{path / ABOUT} must say by which command it was begun; delete it and begin again")
    return found


def _leave(folder: TrainingFolder, made: list[Path], error: BaseException) -> None:
    """Keep what a training can go on from, and say so; remove what was made for nothing."""
    saved, diverged = folder.checkpoint.exists(), isinstance(error, DivergedError)
    if not saved and made:
        _remove(made)
    elif diverged:  # it would do so again
        kept = f"the last good checkpoint is kept in {folder.path}; " if saved else ""
        error.add_note(f"{kept}begin again with a lower learning rate under another --out")
    elif saved:
        error.add_note(f"the last checkpoint is kept in {folder.path}: go on with --resume, or delete it")
    else:
        error.add_note(f"{folder.path} holds no checkpoint yet: begin again with --resume, or delete it")


def _remove(made: list[Path]) -> None:
    """Remove a folder that was made here, and those above it where nothing else is in them."""
    _discard(made[0])
    with suppress(OSError):
        for parent in made[1:]:
            parent.rmdir()


def _discard(path: Path) -> None:
    """Remove a folder, out of the way in one step, so that no half of it is ever found under its name."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.old")
    try:
        path.rename(aside)
    except OSError:  # a name too long; an open file, on Windows
        aside = path
    rmtree(aside, ignore_errors=True)


class _BusyError(InputError):
    """Another process trains in the folder."""


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system, and needed by training alone
    except (
        ImportError
    ):  # Windows: no lock, the user must see to it that one process alone trains in the folder
        yield
        return
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _BusyError(
                f"{path.parent} must be free, but another process trains in it; wait for it"
            ) from None
        yield
