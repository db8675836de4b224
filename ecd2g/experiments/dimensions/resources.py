"""Time and memory of a solve, measured apart: tracing every allocation would take time of its own."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.data.problem import Problem
from ecd2g.errors import InputError
from ecd2g.reference.flow import Flow
from ecd2g.reference.solve import solve

REPEATS = 3
"""Timed solves; the fastest counts, since other work on the machine can only slow it down."""


@dataclass(frozen=True)
class Resources:
    """Seconds of the fastest solve, certificate included, and the peak of what it allocates beyond what it is given.

    `formula_bytes` are the 4 N V float64 numbers that the closed form states.
    """

    solve_s: float
    peak_bytes: int
    formula_bytes: int


def solve_measured(
    make: Callable[[], LayeredCircuit], problem: Problem, tolerance: float
) -> tuple[Flow, Resources]:
    """Solve a circuit that `make` makes anew each time, so that nothing is left from the time before."""
    flow, seconds = _timed(make(), problem, tolerance)
    for _ in range(REPEATS - 1):
        seconds = min(seconds, _timed(make(), problem, tolerance)[1])
    circuit = flow.circuit
    formula = 8 * 4 * circuit.n_layers * circuit.n_states
    return flow, Resources(seconds, _peak(make, problem, tolerance), formula)


def _timed(circuit: LayeredCircuit, problem: Problem, tolerance: float) -> tuple[Flow, float]:
    begin = perf_counter()
    flow = solve(circuit, source=problem.source, sink=problem.target, tolerance=tolerance)
    return flow, perf_counter() - begin


def _peak(make: Callable[[], LayeredCircuit], problem: Problem, tolerance: float) -> int:
    """Peak of the traced allocations in bytes; those of NumPy arrays are among them."""
    if tracemalloc.is_tracing():
        raise InputError("memory is measured with tracemalloc, which is already tracing; stop it first")
    tracemalloc.start()
    try:
        solve(make(), source=problem.source, sink=problem.target, tolerance=tolerance)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
