"""Circuits that adapt their conductances to their currents: from the paper's circuit to optimal transport.

Two layers: the states of the source, those of the sink, and a resistor for every pair within reach. After each
certified solution the conductances follow the currents, by the rule of `adapted_update`. The source is injected and the
sink extracted at every iteration, so by Corollary 3.3 two-way walks end distributed as the sink whatever the
conductances are: only the coupling changes. Every iteration is bracketed: the cost of its walk lies above the optimal
cost, and that of its potentials, made feasible for all pairs of states, below.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import CapacityError, SolverError
from ecd2g.reference.adapted.arguments import check_numbers, check_problem
from ecd2g.reference.adapted.dual_bound import dual_bound
from ecd2g.reference.adapted.ends import TransportCost, TransportEnds
from ecd2g.reference.adapted.pattern import joined_within
from ecd2g.reference.adapted.step import AdaptedStep, flow_cost, require_bracket, walked
from ecd2g.reference.adapted.update import Update, adapted, volt_of
from ecd2g.reference.choose import SMALL
from ecd2g.reference.methods import Method, check_tolerance
from ecd2g.reference.networks.solution import NetworkSolution
from ecd2g.reference.networks.solver import solve_network
from ecd2g.reference.solvers.assembled import DENSE_LIMIT

PAIR_LIMIT = 2**28
"""Pairs of states at most, joined or not: the lower bound looks at all of them, about 10^8 a second."""


@dataclass(frozen=True, eq=False, repr=False)
class AdaptedCircuit:
    """The last circuit with its certified solution, and the way to it; see `AdaptedStep` for the history.

    Nodes 0 .. m - 1 of the network are `source_states` ``(m, D)``, the others `sink_states` ``(k, D)``.
    """

    solution: NetworkSolution
    source_states: NDArray[np.int64]
    sink_states: NDArray[np.int64]
    cost: TransportCost
    history: tuple[AdaptedStep, ...]

    def sample(
        self, n: int, rng: np.random.Generator | int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last states of `n` two-way walks, each ``(n, D)``: draws of the coupling of source and sink."""
        walks = self.solution.sample(n, rng=rng)
        starts, ends = (self.solution.network.places(nodes) for nodes in (walks.starts, walks.ends))
        return self.source_states[starts], self.sink_states[ends - len(self.source_states)]

    def __repr__(self) -> str:
        """One line."""
        last = self.history[-1]
        return (
            f"AdaptedCircuit({len(self.source_states)} to {len(self.sink_states)} states, {last.n_edges:,} edges, "
            f"iteration {last.iteration}, cost {last.cost:.6g}, bound {last.bound:.6g})"
        )


def adapted_circuit(
    source: Distribution,
    sink: Distribution,
    *,
    cost: TransportCost = "squared",
    reach: float | None = None,
    n_iterations: int = 50,
    step: float = 1.5,
    floor: float = 1e-9,
    offset: float = 1.0,
    gap: float = 0.0,
    joining: bool = True,
    method: Method = "auto",
    tolerance: float = 1e-8,
    progress: Callable[[AdaptedStep], None] | None = None,
) -> AdaptedCircuit:
    """Adapt a two-layer circuit to its currents; `adapted_update` says by which rule.

    Parameters
    ----------
    source, sink
        Distributions on one space; only their states of positive probability are nodes.
    cost
        "squared", |x - y|^2, whose optimum is W_2^2, or "distance", |x - y|, whose optimum is W_1; in symbols.
    reach
        Pairs at most so many symbols apart are joined at first. ``math.inf`` joins all: the paper's complete circuit
        with r = R, restricted to the two supports. None finds a short reach, see `joined_within`. InputError
        where totals cannot match and for a finite reach above 1e100, CapacityError above 4 million edges.
    n_iterations
        Most updates of the conductances; the history has one entry more.
    step
        Exponent of the update, above 0 and below 2.
    floor
        Least conductance as a share of the largest. What the floor leaks into costly edges is lost: 1e-6 is too much.
    offset
        Added to the cost of every edge, above 0, for a state that stays where it is costs nothing.
    gap
        Iterations end early where cost <= (1 + gap) bound.
    joining
        Whether pairs out of reach whose drop exceeds their cost are joined as the circuit adapts, one a sink state an
        iteration. Without it the optimum is that of the pairs within reach; the bound is that of all pairs.
    method, tolerance
        Of the solver, as for `solve`, but that "auto" begins with "dense" for 201 to 10,000 nodes: conductances of
        nine decades slow iterative methods down. Every iteration is certified; SolverError where one is not,
        and where a cost lies below the bound by more than its rounding.
    progress
        Called with every AdaptedStep.

    An iteration costs one certified solution for m + k nodes and E edges, D + 1 propagations of O(E) a step (one for
    "distance"), and O(m k) for the bound.

    >>> from ecd2g.circuit.state_space import StateSpace
    >>> line = StateSpace(4)
    >>> p, q = (Distribution.from_probabilities(line, w) for w in ([0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]))
    >>> last = adapted_circuit(p, q).history[-1]
    >>> round(last.cost, 4), round(last.bound, 4)  # both states move by two
    (4.0, 4.0)
    """
    check_problem(source, sink, cost, n_iterations)
    check_numbers(reach, step, floor, offset, gap)
    check_tolerance(tolerance)
    ends = TransportEnds.of(source, sink, cost)
    if ends.n_pairs > PAIR_LIMIT:
        raise CapacityError(
            f"the lower bound looks at all {ends.n_pairs:,} pairs of states, and the limit is {PAIR_LIMIT:,}; "
            f"thin the distributions"
        )
    history: list[AdaptedStep] = []
    rule = Update(float(step), float(floor), float(offset), joining)
    for solution, record in _adaptation(ends, reach, rule, method, tolerance):
        history.append(record)
        last = solution
        if progress is not None:
            progress(record)
        if len(history) > n_iterations or record.gap <= gap:
            break
    return AdaptedCircuit(last, ends.xs, ends.ys, cost, tuple(history))


def _adaptation(
    ends: TransportEnds, reach: float | None, rule: Update, method: str, tolerance: float
) -> Iterator[tuple[NetworkSolution, AdaptedStep]]:
    began, bound, iteration = perf_counter(), 0.0, 0  # no cost is negative
    network = joined_within(ends, reach)
    while True:
        solution = _solved(ends, network, method, tolerance)
        field = solution.field
        volt = volt_of(field, ends.costs(network.tails, network.heads) + rule.offset)
        bound = max(bound, dual_bound(ends, volt * field.potentials[: len(ends.xs)]))
        walk = walked(ends, field)
        require_bracket(walk, bound)
        low, high = network.conductance_range
        yield (
            solution,
            AdaptedStep(
                iteration,
                walk.cost,
                flow_cost(ends, field),
                bound,
                walk.law_error,
                perf_counter() - began,
                high / low,
                network.n_edges,
            ),
        )
        began, iteration = perf_counter(), iteration + 1
        network = adapted(ends, field, rule)


def _solved(ends: TransportEnds, network: ResistorNetwork, method: str, tolerance: float) -> NetworkSolution:
    if method == "auto" and SMALL < network.n_nodes <= DENSE_LIMIT:
        with suppress(SolverError, MemoryError):  # then whatever suits any network
            return solve_network(network, ends.injected, ends.extracted, "dense", tolerance)
    return solve_network(network, ends.injected, ends.extracted, method, tolerance)
