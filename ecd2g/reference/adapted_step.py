"""What one iteration of an adapted circuit was measured to be worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.network_field import NetworkField
from ecd2g.movement import propagate
from ecd2g.reference.adapted_ends import TransportEnds


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


def walked(ends: TransportEnds, field: NetworkField) -> tuple[float, float]:
    """Cost of the two-way walk as in `AdaptedStep`, and the largest deviation of its end law from q.

    |x - y|^2 = |x|^2 + |y|^2 - 2 sum_i x_i y_i, and walks that start with the mass p(x) x_i end with E[x_i; y] at y:
    one propagation a site. The triangle inequality bounds |x_0 - x_N| by the length of the way.
    """
    m = len(ends.xs)
    law = propagate(field).ends
    error = float(np.abs(law - ends.extracted).max())
    if ends.cost == "distance":
        return flow_cost(ends, field), error
    products = sum(float(_carried(ends, field, x) @ y) for x, y in zip(ends.xs.T, ends.ys.T, strict=True))
    squares = ends.p @ np.square(ends.xs).sum(axis=1) + law[m:] @ np.square(ends.ys).sum(axis=1)
    return float(squares - 2 * products), error


def flow_cost(ends: TransportEnds, field: NetworkField) -> float:
    """Sum of cost |current| over all edges."""
    net = field.network
    return float(ends.costs(net.tails, net.heads) @ np.abs(field.edge_currents))


def _carried(ends: TransportEnds, field: NetworkField, values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum over the walks that end at y of `values` >= 0 where they started, ``(k,)``."""
    largest = max(int(values.max()), 1)  # so that the mass that moves is at most one
    start = np.concatenate([ends.p * (values / largest), np.zeros(len(ends.ys))])
    return largest * propagate(field, start=start).ends[len(ends.xs) :]
