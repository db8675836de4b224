"""A coupling as a table: the joint law of finitely many start and end states, in a space of any size."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.given_numbers import rectangular
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.sample_size import sample_size
from ecd2g.circuit.state_space import StateSpace
from ecd2g.couplings.pairs import Pairs
from ecd2g.couplings.rows import columns_of
from ecd2g.errors import InputError, SolverError
from ecd2g.metrics.optimal_transport import PairGround, cost_unit, independent_cost, pair_costs

MARGINAL_TOLERANCE = 1e-10
"""How far a row or column of a plan may miss its probability; plans that are returned reach about 1e-16."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Joint law pi(x, y) of m start and k end states, a `Coupling` that can be drawn from.

    Its rows sum to `source_weights` p and its columns to `target_weights` q.

    space : the space of both
    starts, ends : states ``(m, n_sites)`` and ``(k, n_sites)``
    source_weights, target_weights : p ``(m,)`` and q ``(k,)``
    table : pi ``(m, k)``
    method : how it was made
    seconds : how long that took, wall clock

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> plan = ecd2g.couplings.independent_plan(p, q)
    >>> plan.table, plan.cost(), plan.draw(2, rng=0).starts.shape
    (array([[0.25, 0.25],
           [0.25, 0.25]]), 1.5, (2, 1))
    """

    space: StateSpace
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    source_weights: NDArray[np.float64]
    target_weights: NDArray[np.float64]
    table: NDArray[np.float64]
    method: str
    seconds: float

    def __post_init__(self) -> None:
        m, k = len(self.starts), len(self.ends)
        shapes = self.table.shape, self.source_weights.shape, self.target_weights.shape
        if shapes != ((m, k), (m,), (k,)):
            raise InputError(
                f"a plan of {m} starts and {k} ends needs a table and weights of shapes ({m}, {k}), ({m},) and "
                f"({k},), got {', '.join(map(str, shapes))}"
            )
        for name in ("table", "source_weights", "target_weights"):
            values = getattr(self, name)
            if not np.all(np.isfinite(values) & (values >= 0)):
                raise InputError(f"{name} of a plan must hold finite numbers that are not negative")

    def __repr__(self) -> str:
        return (
            f"<Plan: {self.method}, {len(self.starts)} starts x {len(self.ends)} ends, "
            f"entropy {self.entropy:.4g} nats, marginal error {self.marginal_error:.1e}, {self.seconds:.2g} s>"
        )

    @property
    def marginal_error(self) -> float:
        """max_x |sum_y pi - p|, max_y |sum_x pi - q|, the larger of both, computed anew from the table; O(m k)."""
        rows = np.abs(self.table.sum(axis=1) - self.source_weights)
        columns = np.abs(self.table.sum(axis=0) - self.target_weights)
        return float(max(rows.max(), columns.max()))

    @property
    def entropy(self) -> float:
        """-sum pi log pi in nats: from H(p) where every start has one end, to H(p) + H(q) where the two are apart."""
        positive = self.table[self.table > 0]
        return float(0.0 - np.sum(positive * np.log(positive)))  # 0, not -0, for a single pair

    def cost(self, ground: PairGround = "squared", scale: float = 1.0) -> float:
        """E c(x, y), sum pi(x, y) c(x, y); grounds and scale as in `optimal_transport_cost`. O(m k D)."""
        unit = cost_unit(ground, scale)
        return float(np.sum(self.table * pair_costs(self.starts, self.ends, ground))) / unit

    def independent_cost(self, ground: PairGround = "squared", scale: float = 1.0) -> float:
        """E c(x, y) of the independent coupling of the same p and q, sum p(x) q(y) c(x, y)."""
        p = Distribution(self.space, self.source_weights, self.starts)
        return independent_cost(p, Distribution(self.space, self.target_weights, self.ends), ground, scale)

    def draw(self, n: int, rng: np.random.Generator | int | None = None) -> Pairs:
        """`n` independent pairs; O(m k) once, then O(n log k)."""
        size, random = sample_size(n, self.space.n_sites, "pairs"), generator(rng)
        masses = self._cumulative[:, -1]
        rows = random.choice(len(masses), size=size, p=masses / masses.sum())
        return Pairs(self.starts[rows], self.ends[self.draw_columns(rows, random)])

    def draw_columns(
        self, rows: NDArray[np.integer], rng: np.random.Generator | int | None = None
    ) -> NDArray[np.intp]:
        """One end for each of the starts numbered `rows`, by its number, from pi(y | x); O(n log k).

        InputError for numbers outside 0 .. m - 1.
        """
        numbers, m = rectangular(rows, "rows"), len(self.starts)
        if numbers.ndim != 1 or (
            numbers.size and not (numbers.dtype.kind in "iu" and numbers.min() >= 0 and numbers.max() < m)
        ):
            raise InputError(f"rows must be whole numbers of starts, 0 to {m - 1}")
        return columns_of(self._cumulative, numbers.astype(np.intp), generator(rng))

    @cached_property
    def _cumulative(self) -> NDArray[np.float64]:
        return np.cumsum(self.table, axis=1)


def certified(plan: Plan, advice: str, tolerance: float = MARGINAL_TOLERANCE) -> Plan:
    """The plan, or a SolverError where it misses its marginals by more than `tolerance`."""
    reached = plan.marginal_error
    if not reached <= tolerance:
        raise SolverError(
            f"the marginals of a plan must be met within {tolerance:g}, and those of {plan.method!r} are missed by "
            f"{reached:.3g}; {advice}",
            reached=reached,
            tolerance=tolerance,
        )
    return plan
