"""The two ends of a transport: states with mass on either side, and what it costs to take one to the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.locked_arrays import lock
from ecd2g.metrics.optimal_transport import PairGround, pair_costs, weighted_support

TransportCost = Literal["squared", "distance"]
GROUNDS: dict[str, PairGround] = {"squared": "squared", "distance": "euclidean"}

BLOCK = 2**21
"""Pairs of states whose costs are held at a time."""


@dataclass(frozen=True, eq=False)
class TransportEnds:
    """States `xs` ``(m, D)`` with masses `p`, the first m nodes, and `ys` ``(k, D)`` with masses `q`, the k others.

    The cost of a pair is |x - y|^2 for "squared" and |x - y| for "distance", in symbols.
    """

    xs: NDArray[np.int64]
    p: NDArray[np.float64]
    ys: NDArray[np.int64]
    q: NDArray[np.float64]
    cost: TransportCost

    def __post_init__(self) -> None:
        lock(self, "xs", "p", "ys", "q")

    @classmethod
    def of(cls, source: Distribution, sink: Distribution, cost: TransportCost) -> "TransportEnds":
        """The states of positive probability of two distributions."""
        return cls(*weighted_support(source), *weighted_support(sink), cost)

    @property
    def n_nodes(self) -> int:
        """Number of nodes m + k."""
        return len(self.xs) + len(self.ys)

    @property
    def n_pairs(self) -> int:
        """Number of pairs m k."""
        return len(self.xs) * len(self.ys)

    @cached_property
    def injected(self) -> NDArray[np.float64]:
        """Source current of every node, ``(m + k,)``."""
        return np.concatenate([self.p, np.zeros(len(self.q))])

    @cached_property
    def extracted(self) -> NDArray[np.float64]:
        """Sink current of every node, ``(m + k,)``."""
        return np.concatenate([np.zeros(len(self.p)), self.q])

    def costs(self, tails: NDArray[np.intp], heads: NDArray[np.intp]) -> NDArray[np.float64]:
        """Costs of edges between nodes, of a state x and of a state y, ``(n_edges,)``."""
        squares = np.zeros(len(tails), dtype=np.int64)
        for x, y in zip(self.xs.T, self.ys.T, strict=True):
            squares += np.square(x[tails] - y[heads - len(self.xs)])
        costs = squares.astype(np.float64)
        return costs if self.cost == "squared" else np.sqrt(costs)

    def blocks(self) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Costs of all pairs, a block of states x and all states y at a time."""
        rows = max(1, BLOCK // len(self.ys))
        for first in range(0, len(self.xs), rows):
            block = slice(first, min(first + rows, len(self.xs)))
            yield block, pair_costs(self.xs[block], self.ys, GROUNDS[self.cost])
