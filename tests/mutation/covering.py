"""Which tests run which line of the package, and how long each takes: recorded once, kept in a folder."""

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.forks import ROOT

PACKAGES = ("circuit", "reference", "movement")
LAWS = ("tests/laws", "tests/testing")
OTHERS = (
    *(f"{top}/{package}" for top in ("tests", "ecd2g") for package in PACKAGES),
    "tests/bridges",  # what reference/spread_chain.py is for
    "tests/gpu",  # other array libraries
    "tests/learned/test_estimate.py",  # what reference/closed_form_batch.py is for
)


@dataclass(frozen=True)
class Covering:
    """Tests by line and by file of the package, and the seconds each takes."""

    lines: dict[str, set[str]]
    files: dict[str, set[str]]
    seconds: dict[str, float]

    def tests(self, path: str, first: int, last: int, *, at_import: bool) -> list[str]:
        """Tests that run one of these lines, the quickest first; all of the file where import runs them."""
        found = set().union(*(self.lines.get(f"{path}:{n}", set()) for n in range(first, last + 1)))
        if at_import:
            found = self.files.get(path, set())
        return sorted(found, key=lambda test: (self.seconds[test], test))


@dataclass(eq=False)
class Stopwatch:
    """A pytest plugin that notes how long every test takes, its fixtures included, and whether it passed."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    failed: set[str] = field(default_factory=set)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)


def record(folder: Path) -> None:
    """Run the tests of the packages and of the laws once, with coverage, and keep what they touched."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.mutation.covering", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)


def load(folder: Path) -> Covering:
    """What `record` kept."""
    kept = json.loads((folder / "covering.json").read_text(encoding="utf-8"))
    lines = {place: set(tests) for place, tests in kept["lines"].items()}
    files: dict[str, set[str]] = defaultdict(set)
    for place, tests in lines.items():
        files[place.rpartition(":")[0]] |= tests
    return Covering(lines, dict(files), kept["seconds"])


def main(folder: Path) -> None:
    """The recording itself, in a process of its own."""
    stopwatch, data = Stopwatch(), folder / "coverage.data"
    settings = folder / "coveragerc"
    settings.write_text(f"[run]\ndata_file = {data}\n", encoding="utf-8")
    options = ["-n", "0", "-q", "--cov-context=test", "--cov-report=", f"--cov-config={settings}"]
    packages = [f"--cov=ecd2g.{package}" for package in PACKAGES]
    pytest.main([*LAWS, *OTHERS, *options, *packages], plugins=[stopwatch])
    text = json.dumps({"lines": lines_of(data, stopwatch), "seconds": stopwatch.seconds})
    (folder / "covering.json").write_text(text, encoding="utf-8")
    print(f"{len(stopwatch.seconds)} tests, {sum(stopwatch.seconds.values()):.0f} s")
    print(f"failed without any mutation, left out: {sorted(stopwatch.failed) or 'none'}")


def lines_of(data: Path, stopwatch: Stopwatch) -> dict[str, list[str]]:
    """The tests that run every line, from the contexts that coverage has kept."""
    from coverage import CoverageData  # not before the tests: it is what they run under

    kept = CoverageData(str(data))
    kept.read()
    lines: dict[str, list[str]] = {}
    everywhere = defaultdict(set)
    for test in stopwatch.seconds:
        everywhere[test.partition("::")[0]].add(test)
    for file in kept.measured_files():
        path = Path(file).relative_to(ROOT).as_posix()
        for line, contexts in kept.contexts_by_lineno(file).items():
            tests = set()
            for test, _, phase in (context.rpartition("|") for context in contexts if context):
                # a fixture may serve every test of its file, and is run by the first of them
                tests |= {test} if phase == "run" else everywhere[test.partition("::")[0]]
            if tests - stopwatch.failed:
                lines[f"{path}:{line}"] = sorted(tests - stopwatch.failed)
    return lines


if __name__ == "__main__":
    main(Path(sys.argv[1]))
