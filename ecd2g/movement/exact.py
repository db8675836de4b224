"""The exact law of a walk: the end state, the expected visits and the number of steps, without sampling."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import namespace, to_numpy
from ecd2g.circuit.fields.field import CurrentField
from ecd2g.circuit.given_numbers import whole_number
from ecd2g.errors import InputError, SolverError
from ecd2g.movement.rules import stop_probability, stranded, unfinished

STRANDED_TOLERANCE = 1e-12
"""Share of walkers that rounding may leave on nodes without outflow before it counts as an error."""


@dataclass(frozen=True, eq=False)
class ExactLaw:
    """Law of a walk whose start is drawn from the source; node arrays as in the field, values of one state.

    ends : probability to end at a node
    visits : expected number of visits, which for the two-way rule is the throughflow in ampere
    steps : ``(k,)`` probability of 0, 1, 2, ... steps
    unfinished : probability left when the propagation was ended; bounds the error of `ends`
    """

    ends: NDArray[np.float64]
    visits: NDArray[np.float64]
    steps: NDArray[np.float64]
    unfinished: float

    def on_cpu(self) -> "ExactLaw":
        """The same law with all its arrays in NumPy."""
        return ExactLaw(to_numpy(self.ends), to_numpy(self.visits), self.steps, self.unfinished)

    @property
    def mean_steps(self) -> float:
        """Expected number of steps."""
        return float(np.arange(len(self.steps)) @ self.steps)


def propagate(
    field: CurrentField,
    *,
    forward_only: bool = False,
    tolerance: float = 1e-16,
    max_steps: int = 100_000,
    start: NDArray[np.float64] | None = None,
) -> ExactLaw:
    """Move all probability along Eq. (9) and (10), one step at a time, until at most `tolerance` is on its way.

    That point is reached, because every walk ends (Proposition 3.2). One step costs one `spread` of the field,
    O(N V log V) on the complete circuit, and the walks are little longer than N - 1. Raises StrandedWalkerError where
    probability meets a node without outgoing current, and SolverError where walks have not ended after `max_steps`.
    `ends` and `visits` are arrays of the field's library.

    `start` is the mass >= 0 that starts at every node instead of the source current, in the node shape,
    ``(n_layers, n_atoms)`` or ``(n_nodes,)``. All that is
    returned is linear in it, so `ends` of the start p(x) f(x) is the sum of f(x) over the walks that end at a node.
    InputError for another shape, and for what is negative or not finite.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> flow = ecd2g.solve(circuit, source=p, sink=q)
    >>> law = propagate(flow.field)
    >>> law.steps.round(12)  # one step, or three
    array([0.  , 0.75, 0.  , 0.25])
    """
    max_steps = whole_number(max_steps, "max_steps")
    outflow = field.outflow(forward_only=forward_only)
    stop = stop_probability(field, outflow, forward_only=forward_only)
    xp = namespace(outflow)
    lost_here, flows = xp.isnan(stop), outflow > 0
    stop, divisor = xp.where(lost_here, 0.0, stop), xp.where(flows, outflow, 1.0)
    mass = field.injected if start is None else _checked(start, field.injected)
    ends, visits = xp.zeros_like(mass), xp.zeros_like(mass)
    steps: list[float] = []
    lost, moving = 0.0, _total(field, mass)
    while not moving <= tolerance:
        if not np.isfinite(moving):
            raise SolverError(
                "the currents are too small or too large for their ratios to be formed in float64; rescale the "
                "resistances or the currents",
                reached=moving,
                tolerance=tolerance,
            )
        if len(steps) > max_steps:
            raise unfinished(moving, max_steps)
        visits += mass
        ending = mass * stop
        ends += ending
        steps.append(_total(field, ending))
        lost += _total(field, xp.where(lost_here, mass, 0.0))
        if lost > STRANDED_TOLERANCE:
            raise stranded(forward_only, lost)
        leaving = xp.where(flows, (mass - ending) / divisor, 0.0)
        mass = field.spread(leaving, forward_only=forward_only)
        moving = _total(field, mass)
    return ExactLaw(ends, visits, np.array(steps), moving + lost)


def _checked(start: NDArray[np.float64], like: NDArray[np.float64]) -> NDArray[np.float64]:
    xp = namespace(like)
    if not (hasattr(start, "dtype") and xp.isdtype(start.dtype, ("real floating", "integral"))):
        raise InputError(f"start must be an array of masses of shape {like.shape}, got {start!r:.60}")
    if start.shape != like.shape or not bool(xp.all(xp.isfinite(start) & (start >= 0))):
        raise InputError(
            f"start must be finite masses of 0 or more at nodes of shape {like.shape}, got shape {start.shape} and a "
            f"least entry of {float(xp.min(start)) if start.size else 0.0:.3g}"
        )
    return start


def _total(field: CurrentField, mass: NDArray[np.float64]) -> float:
    """Sum over all states, counting every state of an atom."""
    return float(namespace(mass).sum(mass * field.multiplicity))
