"""A solved circuit as a plain list of edges: the one form in which every law can be checked by explicit sums."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.reference.flow import Flow
from ecd2g.reference.network_solution import NetworkSolution
from ecd2g.testing.problems import LayeredProblem, NetworkProblem, Problem, Solution

FIRST_PASSAGE_STATES = 50
"""Up to this many states the (dense) first-passage rule is looked at as well."""


@dataclass(frozen=True, eq=False)
class Solved:
    """What a solver claims about a problem, edge by edge and node by node; all arrays flat.

    tails, heads, conductances, currents : ``(n_edges,)``  a current is positive from tail to head, in ampere
    potentials : ``(n_nodes,)``   in volt
    arrival, visits : ``(n_nodes,)``  claimed law of the end node, and expected visits, of the two-way walk
    first_passage : ``(V,)``  claimed end law of the first-passage rule

    The last three are None where nothing was claimed.
    """

    problem: Problem
    tails: NDArray[np.intp]
    heads: NDArray[np.intp]
    conductances: NDArray[np.float64]
    potentials: NDArray[np.float64]
    currents: NDArray[np.float64]
    arrival: NDArray[np.float64] | None = None
    visits: NDArray[np.float64] | None = None
    first_passage: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, solution: Solution, *, walks: bool = True) -> "Solved":
        """From a Flow or a NetworkSolution, with what it says of walks unless `walks` is False."""
        solved = _of_network(solution) if isinstance(solution, NetworkSolution) else _of_flow(solution)
        return _with_walks(solved, solution) if walks else solved

    @classmethod
    def from_arrays(cls, problem: Problem, potentials: ArrayLike, currents: ArrayLike) -> "Solved":
        """From the arrays of your own solver, which claim nothing about walks.

        Layered: potentials ``(n_layers, V)``, currents ``(n_gaps, V, V)`` from (n, x) to (n + 1, y).
        Network: potentials ``(n_nodes,)`` and currents ``(n_edges,)`` in the order of `network.tails`.
        """
        tails, heads, conductances = edges(problem)
        values = np.asarray(currents, dtype=np.float64)
        if isinstance(problem, LayeredProblem):
            values = np.concatenate([table[problem.circuit.kernel.table() > 0] for table in values])
        return cls(problem, tails, heads, conductances, np.ravel(potentials), values)

    @property
    def total(self) -> float:
        """Total current, in ampere."""
        return float(self.problem.injected.sum())

    @property
    def gap_of_edge(self) -> NDArray[np.intp] | None:
        """The gap every edge lies in; None for a network, which has no layers."""
        circuit = self.problem.circuit
        return self.tails // circuit.n_states if isinstance(circuit, LayeredCircuit) else None


@dataclass(frozen=True, eq=False)
class WalkLaw:
    """Law of the end node and expected visits of every node, ``(n_nodes,)``."""

    arrival: NDArray[np.float64]
    visits: NDArray[np.float64]


def edges(problem: Problem) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Tails, heads and conductances of all edges; node (n, x) of a layered circuit has number n V + x."""
    if isinstance(problem, NetworkProblem):
        return problem.circuit.tails, problem.circuit.heads, problem.circuit.conductances
    kernel, n = problem.circuit.kernel.table(), problem.circuit.n_states
    here, there = np.nonzero(kernel > 0)
    first = n * np.arange(problem.circuit.n_gaps)[:, None]
    tails, heads = (first + here).ravel(), (first + n + there).ravel()
    return tails, heads, np.tile(kernel[here, there], problem.circuit.n_gaps)


def walk_law(solved: Solved) -> WalkLaw:
    """Eq. (9), (10) in one sweep over the nodes in descending potential, from the currents alone.

    A slow twin of `ecd2g.movement.propagate`: plain loops, and not a line in common with it. Walkers that no current
    leads on arrive nowhere, so `arrival` then sums to less than one.
    """
    outgoing: list[list[tuple[int, float]]] = [[] for _ in solved.potentials]
    for u, v, current in zip(
        solved.tails.tolist(), solved.heads.tolist(), solved.currents.tolist(), strict=True
    ):
        if current > 0:
            outgoing[u].append((v, current))
        elif current < 0:
            outgoing[v].append((u, -current))
    visits = (solved.problem.injected / solved.total).tolist()
    sink, arrival = solved.problem.extracted.tolist(), np.zeros(len(visits))
    for v in _upstream_first(outgoing, solved.potentials):
        leaving = sink[v] + sum(current for _, current in outgoing[v])
        share = visits[v] / leaving if leaving > 0 else 0.0
        arrival[v] = share * sink[v]
        for u, current in outgoing[v]:
            visits[u] += share * current
    return WalkLaw(arrival, np.array(visits))


def _upstream_first(outgoing: list[list[tuple[int, float]]], potentials: NDArray[np.float64]) -> list[int]:
    """Nodes after all that feed them: descending potential would do, were it not for ties by rounding.

    Nodes on a cycle of currents (Proposition 3.2 says there is none) come last, in descending potential.
    """
    waiting = [0] * len(outgoing)
    for edges_out in outgoing:
        for u, _ in edges_out:
            waiting[u] += 1
    order: list[int] = []
    ready = [v for v, count in enumerate(waiting) if count == 0]
    while ready:
        v = ready.pop()
        order.append(v)
        for u, _ in outgoing[v]:
            waiting[u] -= 1
            if waiting[u] == 0:
                ready.append(u)
    cyclic = [v for v in np.argsort(-potentials, kind="stable").tolist() if waiting[v] > 0]
    return order + cyclic


def _of_flow(flow: Flow) -> Solved:
    problem = LayeredProblem(flow.circuit, flow.source, flow.sink)
    joined = np.nonzero(flow.circuit.kernel.table() > 0)
    currents = [flow.currents(gap)[joined] for gap in range(flow.circuit.n_gaps)]
    return Solved(problem, *edges(problem), flow.potentials.ravel(), np.concatenate(currents))


def _of_network(solution: NetworkSolution) -> Solved:
    field = solution.field
    problem = NetworkProblem(solution.network, field.injected, field.extracted)
    return Solved(problem, *edges(problem), solution.potentials, solution.currents)


def _with_walks(solved: Solved, solution: Solution) -> Solved:
    if isinstance(solution, NetworkSolution):
        law = solution.exact_law
        return replace(solved, arrival=law.ends, visits=law.visits)
    n_states = solution.circuit.n_states
    arrival = np.zeros(solution.circuit.n_nodes)
    arrival[-n_states:] = solution.law("two-way")
    small = n_states <= FIRST_PASSAGE_STATES
    return replace(
        solved,
        arrival=arrival,
        visits=solution.visits().ravel(),
        first_passage=solution.law("first-passage") if small else None,
    )
