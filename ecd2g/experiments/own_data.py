"""An experiment on the user's own samples."""

from dataclasses import dataclass

from ecd2g.data import Problem, read_pair
from ecd2g.experiments.experiment import Experiment


@dataclass(frozen=True)
class OwnData(Experiment):
    """From the samples in the file `source` to those in the file `target`."""

    source: str = ""
    target: str = ""
    n_symbols: int | tuple[int, ...] | None = None

    def problem(self) -> Problem:
        """Read both files."""
        return read_pair(self.source, self.target, self.n_symbols)
