"""The state of a training, and checkpoints of it: everything that is needed to go on bit for bit."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor

from ecd2g.errors import DivergedError, InputError
from ecd2g.learned.model import Model
from ecd2g.learned.model_file import describe
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.tensor_file import read_tensors, write_tensors

KIND = "training checkpoint"

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(eq=False)
class TrainingState(Generic[ModelT]):
    """A model, its optimiser, the average of its weights (None without), the random numbers, and the steps done."""

    model: ModelT
    optimiser: torch.optim.Optimizer
    average: list[Tensor] | None
    rng: np.random.Generator
    step: int = 0

    @classmethod
    def begin(
        cls, make_model: Callable[[], ModelT], recipe: Recipe, device: torch.device
    ) -> "TrainingState[ModelT]":
        """A new training; the seed decides the first weights and every batch."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            model = make_model().to(device)
        average = [one.detach().clone() for one in model.parameters()] if recipe.average else None
        return cls(model, recipe.make_optimiser(model), average, np.random.default_rng(recipe.seed))

    def after_step(self, recipe: Recipe) -> None:
        """Count the step and follow the weights with their average."""
        if self.average is not None:
            weight = 1.0 - recipe.decay(self.step)
            with torch.no_grad():
                for average, parameter in zip(self.average, self.model.parameters(), strict=True):
                    average.lerp_(parameter, weight)
        self.step += 1

    def finished_model(self) -> ModelT:
        """The model with the averaged weights, where there are such."""
        if self.average is not None:
            with torch.no_grad():
                for parameter, average in zip(self.model.parameters(), self.average, strict=True):
                    parameter.copy_(average)
        return self.model.eval()

    def require_finite(self) -> None:
        """Raise DivergedError where a weight is infinite or not a number."""
        if not all(bool(torch.isfinite(one).all()) for one in self.model.parameters()):
            raise DivergedError(
                f"the weights are no numbers any more after step {self.step}; lower the learning rate"
            )

    def save(self, path: Path, recipe: Recipe, about: dict[str, Any]) -> None:
        """Write a checkpoint; the one before it stays whole until the new one is on the disk.

        DivergedError where the weights are not finite: such a checkpoint would replace a good one.
        """
        self.require_finite()
        tensors = {f"model.{name}": tensor for name, tensor in self.model.state_dict().items()}
        for number, average in enumerate(self.average or []):
            tensors[f"average.{number}"] = average
        for number, entries in self.optimiser.state_dict()["state"].items():
            tensors |= {
                f"optimiser.{number}.{name}": value for name, value in entries.items() if value is not None
            }
        state = {
            "step": self.step,
            "rng": self.rng.bit_generator.state,
            "recipe": asdict(recipe),
            "model": describe(self.model),
            "about": about,
        }
        write_tensors(path, KIND, tensors, state)

    @classmethod
    def load(
        cls, path: Path, make_model: Callable[[], ModelT], recipe: Recipe, device: torch.device
    ) -> tuple["TrainingState[ModelT]", dict[str, Any]]:
        """The state in a checkpoint, and what was written about it.

        InputError where it belongs to another training: another model, circuit, bridge or recipe.
        """
        tensors, saved = read_tensors(path, KIND)
        state = cls.begin(make_model, recipe, device)
        for name, mine in (("model", describe(state.model)), ("recipe", asdict(recipe))):
            if saved.get(name) != _plain(mine):
                raise InputError(
                    f"{path} must belong to this training, but its {name} is {saved.get(name)} and the one asked for "
                    f"is {_plain(mine)}; continue with the same settings, or begin a new training"
                )
        try:
            state.step = int(saved["step"])
            state.rng.bit_generator.state = saved["rng"]
            state.model.load_state_dict(_under("model.", tensors))
            optimiser = state.optimiser.state_dict()
            optimiser["state"] = _by_number(_under("optimiser.", tensors))
            if state.step > 0:
                _check_entries(recipe, list(state.model.parameters()), optimiser["state"])
            state.optimiser.load_state_dict(optimiser)
            for number, average in enumerate(state.average or []):
                saved_average = tensors[f"average.{number}"]
                if saved_average.shape != average.shape:  # copy_ would repeat it
                    raise ValueError(f"the average of weight {number}")
                average.copy_(saved_average)
        except (KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path} must be a whole checkpoint, but parts of it do not fit ({error})"
            ) from None
        return state, saved.get("about", {})


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _by_number(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    """Entries "3.exp_avg" as {3: {"exp_avg": ...}}."""
    found: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        number, entry = name.split(".", 1)
        found.setdefault(int(number), {})[entry] = tensor
    return found


def _check_entries(recipe: Recipe, parameters: list[Tensor], entries: dict[int, dict[str, Tensor]]) -> None:
    """The optimiser would fill what is missing with zeros, and so train on, but not as before."""
    wanted = {"step", "exp_avg", "exp_avg_sq"} if recipe.optimiser == "adam" else set()
    for number, parameter in enumerate(parameters):
        found = entries.get(number, {})
        shapes = {tensor.shape for name, tensor in found.items() if name != "step"}
        if set(found) != wanted or not shapes <= {parameter.shape}:
            raise ValueError(f"what the optimiser knows of weight {number}")


def _plain(value: Any) -> Any:
    """As JSON gives it back: tuples become lists."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value
