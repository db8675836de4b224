"""Couplings: where the pairs (x_0, x_N) of a training batch come from (Algorithm 1, line 1)."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.sample_size import sample_size
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics.optimal_transport import PAIR_LIMIT, PairGround, cost_unit, pair_costs


class Pairs(NamedTuple):
    """A batch of pairs: `starts` and `ends`, states ``(n, n_sites)``, row by row of one pair."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class Coupling(Protocol):
    """A joint law of start and end states that can be sampled; its marginals are the source and the target."""

    @property
    def space(self) -> StateSpace:
        """The space both live on."""

    def draw(self, n: int, rng: np.random.Generator) -> Pairs:
        """`n` pairs."""


@dataclass(frozen=True, eq=False)
class IndependentPairs:
    """pi = p x q: starts and ends are drawn apart, as the paper does.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> pairs = IndependentPairs(p, q).draw(4, rng=np.random.default_rng(0))
    >>> pairs.starts.shape, pairs.ends.shape
    ((4, 1), (4, 1))
    """

    source: Distribution
    target: Distribution

    def __post_init__(self) -> None:
        if self.source.space != self.target.space:
            raise InputError("source and target must live on one state space")

    @property
    def space(self) -> StateSpace:
        """The space of source and target."""
        return self.source.space

    def draw(self, n: int, rng: np.random.Generator) -> Pairs:
        """`n` starts and `n` ends."""
        return Pairs(self.source.sample(n, rng), self.target.sample(n, rng))


@dataclass(frozen=True, eq=False)
class GivenPairs:
    """The user's own pairs, row i of `starts` with row i of `ends`; a batch draws rows with replacement.

    >>> import ecd2g
    >>> pairs = GivenPairs.of(ecd2g.StateSpace(3), [[0], [1]], [[2], [0]]).draw(3, rng=np.random.default_rng(0))
    >>> set(zip(pairs.starts.ravel().tolist(), pairs.ends.ravel().tolist())) <= {(0, 2), (1, 0)}
    True
    """

    space: StateSpace
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, space: StateSpace, starts: ArrayLike, ends: ArrayLike) -> "GivenPairs":
        """Check two arrays of states ``(n, n_sites)`` and pair them."""
        first, last = space.check(starts), space.check(ends)
        if first.ndim != 2 or first.shape != last.shape or len(first) == 0:
            raise InputError(
                f"given pairs must be two arrays of one shape (n, {space.n_sites}) with n >= 1, "
                f"got {first.shape} and {last.shape}"
            )
        return cls(space, first.copy(), last.copy())

    def draw(self, n: int, rng: np.random.Generator) -> Pairs:
        """`n` of the pairs."""
        rows = rng.integers(len(self.starts), size=sample_size(n, self.space.n_sites, "pairs"))
        return Pairs(self.starts[rows], self.ends[rows])


@dataclass(frozen=True, eq=False)
class TransportPairs:
    """Minibatch optimal transport: the independent batch, its ends re-ordered to minimise the cost of its pairs.

    `ground` is "squared" (the default), "euclidean" or "hamming", as in `optimal_transport_cost`. The estimate (13)
    depends on the starts and the ends of a batch and not on their order, so it is the same, number for number, as with
    `IndependentPairs`; see docs/learned.md.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> pairs = TransportPairs(IndependentPairs(p, q)).draw(4, rng=np.random.default_rng(0))
    >>> sorted(zip(pairs.starts.ravel().tolist(), pairs.ends.ravel().tolist()))  # in order: no two pairs cross
    [(0, 2), (0, 2), (0, 2), (1, 2)]
    """

    independent: IndependentPairs
    ground: PairGround = "squared"

    def __post_init__(self) -> None:
        cost_unit(self.ground)

    @property
    def space(self) -> StateSpace:
        """The space of source and target."""
        return self.independent.space

    def draw(self, n: int, rng: np.random.Generator) -> Pairs:
        """`n` pairs; O(n^3) by scipy's assignment."""
        starts, ends = self.independent.draw(n, rng)
        return Pairs(starts, ends[cheapest_order(starts, ends, self.ground)])


def cheapest_order(
    starts: NDArray[np.int64], ends: NDArray[np.int64], ground: PairGround = "squared"
) -> NDArray[np.intp]:
    """The order of `ends` that minimises the sum of costs to `starts`; O(n^3) by scipy's assignment.

    CapacityError above `PAIR_LIMIT` pairs, 5,000 starts and ends.
    """
    if len(starts) * len(ends) > PAIR_LIMIT:
        raise CapacityError(
            f"pairing {len(starts)} starts with {len(ends)} ends compares all of their pairs, and the limit is "
            f"{PAIR_LIMIT}; take smaller batches"
        )
    if ground != "squared":
        return linear_sum_assignment(pair_costs(starts, ends, ground))[1]
    x, y = starts.astype(np.float64), ends.astype(np.float64)
    return linear_sum_assignment(-x @ y.T)[1]  # |x - y|^2 without the terms that no order changes
