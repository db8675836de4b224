"""An experiment on the user's own samples."""

from dataclasses import dataclass

from ecd2g.data import Problem, read_pair
from ecd2g.experiments.exact.experiment import PAPER_RATIO, Experiment
from ecd2g.experiments.records.origin import default


@dataclass(frozen=True)
class OwnData(Experiment):
    """From the samples in the file `source` to those in the file `target`."""

    n_layers: int = default(10)
    forward_resistance: float = default(0.1)
    lateral_resistance: float | None = default(None, f"such that rho = {PAPER_RATIO}")
    source: str = ""
    target: str = ""
    n_symbols: int | tuple[int, ...] | None = None

    def problem(self) -> Problem:
        """Read both files."""
        return read_pair(self.source, self.target, self.n_symbols)
