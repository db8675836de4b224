"""What one iteration of an adapted circuit was measured to be worth."""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.errors import SolverError
from ecd2g.movement import propagate
from ecd2g.movement.squared_moments import squared_cost
from ecd2g.reference.adapted.ends import TransportEnds

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class AdaptedStep:
    """One iteration: costs in symbols^2 for "squared" and in symbols for "distance".

    iteration : 0 for the circuit of equal conductances that the adaptation starts from
    cost : E|x_0 - x_N|^2 of the two-way walk, exact; for "distance" a bound above the walk's cost, `flow_cost`
    flow_cost : sum of cost |current| over the edges
    bound : best lower bound of the optimal cost so far, over all pairs of states, joined or not
    law_error : largest |P(walk ends at y) - q(y)|
    seconds : time of the iteration, certificate and measurements included
    conductance_ratio, n_edges : of the circuit
    """

    iteration: int
    cost: float
    flow_cost: float
    bound: float
    law_error: float
    seconds: float
    conductance_ratio: float
    n_edges: int

    @property
    def gap(self) -> float:
        """How far the cost may lie above the optimal one, relative to it: cost / bound - 1; zero where both are."""
        if self.cost <= self.bound:
            return 0.0
        return self.cost / self.bound - 1 if self.bound > 0 else float("inf")


@dataclass(frozen=True)
class Walked:
    """Cost of the two-way walk as in `AdaptedStep`, and how exactly it is known.

    law_error : largest |P(walk ends at y) - q(y)|
    rounding : what the cost may miss by rounding, plus what the least cost can change by where mass is misplaced
    """

    cost: float
    law_error: float
    rounding: float


def walked(ends: TransportEnds, field: NetworkField) -> Walked:
    """What the two-way walk costs, exactly.

    "squared" comes from one propagation a site, see `squared_cost`, with coordinates that count from the least start.
    For "distance" the triangle inequality bounds |x_0 - x_N| by the length of the way. `rounding` is
    eps (m + k + steps) times the sizes of the terms, a margin and not a proof, plus the mass that is misplaced times
    the largest cost that the box around all states allows.
    """
    m = len(ends.xs)
    walk = propagate(field)
    off = walk.ends - ends.extracted
    law_error = float(np.abs(off).max())
    if ends.cost == "distance":
        cost = terms = flow_cost(ends, field)
        off = field.divergence() - (
            ends.injected - ends.extracted
        )  # what the currents transport, not the walk
    else:
        low = ends.xs.min(axis=0)
        xs, ys = ends.xs - low, ends.ys - low
        carried = np.stack([_carried(ends, field, x) for x in xs.T], axis=1)
        cost, terms = astuple(squared_cost(ends.p, xs, walk.ends[m:], ys, carried))
    misplaced = float(np.abs(off).sum()) + EPS * ends.n_nodes
    share = EPS * (ends.n_nodes + len(walk.steps))
    return Walked(cost, law_error, share * terms + misplaced * _largest(ends))


def require_bracket(walk: Walked, bound: float) -> None:
    """Raise SolverError where a cost lies below a lower bound of all costs by more than its rounding."""
    if not walk.cost >= bound - walk.rounding:
        raise SolverError(
            f"the cost {walk.cost:.9g} of the walk must not lie below the lower bound {bound:.9g} by more than its "
            f"rounding {walk.rounding:.2g}, but it does; lower tolerance, raise floor, or choose another method",
            reached=bound - walk.cost,
            tolerance=walk.rounding,
        )


def flow_cost(ends: TransportEnds, field: NetworkField) -> float:
    """Sum of cost |current| over all edges."""
    net = field.network
    return float(ends.costs(net.tails, net.heads) @ np.abs(field.edge_currents))


def _carried(ends: TransportEnds, field: NetworkField, values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum over the walks that end at y of `values` >= 0 where they started, ``(k,)``."""
    largest = max(int(values.max()), 1)  # so that the mass that moves is at most one
    start = np.concatenate([ends.p * (values / largest), np.zeros(len(ends.ys))])
    return largest * propagate(field, start=start).ends[len(ends.xs) :]


def _largest(ends: TransportEnds) -> float:
    """Cost between opposite corners of the box around all states."""
    width = np.ptp(np.concatenate([ends.xs, ends.ys]), axis=0).astype(np.float64)
    square = float(np.square(width).sum())
    return square if ends.cost == "squared" else float(np.sqrt(square))
