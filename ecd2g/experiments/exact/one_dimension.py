"""The paper's experiment in one dimension: uniform to Gaussian."""

from dataclasses import dataclass

from ecd2g.data import Problem, uniform_to_gaussian
from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.records.origin import paper


@dataclass(frozen=True)
class OneDimension(Experiment):
    """Uniform to Gaussian on S = 50 states with r = 0.1 ohm and R = 100 ohm."""

    n_symbols: int = paper(50)
    lateral_resistance: float | None = paper(100.0)

    def problem(self) -> Problem:
        """Make the problem."""
        return uniform_to_gaussian(self.n_symbols)
