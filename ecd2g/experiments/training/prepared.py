"""What a training needs to be run, and the training of a current model made ready so."""

from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple, Protocol, Self

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.state_space import ENUMERATION_LIMIT
from ecd2g.couplings.pairs import Coupling
from ecd2g.data import Problem
from ecd2g.errors import CapacityError, InputError
from ecd2g.experiments.exact.measures import circuit_numbers
from ecd2g.experiments.exact.solved import SolvedExperiment
from ecd2g.experiments.training.comparison import Comparison
from ecd2g.experiments.training.settings import Training, experiment_name, fingerprint, training_from
from ecd2g.learned.model import CurrentModel, Model
from ecd2g.learned.named import named_model
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.training import Trained

IN_ANY_SPACE = "marginal-autoregressive"
"""The model that needs no list of states."""


class Outcome(NamedTuple):
    """What a comparison found: numbers and timing for the record, and a text for the terminal."""

    numbers: dict[str, Any]
    timing: dict[str, Any]
    text: str


class Settings(Protocol):
    """Settings that every training has."""

    @property
    def n_steps(self) -> int:
        """Steps of the training."""

    @property
    def threads(self) -> int:
        """Threads on a CPU."""


class Preparation(Protocol):
    """A training with nothing left open: its network, pairs and recipe, and what is written about it."""

    @property
    def asked(self) -> Any:
        """The training as it was asked for."""

    @property
    def settings(self) -> Settings:
        """The training with nothing left open."""

    @property
    def name(self) -> str:
        """What is trained, in a word or two."""

    def make_model(self) -> Model:
        """A new, untrained model."""

    def pairs(self) -> Coupling:
        """Where the pairs come from."""

    def recipe(self) -> Recipe:
        """How the model is trained."""

    def about(self) -> dict[str, Any]:
        """What is trained, in plain numbers: a training is resumed only as what it was begun."""

    def begun_as(self, about: dict[str, Any]) -> Self:
        """The same, asked for in the words of its beginning."""

    def numbers(self) -> dict[str, Any]:
        """What is known before any training; an error where training would be in vain."""

    def described(self) -> dict[str, Any]:
        """The model in words."""

    def compare(self, trained: Trained) -> Outcome:
        """Judge what was learned."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The training of a current model with nothing left open, its problem and its circuit."""

    asked: Training
    settings: Training
    problem: Problem
    circuit: LayeredCircuit

    @classmethod
    def of(cls, asked: Training, problem: Problem | None = None) -> "Prepared":
        """Make the problem and the circuit."""
        problem = asked.experiment.problem() if problem is None else problem
        if not problem.space.is_enumerable and asked.model != IN_ANY_SPACE:
            raise CapacityError(
                f"model {asked.model} needs states that can be listed, and here are {problem.space.n_states:.3g}, "
                f"where the limit is {ENUMERATION_LIMIT}; "
                f"train --model {IN_ANY_SPACE}, or a bridge with --circuit sweep"
            )
        settings = asked.resolved(problem)
        return cls(asked, settings, problem, settings.experiment.circuit(problem.space))

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.settings.model

    def make_model(self) -> CurrentModel:
        """A new, untrained model."""
        return named_model(self.settings.model).make(self.circuit)

    def pairs(self) -> Coupling:
        """Where the pairs come from."""
        return self.settings.pairs(self.problem)

    def recipe(self) -> Recipe:
        """The recipe of the model, with what was asked for."""
        return self.settings.recipe()

    def about(self) -> dict[str, Any]:
        """What is trained, in plain numbers: a training is resumed only as what it was begun."""
        return {
            "problem": experiment_name(self.settings.experiment),
            "config": asdict(self.settings),
            "asked": asdict(self.asked),
            "fingerprint": fingerprint(self.problem, self.pairs()),
        }

    def begun_as(self, about: dict[str, Any]) -> Self:
        """The same, asked for in the words of its beginning."""
        return replace(self, asked=training_from(about.get("asked"), about.get("problem")))

    def numbers(self) -> dict[str, Any]:
        """What is known before any training: the problem, the circuit, and the certificate of its exact flow."""
        experiment, problem = self.settings.experiment, self.problem
        solved = SolvedExperiment(experiment, experiment, problem, experiment.solve(problem))
        return circuit_numbers(solved) | {
            "fingerprint": fingerprint(problem),
            "experiment": experiment_name(experiment),
        }

    def described(self) -> dict[str, Any]:
        """The model in words."""
        return {"model": self.settings.model, "about": named_model(self.settings.model).about}

    def compare(self, trained: Trained[Model]) -> Outcome:
        """Ask the model for all its currents, and hold them against those of the exact flow."""
        if not self.problem.space.is_enumerable:
            raise CapacityError("the states cannot be listed; draw samples with `ecd2g sample --run`")
        if not isinstance(trained.model, CurrentModel):
            raise InputError(f"currents must come from a CurrentModel, got {type(trained.model).__name__}")
        comparison = Comparison.begin(self.settings.experiment, self.problem)
        comparison.add(self.settings.model, self.settings.seed, trained.model, trained.seconds)
        return Outcome(comparison.numbers(), comparison.timing(), comparison.table())
