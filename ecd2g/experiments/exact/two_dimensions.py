"""The paper's experiment in two dimensions: two moons to Swiss roll."""

from dataclasses import dataclass

from ecd2g.data import Problem, moons_to_swiss_roll
from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.records.origin import ours, paper


@dataclass(frozen=True)
class TwoDimensions(Experiment):
    """Two moons to Swiss roll on 50 x 50 = 2500 states; the paper's R is lost, ours is 5100 ohm."""

    n_symbols: int = paper(50)
    n_points: int = ours(20_000, "points behind each empirical distribution")
    first_passage_states: int = ours(2500, "20 to 40 seconds")
    data_seed: int = ours(0, "seed of these points, apart from the seed of the walks")

    def problem(self) -> Problem:
        """Make the problem."""
        return moons_to_swiss_roll(self.n_symbols, self.n_points, rng=self.data_seed)
