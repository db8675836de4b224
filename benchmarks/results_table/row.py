"""What a row is, and where its numbers come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.results_table.number import Number

Cells = Mapping[str, Number | str]
"""Numbers, and words that were measured such as the name of a method, by the name a template calls them."""


@dataclass(frozen=True)
class Source:
    """One command, and what it leaves: a run folder, or pytest-benchmark's record of one file.

    `arguments` follow `ecd2g` for a run folder and `pytest` for benchmarks. `minutes` is about what it takes, on two
    cores with nothing else running.
    """

    name: str
    kind: Literal["run", "speed"]
    arguments: str
    minutes: float

    @property
    def command(self) -> str:
        """What a reader types."""
        return f"ecd2g {self.arguments}" if self.kind == "run" else f"make benchmarks ROWS={self.name}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `number` and `beside` are templates over the numbers that `take` gets out of what the command of `source` left.
    """

    key: str
    source: str
    what: str
    number: str
    beside: str
    take: Callable[[Any], Cells]
    headline: bool = False
    """Whether the row stands in README.md too."""


@dataclass(frozen=True)
class Group:
    """Rows that belong together, with what a reader must know about them."""

    title: str
    note: str
    rows: tuple[Row, ...]
