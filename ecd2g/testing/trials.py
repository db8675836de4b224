"""Laws tried on random problems by Hypothesis, outside of pytest: for programs that report instead of failing."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from numpy.typing import NDArray

from ecd2g.reference.networks.solution import NetworkSolution
from ecd2g.testing.laws import Law
from ecd2g.testing.problems import Problem
from ecd2g.testing.solved import Solved, Solver, solve_with

N_WALKERS = 32
"""Walkers sampled on every layered circuit, to see that none of them comes back to a node."""


def run_examples(
    strategy: st.SearchStrategy[Any],
    check: Callable[[Any], None],
    *,
    n_examples: int,
    seed: int,
    shrink: bool = False,
) -> None:
    """Hand `n_examples` random examples to `check`, the same ones for the same seed."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)

    @seeded(seed)
    @settings(
        max_examples=n_examples,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(strategy)
    def examples(problem: Any) -> None:
        check(problem)

    examples()


def smallest_failure(
    law: Law, strategy: st.SearchStrategy[Any], solver: Solver, *, n_examples: int, seed: int
) -> str | None:
    """The smallest problem Hypothesis finds on which a law is missed, and how; None where all `n_examples` obey it."""
    failing: list[str] = []

    def miss(problem: Problem) -> None:
        found = measure(law, problem, RememberingSolver(solver))
        if found is not None and not found.deviation <= law.allowance:
            failing.append(f"{found.error or f'deviation {found.deviation:.1e}'} on {problem!r}")
            raise _MissedError

    try:
        run_examples(strategy, miss, n_examples=n_examples, seed=seed, shrink=True)
    except _MissedError:
        return failing[-1]
    return None


class Measured(NamedTuple):
    """Deviation from a law; infinite, with the `error`, where something was raised."""

    deviation: float
    error: str | None = None


def measure(law: Law, problem: Problem, solver: "RememberingSolver") -> Measured | None:
    """Solve a problem and measure its deviation from a law; None where the law does not speak of it."""
    try:
        solved = solver.solved(problem)
        return Measured(law.deviation(solved, solver)) if law.applies(solved) else None
    except Exception as error:  # a solver under test may raise anything: report the circuit, and go on
        return Measured(float("inf"), f"{type(error).__name__}: {error}")


class RememberingSolver:
    """A solver that solves no problem twice on one circuit, and keeps what the first says of walks."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.known: dict[Any, Solved] = {}
        self.walks: dict[Any, Solved] = {}
        self.circuits: list[Any] = []  # held, so that no id() is used again

    def __call__(self, problem: Problem) -> Solved:
        """The solution, found by the solver or remembered."""
        key = self._key(problem)
        if key not in self.known:
            self.known[key] = solve_with(self.solver, problem)
            self.circuits.append(problem.circuit)
        return self.known[key]

    def solved(self, problem: Problem) -> Solved:
        """The solution, with what it says of walks."""
        key = self._key(problem)
        if key not in self.walks:
            self.walks[key] = self(problem).with_walks()
        return self.walks[key]

    def _key(self, problem: Problem) -> tuple[int, bytes, bytes]:
        return id(problem.circuit), _bytes(problem.source), _bytes(problem.sink)


def revisits(solved: Solved) -> float:
    """Share of sampled two-way walks that come back to a node; Proposition 3.2 says none does.

    Only what ecd2g itself solved is sampled.
    """
    solution = solved.solution
    if solution is None:
        return 0.0
    if isinstance(solution, NetworkSolution):
        places = solution.sample(N_WALKERS, rng=0, paths=True).paths
        assert places is not None  # noqa: S101 - for the type checker: they were asked for
        return count_returns(places[:, :, None], places >= 0) / N_WALKERS
    paths = solution.sample(N_WALKERS, rng=0, paths=True).paths
    assert paths is not None  # noqa: S101
    nodes = np.concatenate([paths.layers[:, :, None], paths.states], axis=2)
    return count_returns(nodes, paths.layers >= 0) / N_WALKERS


def count_returns(nodes: NDArray[np.int64], present: NDArray[np.bool_]) -> int:
    """How many walks stand on some node more than once; nodes ``(n, k, anything)`` where `present` ``(n, k)``."""
    walks = (walk[there] for walk, there in zip(nodes, present, strict=True))
    return sum(len(np.unique(walk, axis=0)) < len(walk) for walk in walks)


class _MissedError(Exception):
    """Raised inside Hypothesis only, to have a failing circuit made smaller."""


def _bytes(currents: Any) -> bytes:
    values = currents if isinstance(currents, np.ndarray) else currents.to_array()
    return values.tobytes()
