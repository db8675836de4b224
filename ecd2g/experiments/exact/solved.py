"""A solved experiment, and the walks on it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.data import Problem, read_starts
from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.records.stages import Stages
from ecd2g.movement.rules import Rule
from ecd2g.movement.sampling import Walks
from ecd2g.reference.flow import Flow


@dataclass(frozen=True, eq=False)
class SolvedExperiment:
    """An experiment as it was asked for and with nothing left open, its problem, and the exact flow.

    `starts` ``(n, n_sites)`` are states of the user's own to walk from, where there are any.
    """

    asked: Experiment
    experiment: Experiment
    problem: Problem
    flow: Flow
    starts: NDArray[np.int64] | None = None

    def sample(self, n: int | None = None, rule: Rule | None = None, *, paths: bool = False) -> Walks:
        """Walk from the experiment's own starts or number of walks, by its rule and seed, unless told otherwise."""
        settings = self.experiment
        rule = settings.rule if rule is None else rule
        if n is None and self.starts is not None:
            return self.flow.sample(
                rule=rule, rng=settings.seed, starts=self.starts, paths=paths, backend=settings.backend
            )
        n_walks = settings.n_walks if n is None else n
        return self.flow.sample(n_walks, rule, settings.seed, paths=paths, backend=settings.backend)

    def source_law(self) -> NDArray[np.float64]:
        """Probabilities of the source per atom, like those of the target."""
        atoms = self.flow.field.atoms
        return atoms.source * atoms.multiplicity

    def target_law(self) -> NDArray[np.float64]:
        """Probabilities of the target per atom: one entry a listed state, one for all others together."""
        atoms = self.flow.field.atoms
        return atoms.sink * atoms.multiplicity

    def empirical_law(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Shares of the given states ``(n, n_sites)`` per atom; they work where states cannot be enumerated."""
        atoms = self.flow.field.atoms
        return np.bincount(atoms.locate(states), minlength=atoms.n_atoms) / len(states)


def solve_experiment(
    experiment: Experiment, stages: Stages, starts_file: Path | None = None
) -> SolvedExperiment:
    """Make the problem and solve the circuit, exactly and with a certificate; read the starts where a file has them."""
    with stages("make_problem"):
        problem = experiment.problem()
        starts = None if starts_file is None else read_starts(starts_file, problem)
        if starts is not None:
            experiment = replace(experiment, n_walks=len(starts))
        resolved = experiment.resolved(problem.space)
        resolved.circuit(problem.space)  # refuses bad settings before any work
    with stages("solve"):
        flow = resolved.solve(problem)
    return SolvedExperiment(experiment, resolved, problem, flow, starts)


def site_marginals(distribution: Distribution) -> list[NDArray[np.float64]]:
    """P(x_i = a) of every site i, one array ``(n_symbols,)`` a site."""
    sizes = distribution.space.alphabet_sizes
    if distribution.states is None:
        table = distribution.probabilities.reshape(sizes)
        sites = range(len(sizes))
        return [table.sum(axis=tuple(other for other in sites if other != site)) for site in sites]
    return [
        np.bincount(column, distribution.probabilities, size).astype(np.float64, copy=False)
        for column, size in zip(distribution.states.T, sizes, strict=True)
    ]
