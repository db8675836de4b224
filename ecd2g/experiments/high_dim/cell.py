"""One problem and one seed: every method is trained on the same data, walks from the same starts, is judged alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.couplings import GivenPairs
from ecd2g.couplings.pool import pool_pairs
from ecd2g.data.split_problem import SplitProblem
from ecd2g.data.split_problems import SPLIT_PROBLEMS
from ecd2g.experiments.exact.experiment import lateral_resistance
from ecd2g.experiments.high_dim.settings import EXACT_WALK, NEAREST, RESAMPLING, HighDim, Method
from ecd2g.experiments.judge import Judge, headline_value
from ecd2g.learned.bridge_flow import BridgeFlow
from ecd2g.learned.end_network import END_RECIPE, EndNetwork
from ecd2g.learned.training import train
from ecd2g.metrics import nearest_states
from ecd2g.movement import Walks
from ecd2g.reference.densities.walk import walk_between_densities

FORWARD_RESISTANCE = 0.1
"""Of the exact walk, in ohm, as in the paper's 1D circuit."""

SHOWN = 12
"""Walks whose paths are kept for the pictures."""


@dataclass(frozen=True, eq=False)
class Cell:
    """What one problem and one seed gave.

    rows : one a method and number of evaluations, flat
    floor : the same numbers of perfect samples
    paths : name of a method to the states of a few walks, ``(SHOWN, n_steps + 1, n_sites)``, for pictures
    """

    problem: str
    seed: int
    rows: list[dict[str, Any]]
    floor: dict[str, float]
    paths: dict[str, NDArray[np.int64]] = field(default_factory=dict)


def run_cell(settings: HighDim, problem: str, seed: int) -> Cell:
    """Train and judge every method; deterministic but for the times. One thread: cells run side by side."""
    torch.set_num_threads(1)
    split = SPLIT_PROBLEMS[problem](rng=seed)
    judge = Judge(split, settings.walks_for(split), seed)
    starts = judge.starts()
    rows, paths = list(_untrained(settings, split, judge, starts)), {}
    pools = {
        coupling: _pool(settings, split, judge, coupling, seed)
        for coupling in dict.fromkeys(method.coupling for method in settings.methods_for(split))
    }
    for method in settings.methods_for(split):
        flow, trained_s = _train(settings, split, method, pools[method.coupling], seed)
        for number in settings.evaluations_for(split.train.space.n_sites):
            if (most := flow.model.bridge.most_steps) is not None and number > most:
                continue
            begin = perf_counter()
            walks = flow.sample(starts=starts, n_steps=number, rng=np.random.default_rng([seed, 5]))
            timing = {"train_s": trained_s, "sample_s": perf_counter() - begin}
            found = judge.numbers(starts, walks.ends, quick=number != flow.model.steps[-1])
            found |= _likelihood(flow, method, split, number, seed)
            rows.append(_row(method.bridge, method.coupling, number, split, found) | timing)
        if settings.is_pictured(problem, seed):
            few = flow.sample(starts=starts[:SHOWN], n_steps=flow.usual_steps, rng=seed, paths=True)
            if few.paths is not None:
                paths[str(method)] = few.paths.states
    label = {"problem": problem, "seed": seed}
    floor = judge.floor | {"best_cost": judge.best_cost, "headline": headline_value(split, judge.floor)}
    return Cell(problem, seed, [label | row for row in rows], floor, paths)


def _untrained(
    settings: HighDim, split: SplitProblem, judge: Judge, starts: NDArray[np.int64]
) -> Iterator[dict[str, Any]]:
    """Rows of what needs no network."""
    rng = np.random.default_rng([judge.seed, 6])
    yield _row(RESAMPLING, "", 0, split, judge.numbers(starts, split.train.target.sample(len(starts), rng)))
    training = split.train.target.support()
    yield _row(NEAREST, "", 0, split, judge.numbers(starts, training[nearest_states(starts, training, rng)]))
    if split.is_exact:
        walks = exact_walk(settings, split, starts, rng)
        yield _row(EXACT_WALK, "", 0, split, judge.numbers(starts, walks.ends))


def exact_walk(
    settings: HighDim, split: SplitProblem, starts: NDArray[np.int64], rng: np.random.Generator
) -> Walks:
    """Two-way walks through the paper's circuit between the exact laws, without a list of states."""
    space = split.train.space
    circuit = LayeredCircuit.complete(
        space,
        n_layers=settings.n_layers,
        forward_resistance=FORWARD_RESISTANCE,
        lateral_resistance=lateral_resistance(space, FORWARD_RESISTANCE),
    )
    return walk_between_densities(circuit, split.test.source, split.test.target, starts, rng)


def _pool(settings: HighDim, split: SplitProblem, judge: Judge, coupling: str, seed: int) -> GivenPairs:
    return pool_pairs(
        split.train.source,
        split.train.target,
        coupling,
        judge.ground,
        batch_size=settings.pool_batch_size,
        n_batches=settings.pool_batches,
        rng=np.random.default_rng([seed, 7]),
    )


def _train(
    settings: HighDim, split: SplitProblem, method: Method, pairs: GivenPairs, seed: int
) -> tuple[BridgeFlow, float]:
    space = split.train.space
    steps = settings.evaluations_for(space.n_sites)
    recipe = replace(END_RECIPE, n_steps=settings.n_steps, n_pairs=settings.n_pairs, seed=seed)
    trained = train(
        lambda: EndNetwork(space, method.bridge, steps=steps, network=settings.network), pairs, recipe
    )
    if not isinstance(trained.model, EndNetwork):
        raise TypeError("the training must return the network it was given")
    return BridgeFlow(trained.model, split.test.source, split.test.target), trained.seconds


def _likelihood(
    flow: BridgeFlow, method: Method, split: SplitProblem, number: int, seed: int
) -> dict[str, float]:
    """Mean log p_theta(x_N | x_0) of test pairs drawn apart, in nats: a lower bound of log q_theta(x_N) (Jensen)."""
    if method != ("sweep", "independent") or number != flow.model.bridge.most_steps:
        return {}
    rng = np.random.default_rng([seed, 8])
    starts, ends = (law.sample(2000, rng) for law in (split.test.source, split.test.target))
    return {"log_likelihood_bound": float(flow.log_likelihood(starts, ends, rng).mean())}


def _row(
    bridge: str, coupling: str, number: int, split: SplitProblem, found: dict[str, float]
) -> dict[str, Any]:
    label = {"method": bridge, "coupling": coupling, "evaluations": number}
    return label | {"headline": headline_value(split, found)} | found
