"""What fuzzing and injected faults did, counted; a campaign writes the counts as the table of docs/hardening.md.

`make hardening` is the campaign: ECD2G_HARDENING_SCALE times as many examples and faults as in the test suite, and
ECD2G_HARDENING_TABLE names the file of the table. Without them the tests are short and write nothing.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

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
            lines.append(f"| {group} | {what} | {outcomes.total():,} | {came_out} |")
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


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the table of a campaign in which nothing failed."""
    path = os.environ.get("ECD2G_HARDENING_TABLE")
    if path and exitstatus == pytest.ExitCode.OK:
        Path(path).write_text(TALLY.table(), encoding="utf-8")
