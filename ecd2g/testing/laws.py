"""The laws of circuits and walks as objects, to hold any solver against: see `LAWS`.

    >>> import ecd2g
    >>> from ecd2g.testing import LAWS, NetworkProblem, ecd2g_solver
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> problem = NetworkProblem(line, line.currents_at({0: 1.0}, "source"), line.currents_at({2: 1.0}, "sink"))
    >>> solved = ecd2g_solver(problem)  # or your own: a function from a problem to a Solved
    >>> all(law.holds(solved, ecd2g_solver) for law in LAWS if law.applies(solved))
    True

Every deviation is relative, and worked out from the edges one by one with sums of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.errors import InputError
from ecd2g.testing.deviations import largest, relative
from ecd2g.testing.lemma import lemma_applies, lemma_deviation
from ecd2g.testing.related_laws import (
    coupling_currents_deviation,
    coupling_potentials_deviation,
    ground_deviation,
    has_few_pairs,
    plan_deviation,
    reciprocity_deviation,
    superposed_currents_deviation,
    superposed_potentials_deviation,
)
from ecd2g.testing.solved import Solved, Solver, walk_law

Measure = Callable[..., float]
"""Called with a solved circuit, and the solver where a law `needs_solver`."""

ALLOWANCE = 1e-12
"""Relative deviation that rounding may cause in a circuit of moderate size."""


def _always(solved: Solved) -> bool:
    return True


@dataclass(frozen=True)
class Law:
    """A law with its `statement`, the `equation` it has in the paper, and the deviation that rounding may cause.

    `applies` says which solved circuits it speaks of. `measure` is its relative deviation; a law that `needs_solver`
    compares the solution with those of related problems, which the solver of the solution has to solve.
    """

    name: str
    statement: str
    equation: str
    measure: Measure
    allowance: float = ALLOWANCE
    applies: Callable[[Solved], bool] = _always
    needs_solver: bool = False

    def deviation(self, solved: Solved, solver: Solver | None = None) -> float:
        """Relative deviation of the solved circuit from the law; infinite where it is not a number."""
        if self.needs_solver and solver is None:
            raise InputError(f"law {self.name!r} solves related problems: pass the solver you test as well")
        value = float(self.measure(solved, solver) if self.needs_solver else self.measure(solved))
        return value if value == value else float("inf")

    def holds(self, solved: Solved, solver: Solver | None = None, *, allowance: float | None = None) -> bool:
        """Whether the deviation is within the allowance: that of the law, unless another is given."""
        return self.deviation(solved, solver) <= (self.allowance if allowance is None else allowance)


def net_outflow(solved: Solved) -> NDArray[np.float64]:
    """Current that leaves every node along its edges less what comes in, ``(n_nodes,)``, in ampere."""
    net = np.zeros(len(solved.potentials))
    np.add.at(net, solved.tails, solved.currents)
    np.subtract.at(net, solved.heads, solved.currents)
    return net


def kirchhoff_inside(solved: Solved) -> float:
    """Largest |sum of currents| at a node that is neither source nor sink, over the total current; Eq. (1)."""
    inside = (solved.problem.injected == 0) & (solved.problem.extracted == 0)
    return largest(net_outflow(solved)[inside]) / solved.total


def kirchhoff_ends(solved: Solved) -> float:
    """Largest |p + sum in - sum out - q| at a source or a sink, over the total current; Eq. (2)."""
    p, q = solved.problem.injected, solved.problem.extracted
    return largest((net_outflow(solved) - p + q)[(p > 0) | (q > 0)]) / solved.total


def cut_current(solved: Solved) -> float:
    """Largest |current through a cut - what enters before it|, over the total; Eq. (3).

    Cuts: every gap of a layered circuit, where the current is the total; in a network, before every node in turn.
    """
    gap = solved.gap_of_edge
    if gap is not None:
        return largest(np.bincount(gap, weights=solved.currents) - solved.total) / solved.total
    net = solved.problem.injected - solved.problem.extracted
    before = np.arange(len(net))
    crossing = (solved.tails < before[:, None]).astype(float) - (solved.heads < before[:, None])
    entered = np.concatenate([[0.0], np.cumsum(net)[:-1]])
    return largest(crossing @ solved.currents - entered) / solved.total


def ohm(solved: Solved) -> float:
    """Largest |phi(u) - phi(v) - R I| over the edges, over the largest potential; Eq. (4)."""
    drop = solved.potentials[solved.tails] - solved.potentials[solved.heads]
    return relative(largest(drop - solved.currents / solved.conductances), largest(solved.potentials))


def uphill(solved: Solved) -> float:
    """Largest rise of the potential along a current, over the largest potential; Proposition 3.2."""
    drop = solved.potentials[solved.tails] - solved.potentials[solved.heads]
    rise = -drop * np.sign(solved.currents)
    return relative(float(rise.max(initial=0.0)), largest(solved.potentials))


def cyclic_current(solved: Solved) -> float:
    """Largest current on an edge by which a walk could return, over the total current; Proposition 3.2."""
    n = len(solved.potentials)
    flows = solved.currents != 0
    along = solved.currents > 0
    start = np.where(along, solved.tails, solved.heads)[flows]
    stop = np.where(along, solved.heads, solved.tails)[flows]
    graph = sp.coo_array((np.ones(len(start)), (start, stop)), shape=(n, n)).tocsr()
    label = sp.csgraph.connected_components(graph, directed=True, connection="strong")[1]
    returning = label[start] == label[stop]
    return largest(solved.currents[flows][returning]) / solved.total


def arrival(solved: Solved) -> float:
    """TV of the end law and q, as claimed and as recomputed from the currents; Corollary 3.3."""
    q = solved.problem.extracted / solved.total
    laws = (walk_law(solved).arrival, solved.arrival)
    return max(float(0.5 * np.abs(law - q).sum()) for law in laws if law is not None)


def visits(solved: Solved) -> float:
    """Largest |expected visits - throughflow|, over the total; claimed, and recomputed from the currents."""
    out = solved.problem.extracted.copy()
    np.add.at(out, solved.tails, np.maximum(solved.currents, 0.0))
    np.add.at(out, solved.heads, np.maximum(-solved.currents, 0.0))
    counts = (walk_law(solved).visits, solved.visits)
    return max(largest(count - out / solved.total) for count in counts if count is not None)


def first_passage(solved: Solved) -> float:
    """TV of the end law of the first-passage rule and q."""
    assert solved.first_passage is not None  # noqa: S101 - for the type checker; the law does not apply otherwise
    q = solved.problem.extracted[-len(solved.first_passage) :]
    return float(0.5 * np.abs(solved.first_passage - q).sum())


def energy(solved: Solved) -> float:
    """|sum R I^2 - sum (p - q) phi| over sum |p - q| |phi| (Tellegen): power spent is power delivered."""
    spent = float(np.sum(solved.currents**2 / solved.conductances))
    net = solved.problem.injected - solved.problem.extracted
    return relative(
        abs(spent - float(net @ solved.potentials)), float(np.abs(net) @ np.abs(solved.potentials))
    )


def maximum_principle(solved: Solved) -> float:
    """How far a potential lies above all net sources or below all net sinks, over the largest potential."""
    net, phi = solved.problem.injected - solved.problem.extracted, solved.potentials
    if not (np.any(net > 0) and np.any(net < 0)):
        return 0.0
    excess = max(phi.max() - phi[net > 0].max(), phi[net < 0].min() - phi.min())
    return relative(float(excess), largest(phi)) if not excess <= 0 else 0.0


def has_first_passage(solved: Solved) -> bool:
    """Whether the first-passage law was asked for."""
    return solved.first_passage is not None


KIRCHHOFF_INSIDE = Law("kirchhoff-inside", "at an inner node, currents sum to zero", "(1)", kirchhoff_inside)
KIRCHHOFF_ENDS = Law("kirchhoff-ends", "at a source or sink, p + inflow = outflow + q", "(2)", kirchhoff_ends)
CUT_CURRENT = Law("cut-current", "what enters before a cut flows through it", "(3)", cut_current)
OHM = Law("ohm", "phi(u) - phi(v) = R I", "(4)", ohm)
GROUND = Law("ground", "potentials are defined up to a constant", "(4)", ground_deviation, needs_solver=True)
SUPERPOSED_POTENTIALS = Law(
    "superposed-potentials",
    "potentials of two source-sink systems add",
    "(5)",
    superposed_potentials_deviation,
    needs_solver=True,
)
SUPERPOSED_CURRENTS = Law(
    "superposed-currents",
    "currents of two source-sink systems add",
    "(6)",
    superposed_currents_deviation,
    needs_solver=True,
)
UPHILL = Law("uphill", "no current leads uphill", "Proposition 3.2", uphill)
NO_CYCLE = Law("no-cycle", "currents form no cycle, so walks are finite", "Proposition 3.2", cyclic_current)
ARRIVAL = Law("arrival", "walks from p end distributed as q", "Corollary 3.3", arrival)
VISITS = Law("visits", "expected visits of a node = current through it", "Definition 3.1", visits)
FIRST_PASSAGE = Law(
    "first-passage",
    "first-passage walks end distributed as q",
    "ours",
    first_passage,
    applies=has_first_passage,
)
PLAN = Law(
    "plan",
    "the coupling of p and q does not matter",
    "Remark 3.4",
    plan_deviation,
    needs_solver=True,
    applies=has_few_pairs,
)
COUPLED_POTENTIALS = Law(
    "coupled-potentials",
    "unit circuits, weighted by a coupling, superpose",
    "(12)",
    coupling_potentials_deviation,
    needs_solver=True,
    applies=has_few_pairs,
)
COUPLED_CURRENTS = Law(
    "coupled-currents",
    "currents are mean drops over R of unit circuits",
    "(13)",
    coupling_currents_deviation,
    needs_solver=True,
    applies=has_few_pairs,
)
LEMMA_SAME = Law(
    "lemma-same",
    "Table 1 for x0 = xN",
    "Lemma 3.5",
    lambda solved, solver: lemma_deviation(solved, solver, same=True),
    applies=lemma_applies,
    needs_solver=True,
)
LEMMA_DIFFERENT = Law(
    "lemma-different",
    "Table 1 for x0 != xN",
    "Lemma 3.5",
    lambda solved, solver: lemma_deviation(solved, solver, same=False),
    applies=lemma_applies,
    needs_solver=True,
)
RECIPROCITY = Law("reciprocity", "sum J' phi = sum J phi'", "ours", reciprocity_deviation, needs_solver=True)
ENERGY = Law("energy", "power spent = power delivered", "Tellegen", energy)
MAXIMUM_PRINCIPLE = Law(
    "maximum-principle", "potentials peak at a source, bottom at a sink", "ours", maximum_principle
)

LAWS: tuple[Law, ...] = (
    KIRCHHOFF_INSIDE,
    KIRCHHOFF_ENDS,
    CUT_CURRENT,
    OHM,
    GROUND,
    SUPERPOSED_POTENTIALS,
    SUPERPOSED_CURRENTS,
    UPHILL,
    NO_CYCLE,
    ARRIVAL,
    VISITS,
    FIRST_PASSAGE,
    PLAN,
    COUPLED_POTENTIALS,
    COUPLED_CURRENTS,
    LEMMA_SAME,
    LEMMA_DIFFERENT,
    RECIPROCITY,
    ENERGY,
    MAXIMUM_PRINCIPLE,
)
"""Every law, in the order of the paper."""
