"""Ten mistakes of the kind one makes with these formulas, each put into the code and shown to the laws.

python -m tests.mutation.named        prints, for each, the laws that miss it as JSON; {} would be a law asleep
"""

import ast
import json
import sys
from typing import Any, NamedTuple

from tests.mutation import forks


class Mistake(NamedTuple):
    """`right` stands once in the file and becomes `wrong`; `method` is the solver that uses it, on a case by name."""

    what: str
    path: str
    right: str
    wrong: str
    case: str
    method: str


MISTAKES = (
    Mistake(
        "Ohm's law with the wrong sign",
        "ecd2g/circuit/fields/network_field.py",
        "return potentials[network.tails] - potentials[network.heads]",
        "return potentials[network.heads] - potentials[network.tails]",
        "unbalanced-bridge",
        "sparse",
    ),
    Mistake(
        "a weight of star-mesh elimination without its total",
        "ecd2g/reference/networks/star_mesh_elimination.py",
        "weights = row[: last - k - 1] / total",
        "weights = row[: last - k - 1]",
        "unbalanced-bridge",
        "star-mesh",
    ),
    Mistake(
        "alpha of the next layer in the forward drop, Lemma 3.5",
        "ecd2g/reference/layered/closed_form.py",
        "gap = layer[:-1]",
        "gap = layer[1:]",
        "golden-2",
        "closed-form",
    ),
    Mistake(
        "the mean drop 1/(V s) without V, Lemma 3.5",
        "ecd2g/reference/layered/closed_form.py",
        "mean_drop = 1.0 / (n_states * kernel.row_sum())",
        "mean_drop = 1.0 / kernel.row_sum()",
        "golden-2",
        "closed-form",
    ),
    Mistake(
        "the row sum s = a + V b instead of a + (V - 1) b",
        "ecd2g/circuit/kernels/kernel.py",
        "return self.forward + (self.n_states - 1) * self.lateral",
        "return self.forward + self.n_states * self.lateral",
        "golden-2",
        "closed-form",
    ),
    Mistake(
        "the sink's part of a potential with the sign of the source's, Eq. (12)",
        "ecd2g/reference/layered/closed_form.py",
        "middle, half = (p + q) / 2 - 1.0 / float(kernel.n_states), (p - q) / 2",
        "middle, half = (p - q) / 2 - 1.0 / float(kernel.n_states), (p + q) / 2",
        "golden-2",
        "closed-form",
    ),
    Mistake(
        "a lateral current without its conductance b, Eq. (13)",
        "ecd2g/circuit/fields/complete_field.py",
        "table = self.kernel.lateral * gain * (here[:, None] - there[None, :])",
        "table = gain * (here[:, None] - there[None, :])",
        "golden-2",
        "closed-form",
    ),
    Mistake(
        "the probability to stop without q in the denominator, Eq. (10)",
        "ecd2g/movement/rules.py",
        "total = field.extracted + outflow",
        "total = xp.maximum(outflow, field.extracted)",
        "golden-2",
        "closed-form",
    ),
    Mistake(
        "a walker that meets the straight edge with a instead of a - b, Eq. (9)",
        "ecd2g/circuit/fields/complete_field.py",
        "return a - b if a >= b else a",
        "return a",
        "golden-2",
        "closed-form",
    ),
    Mistake(
        "walkers that stopped walk on as well, Eq. (10)",
        "ecd2g/movement/exact.py",
        "leaving = xp.where(flows, (mass - ending) / divisor, 0.0)",
        "leaving = xp.where(flows, mass / divisor, 0.0)",
        "golden-2",
        "closed-form",
    ),
)


def laws_that_notice(mistake: Mistake | None, case: str, method: str) -> str:
    """Names of the laws that a case misses when the mistake is in the code, separated by spaces.

    Solvers look at their own answer and would refuse most of these; here they are told to accept any.
    """
    if mistake is not None:
        source = (forks.ROOT / mistake.path).read_text(encoding="utf-8")
        if source.count(mistake.right) != 1:
            raise ValueError(f"{mistake.path} must hold {mistake.right!r} once: bring this list up to date")
        forks.use(mistake.path, ast.parse(source.replace(mistake.right, mistake.wrong)))
    from ecd2g import StrandedWalkerError, solve
    from ecd2g.testing import NetworkProblem, Solved, broken_laws, golden_layered, hand_solved_networks

    def unchecked(problem: Any) -> Solved:
        network = isinstance(problem, NetworkProblem)
        source, sink = (problem.injected, problem.extracted) if network else (problem.source, problem.sink)
        return Solved.of(solve(problem.circuit, source=source, sink=sink, method=method, tolerance=1e100))

    problem = next(c.problem for c in (*golden_layered(), *hand_solved_networks()) if c.name == case)
    try:
        return " ".join(broken_laws(problem, unchecked))
    except StrandedWalkerError:
        return "arrival: walkers are stranded"


def main() -> None:
    """Each mistake with the laws that notice it; and the same cases without a mistake."""
    forks.warm_up()
    found = {}
    for mistake in (None, *MISTAKES):
        cases = [mistake] if mistake else {(m.case, m.method): m for m in MISTAKES}.values()
        for each in cases:
            name = mistake.what if mistake else f"no mistake: {each.case} by {each.method}"
            found[name] = forks.in_child(
                lambda m=mistake, e=each: laws_that_notice(m, e.case, e.method), cpu_seconds=60
            )
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
