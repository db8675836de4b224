"""The movement rule, Definition 3.1, and the three ways to read it on a layered circuit.

two-way        Eq. (9) and (10) as they stand: a walker follows any outgoing current, also back to an earlier layer.
               Exact: the walk ends distributed as the target.
forward-only   the paper's inference: only currents towards the next layer, stop in the last. Biased.
first-passage  the two-way walk watched only when it first reaches the next layer. Exact, one layer a step.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import namespace
from ecd2g.circuit.fields.field import CurrentField
from ecd2g.errors import InputError, SolverError, StrandedWalkerError

Rule = Literal["two-way", "forward-only", "first-passage"]
RULES: tuple[str, ...] = get_args(Rule)


def check_rule(rule: str) -> None:
    """Raise InputError unless the rule is one of the three.

    >>> check_rule("two-way")
    >>> check_rule("sideways")
    Traceback (most recent call last):
        ...
    ecd2g.errors.InputError: rule must be one of 'two-way', 'forward-only', 'first-passage', got 'sideways'
    """
    if not isinstance(rule, str) or rule not in RULES:
        raise InputError(f"rule must be one of {', '.join(map(repr, RULES))}, got {rule!r}")


def stop_probability(
    field: CurrentField, outflow: NDArray[np.float64], *, forward_only: bool
) -> NDArray[np.float64]:
    """Eq. (10): q(v) / (q(v) + outflow) at every node; NaN where a walker could neither stop nor move.

    The forward-only rule stops in the last layer, always, and nowhere else. `outflow` is a node array, ``(n_layers,
    n_atoms)`` or ``(n_nodes,)``, in ampere. Walks that come to a node marked NaN raise
    StrandedWalkerError.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> stop_probability(flow.field, flow.field.outflow(), forward_only=False)  # a walker stops in the sink alone
    array([[0., 0.],
           [0., 1.]])
    """
    xp = namespace(outflow)
    nowhere = xp.full_like(outflow, np.nan)
    if forward_only:
        stop = xp.where(outflow > 0, 0.0, nowhere)
        stop[-1, ...] = 1.0
        return stop
    total = field.extracted + outflow
    return xp.where(total > 0, field.extracted / xp.where(total > 0, total, 1.0), nowhere)


def stranded(forward_only: bool, mass: float) -> StrandedWalkerError:
    """The error for walkers that stand on a node without any current to follow."""
    reason = (
        "no current towards the next layer leaves it; the forward-only rule cannot go on there, "
        "use the two-way or the first-passage rule"
        if forward_only
        else "no current leaves it and no sink is there; start walkers only at nodes that current enters or flows "
        "through, and where a model has learned the currents train it longer or take another"
    )
    return StrandedWalkerError(f"a share {mass:.3g} of the walkers reaches a node where {reason}")


def unfinished(share: float, max_steps: int) -> SolverError:
    """The error for walks that do not end in a given number of steps."""
    return SolverError(
        f"a share {share:.3g} of the walks has not ended after {max_steps} steps; raise max_steps, "
        f"or check that the currents come from a potential and have no cycles",
        reached=share,
        tolerance=0.0,
    )
