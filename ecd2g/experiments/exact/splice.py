"""Real data: human 5' splice sites, from independent sites to their true joint law."""

from dataclasses import dataclass

from ecd2g.data import Problem, splice
from ecd2g.experiments.exact.experiment import Experiment


@dataclass(frozen=True)
class Splice(Experiment):
    """Nine letters, 4^9 = 262,144 states; not in the paper, so every setting but r is our choice."""

    def problem(self) -> Problem:
        """Make the problem."""
        return splice()
