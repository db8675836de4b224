"""What decides every number of a bridge's training: the data, the bridge, the coupling, the network and its recipe."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from ecd2g.bridges.named import BRIDGES
from ecd2g.data.split_problem import SplitProblem
from ecd2g.data.split_rows import HELD_OUT
from ecd2g.errors import InputError
from ecd2g.experiments.records.origin import default
from ecd2g.experiments.records.setting_types import check_types
from ecd2g.experiments.training.bridge_data import Ground, grounded, split_files, split_named
from ecd2g.learned.end_network import END_RECIPE, NETWORKS
from ecd2g.learned.recipe import Recipe

COUPLINGS = ("independent", "minibatch-ot", "electric", "electric-reweighted", "sinkhorn", "given")
ON_A_LINE = ("interval",)
"""Circuits whose states must be numbers on a line."""

OF_RECIPE = "END_RECIPE, the same for every bridge"


@dataclass(frozen=True)
class BridgeTraining:
    """A network trained to predict the ends of bridges between samples; what is None is filled in from the data."""

    circuit: str = default("sweep")
    problem: str | None = None
    source: str = ""
    target: str = ""
    n_symbols: int | tuple[int, ...] | None = None
    holdout: float | None = default(None, "0.2 of the rows; a named problem brings its own test data")
    split_seed: int = default(0, "one split for every seed of the training, so that they can be compared")
    network: str = default("mlp")
    coupling: str = default(
        "minibatch-ot", "short ways from start to end; independent pairs may come closer to the target"
    )
    ground: Ground | None = default(  # noqa: RUF009 - a frozen field
        None, "sites that differ for words, squared distance for whole numbers"
    )
    pool_batches: int = default(40, "batches that are coupled before the training")
    pool_batch_size: int = default(500, "the assignment costs its third power")
    n_steps: int = default(END_RECIPE.n_steps)
    n_pairs: int = default(END_RECIPE.n_pairs)
    optimiser: str | None = default(None, OF_RECIPE)
    learning_rate: float | None = default(None, OF_RECIPE)
    weight_decay: float | None = default(None, OF_RECIPE)
    schedule: str | None = default(None, OF_RECIPE)
    average: float | None = default(None, OF_RECIPE)
    n_walks: int = default(10_000, "walks that are judged after the training, for every number of steps")
    threads: int = default(1, "small networks are fastest so, and the weights depend on it")
    seed: int = default(0, "of pairs, weights and walks")

    def check(self) -> None:
        """Raise InputError for names that are unknown, and for what does not go together."""
        for name, known in (("circuit", tuple(BRIDGES)), ("network", NETWORKS), ("coupling", COUPLINGS)):
            if getattr(self, name) not in known:
                raise InputError(f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        if self.problem is not None and (self.source or self.target or self.holdout is not None):
            raise InputError(
                f"problem {self.problem} brings its own data and test data; leave out files and holdout"
            )
        if self.coupling == "given" and self.problem is not None:
            raise InputError("given pairs need two files with as many rows: --source FILE --target FILE")

    def split(self) -> SplitProblem:
        """What is trained on and what is judged by; `is_ordinal` follows the ground."""
        self.check()
        if self.problem is not None:
            found = split_named(self.problem, self.split_seed)
        else:
            share = HELD_OUT if self.holdout is None else self.holdout
            found = split_files(self.files, self.n_symbols, share, self.split_seed)
        found = grounded(found, self.ground)
        if self.circuit in ON_A_LINE and not found.is_ordinal:
            raise InputError(
                f"circuit {self.circuit} needs symbols that are numbers on a line, --ground squared, and those of "
                f"{found.train.title} are not; take --circuit sweep"
            )
        return found

    @property
    def files(self) -> tuple[Path, Path]:
        """Source and target."""
        return Path(self.source), Path(self.target)

    def recipe(self) -> Recipe:
        """The recipe with what was asked for."""
        mine = {entry.name for entry in fields(self)}
        names = [entry.name for entry in fields(Recipe) if entry.name in mine]
        asked = {name: value for name in names if (value := getattr(self, name)) is not None}
        return replace(END_RECIPE, **asked)

    def resolved(self, split: SplitProblem) -> Self:
        """The same training with nothing left open."""
        recipe, mine = self.recipe(), {entry.name for entry in fields(self)}
        chosen: dict[str, Any] = {
            entry.name: getattr(recipe, entry.name) for entry in fields(recipe) if entry.name in mine
        }
        chosen["ground"] = "squared" if split.is_ordinal else "hamming"
        if self.problem is None and self.holdout is None:
            chosen["holdout"] = HELD_OUT
        return replace(self, **chosen)


def bridge_training_from(config: Any) -> BridgeTraining:
    """The training that results.json or training.json describes; InputError where it describes none."""
    try:
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in config.items()
        }
        training = BridgeTraining(**plain)
        check_types(training)
        training.recipe()
        training.check()
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(f"the settings must be those of a training of this release ({error})") from None
    return training
