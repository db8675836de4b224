"""What decides every number of a training: an experiment, a model, where its pairs come from, and its recipe."""

import hashlib
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self, get_args

import numpy as np

from ecd2g.couplings.pairs import Coupling, GivenPairs, IndependentPairs, TransportPairs
from ecd2g.data import Problem, read_starts
from ecd2g.errors import InputError
from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.exact.named import EXPERIMENTS
from ecd2g.experiments.exact.own_data import OwnData
from ecd2g.experiments.records.origin import ours, paper
from ecd2g.experiments.records.setting_types import check_types
from ecd2g.learned.named import named_model
from ecd2g.learned.recipe import Recipe

CouplingName = Literal["independent", "minibatch-ot", "given"]
COUPLINGS: tuple[str, ...] = get_args(CouplingName)

OWN = "own data"
"""Name of experiments on the user's own files."""

OF_MODEL = "of the model, by the sweep in docs/recipes.md"


@dataclass(frozen=True)
class Training:
    """A model trained on samples of an experiment's source and target; what is None is the model's own."""

    experiment: Experiment
    model: str = ours("potential")
    coupling: CouplingName = paper("independent")  # noqa: RUF009 - a frozen field
    n_steps: int = paper(5000)
    n_pairs: int = paper(256)
    n_points: int | None = ours(None, OF_MODEL)
    volume: str | None = ours(None, OF_MODEL)
    optimiser: str | None = ours(None, OF_MODEL)
    learning_rate: float | None = ours(None, OF_MODEL)
    weight_decay: float | None = ours(None, OF_MODEL)
    schedule: str | None = ours(None, OF_MODEL)
    average: float | None = ours(None, OF_MODEL)
    threads: int = ours(1, "small networks are fastest so, and the weights depend on it")
    seed: int = ours(0)

    def recipe(self) -> Recipe:
        """The recipe of the model, with what was asked for."""
        names = [entry.name for entry in fields(Recipe)]
        asked = {name: value for name in names if (value := getattr(self, name)) is not None}
        return replace(named_model(self.model).recipe, **asked)

    def resolved(self, problem: Problem) -> Self:
        """The same training with nothing left open, but for what the model has no use for.

        InputError where that was asked for: it would change nothing.
        """
        recipe, unused = self.recipe(), self._unused(problem)
        asked = [name for name in unused if getattr(self, name) is not None]
        if asked:
            raise InputError(
                f"model {self.model} looks at {unused[asked[0]]} in every step, so it takes no {asked[0]}, "
                f"got {getattr(self, asked[0])}; leave it out"
            )
        chosen = {
            entry.name: getattr(recipe, entry.name) for entry in fields(recipe) if entry.name not in unused
        }
        return replace(self, experiment=self.experiment.resolved(problem.space), **chosen)

    def _unused(self, problem: Problem) -> dict[str, str]:
        """Settings of the recipe that the model has no use for, and what it looks at instead."""
        if self.model.startswith("marginal"):
            return dict.fromkeys(("volume", "n_points"), "the pairs themselves")
        if self.model == "potential" and problem.space.n_states <= self.recipe().n_points:
            return {"volume": "all states"}
        return {}

    def pairs(self, problem: Problem) -> Coupling:
        """Where the pairs come from."""
        if self.coupling not in COUPLINGS:
            raise InputError(f"coupling must be one of {', '.join(COUPLINGS)}, got {self.coupling!r}")
        if self.coupling == "given":
            return _given_pairs(self.experiment, problem)
        independent = IndependentPairs(problem.source, problem.target)
        return independent if self.coupling == "independent" else TransportPairs(independent)


def _given_pairs(experiment: Experiment, problem: Problem) -> GivenPairs:
    if not isinstance(experiment, OwnData):
        raise InputError("given pairs need two files with as many rows: --source FILE --target FILE")
    starts, ends = (read_starts(path, problem) for path in (experiment.source, experiment.target))
    return GivenPairs.of(problem.space, starts, ends)


def experiment_name(experiment: Experiment) -> str:
    """The name of an experiment on the command line."""
    names = {kind: name for name, kind in EXPERIMENTS.items()}
    return names.get(type(experiment), OWN)


def training_from(config: Any, name: Any) -> Training:
    """The training that results.json or training.json describes; `name` is the name of its experiment.

    InputError where it describes none that this release knows.
    """
    try:
        kind = OwnData if name == OWN else EXPERIMENTS[name]
        inner: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in config["experiment"].items()
        }
        training = Training(**(config | {"experiment": kind(**inner)}))
        check_types(training.experiment)
        check_types(training)
        training.recipe()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"the settings must be those of a training of this release ({error})") from None
    return training


def fingerprint(problem: Problem, pairs: Coupling | None = None) -> str:
    """A checksum of source and target, and of given pairs: trainings are continued on the very same data."""
    digest = hashlib.sha256(repr(problem.space.alphabet_sizes).encode())
    for distribution in (problem.source, problem.target):
        states = distribution.support()
        digest.update(np.ascontiguousarray(states, dtype="<i8").tobytes())
        digest.update(distribution.probabilities[distribution.probabilities > 0].astype("<f8").tobytes())
    if isinstance(pairs, GivenPairs):
        for states in (pairs.starts, pairs.ends):
            digest.update(np.ascontiguousarray(states, dtype="<i8").tobytes())
    return digest.hexdigest()
