"""Every number of the adaptations: costs by iteration in units of the optimum, walks, and the law of displacements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.randomness import generator
from ecd2g.data.problem import Problem
from ecd2g.experiments.adapted.coupling import CARRIED, coupling_of, displacements, edges_that_carry
from ecd2g.experiments.adapted.settings import CLOSE, OPTIMA, REACHES, Adapted
from ecd2g.metrics import independent_cost, optimal_transport_cost, sampling_floor, total_variation
from ecd2g.reference.adapted.circuit import AdaptedCircuit, adapted_circuit
from ecd2g.reference.adapted.ends import GROUNDS, TransportCost
from ecd2g.reference.adapted.step import AdaptedStep

PART = 5000
"""Walks drawn at a time: with 600 edges at a node they hold a few hundred MB."""


@dataclass(frozen=True)
class Unit:
    """What costs of one kind are divided by, and what that is called."""

    name: str
    value: float
    origin: str


def adapt(
    settings: Adapted,
    problem: Problem,
    start: str,
    cost: str,
    n_iterations: int | None = None,
    progress: Callable[[AdaptedStep], None] | None = None,
) -> AdaptedCircuit:
    """One adaptation with the settings of the experiment."""
    return adapted_circuit(
        problem.source,
        problem.target,
        cost=cast(TransportCost, cost),
        reach=REACHES[start],
        n_iterations=settings.n_iterations if n_iterations is None else n_iterations,
        step=settings.step,
        floor=settings.floor,
        offset=settings.offset,
        tolerance=settings.tolerance,
        progress=progress,
    )


def unit_of(problem: Problem, cost: str, circuits: Sequence[AdaptedCircuit]) -> Unit:
    """The optimal cost where POT is installed, else the best of the proven lower bounds."""
    if find_spec("ot") is not None:
        optimum = optimal_transport_cost(problem.source, problem.target, GROUNDS[cost])
        return Unit(OPTIMA[cost], optimum, "optimal transport, network simplex of POT")
    bound = max(circuit.history[-1].bound for circuit in circuits)
    return Unit("best lower bound", bound, "best proven lower bound of the runs; POT is not installed")


def run_numbers(
    settings: Adapted, problem: Problem, circuit: AdaptedCircuit, start: str, unit: Unit
) -> dict[str, Any]:
    """What one adaptation has come to, in units of the optimum; the table has every iteration."""
    history = circuit.history
    close = [step.iteration for step in history if step.cost <= CLOSE * unit.value]
    marks = [mark for mark in settings.marks if mark < len(history)]
    return {
        "start": start,
        "cost_kind": circuit.cost,
        "n_iterations": history[-1].iteration,
        "n_edges_first": history[0].n_edges,
        "n_edges_last": history[-1].n_edges,
        "edges_that_carry_99_percent": edges_that_carry(circuit),
        "cost_over_unit": {str(mark): history[mark].cost / unit.value for mark in marks},
        "bound_over_unit": {str(mark): history[mark].bound / unit.value for mark in marks},
        "first_iteration_within_1.25": close[0] if close else "none",
        "largest_law_error": max(step.law_error for step in history),
        "largest_conductance_ratio": max(step.conductance_ratio for step in history),
        "walks": _walk_numbers(settings, problem, circuit),
    }


def shown_numbers(
    circuit: AdaptedCircuit,
) -> tuple[dict[str, Any], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Displacements of one iteration's exact coupling; and the distances and masses of all pairs, for the figure."""
    lengths, masses = displacements(circuit), coupling_of(circuit)
    mean = float(np.sum(lengths * masses))
    numbers = {
        "mean_displacement": mean,
        "mean_squared_displacement": float(np.sum(lengths**2 * masses)),
        f"edges_that_carry_{CARRIED:.0%}".replace("%", "_percent"): edges_that_carry(circuit),
    }
    return numbers, (lengths.ravel(), masses.ravel())


def independent(problem: Problem, cost: str, unit: Unit) -> float:
    """Cost of the independent coupling in the same unit."""
    return independent_cost(problem.source, problem.target, GROUNDS[cost]) / unit.value


def _sampled(circuit: AdaptedCircuit, n_walks: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last states of the walks; drawn in parts, as a walker looks at every edge of its node."""
    rng, parts = generator(seed), []
    for first in range(0, n_walks, PART):
        parts.append(circuit.sample(min(PART, n_walks - first), rng))
    starts, ends = (np.concatenate(states) for states in zip(*parts, strict=True))
    return starts, ends


def _walk_numbers(settings: Adapted, problem: Problem, circuit: AdaptedCircuit) -> dict[str, Any]:
    """Walks drawn from the last circuit: their cost with its standard error, and their ends beside the floor."""
    starts, ends = _sampled(circuit, settings.n_walks, settings.seed)
    squares = np.square(starts - ends).sum(axis=1).astype(np.float64)
    costs = squares if circuit.cost == "squared" else np.sqrt(squares)
    target = problem.target.to_array()
    law = np.bincount(problem.space.index(ends), minlength=len(target)) / len(ends)
    floor = sampling_floor(target, len(ends))
    distance = float(total_variation(law, target))
    return {
        "n_walks": len(ends),
        "cost": float(costs.mean()),
        "cost_standard_error": float(costs.std() / np.sqrt(len(costs))),
        "total_variation": distance,
        "floor_expected": floor.expected,
        "floor_bound": floor.bound,
        "within_floor": bool(distance <= floor.bound),
    }
