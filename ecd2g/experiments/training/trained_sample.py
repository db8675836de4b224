"""Samples of a finished training: walks of a bridge or along learned currents, from the source or from own starts."""

from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.data import Problem, SampleTable, read_starts
from ecd2g.errors import InputError
from ecd2g.experiments.exact.distances import Target
from ecd2g.experiments.exact.measures import independent_numbers, transport_numbers
from ecd2g.experiments.judge import Judge
from ecd2g.experiments.records.letters import write_states
from ecd2g.experiments.records.origin import default
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.summary import WIDTH
from ecd2g.experiments.training.prepared_bridge import judged_by
from ecd2g.experiments.training.sample_summary import bridge_lines, current_lines
from ecd2g.experiments.training.trained_bridge import TrainedBridge, read_run
from ecd2g.experiments.training.trained_run import TrainedRun
from ecd2g.learned.learned_flow import LearnedFlow
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.metrics import nearest_distance, novelty
from ecd2g.movement import Walks
from ecd2g.movement.rules import Rule


@dataclass(frozen=True)
class Sampling:
    """Which run is walked on, from where, and how."""

    run: str
    starts: str | None = None
    n_walks: int = default(1000)
    n_steps: int | None = default(None, "8 of a bridge, or one a site where that is fewer")
    rule: Rule | None = default(  # noqa: RUF009 - a frozen field
        None, "two-way for learned currents; a bridge has none"
    )
    paths: bool = default(False)
    seed: int = default(0)


@dataclass(frozen=True, eq=False)
class Sampled:
    """Walks, what is known of them, and the lines to print."""

    settings: Sampling
    walks: Walks
    numbers: dict[str, Any]
    lines: list[tuple[str, str]]


def sample_trained(asked: Sampling, folder: Path | None, command: str) -> str:
    """Walk, and say how good the ends are and how new; returns the summary."""
    begin, run = perf_counter(), read_run(Path(asked.run))
    problem = run.prepared.split.train if isinstance(run, TrainedBridge) else run.prepared.problem
    starts = None if asked.starts is None else read_starts(asked.starts, problem)
    settings = asked if starts is None else replace(asked, n_walks=len(starts))
    if isinstance(run, TrainedBridge):
        known, found = run.prepared.numbers(), _bridge(run, settings, starts)
    else:
        known, found = {"problem": _problem(problem)}, _currents(run, settings, starts)
    numbers = known | found.numbers
    lines = [("problem", problem.title), *found.lines]
    if starts is not None:
        read = SampleTable(starts, alphabet=problem.alphabet).describe()
        numbers["starts"] = {"file": asked.starts, "read": read}
        lines.insert(1, ("read of the starts", read))
    if folder is not None:
        save_walks(found.walks, problem, folder)
        timing = {"total_s": round(perf_counter() - begin, 6)}
        write_record(
            folder, command=command, config=found.settings, asked=settings, numbers=numbers, timing=timing
        )
    return "\n".join(f"{name:<{WIDTH}} {text}" for name, text in lines)


def save_walks(walks: Walks, problem: Problem, folder: Path) -> None:
    """Starts and ends as .npy and in the words of the problem, steps, and paths where they were kept."""
    for name, states in (("starts", walks.starts), ("ends", walks.ends)):
        np.save(folder / f"{name}.npy", states, allow_pickle=False)
        write_states(folder / f"{name}.csv", states, problem.alphabet)
    np.save(folder / "n_steps.npy", walks.n_steps, allow_pickle=False)
    if walks.paths is not None:
        np.savez_compressed(
            folder / "paths.npz", allow_pickle=False, layers=walks.paths.layers, states=walks.paths.states
        )


def _bridge(run: TrainedBridge, settings: Sampling, starts: NDArray[np.int64] | None) -> Sampled:
    """Walks of a bridge; starts of one's own need not lead to the target, so their ends have no fidelity."""
    if settings.rule is not None:
        raise InputError(
            "--rule must be left out: it belongs to currents, and this run is a bridge, which has --steps"
        )
    flow, split = run.flow(), run.prepared.split
    n_steps = flow.usual_steps if settings.n_steps is None else settings.n_steps
    number = settings.n_walks if starts is None else None
    walks = flow.sample(number, starts=starts, n_steps=n_steps, rng=settings.seed, paths=settings.paths)
    judge = Judge(split, settings.n_walks, settings.seed)
    numbers: dict[str, Any] = {"n_walks": settings.n_walks, "n_steps": n_steps, "judged_by": judged_by(split)}
    if starts is None:
        numbers |= {"walks": judge.numbers(walks.starts, walks.ends), "floor": judge.floor}
    else:
        numbers["walks"] = judge.cost(walks.starts, walks.ends) | _newness(walks, split.train.target)
    lines = bridge_lines(run.prepared.name, numbers, judge.ground)
    return Sampled(replace(settings, n_steps=n_steps), walks, numbers, lines)


def _currents(run: TrainedRun, settings: Sampling, starts: NDArray[np.int64] | None) -> Sampled:
    """Walks along learned currents."""
    if settings.n_steps is not None:
        raise InputError(
            "--steps must be left out: it belongs to bridges, and this run learned currents, which have --rule"
        )
    problem, rule = run.prepared.problem, settings.rule or "two-way"
    walks = _current_walks(run, settings, rule, starts)
    numbers: dict[str, Any] = {
        "n_walks": settings.n_walks,
        "rule": rule,
        "mean_steps": float(walks.n_steps.mean()),
        "transport": transport_numbers(problem, walks),
        "independent_coupling": independent_numbers(problem),
        "walks": _newness(walks, problem.target),
    }
    if problem.space.is_enumerable and starts is None:
        target = Target.of(problem)
        numbers["walks"] |= target.from_ends(walks.ends, settings.seed)
        numbers["floor"] = target.floor(settings.n_walks, settings.seed)
    return Sampled(replace(settings, rule=rule), walks, numbers, current_lines(run.name, numbers))


def _current_walks(
    run: TrainedRun, settings: Sampling, rule: Rule, starts: NDArray[np.int64] | None
) -> Walks:
    """Along a table of currents, or, where no states can be listed, between the learned densities."""
    problem, model, n = run.prepared.problem, run.model, settings.n_walks
    rng = np.random.default_rng(settings.seed)
    if problem.space.is_enumerable:
        source, sink = (
            Distribution.from_probabilities(problem.space, law.to_array())
            for law in (problem.source, problem.target)
        )
        flow = LearnedFlow.of(model, source, sink)
        return flow.sample(None if starts is not None else n, rule, rng, starts=starts, paths=settings.paths)
    if not isinstance(model, MarginalNetwork):
        raise InputError(f"walks without a list of states need learned densities, got {type(model).__name__}")
    if rule != "two-way" or settings.paths:
        what = "--paths" if rule == "two-way" else f"--rule {rule}"
        raise InputError(
            f"{what} must be left out: where states cannot be listed there are two-way walks alone, and no paths"
        )
    return model.walk(problem.source.sample(n, rng) if starts is None else starts, rng)


def _newness(walks: Walks, training: Distribution) -> dict[str, float]:
    """Whether ends are training samples over again; all states are there in a dense law."""
    if training.states is None:
        return {}
    few = walks.ends[:2000]
    return {
        "novelty": novelty(few, training),
        "nearest_distance": nearest_distance(few, training),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    space = problem.space
    return {
        "name": problem.name,
        "title": problem.title,
        "read": problem.read,
        "alphabet": problem.alphabet,
        "alphabet_sizes": space.alphabet_sizes,
        "n_states": space.n_states,
    }
