"""Every command of the table, and what it left behind on this machine."""

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.results_table.row import Source

SOURCES = {
    source.name: source
    for source in (
        Source("verify", "run", "verify --examples 500", 1),
        Source("1d", "run", "reproduce 1d --seeds 5", 4),
        Source("2d", "run", "reproduce 2d --seeds 5", 20),
        Source("splice", "run", "reproduce splice", 1),
        Source("adapted", "run", "reproduce adapted", 1.5),
        Source("dimensions", "run", "reproduce dimensions", 3),
        Source("design-2d", "run", "design 2d", 3),
        Source("design-splice", "run", "design splice --families hamming-1", 2),
        Source("high-dim", "run", "reproduce high-dim", 60),
        Source("solvers", "speed", "benchmarks/test_solvers.py", 4),
        Source("walks", "speed", "benchmarks/test_walks.py benchmarks/test_density_walks.py", 1),
        Source("kernels", "speed", "benchmarks/test_kernels.py", 1.5),
        Source("learned", "speed", "benchmarks/test_learned.py -k 'learned_currents or frequencies'", 0.5),
        Source("networks", "speed", "benchmarks/test_networks.py", 2),
        Source("multigrid", "speed", "benchmarks/test_multigrid.py", 1.5),
        Source("transport", "speed", "benchmarks/test_transport.py benchmarks/test_couplings.py", 1),
    )
}


@dataclass(frozen=True)
class RunFolder:
    """A run folder: its record, and its tables."""

    path: Path

    @cached_property
    def record(self) -> dict[str, Any]:
        """results.json."""
        return json.loads((self.path / "results.json").read_text(encoding="utf-8"))

    @property
    def numbers(self) -> dict[str, Any]:
        """The measured part of the record."""
        return self.record["numbers"]

    @property
    def seconds(self) -> float:
        """What the command took."""
        return float(self.record["timing"]["total_s"])

    def table(self, name: str) -> list[dict[str, str]]:
        """Rows of a .csv file."""
        with (self.path / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


@dataclass(frozen=True)
class Speed:
    """What pytest-benchmark recorded, by the name of the test, such as "test_two_way_walks[dense 30^2]"."""

    path: Path

    @cached_property
    def record(self) -> dict[str, Any]:
        """The whole of it."""
        return json.loads(self.path.read_text(encoding="utf-8"))

    def rounds(self, test: str) -> list[float]:
        """Seconds of every round."""
        return self._of(test)["stats"]["data"]

    def info(self, test: str) -> dict[str, Any]:
        """What the test noted beside its times."""
        return self._of(test)["extra_info"]

    def _of(self, test: str) -> dict[str, Any]:
        return next(one for one in self.record["benchmarks"] if one["name"] == test)


def left_by(source: Source, runs: Path) -> RunFolder | Speed:
    """What the source leaves in the folder of all runs."""
    if source.kind == "run":
        return RunFolder(runs / source.name)
    return Speed(runs / "benchmarks" / f"{source.name}.json")
