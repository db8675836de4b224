"""Every law against a solver, in one call."""

from collections.abc import Sequence

from ecd2g.testing.laws import LAWS, Law
from ecd2g.testing.problems import Problem
from ecd2g.testing.solved import Solver
from ecd2g.testing.trials import RememberingSolver


def broken_laws(
    problem: Problem, solver: Solver, *, laws: Sequence[Law] = LAWS, allowance: float | None = None
) -> dict[str, float]:
    """Name and relative deviation of every law that a solver misses on a problem; empty for a correct solver.

    `allowance` replaces that of every law (1e-12); `ecd2g.testing.strategies` says what suits which resistances.

    >>> import ecd2g
    >>> from ecd2g.testing import ecd2g_solver, hand_solved_networks
    >>> broken_laws(hand_solved_networks()[0].problem, ecd2g_solver)
    {}
    """
    remembering = RememberingSolver(solver)
    solved = remembering.solved(problem)
    found = {law: law.deviation(solved, remembering) for law in laws if law.applies(solved)}
    return {
        law.name: deviation
        for law, deviation in found.items()
        if not deviation <= (law.allowance if allowance is None else allowance)
    }
