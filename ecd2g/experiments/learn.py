"""The learned half of a reproduction: every model of the list, over several seeds, beside the exact flow."""

import json
from dataclasses import dataclass
from pathlib import Path

from ecd2g.data import Problem
from ecd2g.experiments.comparison import N_WALKS, Comparison
from ecd2g.experiments.experiment import Experiment
from ecd2g.experiments.origin import ours
from ecd2g.experiments.train_run import Prepared, train_model
from ecd2g.experiments.training import Training
from ecd2g.learned.model_file import save_model
from ecd2g.learned.training import Trained


@dataclass(frozen=True)
class Learning:
    """Which models are trained, how often, and how they are compared; recipes are the models' own."""

    models: tuple[str, ...] = ours(
        ("potential", "marginal", "current", "current-paper"), "the paper's network is the last"
    )
    n_seeds: int = ours(1, "seeds 0, 1, ...")
    n_steps: int = ours(5000, "as in the paper")
    n_compared_walks: int = ours(N_WALKS)


def learn(
    experiment: Experiment, problem: Problem, learning: Learning, folder: Path, *, quiet: bool
) -> tuple[Comparison, dict[str, tuple[list[float], list[float]]]]:
    """Train and compare; weights and losses go to ``models/`` in the folder. Returns the losses of the first seeds."""
    comparison = Comparison.begin(experiment, problem, learning.n_compared_walks)
    (folder / "models").mkdir()
    curves = {}
    for model in learning.models:
        for seed in range(learning.n_seeds):
            settings = Training(experiment, model, n_steps=learning.n_steps, seed=seed)
            trained = train_model(Prepared.of(settings, problem), quiet=quiet, note=f"{model}, seed {seed}")
            comparison.add(model, seed, trained.model, trained.seconds)
            _save(trained, folder / "models" / f"{model}-seed{seed}")
            curves.setdefault(model, (trained.steps.tolist(), trained.losses.tolist()))
    return comparison, curves


def _save(trained: Trained, path: Path) -> None:
    save_model(path.with_suffix(".safetensors"), trained.model)
    lines = zip(trained.steps.tolist(), trained.losses.tolist(), strict=True)
    text = "".join(json.dumps({"step": step, "loss": loss}) + "\n" for step, loss in lines)
    path.with_suffix(".jsonl").write_text(text, encoding="utf-8")
