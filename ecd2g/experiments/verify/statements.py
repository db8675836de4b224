"""Every statement of the paper, tried on random circuits: see `verify`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ecd2g.errors import StrandedWalkerError
from ecd2g.experiments.verify.report import ForwardOnlyCost, Statement, VerifyReport
from ecd2g.reference.flow import Flow
from ecd2g.testing import laws
from ecd2g.testing.kernel_strategies import kernel_circuits
from ecd2g.testing.lemma import table_deviation
from ecd2g.testing.problems import Problem
from ecd2g.testing.related_laws import PAIR_LIMIT
from ecd2g.testing.solved import Solved, Solver, ecd2g_solver
from ecd2g.testing.strategies import (
    dense_kernel_circuits,
    layered_circuits,
    layered_problems,
    network_problems,
    networks,
)
from ecd2g.testing.trials import (
    RememberingSolver,
    measure,
    revisits,
    run_examples,
    smallest_failure,
)

Progress = Callable[[int, int], None]
"""Told the number of circuits tried and the number planned."""

WHERE_LAYERED = "layered"
WHERE_FEW_PAIRS = "few pairs"
WHERE_UNIT = "unit"
WHERE_NETWORK = "network"


def verify(
    n_examples: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
    solver: Solver = ecd2g_solver,
) -> VerifyReport:
    """Try every statement of the paper on random circuits and report the worst deviation of each.

    Four groups of `n_examples` circuits each, drawn by Hypothesis and the same for the same seed, so that every
    statement is tried on `n_examples` circuits that it speaks of, or on more:

    layered    either the complete kernel, up to 12 states (one in ten up to 40) and 6 layers (8), r and R over
               10^+-4 ohm each; or a random symmetric kernel, up to 5 states and 4 layers, 10^+-1.5 siemens; or any
               kernel of `ecd2g.circuit.kernels`, up to 6 states and 4 layers, half with gains, 10^+-1.5 siemens
    few pairs  the same circuits, with at most 16 pairs of a source and a sink state, for the couplings of Remark 3.4,
               (12) and (13)
    unit       complete kernel, 2 to 6 states, up to 6 layers, r and R over 10^+-4 ohm each, r != R, 1 A from one state
               to another or to itself, against Lemma 3.5 in rational arithmetic
    network    connected graphs of up to 12 nodes (one in ten up to 30), 10^+-1.5 siemens, many sources and sinks

    Deviations are relative; ecd2g.testing.laws says to what. A solver that raises on a circuit misses every statement
    tried on it. Table 1 is that of the package as well as that of the solver; only what ecd2g solved is walked on.
    """
    begin = perf_counter()
    tallies = [Tally(*line) for line in LINES]
    cost: list[float] = []
    tried = Trial(solver, tallies, cost, progress or (lambda done, planned: None), len(GROUPS) * n_examples)
    for group, strategy in GROUPS.items():
        run_examples(strategy, partial(tried.try_, group), n_examples=n_examples, seed=seed)
    statements = tuple(_statement(tally, solver, n_examples, seed) for tally in tallies)
    return VerifyReport(statements, _cost(cost), n_examples, seed, perf_counter() - begin)


@dataclass(eq=False)
class Tally:
    """Running worst case of one statement: `deviation` of a law, or of an experiment on the solution itself."""

    group: str
    equation: str
    text: str
    law: laws.Law
    n_circuits: int = 0
    worst: float = 0.0

    def add(self, deviation: float) -> None:
        """Count one more circuit."""
        self.n_circuits += 1
        self.worst = max(self.worst, deviation)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of circuits it is tried on."""
        return (WHERE_LAYERED, WHERE_NETWORK) if self.group == "all" else (self.group,)


@dataclass(eq=False)
class Trial:
    """Tries a problem of a group on all statements that speak of it, with each circuit solved once."""

    solver: Solver
    tallies: list[Tally]
    cost: list[float]
    progress: Progress
    planned: int
    done: int = 0

    def try_(self, group: str, problem: Problem) -> None:
        """Try one problem, count it, and report progress."""
        remember = RememberingSolver(self.solver)
        for tally in self.tallies:
            if group in tally.groups:
                found = measure(tally.law, problem, remember)
                if found is not None:
                    tally.add(found.deviation)
        if group == WHERE_LAYERED:
            cost = _forward_only_bias(problem, remember)
            self.cost.extend([] if cost is None else [cost])
        self.done += 1
        self.progress(self.done, self.planned)


def _finite_walk(solved: Solved) -> float:
    """Proposition 3.2: no current uphill, no cycle of currents, no sampled walk that returns."""
    return float(np.max([laws.uphill(solved), laws.cyclic_current(solved), revisits(solved)]))


def _with_table_1(law: laws.Law, *, same: bool) -> laws.Law:
    """The lemma law, of the solver under test, joined by the package's own Table 1."""

    def worse(solved: Solved, solver: Solver) -> float:
        return float(np.max([law.deviation(solved, solver), table_deviation(solved, same=same)]))

    return replace(law, measure=worse)


FINITE_WALK = laws.Law(
    "finite-walk", "walks never return to a node, so they end", "Proposition 3.2", _finite_walk
)
TABLE_SAME = _with_table_1(laws.LEMMA_SAME, same=True)
TABLE_DIFFERENT = _with_table_1(laws.LEMMA_DIFFERENT, same=False)

LINES: tuple[tuple[str, str, str, laws.Law], ...] = (
    ("all", "(1)", "inner nodes: currents sum to zero", laws.KIRCHHOFF_INSIDE),
    ("all", "(2)", "sources and sinks: p + inflow = outflow + q", laws.KIRCHHOFF_ENDS),
    ("all", "(3)", "what enters flows through every cut", laws.CUT_CURRENT),
    ("all", "(4)", "Ohm: phi(u) - phi(v) = R I", laws.OHM),
    ("all", "(4)", "potentials are defined up to a constant", laws.GROUND),
    ("all", "(5)", "potentials of two systems add", laws.SUPERPOSED_POTENTIALS),
    ("all", "(6)", "currents of two systems add", laws.SUPERPOSED_CURRENTS),
    (WHERE_LAYERED, "Proposition 3.2", "walks never return, so they end (layered circuits)", FINITE_WALK),
    (WHERE_NETWORK, "Proposition 3.2", "walks never return, so they end (arbitrary networks)", FINITE_WALK),
    (WHERE_LAYERED, "Corollary 3.3", "walks from p end as q (layered circuits)", laws.ARRIVAL),
    (WHERE_NETWORK, "Corollary 3.3", "walks from p end as q (arbitrary networks)", laws.ARRIVAL),
    (WHERE_FEW_PAIRS, "Remark 3.4", "the coupling of p and q does not matter", laws.PLAN),
    (WHERE_UNIT, "Lemma 3.5", "Table 1, x0 = xN", TABLE_SAME),
    (WHERE_UNIT, "Lemma 3.5", "Table 1, x0 != xN", TABLE_DIFFERENT),
    (WHERE_FEW_PAIRS, "(12)", "unit potentials, averaged over pairs, add up", laws.COUPLED_POTENTIALS),
    (WHERE_FEW_PAIRS, "(13)", "currents are averaged unit drops over R", laws.COUPLED_CURRENTS),
)
"""Group, place in the paper, statement, law."""


def _one_in_ten(usual: Any, larger: Any) -> Any:
    return st.integers(0, 9).flatmap(lambda k: larger if k == 9 else usual)


def _layered(max_pairs: int | None = None) -> st.SearchStrategy[Any]:
    larger = layered_circuits(max_states=40, max_layers=8, decades=4.0)
    complete = _one_in_ten(layered_circuits(decades=4.0), larger)
    kernels = dense_kernel_circuits(max_states=5, max_layers=4)
    structured = kernel_circuits(max_states=6, max_layers=4, spectral=False)
    kinds = (complete, kernels, structured)
    return st.one_of(*(layered_problems(circuits, max_pairs=max_pairs) for circuits in kinds))


GROUPS: dict[str, st.SearchStrategy[Any]] = {
    WHERE_LAYERED: _layered(),
    WHERE_FEW_PAIRS: _layered(PAIR_LIMIT),
    WHERE_UNIT: layered_problems(layered_circuits(min_states=2, max_states=6, decades=4.0, equal=False)),
    WHERE_NETWORK: network_problems(_one_in_ten(networks(), networks(max_nodes=30, extra_edges=40))),
}
"""What is tried; sizes and decades as `verify` says."""


def _forward_only_bias(problem: Problem, solver: Solver) -> float | None:
    """TV of the forward-only law and q; NaN where a walker is stranded, None where there is no flow of ecd2g's."""
    try:
        flow = solver(problem).solution
        if not isinstance(flow, Flow):
            return None
        return float(0.5 * np.abs(flow.law("forward-only") - flow.sink.to_array()).sum())
    except StrandedWalkerError:
        return float("nan")
    except Exception:  # counted already, as a statement that failed
        return None


def _cost(biases: list[float]) -> ForwardOnlyCost:
    finished = [bias for bias in biases if bias == bias]
    return ForwardOnlyCost(
        n_circuits=len(finished),
        n_stranded=len(biases) - len(finished),
        worst=max(finished, default=0.0),
        mean=float(np.mean(finished)) if finished else 0.0,
    )


def _statement(tally: Tally, solver: Solver, n_examples: int, seed: int) -> Statement:
    """The line of one statement; where it failed, Hypothesis is asked for the smallest circuit on which it does."""
    example = None
    if not tally.worst <= tally.law.allowance:
        found = (
            smallest_failure(tally.law, GROUPS[group], solver, n_examples=n_examples, seed=seed)
            for group in tally.groups
        )
        example = next(filter(None, found), None)
    return Statement(tally.equation, tally.text, tally.n_circuits, tally.worst, tally.law.allowance, example)
