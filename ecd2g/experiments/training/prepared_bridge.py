"""The training of a bridge made ready: its data, its pairs, its network, and how it is judged when it is done."""

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from ecd2g.bridges.named import BRIDGES
from ecd2g.couplings.pairs import Coupling, IndependentPairs
from ecd2g.couplings.pool import pool_pairs
from ecd2g.data.split_problem import SplitProblem
from ecd2g.errors import InputError
from ecd2g.experiments.judge import Judge
from ecd2g.experiments.training.bridge_data import given_pairs, split_fingerprint
from ecd2g.experiments.training.bridge_judging import Judging, floor_of, numbers_table
from ecd2g.experiments.training.bridge_settings import BridgeTraining, bridge_training_from
from ecd2g.experiments.training.prepared import Outcome
from ecd2g.experiments.training.settings import OWN, fingerprint
from ecd2g.learned.end_network import EndNetwork
from ecd2g.learned.model import Model
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.training import Trained

POOL = 7
"""Stream of random numbers that the pool of pairs is drawn by."""


@dataclass(frozen=True, eq=False)
class PreparedBridge:
    """A training with nothing left open, and its data."""

    asked: BridgeTraining
    settings: BridgeTraining
    split: SplitProblem

    @classmethod
    def of(cls, asked: BridgeTraining) -> "PreparedBridge":
        """Read or make the data."""
        split = asked.split()
        return cls(asked, asked.resolved(split), split)

    @property
    def name(self) -> str:
        """What is trained, in two words."""
        return f"{self.settings.circuit} {self.settings.coupling}"

    def make_model(self) -> EndNetwork:
        """A new, untrained network."""
        space = self.split.train.space
        return EndNetwork(space, self.settings.circuit, network=self.settings.network)  # type: ignore[arg-type]

    @cached_property
    def _pairs(self) -> Coupling:
        """Made once and before the training, by the seed alone: every process and every resumption has the same."""
        settings, problem = self.settings, self.split.train
        if settings.coupling == "independent":
            return IndependentPairs(problem.source, problem.target)
        if settings.coupling == "given":
            return given_pairs(settings.files, problem, settings.holdout or 0.0, settings.split_seed)
        return pool_pairs(
            problem.source,
            problem.target,
            settings.coupling,
            "squared" if self.split.is_ordinal else "hamming",
            batch_size=settings.pool_batch_size,
            n_batches=settings.pool_batches,
            rng=np.random.default_rng([settings.seed, POOL]),
        )

    def pairs(self) -> Coupling:
        """Where the pairs come from."""
        return self._pairs

    def recipe(self) -> Recipe:
        """How the network is trained."""
        return self.settings.recipe()

    def begun_as(self, about: dict[str, Any]) -> Self:
        """The same, asked for in the words of its beginning."""
        return replace(self, asked=bridge_training_from(about.get("asked")))

    def about(self) -> dict[str, Any]:
        """What is trained, in plain numbers: a training is resumed only as what it was begun."""
        data = split_fingerprint(self.split), fingerprint(self.split.train, self.pairs())
        return {
            "problem": self.settings.problem or OWN,
            "config": asdict(self.settings),
            "asked": asdict(self.asked),
            "fingerprint": " ".join(data),
        }

    def numbers(self) -> dict[str, Any]:
        """What is known before any training: the problem, and what was held out."""
        problem, test = self.split.train, self.split.test
        space = problem.space
        return {
            "problem": {
                "name": problem.name,
                "title": problem.title,
                "read": problem.read,
                "alphabet": problem.alphabet,
                "n_sites": space.n_sites,
                "alphabet_sizes": space.alphabet_sizes,
                "n_states": space.n_states,
                "judged_by": judged_by(self.split),
                "distinct_training_states": len(problem.target.support()),
                "distinct_test_states": len(test.target.support()),
            },
            "fingerprint": split_fingerprint(self.split),
            "bridge": {
                "circuit": self.settings.circuit,
                "is_circuit": BRIDGES[self.settings.circuit].is_circuit,
                "coupling": self.settings.coupling,
                "network": self.settings.network,
            },
        }

    def described(self) -> dict[str, Any]:
        """The model in words."""
        bridge = BRIDGES[self.settings.circuit]
        return {"model": self.settings.network, "circuit": self.settings.circuit, "about": bridge.about}

    def compare(self, trained: Trained[Model]) -> Outcome:
        """Walk by several numbers of steps, and judge the ends."""
        if not isinstance(trained.model, EndNetwork):
            raise InputError(f"a bridge must have an EndNetwork, got {type(trained.model).__name__}")
        judge = Judge(self.split, self.settings.n_walks)
        judging = Judging.of(judge, trained.model, self.settings.seed)
        floor = floor_of(judge)
        text = f"{heading(self.split, judge.n_samples)}\n{numbers_table(judging.rows, floor)}"
        return Outcome({"floor": floor, "steps": judging.numbers()}, judging.timing(), text)


def judged_by(split: SplitProblem) -> str:
    """What fidelity is measured against."""
    if split.is_exact:
        return "the exact law"
    if split.train is split.test:
        return "the training data themselves, so that fidelity says nothing about new data"
    return "held-out samples"


def heading(split: SplitProblem, n_walks: int) -> str:
    """What the table below it shows."""
    return f"{split.train.title}: {n_walks:,} walks, judged by {judged_by(split)}"
