"""The sweeps behind the recipes of the named models, as Markdown tables: python benchmarks/recipes.py NAME...

What the tables say, and which settings the models got, is in docs/recipes.md.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

import ecd2g
from ecd2g.circuit.fields.field import LayeredField
from ecd2g.couplings.pairs import IndependentPairs
from ecd2g.errors import Ecd2gError, SolverError, StrandedWalkerError
from ecd2g.learned.estimate import Estimate
from ecd2g.learned.named import MODELS
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.training import train
from ecd2g.metrics.current_error import current_error
from ecd2g.movement import propagate

EVERY = 50
"""Steps between two looks at the progress."""

MAX_STEPS = 2_000
"""Walks with more steps than this count as endless: learned currents may form cycles."""


@dataclass(frozen=True)
class Averaged(Recipe):
    """A recipe whose moving average gives step s a weight that grows like s^(forget - 2), up to `average`."""

    forget: float = 10.0

    def decay(self, step: int) -> float:
        return min(self.average, (1.0 + step) / (self.forget + step))


class Row(NamedTuple):
    """One line of a table: a model and its recipe, or the frequencies of the samples that it would see."""

    model: str
    setting: str
    recipe: Recipe


@dataclass(frozen=True)
class Task:
    """A problem on its circuit, and the exact currents that everything is compared with."""

    problem: ecd2g.data.Problem
    lateral_resistance: float

    @cached_property
    def circuit(self) -> ecd2g.LayeredCircuit:
        return ecd2g.LayeredCircuit.complete(
            self.problem.space,
            n_layers=10,
            forward_resistance=0.1,
            lateral_resistance=self.lateral_resistance,
        )

    @cached_property
    def pairs(self) -> IndependentPairs:
        return IndependentPairs(self.problem.source, self.problem.target)

    @cached_property
    def exact(self) -> LayeredField:
        space = self.problem.space
        p, q = (
            ecd2g.Distribution.from_probabilities(space, side.to_array())
            for side in (self.problem.source, self.problem.target)
        )
        return ecd2g.solve(self.circuit, source=p, sink=q).field


def one_dimension() -> Task:
    return Task(ecd2g.data.uniform_to_gaussian(), 100.0)


def two_dimensions() -> Task:
    return Task(ecd2g.data.moons_to_swiss_roll(50, 20_000, rng=0), 5100.0)


def row(model: str, **recipe) -> Row:
    """A row whose setting spells out the recipe where it is not the default of Recipe."""
    return Row(model, ", ".join(f"{name} {value}" for name, value in recipe.items()), Averaged(**recipe))


wide = partial(row, average=0.9995, forget=3)
sgd = partial(row, "current-paper", optimiser="sgd", schedule="constant")
FREQUENCIES = Row("none", "frequencies of all samples", Recipe())

SWEEPS: dict[str, tuple[Callable[[], Task], list[Row]]] = {
    "paper": (
        one_dimension,
        [sgd(learning_rate=rate) for rate in (1e-3, 1e-2, 1e-1, 0.3, 1.0, 10.0)]
        + [sgd(learning_rate=rate, weight_decay=decay) for decay in (1e-4, 1e-2) for rate in (0.1, 0.3, 1.0)],
    ),
    "adam-on-paper": (
        one_dimension,
        [
            row("current-paper", schedule=s, learning_rate=r)
            for s in ("constant", "cosine")
            for r in (1e-4, 1e-3)
        ],
    ),
    "volume": (one_dimension, [row("current", volume=v) for v in ("uniform", "stratified", "visits")]),
    "potential": (
        one_dimension,
        [row("potential", learning_rate=r, average=a) for r in (3e-4, 1e-3, 3e-3) for a in (0.0, 0.999)]
        + [row("potential", schedule="constant", average=a) for a in (0.0, 0.999)]
        + [row("potential", learning_rate=3e-3, average=0.999, forget=3)]
        + [wide("potential", schedule=s, learning_rate=1e-3) for s in ("constant", "cosine")],
    ),
    "marginal": (
        one_dimension,
        [FREQUENCIES]
        + [
            row("marginal", learning_rate=r, average=a)
            for r in (1e-3, 3e-3, 1e-2)
            for a in (0.0, 0.999, 0.9995)
        ]
        + [wide("marginal", schedule="constant", learning_rate=r) for r in (3e-3, 1e-2)]
        + [row("marginal-network", learning_rate=r) for r in (3e-4, 1e-3)],
    ),
    "marginal-2d": (
        two_dimensions,
        [FREQUENCIES]
        + [row("marginal", learning_rate=r) for r in (3e-3, 1e-2, 3e-2)]
        + [wide("marginal", schedule="constant", learning_rate=r) for r in (1e-2, 2e-2)],
    ),
    "potential-2d": (
        two_dimensions,
        [row("potential", n_points=4096, learning_rate=r) for r in (1e-3, 3e-3)],
    ),
    "current-2d": (
        two_dimensions,
        [row("current", volume="stratified", n_points=n) for n in (256, 2048)],
    ),
}

COLUMNS = ("error, all", "forward", "lateral", "TV, two-way", "TV, forward-only", "seconds")


def measure(task: Task, line: Row, seed: int, n_steps: int, bar: tqdm) -> list[float | str]:
    """What one training gives, in the order of COLUMNS; words where there is no number."""
    recipe = replace(line.recipe, n_steps=n_steps, seed=seed)
    if line is FREQUENCIES:
        return [*scores(task, frequencies(task, recipe)), 0.0]
    make, begin = partial(MODELS[line.model].make, task.circuit), bar.n

    def listen(progress, state) -> None:
        bar.update(begin + progress.step - bar.n)
        bar.set_postfix(loss=f"{progress.loss:.3g}", refresh=False)

    try:
        trained = train(make, task.pairs, recipe, every=EVERY, listener=listen)
    except Ecd2gError:
        return ["diverged"] * len(COLUMNS)
    return [*scores(task, trained.model.field(task.problem.source)), trained.seconds]


def frequencies(task: Task, recipe: Recipe) -> LayeredField:
    """The exact circuit between the frequencies of all samples that a training sees; walks start in the source."""
    n, rng = recipe.n_steps * recipe.n_pairs, np.random.default_rng(recipe.seed)
    space, (starts, ends) = task.problem.space, task.pairs.draw(n, rng)
    p, q = (np.bincount(space.index(side), minlength=space.n_states) / n for side in (starts, ends))
    sides = (ecd2g.Distribution.from_probabilities(space, side) for side in (p, q))
    field = Estimate.from_marginals(task.circuit, *sides).field
    return replace(field, atoms=replace(field.atoms, source=task.problem.source.to_array()))


def scores(task: Task, field: LayeredField) -> list[float | str]:
    """The three current errors and the two distances to the target."""
    return [*current_error(field, task.exact), *(distance(task, field, only) for only in (False, True))]


def distance(task: Task, field: LayeredField, forward_only: bool) -> float | str:
    """TV of the exact end law to the target."""
    try:
        law = propagate(field, forward_only=forward_only, tolerance=1e-9, max_steps=MAX_STEPS)
    except StrandedWalkerError:
        return "stranded"
    except SolverError:
        return "endless"
    return ecd2g.metrics.total_variation(field.atoms.expand(law.ends[-1]), task.problem.target.to_array())


def cell(values: tuple[float | str, ...]) -> str:
    """Mean and standard deviation over seeds of the numbers, and how often which word stood instead."""
    numbers = [value for value in values if not isinstance(value, str)]
    words = Counter(value for value in values if isinstance(value, str))
    parts = [word if n == len(values) else f"{word} ({n} of {len(values)})" for word, n in words.items()]
    if numbers:
        spread = f" ± {np.std(numbers, ddof=1):.2g}" if len(numbers) > 1 else ""
        parts.insert(0, f"{np.mean(numbers):.3g}{spread}")
    return ", ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=SWEEPS, metavar="NAME", help=", ".join(SWEEPS))
    parser.add_argument("--steps", type=int, default=5000, help="steps of every training (default: 5000)")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of every setting (default: 1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only settings that contain TEXT")
    given = parser.parse_args()
    for name in given.names:
        make_task, all_lines = SWEEPS[name]
        lines = [line for line in all_lines if given.only in f"{line.model} {line.setting}"]
        task = make_task()
        print(f"\n{name}: {given.steps} steps, {given.seeds} seed(s)\n")
        print(f"| model | setting | {' | '.join(COLUMNS)} |")
        print("|---" * (2 + len(COLUMNS)) + "|", flush=True)
        with tqdm(total=len(lines) * given.seeds * given.steps, desc=name, unit="step") as bar:
            for number, line in enumerate(lines):
                results = []
                for seed in range(given.seeds):
                    bar.update((number * given.seeds + seed) * given.steps - bar.n)
                    results.append(measure(task, line, seed, given.steps, bar))
                cells = [cell(values) for values in zip(*results, strict=True)]
                tqdm.write(f"| {line.model} | {line.setting} | {' | '.join(cells)} |")
            bar.update(bar.total - bar.n)


if __name__ == "__main__":
    main()
