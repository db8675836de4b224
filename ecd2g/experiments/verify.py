"""Every statement of the paper, tried on random circuits: see `verify`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.errors import StrandedWalkerError
from ecd2g.reference.flow import Flow
from ecd2g.reference.solve import solve
from ecd2g.testing import laws
from ecd2g.testing.problems import Problem, Solver
from ecd2g.testing.solved import Solved
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
WHERE_NETWORK = "network"


@dataclass(frozen=True)
class Statement:
    """One line of the report: a statement of the paper, how often it was tried, and how far it was missed.

    `worst` is the largest relative deviation over `n_circuits` circuits, `example` the smallest circuit found on which
    it exceeds the `allowance` (None where there is none).
    """

    equation: str
    text: str
    n_circuits: int
    worst: float
    allowance: float
    example: str | None = None

    @property
    def passed(self) -> bool:
        """Whether it was tried at all, and never missed by more than the allowance."""
        return self.n_circuits > 0 and self.worst <= self.allowance


@dataclass(frozen=True)
class ForwardOnlyCost:
    """What the paper's forward-only shortcut costs: TV of its exact end law and q, over the circuits it finishes on."""

    n_circuits: int
    n_stranded: int
    worst: float
    mean: float


@dataclass(frozen=True)
class VerifyReport:
    """The verdict on every statement; `seconds` is the time it took."""

    statements: tuple[Statement, ...]
    forward_only: ForwardOnlyCost
    n_examples: int
    seed: int
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every statement passed."""
        return all(statement.passed for statement in self.statements)

    def table(self) -> str:
        """The report as a fixed-width table for the terminal."""
        width = max(len(statement.text) for statement in self.statements)
        head = f"{'paper':<15} {'statement':<{width}} {'circuits':>8} {'worst':>9} {'allowed':>9}  verdict"
        lines = [head, "-" * len(head)]
        for one in self.statements:
            verdict = "holds" if one.passed else "FAILS"
            lines.append(
                f"{one.equation:<15} {one.text:<{width}} {one.n_circuits:>8} {one.worst:>9.1e} "
                f"{one.allowance:>9.0e}  {verdict}"
            )
        cost = self.forward_only
        lines += [
            "-" * len(head),
            f"forward-only shortcut: TV from q is {cost.mean:.3f} on average and {cost.worst:.3f} at worst "
            f"({cost.n_circuits} circuits); walkers are stranded on {cost.n_stranded} more",
        ]
        n_passed = sum(statement.passed for statement in self.statements)
        lines.append(
            f"{n_passed} of {len(self.statements)} statements hold; "
            f"{self.n_examples} examples a group, seed {self.seed}, {self.seconds:.1f} s"
        )
        for one in self.statements:
            if one.example is not None:
                lines.append(f"{one.equation} {one.text}: smallest failing circuit found: {one.example}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The report in plain numbers, strings, lists and dicts, ready for JSON (an infinite deviation is a string)."""
        return {
            "passed": self.passed,
            "n_examples": self.n_examples,
            "seed": self.seed,
            "seconds": self.seconds,
            "statements": [_plain(one) | {"passed": one.passed} for one in self.statements],
            "forward_only": _plain(self.forward_only),
        }


def verify(
    n_examples: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
    solver: Solver = solve,
) -> VerifyReport:
    """Try every statement of the paper on random circuits and report the worst deviation of each.

    Three groups of `n_examples` circuits each, drawn by Hypothesis and the same for the same seed:

    layered    either the complete kernel, up to 12 states (one in ten up to 40) and 6 layers (8), r and R over
               10^+-4 ohm each; or a random symmetric kernel, up to 5 states and 4 layers, 10^+-1.5 siemens
    unit       complete kernel, 2 to 6 states, up to 6 layers, r and R over 10^+-4 ohm each, 1 A from one state to
               another or to itself, against Lemma 3.5 in rational arithmetic
    network    connected graphs of up to 12 nodes (one in ten up to 30), 10^+-1.5 siemens, many sources and sinks

    Deviations are relative; ecd2g.testing.laws says to what. The couplings of Remark 3.4, (12) and (13) are tried where
    at most 16 pairs of states carry current. A solver that raises on a circuit misses every statement tried on it.
    """
    begin = perf_counter()
    tallies = [Tally(*line) for line in LINES]
    cost: list[float] = []
    tried = Trial(solver, tallies, cost, progress or (lambda done, planned: None), 3 * n_examples)
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
            self.cost.append(_forward_only_bias(problem, remember))
        self.done += 1
        self.progress(self.done, self.planned)


def _finite_walk(solved: Solved, solver: Solver) -> float:
    """Proposition 3.2: no current uphill, no cycle of currents, no sampled walk that returns."""
    return max(
        laws.uphill(solved, solver), laws.cyclic_current(solved, solver), revisits(solved.problem, solver)
    )


FINITE_WALK = laws.Law(
    "finite-walk", "walks never return to a node, so they end", "Proposition 3.2", _finite_walk
)

LINES: tuple[tuple[str, str, str, laws.Law], ...] = (
    ("all", "(1)", "inner nodes: currents sum to zero", laws.KIRCHHOFF_INSIDE),
    ("all", "(2)", "sources and sinks: p + inflow = outflow + q", laws.KIRCHHOFF_ENDS),
    ("all", "(3)", "what enters flows through every cut", laws.CUT_CURRENT),
    ("all", "(4)", "Ohm: phi(u) - phi(v) = R I", laws.OHM),
    ("all", "(4)", "potentials are defined up to a constant", laws.GROUND),
    ("all", "(5)", "potentials of two systems add", laws.SUPERPOSED_POTENTIALS),
    ("all", "(6)", "currents of two systems add", laws.SUPERPOSED_CURRENTS),
    ("all", "Proposition 3.2", "walks never return, so they end", FINITE_WALK),
    (WHERE_LAYERED, "Corollary 3.3", "walks from p end as q (layered circuits)", laws.ARRIVAL),
    (WHERE_NETWORK, "Corollary 3.3", "walks from p end as q (arbitrary networks)", laws.ARRIVAL),
    (WHERE_LAYERED, "Remark 3.4", "the coupling of p and q does not matter", laws.PLAN),
    ("unit", "Lemma 3.5", "Table 1, x0 = xN", laws.LEMMA_SAME),
    ("unit", "Lemma 3.5", "Table 1, x0 != xN", laws.LEMMA_DIFFERENT),
    (WHERE_LAYERED, "(12)", "unit potentials, averaged over pairs, add up", laws.COUPLED_POTENTIALS),
    (WHERE_LAYERED, "(13)", "currents are averaged unit drops over R", laws.COUPLED_CURRENTS),
)
"""Group, place in the paper, statement, law."""


def _one_in_ten(usual: Any, larger: Any) -> Any:
    return st.integers(0, 9).flatmap(lambda k: larger if k == 9 else usual)


def _has_two_resistances(circuit: LayeredCircuit) -> bool:
    """Lemma 3.5 divides by 1/r - 1/R."""
    return circuit.lateral_ratio != circuit.n_states - 1


GROUPS: dict[str, st.SearchStrategy[Any]] = {
    WHERE_LAYERED: st.one_of(
        layered_problems(
            _one_in_ten(
                layered_circuits(decades=4.0), layered_circuits(max_states=40, max_layers=8, decades=4.0)
            )
        ),
        layered_problems(dense_kernel_circuits(max_states=5, max_layers=4)),
    ),
    "unit": layered_problems(
        layered_circuits(min_states=2, max_states=6, decades=4.0).filter(_has_two_resistances)
    ),
    WHERE_NETWORK: network_problems(_one_in_ten(networks(), networks(max_nodes=30, extra_edges=40))),
}
"""What is tried; sizes and decades as `verify` says."""


def _forward_only_bias(problem: Problem, solver: Solver) -> float:
    """TV of the forward-only law and q; NaN where a walker is stranded or the circuit was not solved."""
    try:
        flow = problem.solved_by(solver)
        assert isinstance(flow, Flow)  # noqa: S101 - for the type checker: the group is layered
        return float(0.5 * np.abs(flow.law("forward-only") - flow.sink.to_array()).sum())
    except StrandedWalkerError:
        return float("nan")
    except Exception:  # counted already, as a statement that failed
        return float("nan")


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


def _plain(record: Any) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return {
        name: str(value) if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in values.items()
    }
