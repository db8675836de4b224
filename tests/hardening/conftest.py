"""What fuzzing and injected faults did, counted; a campaign writes the counts as the table of docs/hardening.md.

`make hardening` is the campaign: ECD2G_HARDENING_SCALE times as many examples and faults as in the test suite, and
ECD2G_HARDENING_TABLE names the file of the table. Without them the tests are short and write nothing.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ecd2g.cli.main import main
from ecd2g.errors import Ecd2gError

sys.path.append(str(Path(__file__).parent))  # for near_files.py

SCALE = int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
"""How many times more examples and faults than the test suite tries."""


class Tally:
    """Counts of outcomes, by group ("files", "commands", "faults", ...) and by what was tried."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], Counter[str]] = {}

    def add(self, group: str, what: str, outcome: str, n: int = 1) -> None:
        """Count an outcome that the test has checked: "accepted", "refused", "resumed", "intact", ..."""
        self._counts.setdefault((group, what), Counter())[outcome] += n

    def table(self) -> str:
        """Rows of Markdown: group, what was tried, how often, and how it came out."""
        lines = ["| | what was tried | tried | came out |", "|---|---|---|---|"]
        for (group, what), outcomes in sorted(self._counts.items()):
            came_out = ", ".join(f"{outcome} {n:,}" for outcome, n in outcomes.most_common())
            cell = what.replace("|", r"\|")
            lines.append(f"| {group} | {cell} | {outcomes.total():,} | {came_out} |")
        return "\n".join(lines) + "\n"


TALLY = Tally()


@pytest.fixture(scope="session")
def tally() -> Tally:
    """The counts of this run."""
    return TALLY


@pytest.fixture(scope="session")
def scale() -> int:
    """How many times more than in the test suite is tried in this run."""
    return SCALE


SECONDS = 20
"""No small file may take longer to be read; most take a thousandth of a second."""


@contextmanager
def in_time(seconds: int = SECONDS) -> Iterator[None]:
    """Raise where something takes too long."""

    def late(number: int, frame: object) -> None:
        raise AssertionError(f"it took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def outcome() -> Callable[[Callable[[Path], Any], Path], Any]:
    """Reads a file: what it gives, or None where it is refused as it should be; warnings are errors in this suite."""

    def read_or_refused(read: Callable[[Path], Any], path: Path) -> Any:
        with in_time():
            try:
                return read(path)
            except Ecd2gError as error:
                text = str(error)
                assert path.name in text, text
                assert len(text.splitlines()) == 1, text
                assert len(text) > 30
                return None

    return read_or_refused


TRAINED = {"currents": ["--model", "potential"], "bridge": ["--circuit", "sweep"]}
"""Runs that `trained` holds, and what makes them."""


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two files of samples, and of tiny runs that were trained on them."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("trained")
    (folder / "a.csv").write_text("0,1\n1,1\n2,0\n1,0\n0,0\n")
    (folder / "b.csv").write_text("2,1\n1,1\n2,0\n2,2\n0,2\n")
    data = ["--source", str(folder / "a.csv"), "--target", str(folder / "b.csv")]
    for kind, options in TRAINED.items():
        small = ["--steps", "3", "--batch", "4", "--no-compare", "--quiet"]
        assert main(["train", *data, *options, *small, "--out", str(folder / kind)]) == 0
    return folder


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit status (negative: the signal that killed it), and what it wrote."""

    status: int
    out: str
    err: str
    peak: int

    def in_one_sentence(self, *statuses: int) -> str:
        """The error of a command that was refused, or stopped, as it should be."""
        assert self.status in (statuses or (2,)), self
        assert self.err.startswith("ecd2g: error: "), self
        assert self.err.count("\n") == 1, self
        assert self.err.endswith("\n"), self
        assert "Traceback" not in self.err, self
        return self.err


class Commands:
    """Runs commands in forks of a process that has loaded ecd2g; see warm_process.py for what may harm them."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        settings = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm_process.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | settings,
            cwd=folder,
        )

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def start(self, *argv: str, cwd: Path, **settings: Any) -> "Started":
        """Start a command; it is about to enter `main` when this returns."""
        self._count += 1
        out, err = (self._folder / f"{self._count}.{name}" for name in ("out", "err"))
        streams = {"out": str(out), "err": str(err), "cwd": str(cwd)}
        return Started(self, self._ask({"argv": argv} | streams | settings)["pid"], out, err)

    def run(self, *argv: str, cwd: Path, **settings: Any) -> Done:
        """Run a command to its end."""
        return self.start(*argv, cwd=cwd, **settings).wait()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


@dataclass(frozen=True)
class Started:
    """A command at work."""

    commands: Commands
    pid: int
    out: Path
    err: Path

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self) -> Done:
        """How it ended."""
        ended = self.commands._ask({"pid": self.pid})
        texts = [path.read_text(encoding="utf-8") for path in (self.out, self.err)]
        for path in (self.out, self.err):
            path.unlink()
        return Done(ended["status"], *texts, ended["peak"])


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """Commands in processes that can be harmed."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    made = Commands(tmp_path_factory.mktemp("streams"))
    yield made
    made.close()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the table of a campaign in which nothing failed."""
    path = os.environ.get("ECD2G_HARDENING_TABLE")
    if path and exitstatus == pytest.ExitCode.OK:
        Path(path).write_text(TALLY.table(), encoding="utf-8")
