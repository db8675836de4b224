"""A solved circuit as a plain list of edges: the one form in which every law can be checked by explicit sums."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.errors import InputError, SolverError
from ecd2g.reference.flow import Flow
from ecd2g.reference.methods import Method
from ecd2g.reference.networks.solution import NetworkSolution
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

    The last three are None where nothing was claimed. `solution` is what `ecd2g.solve` returned, where it was asked.
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
    solution: Solution | None = field(default=None, repr=False)

    @classmethod
    def of(cls, solution: Solution, *, walks: bool = True) -> "Solved":
        """From a Flow or a NetworkSolution, with what it says of walks unless `walks` is False."""
        solved = _of_network(solution) if isinstance(solution, NetworkSolution) else _of_flow(solution)
        return solved.with_walks() if walks else solved

    @classmethod
    def from_arrays(
        cls,
        problem: Problem,
        potentials: ArrayLike,
        currents: ArrayLike,
        *,
        arrival: ArrayLike | None = None,
        visits: ArrayLike | None = None,
        first_passage: ArrayLike | None = None,
    ) -> "Solved":
        """From the arrays of your own solver; whatever it claims about walks is optional.

        Layered: potentials ``(n_layers, V)``, currents ``(n_gaps, V, V)`` from (n, x) to (n + 1, y).
        Network: potentials ``(n_nodes,)`` and currents ``(n_edges,)`` in the order of `network.tails`.
        Either: the flat arrays ``(n_nodes,)`` and ``(n_edges,)`` in the order of `edges(problem)`.
        """
        listed = edges(problem)
        n_nodes, n_edges, n_last = problem.circuit.n_nodes, len(listed[0]), problem.circuit.n_nodes
        shapes: list[tuple[int, ...]] = [(n_nodes,)]
        if isinstance(problem, LayeredProblem):
            n_last = problem.circuit.n_states
            shapes.insert(0, (problem.circuit.n_layers, n_last))
            amperes = _edge_currents(problem, currents, n_edges)
        else:
            amperes = _real(currents, "currents", (n_edges,))
        return cls(
            problem,
            *listed,
            _real(potentials, "potentials", *shapes).ravel(),
            amperes,
            arrival=_claim(arrival, "arrival", n_nodes),
            visits=_claim(visits, "visits", n_nodes),
            first_passage=_claim(first_passage, "first_passage", n_last),
        )

    def with_walks(self) -> "Solved":
        """With what ecd2g says of walks, where it found the solution; else as it is."""
        return self if self.solution is None else _with_walks(self, self.solution)

    @property
    def total(self) -> float:
        """Total current, in ampere."""
        return float(self.problem.injected.sum())

    @property
    def gap_of_edge(self) -> NDArray[np.intp] | None:
        """The gap every edge lies in; None for a network, which has no layers."""
        circuit = self.problem.circuit
        return self.tails // circuit.n_states if isinstance(circuit, LayeredCircuit) else None


Solver = Callable[[Problem], Solved]
"""What is under test: a function that solves a LayeredProblem or a NetworkProblem, or both."""


def ecd2g_solver(problem: Problem, *, method: Method = "auto") -> Solved:
    """`ecd2g.solve` as a Solver; its claims about walks come with `Solved.with_walks`.

    >>> from ecd2g.testing import hand_solved_networks
    >>> ecd2g_solver(hand_solved_networks()[0].problem).currents
    array([1., 1.])
    """
    return Solved.of(problem.solved_by(method), walks=False)


def solve_with(solver: Solver, problem: Problem) -> Solved:
    """Solve a problem, and see that the solver is one."""
    solved = solver(problem)
    if not isinstance(solved, Solved):
        raise InputError(
            f"a solver must return a Solved (see Solved.from_arrays), got {type(solved).__name__}"
        )
    return solved


@dataclass(frozen=True, eq=False)
class WalkLaw:
    """Law of the end node and expected visits of every node, ``(n_nodes,)``."""

    arrival: NDArray[np.float64]
    visits: NDArray[np.float64]


def edges(problem: Problem) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Tails, heads and conductances (siemens) of all edges; node (n, x) of a layered circuit has number n V + x.

    >>> from ecd2g.testing import hand_solved_networks
    >>> edges(hand_solved_networks()[0].problem)
    (array([0, 1]), array([1, 2]), array([1. , 0.5]))
    """
    if isinstance(problem, NetworkProblem):
        return problem.circuit.tails, problem.circuit.heads, problem.circuit.conductances
    kernel, n = problem.circuit.kernel.table(), problem.circuit.n_states
    here, there = np.nonzero(kernel > 0)
    first = n * np.arange(problem.circuit.n_gaps)[:, None]
    tails, heads = (first + here).ravel(), (first + n + there).ravel()
    return tails, heads, np.multiply.outer(problem.circuit.gap_gains, kernel[here, there]).ravel()


def walk_law(solved: Solved) -> WalkLaw:
    """Eq. (9), (10) in one sweep over the nodes in descending potential, from the currents alone.

    A slow twin of `ecd2g.movement.propagate`: plain loops, and not a line in common with it. Walkers that no current
    leads on arrive nowhere, so `arrival` then sums to less than one.

    >>> from ecd2g.testing import hand_solved_networks
    >>> walk_law(ecd2g_solver(hand_solved_networks()[0].problem)).arrival
    array([0., 0., 1.])
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
    return Solved(problem, *edges(problem), flow.potentials.ravel(), np.concatenate(currents), solution=flow)


def _of_network(solution: NetworkSolution) -> Solved:
    field = solution.field
    problem = NetworkProblem(solution.network, field.injected, field.extracted)
    return Solved(problem, *edges(problem), solution.potentials, solution.currents, solution=solution)


def _with_walks(solved: Solved, solution: Solution) -> Solved:
    if isinstance(solution, NetworkSolution):
        law = solution.exact_law()
        return replace(solved, arrival=law.ends, visits=law.visits)
    n_states = solution.circuit.n_states
    arrival = np.zeros(solution.circuit.n_nodes)
    arrival[-n_states:] = solution.law("two-way")
    return replace(
        solved,
        arrival=arrival,
        visits=solution.visits().ravel(),
        first_passage=_first_passage(solution),
    )


def _first_passage(flow: Flow) -> NDArray[np.float64] | None:
    """Its end law; None for many states, and NaN where ecd2g refuses it, which misses the law."""
    if flow.circuit.n_states > FIRST_PASSAGE_STATES:
        return None
    try:
        return flow.law("first-passage")
    except SolverError:
        return np.full(flow.circuit.n_states, np.nan)


def _edge_currents(problem: LayeredProblem, currents: ArrayLike, n_edges: int) -> NDArray[np.float64]:
    """Currents in the order of `edges`, from tables or flat; a current where no resistor is would be lost."""
    circuit = problem.circuit
    tables = (circuit.n_gaps, circuit.n_states, circuit.n_states)
    values = _real(currents, "currents", tables, (n_edges,))
    if values.ndim == 1:
        return values
    joined = circuit.kernel.table() > 0
    if np.any(values[:, ~joined] != 0):
        raise InputError("currents must be zero between states that no resistor joins")
    return values[:, joined].ravel()


def _claim(values: ArrayLike | None, name: str, n: int) -> NDArray[np.float64] | None:
    return None if values is None else _real(values, name, (n,))


def _real(values: ArrayLike, name: str, *shapes: tuple[int, ...]) -> NDArray[np.float64]:
    """A copy as real numbers of one of the shapes allowed."""
    try:
        array = np.array(values)
        real = array.astype(np.float64) if array.dtype.kind in "biufO" else None
    except (TypeError, ValueError):  # a ragged list, or no numbers
        real = None
    if real is None:
        raise InputError(f"{name} must be an array of real numbers")
    if real.shape not in shapes:
        allowed = " or ".join(str(shape) for shape in dict.fromkeys(shapes))
        raise InputError(f"{name} must have shape {allowed}, got {real.shape}")
    return real
