"""Learned currents beside the exact flow of the same problem: every number, with its spread over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from ecd2g.circuit.distribution import Distribution
from ecd2g.data import Problem
from ecd2g.errors import SolverError, StrandedWalkerError
from ecd2g.experiments.exact.distances import Target
from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.exact.measures import transport_numbers
from ecd2g.experiments.training.comparison_table import PERFECT, comparison_table
from ecd2g.learned.learned_flow import LearnedFlow
from ecd2g.learned.model import CurrentModel
from ecd2g.metrics import current_error, unbalanced_current
from ecd2g.movement import Rule, Transport, Walks
from ecd2g.reference.flow import Flow
from ecd2g.reference.solve import solve

N_WALKS = 20_000
"""Walks that are sampled of every model."""

FIRST_PASSAGE_STATES = 500
"""Spaces with more states are compared without the first-passage rule: a minute a model at 2,500 states."""

RULES: tuple[Rule, ...] = ("two-way", "forward-only", "first-passage")

EXACT = "exact flow"
"""Name of the flow that the others are compared with."""


@dataclass(frozen=True, eq=False)
class Compared:
    """One model of one seed in numbers."""

    model: str
    seed: int
    numbers: dict[str, Any]
    timing: dict[str, float]


@dataclass(eq=False)
class Comparison:
    """The exact flow of a problem, and the models that have been compared with it so far.

    `flows` holds the currents of the first seed of every model, to be drawn; tables of currents may fill gigabytes.
    """

    experiment: Experiment
    problem: Problem
    exact: Flow
    target: Target
    n_walks: int
    floor: dict[str, float]
    compared: list[Compared] = field(default_factory=list)
    flows: dict[str, Transport] = field(default_factory=dict)

    @classmethod
    def begin(cls, experiment: Experiment, problem: Problem, n_walks: int = N_WALKS) -> "Comparison":
        """Solve the problem exactly, on all its states one by one, and measure the flow itself."""
        source, sink = (
            Distribution.from_probabilities(problem.space, law.to_array())
            for law in (problem.source, problem.target)
        )
        circuit = experiment.circuit(problem.space)
        exact = solve(circuit, source=source, sink=sink, tolerance=experiment.tolerance)
        target = Target.of(problem)
        made = cls(experiment, problem, exact, target, n_walks, target.floor(n_walks, experiment.seed))
        made._add(EXACT, experiment.seed, exact, {}, {})
        return made

    def add(self, name: str, seed: int, model: CurrentModel, train_s: float) -> Compared:
        """Ask one more model for its currents and compare them; `train_s` is what its training took."""
        begin = perf_counter()
        flow = LearnedFlow.of(model, self.exact.source, self.exact.sink)
        timing = {"train_s": train_s, "currents_s": perf_counter() - begin}
        return self._add(name, seed, flow, {"parameters": model.n_parameters}, timing)

    def of_model(self, model: str) -> list[Compared]:
        """Every seed of one model."""
        return [one for one in self.compared if one.model == model]

    @property
    def models(self) -> list[str]:
        """Names of the models, the exact flow first."""
        return list(dict.fromkeys(one.model for one in self.compared))

    def numbers(self) -> dict[str, Any]:
        """Every model: mean over its seeds, standard deviation, each seed; and what perfect samples show."""
        models = {}
        for model in self.models:
            every = [one.numbers for one in self.of_model(model)]
            models[model] = {"seeds": [one.seed for one in self.of_model(model)]} | over_seeds(
                every, len(every)
            )
        return {"models": models | {PERFECT: {"walks": self.floor}}}

    def timing(self) -> dict[str, Any]:
        """Seconds of every model: training, currents, and walks; mean over seeds."""
        found: dict[str, list[float]] = {}
        for one in self.compared:
            for name, seconds in one.timing.items():
                found.setdefault(f"{one.model}_{name}", []).append(seconds)
        return {name: round(float(np.mean(seconds)), 6) for name, seconds in found.items()}

    def table(self) -> str:
        """The comparison for the terminal."""
        return comparison_table(self.numbers(), self.timing(), self.n_walks)

    def _add(
        self, model: str, seed: int, flow: Transport, numbers: dict[str, Any], timing: dict[str, float]
    ) -> Compared:
        numbers = numbers | {
            "current_error": current_error(flow.field, self.exact.field)._asdict(),
            "unbalanced_current_ampere": unbalanced_current(
                flow.field, self.exact.source.to_array(), self.exact.sink.to_array()
            ),
            "rules": {rule: self._rule_numbers(flow, rule) for rule in RULES},
        }
        begin = perf_counter()
        try:
            walks = flow.sample(self.n_walks, "two-way", np.random.default_rng([self.experiment.seed, seed]))
            timing = timing | {"walk_s": perf_counter() - begin}
            numbers |= self._walk_numbers(walks)
        except StrandedWalkerError as error:
            numbers["walks"] = {"stranded": str(error)}
        except SolverError as error:
            numbers["walks"] = {"failed": str(error)}
        self.flows.setdefault(model, flow)
        self.compared.append(Compared(model, seed, numbers, timing))
        return self.compared[-1]

    def _walk_numbers(self, walks: Walks) -> dict[str, Any]:
        numbers = self.target.from_ends(walks.ends, self.experiment.seed)
        if self.floor["total_variation"] > 0:  # zero where the target is a single state
            numbers["over_floor"] = numbers["total_variation"] / self.floor["total_variation"]
        numbers["mean_steps"] = float(walks.n_steps.mean())
        return {"walks": numbers, "transport": transport_numbers(self.problem, walks)}

    def _rule_numbers(self, flow: Transport, rule: Rule) -> dict[str, Any]:
        """Distances of the exact end law of a rule from the target; says why where there is no such law."""
        limit, n_states = self.experiment.first_passage_states, self.problem.space.n_states
        if rule == "first-passage" and n_states > min(limit, FIRST_PASSAGE_STATES):
            return {"skipped": f"{n_states:,} states, and its dense kernels take O(N V^3)"}
        try:
            law = flow.law(rule)
        except StrandedWalkerError as error:
            return {"stranded": str(error)}
        except SolverError as error:
            return {"failed": str(error)}
        numbers: dict[str, Any] = self.target.from_law(law, self.experiment.seed)
        if rule != "first-passage":
            numbers["mean_steps"] = flow.exact_law(rule).mean_steps
        return numbers


def over_seeds(found: Sequence[dict[str, Any]], n_seeds: int) -> dict[str, Any]:
    """Numbers of several seeds as {"mean", "standard_deviation", "values"}; what all seeds agree on stays as it is."""
    merged: dict[str, Any] = {}
    for name in dict.fromkeys(name for one in found for name in one):
        values = [one[name] for one in found if name in one]
        if all(isinstance(value, dict) for value in values):
            merged[name] = over_seeds(values, n_seeds)
        elif len(values) == n_seeds and all(value == values[0] for value in values):
            merged[name] = values[0]
        elif all(isinstance(value, (int, float)) for value in values):
            merged[name] = spread(values)
        else:
            merged[name] = f"{len(values)} of {n_seeds} seeds: {values[0]}"
    return merged


def spread(values: list[Any]) -> dict[str, Any]:
    """Mean and every value; the standard deviation of two or more, infinite where a value is."""
    numbers = {"mean": float(np.mean(values)), "values": values}
    if len(values) > 1:
        finite = bool(np.all(np.isfinite(values)))
        numbers["standard_deviation"] = float(np.std(values, ddof=1)) if finite else float("inf")
    return numbers
