"""Training: one loop for every model, on one process or several, that can stop anywhere and go on bit for bit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Generic

import numpy as np
import torch
from numpy.typing import NDArray

from ecd2g.couplings.pairs import Coupling
from ecd2g.errors import DivergedError, InputError
from ecd2g.learned.checkpoint import ModelT, TrainingState
from ecd2g.learned.model import Examples
from ecd2g.learned.processes import Processes
from ecd2g.learned.recipe import Recipe


@dataclass(frozen=True)
class Progress:
    """What a training tells while it runs: the mean loss since it last told, after `step` of `n_steps` steps."""

    step: int
    n_steps: int
    loss: float
    learning_rate: float


Listener = Callable[[Progress, TrainingState], None]
"""Told after every `every` steps, and after the last one."""


@dataclass(frozen=True, eq=False)
class Trained(Generic[ModelT]):
    """The trained model, its losses ``(k,)`` after the given numbers of steps ``(k,)``, and the seconds it took."""

    model: ModelT
    steps: NDArray[np.intp]
    losses: NDArray[np.float64]
    seconds: float


def train(
    make_model: Callable[[], ModelT],
    coupling: Coupling,
    recipe: Recipe | None = None,
    *,
    device: torch.device | str = "cpu",
    every: int = 10,
    listener: Listener | None = None,
    state: TrainingState[ModelT] | None = None,
    processes: Processes | None = None,
    threads: int = 1,
) -> Trained[ModelT]:
    """Algorithm 1: draw pairs, make examples of them (for currents the estimate (13)), take a step, repeat.

    `make_model` makes the network; its initial weights follow the seed of the recipe. The same seed gives the same
    weights on a CPU, with the same number of `threads`. `state` continues an earlier training, see checkpoint.py.
    Raises DivergedError where the loss or a weight is no longer a number.

    >>> import ecd2g
    >>> from ecd2g.learned import IndependentPairs, MarginalNetwork
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> pairs = IndependentPairs(p, q)
    >>> marginal = train(lambda: MarginalNetwork(circuit), pairs, Recipe(n_steps=20, learning_rate=0.1))
    >>> marginal.steps, bool(marginal.losses[-1] < marginal.losses[0])
    (array([10, 20]), True)
    """
    recipe = Recipe() if recipe is None else recipe
    processes = Processes() if processes is None else processes
    begin, steps, losses = perf_counter(), [], []
    with _repeatable(torch.device(device), threads):
        if state is None:
            state = TrainingState.begin(make_model, recipe, torch.device(device))
        if state.model.space != coupling.space:
            raise InputError("the model and the pairs must live on one state space")
        replica = processes.share(state.model)
        since: list[float] = []
        while state.step < recipe.n_steps:
            rate = recipe.rate(state.step)
            since.append(_step(state, replica, coupling, recipe, rate, processes))
            if not np.isfinite(since[-1]):
                raise DivergedError(
                    f"the loss is {since[-1]} after step {state.step}; lower the learning rate, now {rate:.3g}"
                )
            if state.step % every == 0 or state.step == recipe.n_steps:
                steps.append(state.step)
                losses.append(float(np.mean(since)))
                since.clear()
                if listener is not None:
                    listener(Progress(state.step, recipe.n_steps, losses[-1], rate), state)
        state.require_finite()
        model = state.finished_model()
    return Trained(model, np.array(steps, dtype=np.intp), np.array(losses), perf_counter() - begin)


def _step(
    state: TrainingState,
    replica: torch.nn.Module,
    coupling: Coupling,
    recipe: Recipe,
    rate: float,
    processes: Processes,
) -> float:
    """One step of the optimiser; returns the loss before it, averaged over the processes."""
    rows = state.model.examples(coupling, recipe.n_pairs, recipe.volume, recipe.n_points, state.rng)
    share, weight = _share(rows, processes)
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    state.optimiser.zero_grad(set_to_none=True)
    loss = replica(share) * weight
    loss.backward()
    state.optimiser.step()
    state.after_step(recipe)
    return processes.mean(loss)


def _share(rows: Examples, processes: Processes) -> tuple[Examples, float]:
    """Every k-th row, and the weight that makes the mean over processes the mean over all rows."""
    if processes.count == 1:
        return rows, 1.0
    mine = slice(processes.rank, None, processes.count)
    share = Examples(tuple(part[mine] for part in rows.inputs), rows.targets[mine], rows.weights[mine])
    if len(share.weights) == 0:
        raise InputError(
            f"{len(rows.weights)} rows a step must be at least one a process, got {processes.count}"
        )
    return share, len(share.weights) * processes.count / len(rows.weights)


@contextmanager
def _repeatable(device: torch.device, threads: int) -> Iterator[None]:
    """Deterministic kernels on a CPU and a fixed number of threads, and torch as it was afterwards.

    New memory is not filled with NaN, which torch does then to find kernels that read it: a twentieth of the time.
    """
    before, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    deterministic: Any = torch.utils.deterministic  # its module type does not list what it has
    fill = deterministic.fill_uninitialized_memory
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(strict or device.type == "cpu")
    deterministic.fill_uninitialized_memory = fill and strict
    try:
        yield
    finally:
        deterministic.fill_uninitialized_memory = fill
        torch.set_num_threads(before)
        torch.use_deterministic_algorithms(strict)
