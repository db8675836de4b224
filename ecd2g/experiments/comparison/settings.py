"""What decides a comparison of trained runs."""

from dataclasses import dataclass

from ecd2g.experiments.records.origin import ours
from ecd2g.experiments.training.comparison import N_WALKS


@dataclass(frozen=True)
class Comparing:
    """Which trainings are compared, and by how many walks."""

    runs: tuple[str, ...]
    n_walks: int = ours(N_WALKS)
    seed: int = ours(0, "of the walks")
