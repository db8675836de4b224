"""recorded.json: every number with its spread, and when, where and from which commit each source was measured.

What could not be measured yet is named under "pending", with the reason.
"""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.results_table.number import Number
from benchmarks.results_table.row import Cells, Source
from benchmarks.results_table.sources import RunFolder, Speed, left_by
from benchmarks.results_table.table import ROWS

RECORD = Path(__file__).parents[1] / "recorded.json"
FORMAT = "ecd2g results 1"
PACKAGES = ("ecd2g", "numpy", "scipy", "torch", "networkx", "pyamg", "POT")
"""Whose versions are recorded."""


def read(path: Path = RECORD) -> dict[str, Any]:
    """The record, or an empty one."""
    if not path.exists():
        return {"format": FORMAT, "sources": {}, "rows": {}, "pending": {}}
    return json.loads(path.read_text(encoding="utf-8"))


def write(record: dict[str, Any], path: Path = RECORD) -> None:
    """Rows and sources in the order of the table, whatever order they were measured in."""
    ordered = record | {
        "sources": dict(sorted(record["sources"].items())),
        "rows": {key: record["rows"][key] for key in ROWS if key in record["rows"]},
    }
    path.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def measured(record: dict[str, Any], source: Source, runs: Path, commit: str) -> None:
    """Take all rows of one source out of what its command left, and put them into the record."""
    left = left_by(source, runs)
    taken = {
        row.key: {"source": source.name, "numbers": _plain(row.take(left))}
        for row in ROWS.values()
        if row.source == source.name
    }
    record["sources"][source.name] = _circumstances(source, left, commit)
    record["rows"] |= taken
    record["pending"].pop(source.name, None)


def cells(entry: dict[str, Any]) -> Cells:
    """Numbers and words of a recorded row."""
    return {
        name: value if isinstance(value, str) else Number.of(value)
        for name, value in entry["numbers"].items()
    }


def head() -> str:
    """The commit that is checked out, with "+" where files of the package or the benchmarks differ from it."""
    found = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "ecd2g", "benchmarks/*.py")
    return found + ("+" if changed else "")


def circumstances_now() -> dict[str, Any]:
    """Date, cores and versions, to be noted where and when something is measured."""
    found = {name: known for name in PACKAGES if (known := _version(name)) is not None}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "versions": {"python": platform.python_version()} | found,
    }


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return done.stdout.strip() if done.returncode == 0 else "not known"


def _circumstances(source: Source, left: RunFolder | Speed, commit: str) -> dict[str, Any]:
    path = left.path / "results.json" if isinstance(left, RunFolder) else left.path
    seconds = left.seconds if isinstance(left, RunFolder) else left.record["seconds"]
    # run folders hold no date and no cores, so that they are the same everywhere: the file's and this machine's
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    found = circumstances_now() | {"date": written} | left.record
    return {
        "command": source.command,
        "date": found["date"],
        "commit": commit,
        "seconds": round(seconds, 1),
        "cores": found["cores"],
        "versions": found["versions"],
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _plain(found: Cells) -> dict[str, Any]:
    return {name: value if isinstance(value, str) else value.plain() for name, value in found.items()}
