"""What every plan starts from: two weighted lists of states and the costs of their pairs."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.couplings.plan import Plan
from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics.optimal_transport import PAIR_LIMIT, PairGround, cost_unit, pair_costs, weighted_support


@dataclass(frozen=True, eq=False)
class PlanInput:
    """The states of positive probability of p and q; `begun` is the clock at which the plan was asked for."""

    space: StateSpace
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    begun: float

    @classmethod
    def of(cls, p: Distribution, q: Distribution) -> "PlanInput":
        """Check that both live on one space and that the table of all pairs is allowed."""
        begun = perf_counter()
        if p.space != q.space:
            raise InputError("p and q must share one state space")
        (starts, a), (ends, b) = weighted_support(p), weighted_support(q)
        if len(starts) * len(ends) > PAIR_LIMIT:
            raise CapacityError(
                f"a plan of {len(starts)} x {len(ends)} states would hold {8e-9 * len(starts) * len(ends):.3g} GB in "
                f"each of its tables, and the limit is {PAIR_LIMIT} pairs; couple samples of p and q instead, which "
                f"pool_pairs does batch by batch"
            )
        return cls(p.space, starts, ends, a, b, begun)

    def costs(self, ground: PairGround) -> NDArray[np.float64]:
        """Costs of all pairs ``(m, k)``."""
        cost_unit(ground)
        return pair_costs(self.starts, self.ends, ground)

    def plan(self, table: NDArray[np.float64], method: str) -> Plan:
        """The plan with this table, and the time since it was asked for."""
        seconds = perf_counter() - self.begun
        return Plan(self.space, self.starts, self.ends, self.p, self.q, table, method, seconds)


def mean_cost(costs: NDArray[np.float64], p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """Mean cost of the independent coupling, the scale of widths and regularisations."""
    return float(p @ costs @ q)
