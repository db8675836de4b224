"""Run folders: written aside and renamed at the end, so that a folder with its name is always complete."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecd2g.errors import InputError
from ecd2g.experiments.records.exchange import exchange
from ecd2g.experiments.records.strict_json import from_json, read_text

FORMAT = "ecd2g run 1"
"""What results.json says it is; only folders that say so are ever replaced."""

RESULTS = "results.json"


@contextmanager
def run_folder(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """An empty folder beside `out` to write into; it becomes `out` when the block ends without an error.

    After an error or Ctrl-C nothing is left; after a kill only a hidden ``.NAME.*.partial``, which no later run
    looks at. InputError where `out` exists, unless `overwrite` is given and it is a run folder with nothing else
    in it; the old one then stays until the new one is complete.
    """
    try:
        target = Path(out).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, odd names
        raise _unwritable(out, error) from error
    check_free(target, overwrite=overwrite)
    made = make_parents(target.parent)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        try:
            aside.mkdir()
        except OSError as error:
            raise _unwritable(target, error) from error
        yield aside
        check_free(target, overwrite=overwrite)  # again: the work may have taken hours
        put_in_place(aside, target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        for parent in made:
            _remove_if_empty(parent)
        raise


def check_free(out: Path, *, overwrite: bool) -> None:
    """Raise InputError unless a run may be written to `out`."""
    try:
        if not out.exists():
            return
    except OSError as error:
        raise _unwritable(out, error) from error
    if not is_run_folder(out):
        advice = "it is no earlier run folder of ecd2g, so not replaced; choose another --out"
        raise InputError(f"{out} must not exist yet, but it does; {advice}")
    if not overwrite:
        raise InputError(
            f"{out} must not exist yet, but holds an earlier run; choose another --out or add --overwrite"
        )
    foreign = _foreign_files(out)
    if foreign:
        raise InputError(
            f"{out} must hold nothing but an earlier run to be replaced, but it also holds {foreign[0]}; "
            f"move that away, or choose another --out"
        )


def is_run_folder(folder: Path) -> bool:
    """Whether the folder holds a results.json that ecd2g wrote."""
    return bool(_results(folder))


def files_in(folder: Path) -> list[str]:
    """Every file and empty folder inside, relative to the folder, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir() or not any(path.iterdir())
    )


def _results(folder: Path) -> dict:
    try:
        results = from_json(read_text(folder / RESULTS))
    except (OSError, ValueError):
        return {}
    return results if isinstance(results, dict) and results.get("format") == FORMAT else {}


def _foreign_files(folder: Path) -> list[str]:
    """What is in the folder and not in the list of files of its results."""
    ours = {RESULTS, *_results(folder).get("files", [])}
    return [name for name in files_in(folder) if name not in ours]


def make_parents(folder: Path) -> list[Path]:
    """Make the folder and those above it; returns the new ones, innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        for path in missing:
            _remove_if_empty(path)
        raise _unwritable(folder, error) from error
    return missing


def put_in_place(aside: Path, target: Path) -> None:
    """Rename the finished folder; an old one makes way only now, and comes back where that fails.

    Where the system can exchange names, one of the two is there at every moment.
    """
    old = aside.with_suffix(".old")
    try:
        if target.exists():
            if exchange(aside, target):
                shutil.rmtree(aside, ignore_errors=True)
                return
            target.rename(old)
        try:
            aside.rename(target)
        except BaseException:
            if old.exists():
                old.rename(target)
            raise
    except OSError as error:
        raise _unwritable(target, error) from error
    shutil.rmtree(old, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # another run has put something there, or it never came to be


def _unwritable(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(f"{path} must be writable, but it is not ({reason}); choose another --out")
