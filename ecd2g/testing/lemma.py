"""Lemma 3.5 in fractions, against a solver under test and against the package's own `table_1`."""

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.reference.layered.table_1 import table_1
from ecd2g.testing.deviations import largest, relative
from ecd2g.testing.oracle import chebyshev_potential
from ecd2g.testing.problems import Problem
from ecd2g.testing.related_laws import ends_of, solve_related, unit_problem
from ecd2g.testing.solved import Solved, Solver


def lemma_applies(solved: Solved) -> bool:
    """Whether Lemma 3.5 speaks of the circuit: complete, no gains, two states or more, r != R."""
    circuit = solved.problem.circuit
    if not isinstance(circuit, LayeredCircuit) or circuit.is_graded:
        return False
    kernel = circuit.kernel
    return isinstance(kernel, CompleteKernel) and kernel.n_states > 1 and kernel.forward != kernel.lateral


def lemma_deviation(solved: Solved, solver: Solver, *, same: bool) -> float:
    """Largest deviation of the solver from Lemma 3.5 in fractions, over the largest potential.

    One unit circuit: from the likeliest state of p to itself (`same`), or to the likeliest other state of q. Where the
    solved circuit is that unit circuit, its own potentials are compared.
    """
    start, end = _pair(solved.problem, same=same)
    exact = _exact(solved.problem, start, end).ravel()
    p, q = ends_of(solved.problem)
    is_unit = np.count_nonzero(p) == np.count_nonzero(q) == 1 and q[end] > 0
    unit = solved if is_unit else solve_related(unit_problem(solved.problem, start, end), solver)
    return relative(largest(unit.potentials - exact), largest(exact))


def table_deviation(solved: Solved, *, same: bool) -> float:
    """Largest deviation of ecd2g's own `table_1` from Lemma 3.5 in fractions, for the circuit of `solved`."""
    start, end = _pair(solved.problem, same=same)
    exact, table = _exact(solved.problem, start, end), table_1(_circuit(solved.problem))
    printed = np.tile((table.same_other if same else table.other)[:, None], (1, exact.shape[1]))
    printed[:, start] = table.same_pair if same else table.source
    if not same:
        printed[:, end] = table.sink
    return relative(largest(printed - exact), largest(exact))


def _pair(problem: Problem, *, same: bool) -> tuple[int, int]:
    p, q = ends_of(problem)
    start = int(np.argmax(p))
    return start, start if same else int(np.argmax(np.where(np.arange(len(q)) == start, -1.0, q)))


def _circuit(problem: Problem) -> LayeredCircuit:
    assert isinstance(problem.circuit, LayeredCircuit)  # noqa: S101 - for the type checker: lemma_applies
    return problem.circuit


def _exact(problem: Problem, start: int, end: int) -> NDArray[np.float64]:
    circuit = _circuit(problem)
    kernel = circuit.kernel
    assert isinstance(kernel, CompleteKernel)  # noqa: S101 - for the type checker: lemma_applies
    return _rounded(circuit.n_states, circuit.n_layers, kernel.forward, kernel.lateral, start, end)


@lru_cache(maxsize=64)
def _rounded(
    n_states: int, n_layers: int, forward: float, lateral: float, start: int, end: int
) -> NDArray[np.float64]:
    """Unit potentials ``(n_layers, V)``: fractions, rounded at the end; conductances in siemens."""
    exact = chebyshev_potential(
        n_states,
        n_layers,
        forward_resistance=1 / Fraction(forward),
        lateral_resistance=1 / Fraction(lateral),
        start=start,
        end=end,
    )
    return read_only(np.array(exact, dtype=float))
