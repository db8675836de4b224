"""Make what the table needs: run folders that are missing, and the benchmarks anew."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import ecd2g
from benchmarks.results_table.record import circumstances_now, head
from benchmarks.results_table.row import Source
from benchmarks.results_table.sources import RunFolder, left_by

ALL = "reproduce all --seeds 5"
"""The command that makes most folders at once, as `make reproduce-all` does."""

UNSAID = {"--overwrite", "--quiet"}
"""Options that change no number; so does --out with its folder."""


def make(source: Source, runs: Path) -> None:
    """Run the command of a source; CalledProcessError where it fails, and then nothing of it is recorded."""
    print(f"{source.name}: {source.command}, about {source.minutes:g} minutes", flush=True)
    begin = perf_counter()
    if source.kind == "run":
        out = ["--out", str(runs / source.name), "--overwrite", "--quiet"]
        _run([sys.executable, "-m", "ecd2g", *shlex.split(source.arguments), *out])
        _stamp(source, runs).write_text(head() + "\n", encoding="utf-8")
    else:
        path = left_by(source, runs).path
        whole = path.with_suffix(".whole.json")  # of a run that fails, nothing else is left
        path.parent.mkdir(parents=True, exist_ok=True)
        files = shlex.split(source.arguments)
        _run([sys.executable, "-m", "pytest", *files, "-q", "-p", "no:xdist", f"--benchmark-json={whole}"])
        path.write_text(_kept(whole, perf_counter() - begin), encoding="utf-8")
        whole.unlink()
    print(f"{source.name}: {perf_counter() - begin:.0f} s", flush=True)


def commit_of(source: Source, runs: Path, given: str | None) -> str:
    """The commit that a folder found was made on: the one given, or the one noted beside it."""
    if given is not None:
        return given
    stamp = _stamp(source, runs)
    return stamp.read_text(encoding="utf-8").strip() if stamp.exists() else "not known"


def is_there(source: Source, runs: Path, *, commit: str | None = None, read: bool = False) -> bool:
    """Whether the run folder is complete, of this version, made with the same options, and by the same package.

    With `read`, what is there need not be of the same package, and benchmarks need not be measured anew.
    """
    left = left_by(source, runs)
    if not isinstance(left, RunFolder):
        return read and left.path.exists()
    if not (left.path / "results.json").exists():
        return False
    same_version = left.record["versions"]["ecd2g"] == ecd2g.__version__
    if not same_version or options(left.record["command"]) not in (source.arguments, ALL):
        return False
    return read or package_unchanged_since(commit_of(source, runs, commit))


def package_unchanged_since(commit: str) -> bool:
    """Whether ecd2g is at HEAD what it was at a commit; False for a commit not known, or with changes of its own."""
    command = ["git", "diff", "--quiet", commit, "HEAD", "--", "ecd2g"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


def options(command: str) -> str:
    """A recorded command without what changes no number: the folder, overwriting, silence."""
    words = shlex.split(command)[1:]
    if "--out" in words:
        place = words.index("--out")
        del words[place : place + 2]
    return shlex.join(word for word in words if word not in UNSAID)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)  # noqa: S603


def _stamp(source: Source, runs: Path) -> Path:
    return runs / f"{source.name}.commit"


def _kept(path: Path, seconds: float) -> str:
    """What the rows need, and nothing of the machine's names."""
    record = json.loads(path.read_text(encoding="utf-8"))
    kept = [
        {"name": one["name"], "stats": {"data": one["stats"]["data"]}, "extra_info": one["extra_info"]}
        for one in record["benchmarks"]
    ]
    return json.dumps({"seconds": seconds, **circumstances_now(), "benchmarks": kept})
