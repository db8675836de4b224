"""Deviations of the laws that compare a solution with the solutions of related problems."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.testing.deviations import largest, mismatch, relative
from ecd2g.testing.problems import LayeredProblem, NetworkProblem, Problem
from ecd2g.testing.solved import Solved, Solver, solve_with

PAIR_LIMIT = 16
"""Couplings with at most this many pairs are superposed from unit circuits."""

Coupling = list[tuple[int, int, float]]
"""Pairs (x0, xN) of state or node numbers with their weight in ampere."""


def superposed_potentials_deviation(solved: Solved, solver: Solver) -> float:
    """Largest |phi[both] - phi - phi'| over the largest of these potentials; Eq. (5)."""
    other, both = superposed(solved, solver)
    weight = 0.5 if isinstance(solved.problem, LayeredProblem) else 1.0
    return mismatch(both.potentials, weight * solved.potentials, weight * other.potentials)


def superposed_currents_deviation(solved: Solved, solver: Solver) -> float:
    """Largest |I[both] - I - I'| over the largest of these currents; Eq. (6)."""
    other, both = superposed(solved, solver)
    weight = 0.5 if isinstance(solved.problem, LayeredProblem) else 1.0
    return mismatch(both.currents, weight * solved.currents, weight * other.currents)


def reciprocity_deviation(solved: Solved, solver: Solver) -> float:
    """|sum J' phi - sum J phi'| over total' max |phi| + total max |phi'|, the primed problem is rolled."""
    other = solve_related(rolled(solved.problem), solver)
    difference = _net(other.problem) @ solved.potentials - _net(solved.problem) @ other.potentials
    scale = other.total * largest(solved.potentials) + solved.total * largest(other.potentials)
    return relative(float(abs(difference)), scale)


def ground_deviation(solved: Solved, solver: Solver) -> float:
    """Largest change of a potential, beyond one constant, when states or nodes are numbered backwards; Eq. (4).

    The solver then grounds another node. Relative to the largest potential.
    """
    turned = solve_related(backwards(solved.problem), solver).potentials
    if isinstance(solved.problem, LayeredProblem):
        turned = turned.reshape(solved.problem.circuit.n_layers, -1)[:, ::-1].ravel()
    else:
        turned = turned[::-1]
    change = turned - solved.potentials
    return relative(largest(change - change.mean()), largest(solved.potentials))


def plan_deviation(solved: Solved, solver: Solver) -> float:
    """Largest difference of the potentials under two couplings, over the largest sum of their sizes; Remark 3.4."""
    units = UnitCircuits(solved.problem, solver)
    first, second = units.superpose(independent(solved.problem)), units.superpose(north_west(solved.problem))
    return relative(largest(first.potentials - second.potentials), max(first.volts, second.volts))


def coupling_potentials_deviation(solved: Solved, solver: Solver) -> float:
    """Largest |phi - sum pi phi[x0 -> xN]| over the largest sum pi |phi[x0 -> xN]|, pi independent; Eq. (12)."""
    mean = UnitCircuits(solved.problem, solver).superpose(independent(solved.problem))
    return relative(largest(solved.potentials - mean.potentials), mean.volts)


def coupling_currents_deviation(solved: Solved, solver: Solver) -> float:
    """Eq. (13) over all pairs of the independent coupling: mean currents, and mean drops less R I.

    Relative to the largest sum of the sizes of the unit currents, and of the unit potentials.
    """
    mean = UnitCircuits(solved.problem, solver).superpose(independent(solved.problem))
    drop = mean.potentials[solved.tails] - mean.potentials[solved.heads]
    in_volt = relative(largest(drop - solved.currents / solved.conductances), mean.volts)
    in_ampere = relative(largest(mean.currents - solved.currents), mean.amperes)
    return float(np.max([in_volt, in_ampere]))


def has_few_pairs(solved: Solved) -> bool:
    """Whether the independent coupling has few enough pairs."""
    p, q = solved.problem.injected, solved.problem.extracted
    return int(np.count_nonzero(p)) * int(np.count_nonzero(q)) <= PAIR_LIMIT


def superposed(solved: Solved, solver: Solver) -> tuple[Solved, Solved]:
    """The rolled problem, and both together: added in a network, averaged in a layered circuit; solved."""
    problem, other = solved.problem, rolled(solved.problem)
    both = _together(problem, other)
    return solve_related(other, solver), solve_related(both, solver)


def _together(problem: Problem, other: Problem) -> Problem:
    if isinstance(problem, LayeredProblem) and isinstance(other, LayeredProblem):
        source, sink = _average(problem.source, other.source), _average(problem.sink, other.sink)
        return LayeredProblem(problem.circuit, source, sink)
    assert isinstance(problem, NetworkProblem)  # noqa: S101 - for the type checker
    injected, extracted = problem.injected + other.injected, problem.extracted + other.extracted
    return NetworkProblem(problem.circuit, injected, extracted)


def rolled(problem: Problem) -> Problem:
    """The same circuit with sources and sinks exchanged, and the sources moved on by one state or node.

    A network gets half of the current, lest the two problems cancel.
    """
    if isinstance(problem, NetworkProblem):
        return NetworkProblem(problem.circuit, np.roll(problem.extracted, 1) / 2, problem.injected / 2)
    space = problem.circuit.space
    moved = np.roll(problem.sink.to_array(), 1)
    return LayeredProblem(
        problem.circuit,
        Distribution.from_probabilities(space, moved),
        Distribution.from_probabilities(space, problem.source.to_array()),
    )


def backwards(problem: Problem) -> Problem:
    """The same problem with states or nodes numbered from the last to the first."""
    if isinstance(problem, NetworkProblem):
        net = problem.circuit
        turned = ResistorNetwork(
            net.nodes[::-1], net.n_nodes - 1 - net.tails, net.n_nodes - 1 - net.heads, net.conductances
        )
        return NetworkProblem(turned, problem.injected[::-1].copy(), problem.extracted[::-1].copy())
    circuit = problem.circuit
    if not isinstance(circuit.kernel, CompleteKernel):
        circuit = LayeredCircuit.from_conductances(
            circuit.space, circuit.kernel.table()[::-1, ::-1], n_layers=circuit.n_layers, gains=circuit.gains
        )
    p, q = problem.source.to_array()[::-1].copy(), problem.sink.to_array()[::-1].copy()
    return LayeredProblem(
        circuit,
        Distribution.from_probabilities(circuit.space, p),
        Distribution.from_probabilities(circuit.space, q),
    )


def unit_problem(problem: Problem, start: int, end: int) -> Problem:
    """The same circuit with 1 A from state (node) number `start` to number `end`."""
    if isinstance(problem, NetworkProblem):
        p, q = np.zeros(problem.circuit.n_nodes), np.zeros(problem.circuit.n_nodes)
        p[start] = q[end] = 1.0
        return NetworkProblem(problem.circuit, p, q)
    space = problem.circuit.space
    source, sink = (Distribution.point(space, space.states(k)) for k in (start, end))
    return LayeredProblem(problem.circuit, source, sink)


def independent(problem: Problem) -> Coupling:
    """pi(x0, xN) = p(x0) q(xN) / total."""
    p, q = ends_of(problem)
    return [
        (int(x), int(y), float(p[x] * q[y] / p.sum())) for x in np.flatnonzero(p) for y in np.flatnonzero(q)
    ]


def north_west(problem: Problem) -> Coupling:
    """The north-west corner coupling: what enters first leaves first, in the order of the numbers."""
    return list(_north_west(*ends_of(problem)))


def _north_west(p: NDArray[np.float64], q: NDArray[np.float64]) -> Iterator[tuple[int, int, float]]:
    left, right = np.cumsum(p), np.cumsum(q)
    right *= left[-1] / right[-1]
    knots = np.unique(np.concatenate([left, right]))
    begin = 0.0
    for stop in knots:
        x, y = int(np.searchsorted(left, stop)), int(np.searchsorted(right, stop))
        if stop > begin and x < len(p) and y < len(q):
            yield x, y, float(stop - begin)
        begin = float(stop)


@dataclass(frozen=True, eq=False)
class Superposition:
    """Weighted sums of unit potentials and currents; `volts`, `amperes`: the largest weighted sum of their sizes."""

    potentials: NDArray[np.float64]
    currents: NDArray[np.float64]
    volts: float
    amperes: float


class UnitCircuits:
    """Unit circuits x0 -> xN of a problem, each solved once."""

    def __init__(self, problem: Problem, solver: Solver) -> None:
        self.problem, self.solver = problem, solver
        self.known: dict[tuple[int, int], Solved] = {}

    def superpose(self, coupling: Coupling) -> Superposition:
        """Potentials and currents summed with the weights of the coupling, Eq. (12), (13)."""
        weights = np.array([weight for *_, weight in coupling])
        units = [self._unit(x, y) for x, y, _ in coupling]
        potentials = np.stack([unit.potentials for unit in units])
        currents = np.stack([unit.currents for unit in units])
        return Superposition(
            weights @ potentials,
            weights @ currents,
            largest(weights @ np.abs(potentials)),
            largest(weights @ np.abs(currents)),
        )

    def _unit(self, start: int, end: int) -> Solved:
        if (start, end) not in self.known:
            problem = unit_problem(self.problem, start, end)
            self.known[start, end] = solve_related(problem, self.solver)
        return self.known[start, end]


def ends_of(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Current into every state of the first layer and out of every state of the last, or of every node of a network."""
    if isinstance(problem, LayeredProblem):
        return problem.source.to_array(), problem.sink.to_array()
    return problem.injected, problem.extracted


def solve_related(problem: Problem, solver: Solver) -> Solved:
    """Solve, unless every ampere leaves a network where it enters: then nothing flows."""
    if isinstance(problem, NetworkProblem) and np.allclose(
        problem.injected, problem.extracted, rtol=1e-12, atol=0.0
    ):
        nothing = np.zeros(problem.circuit.n_nodes), np.zeros(problem.circuit.n_edges)
        return Solved.from_arrays(problem, *nothing)
    return solve_with(solver, problem)


def _average(first: Distribution, second: Distribution) -> Distribution:
    values = (first.to_array() + second.to_array()) / 2
    return Distribution.from_probabilities(first.space, values)


def _net(problem: Problem) -> NDArray[np.float64]:
    return problem.injected - problem.extracted
