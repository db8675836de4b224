"""The learned half of a reproduction: every model of the list, over several seeds, beside the exact flow."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ecd2g.data import Problem
from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.parallel import in_parallel
from ecd2g.experiments.records.origin import origin, ours
from ecd2g.experiments.records.summary import WIDTH
from ecd2g.experiments.training.comparison import N_WALKS, Comparison
from ecd2g.experiments.training.run import Prepared, train_model
from ecd2g.experiments.training.settings import Training
from ecd2g.learned.model_file import save_model
from ecd2g.learned.named import named_model
from ecd2g.learned.training import Trained

Curve = tuple[list[float], list[float]]
"""Steps of a training, and its losses after them."""


@dataclass(frozen=True)
class Learning:
    """Which models are trained, how often, and how they are compared; recipes are the models' own."""

    models: tuple[str, ...] = ours(
        ("potential", "marginal", "current", "current-paper"), "the paper's recipe is the last"
    )
    n_seeds: int = ours(1, "seeds 0, 1, ...")
    n_steps: int = ours(5000, "as in the paper")
    n_compared_walks: int = ours(N_WALKS)


def learning_of(name: str, **asked: Any) -> Learning:
    """What is trained on a named experiment: without the paper's recipe in 2D, where its walks turn in circles."""
    models = Learning().models
    return Learning(**({"models": models if name == "1d" else models[:-1]} | asked))


def learn(
    experiment: Experiment, problem: Problem, learning: Learning, folder: Path, *, quiet: bool
) -> tuple[Comparison, dict[str, Curve]]:
    """Train and compare; weights and losses go to ``models/`` in the folder. Returns the losses of the first seeds."""
    comparison = Comparison.begin(experiment, problem, learning.n_compared_walks)
    (folder / "models").mkdir()
    trainings = [
        Prepared.of(Training(experiment, model, n_steps=learning.n_steps, seed=seed), problem)
        for model in learning.models
        for seed in range(learning.n_seeds)
    ]
    curves: dict[str, Curve] = {}
    # all of them first: what is compared afterwards has the machine for itself, and its times mean something
    done = list(train_all(trainings, quiet=quiet))
    for prepared, trained in zip(trainings, done, strict=True):
        model, seed = prepared.settings.model, prepared.settings.seed
        comparison.add(model, seed, trained.model, trained.seconds)
        _save(trained, folder / "models" / f"{model}-seed{seed}")
        curves.setdefault(model, (trained.steps.tolist(), trained.losses.tolist()))
    return comparison, curves


def recipes(learning: Learning) -> dict[str, dict[str, Any]]:
    """The recipe of every model, as it is used here."""
    return {
        model: asdict(replace(named_model(model).recipe, n_steps=learning.n_steps))
        for model in learning.models
    }


def our_choices(experiment: Experiment, learning: Learning) -> str:
    """What the text of the paper at hand does not state, as lines of the summary: circuit, learning rate, decay."""
    circuit = [
        f"{name} = {getattr(experiment, name) or 'by rho'}"
        for name in ("n_layers", "lateral_resistance")
        if origin(experiment, name).startswith("our choice")
    ]
    lines = [f"{'our choice, not in the paper':<{WIDTH}} {', '.join(circuit)}"]
    for model in learning.models:
        recipe = named_model(model).recipe
        lines.append(
            f"{f'  {model}':<{WIDTH}} {recipe.optimiser}, learning rate {recipe.learning_rate:g} "
            f"({recipe.schedule}), weight decay {recipe.weight_decay:g}, volume {recipe.volume}"
        )
    return "\n".join([*lines, f"{'  chosen by':<{WIDTH}} the sweeps in docs/recipes.md"])


def train_all(trainings: Sequence[Prepared], *, quiet: bool) -> Iterator[Trained]:
    """Every training in turn, one on each processor at a time."""
    return in_parallel(train_model, trainings, unit="training", quiet=quiet)


def _save(trained: Trained, path: Path) -> None:
    save_model(path.with_suffix(".safetensors"), trained.model)
    lines = zip(trained.steps.tolist(), trained.losses.tolist(), strict=True)
    text = "".join(json.dumps({"step": step, "loss": loss}) + "\n" for step, loss in lines)
    path.with_suffix(".jsonl").write_text(text, encoding="utf-8")
