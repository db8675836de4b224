"""The jobs a run can do: solve, walk, measure, draw; each writes into a folder where one is given."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ecd2g.circuit.array_library import device_name
from ecd2g.data import SampleTable
from ecd2g.experiments.exact.experiment import Experiment
from ecd2g.experiments.exact.flow_arrays import save_flow
from ecd2g.experiments.exact.measures import circuit_numbers, independent_numbers, law_numbers, walk_numbers
from ecd2g.experiments.exact.solved import SolvedExperiment, solve_experiment
from ecd2g.experiments.records.letters import write_states
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.stages import Stages
from ecd2g.experiments.records.summary import summary
from ecd2g.movement import Walks
from ecd2g.movement.rules import Rule

if TYPE_CHECKING:
    from ecd2g.experiments.comparison.learn import Learning


def solve_run(experiment: Experiment, folder: Path | None, command: str, *, quiet: bool = False) -> str:
    """Potentials, currents and certificate; returns the summary."""
    stages = Stages(3, quiet=quiet)
    solved = solve_experiment(experiment, stages)
    with stages("measure"):
        numbers = circuit_numbers(solved)
    if folder is not None:
        save_flow(solved.flow, folder / "flow.npz", solved.problem.alphabet)
    return f"{_finish(solved.experiment, solved.asked, folder, command, numbers, stages)}\n{solved.flow.certificate}"


def sample_run(
    experiment: Experiment,
    folder: Path | None,
    command: str,
    *,
    starts_file: Path | None = None,
    quiet: bool = False,
) -> str:
    """Walks from source to target, or from every state in a file, compared with the target; returns the summary."""
    stages = Stages(3, quiet=quiet)
    solved = solve_experiment(experiment, stages, starts_file)
    walks = _walk(solved, stages)
    if folder is not None:
        _save_walks(walks, solved, folder)
    numbers = circuit_numbers(solved) | _walked(solved, walks)
    if starts_file is not None:
        read = SampleTable(walks.starts, alphabet=solved.problem.alphabet).describe()
        numbers["starts"] = {"file": str(starts_file), "read": read}
    return _finish(solved.experiment, solved.asked, folder, command, numbers, stages)


def plot_run(experiment: Experiment, folder: Path, command: str, *, quiet: bool = False) -> str:
    """Figures that fit the shape of the data; returns the summary."""
    # the first-passage law is exact like the two-way one, and costs more than all the rest
    stages = Stages(5, quiet=quiet)
    solved, numbers = _drawn(experiment, folder, stages, rules=("two-way", "forward-only"), arrays=False)
    return _finish(solved.experiment, solved.asked, folder, command, numbers, stages)


@dataclass(frozen=True)
class Reproduction:
    """An experiment, and the models that are trained on it (None: the exact half alone)."""

    experiment: Experiment
    learning: "Learning | None" = None

    @property
    def seed(self) -> int:
        """The seed of the walks."""
        return self.experiment.seed


def reproduce_run(asked: Reproduction, folder: Path, command: str, *, quiet: bool = False) -> str:
    """Everything: exact laws of all rules, walks, arrays, figures, and learned currents; returns the summary."""
    rules: tuple[Rule, ...] = ("two-way", "forward-only", "first-passage")
    stages = Stages(6 if asked.learning is None else 8, quiet=quiet)
    solved, numbers = _drawn(asked.experiment, folder, stages, rules=rules, arrays=True)
    learned = "" if asked.learning is None else _learn(solved, asked.learning, numbers, folder, stages, quiet)
    config = replace(asked, experiment=solved.experiment)
    return _finish(config, asked, folder, command, numbers, stages) + learned


def _drawn(
    experiment: Experiment, folder: Path, stages: Stages, *, rules: tuple[Rule, ...], arrays: bool
) -> tuple[SolvedExperiment, dict[str, Any]]:
    """Solve, walk, measure and draw; returns the solved experiment and its numbers."""
    solved = solve_experiment(experiment, stages)
    with stages("exact_laws"):
        laws = {rule: law_numbers(solved, rule) for rule in rules}
    walks = _walk(solved, stages)
    numbers = circuit_numbers(solved) | {"laws": laws} | _walked(solved, walks)
    if arrays:
        with stages("write_arrays"):
            save_flow(solved.flow, folder / "flow.npz", solved.problem.alphabet)
            _save_walks(walks, solved, folder)
    with stages("draw"):
        numbers |= _draw(solved, walks, numbers, folder)
    return solved, numbers


def _learn(
    solved: SolvedExperiment,
    learning: "Learning",
    numbers: dict[str, Any],
    folder: Path,
    stages: Stages,
    quiet: bool,
) -> str:
    """Train, compare and draw; adds to the numbers, and returns the table."""
    from ecd2g.experiments.comparison.figures import save_comparison  # noqa: PLC0415 - loads matplotlib
    from ecd2g.experiments.comparison.learn import learn, our_choices, recipes  # noqa: PLC0415 - loads torch

    with stages("learn"):
        comparison, curves = learn(solved.experiment, solved.problem, learning, folder, quiet=quiet)
    with stages("draw_comparison"):
        numbers["figures"] += save_comparison(comparison, folder, curves, prefix="learned_")
    numbers |= comparison.numbers() | {"recipes": recipes(learning)}
    stages.seconds |= comparison.timing()
    return f"\n{our_choices(solved.asked, learning)}\n\n{comparison.table()}"


def _walk(solved: SolvedExperiment, stages: Stages) -> Walks:
    with stages("walk"):
        return solved.sample()


def _walked(solved: SolvedExperiment, walks: Walks) -> dict[str, Any]:
    return {
        "rule": solved.experiment.rule,
        "walks": walk_numbers(solved, walks),
        "independent_coupling": independent_numbers(solved.problem),
    }


def _save_walks(walks: Walks, solved: SolvedExperiment, folder: Path) -> None:
    for name, states in (("starts", walks.starts), ("ends", walks.ends)):
        np.save(folder / f"{name}.npy", states, allow_pickle=False)
        write_states(folder / f"{name}.csv", states, solved.problem.alphabet)
    np.save(folder / "n_steps.npy", walks.n_steps, allow_pickle=False)


def _draw(solved: SolvedExperiment, walks: Walks, numbers: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Names of the figures drawn, and of those left out with the reason."""
    from ecd2g.experiments.exact.figures import Picture  # noqa: PLC0415 - solve and sample need no matplotlib

    distances = {
        f"exact {rule} law": float(law["total_variation"])
        for rule, law in numbers["laws"].items()
        if "total_variation" in law
    }
    sampled = numbers["walks"]
    distances[f"{sampled['n_walks']:,} {numbers['rule']} walks"] = float(sampled["total_variation"])
    picture = Picture(solved, walks, distances, sampled["floor_expected"])
    return {"figures": picture.save(folder), "figures_left_out": picture.left_out()}


def _finish(
    config: Any, asked: Any, folder: Path | None, command: str, numbers: dict[str, Any], stages: Stages
) -> str:
    timing = stages.close()
    if folder is not None:
        device = device_name(getattr(config, "experiment", config).backend)
        write_record(
            folder,
            command=command,
            config=config,
            asked=asked,
            numbers=numbers,
            timing=timing,
            device=device,
        )
    return summary(numbers, timing)
