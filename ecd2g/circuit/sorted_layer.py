"""One layer sorted by potential: sums and draws over all lower states in O(log V), without a V x V table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class SortedLayer:
    """Potentials in ascending order, with the running sums that answer for all lower states at once.

    A node of potential f sends the lateral current b (f - phi(y)) to every lower state y. As a function of f
    the total B(f) = sum_y (f - phi(y))+ is convex and piecewise linear, with slope *number of lower states*:
    B(f) = integral of count(tau) d tau up to f. Stored at the knots it needs additions of positive numbers only.
    """

    order: NDArray[np.intp]
    potentials: NDArray[np.float64]
    counts: NDArray[np.float64]
    totals: NDArray[np.float64]

    @classmethod
    def of(cls, potentials: NDArray[np.float64], multiplicity: NDArray[np.float64]) -> "SortedLayer":
        """Sort the atoms of a layer, O(K log K)."""
        order = np.argsort(potentials, kind="stable")
        ascending = potentials[order]
        counts = running_sum(multiplicity[order])
        totals = np.zeros_like(ascending)
        totals[1:] = running_sum(counts[:-1] * np.diff(ascending))
        return cls(order, ascending, counts, totals)

    def rank(self, potentials: NDArray[np.float64]) -> NDArray[np.intp]:
        """How many atoms of this layer lie strictly below each of the given potentials."""
        return np.searchsorted(self.potentials, potentials, side="left")

    def below(self, potentials: NDArray[np.float64], rank: NDArray[np.intp]) -> NDArray[np.float64]:
        """sum_y (f - phi(y))+ over the states y of this layer, for every potential f."""
        last = np.maximum(rank - 1, 0)
        total = self.totals[last] + self.counts[last] * (potentials - self.potentials[last])
        return np.where(rank > 0, total, 0.0)

    def draw_below(
        self,
        totals: NDArray[np.float64],
        rank: NDArray[np.intp],
        rng: np.random.Generator,
    ) -> NDArray[np.intp]:
        """Atoms y drawn with probability (f - phi(y))+ / `totals`, where `totals` = `below` of f.

        (f - phi(y))+ is the length of {tau < f : phi(y) < tau}. So draw a height tau with density count(tau), which
        is one search in the running totals, then one of the states below it, all of them equally likely.
        """
        height = rng.random(len(totals)) * totals
        segment = np.minimum(np.searchsorted(self.totals, height, side="right"), rank) - 1
        place = rng.random(len(totals)) * self.counts[segment]
        chosen = np.minimum(np.searchsorted(self.counts, place, side="right"), segment)
        return self.order[chosen]

    def weighted_above(
        self,
        weights: NDArray[np.float64],
        potentials: NDArray[np.float64],
        rank: NDArray[np.intp],
    ) -> NDArray[np.float64]:
        """sum_x w(x) (phi(x) - f)+ over the atoms x of this layer, for every potential f, O(K)."""
        mass = running_sum(weights[self.order][::-1])[::-1]
        totals = np.zeros_like(mass)
        totals[:-1] = running_sum((mass[1:] * np.diff(self.potentials))[::-1])[::-1]
        first = np.minimum(rank, len(mass) - 1)
        total = totals[first] + mass[first] * (self.potentials[first] - potentials)
        return np.where(rank < len(mass), total, 0.0)


def running_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative sum in blocks: O(sqrt(n)) roundings instead of n, and never decreasing for values >= 0.

    The n roundings of np.cumsum would show in the exact law of a walk on 262,144 states, above 1e-13.
    """
    n = len(values)
    width = int(np.sqrt(n)) + 1
    blocks = np.zeros((-(-n // width), width))
    blocks.ravel()[:n] = values
    np.cumsum(blocks, axis=1, out=blocks)
    blocks[1:] += np.cumsum(blocks[:-1, -1])[:, None]
    return blocks.ravel()[:n]
