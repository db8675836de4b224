"""One layer sorted by potential: sums and draws over all lower states in O(log V), without a V x V table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import namespace, zeros


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
        xp = namespace(potentials)
        order = xp.argsort(potentials, stable=True)
        ascending = potentials[order]
        counts = running_sum(multiplicity[order])
        totals = xp.zeros_like(ascending)
        if totals.shape[0] > 1:
            totals[1:] = running_sum(counts[:-1] * xp.diff(ascending))
        return cls(order, ascending, counts, totals)

    def rank(self, potentials: NDArray[np.float64]) -> NDArray[np.intp]:
        """How many atoms of this layer lie strictly below each of the given potentials."""
        return namespace(potentials).searchsorted(self.potentials, potentials, side="left")

    def below(self, potentials: NDArray[np.float64], rank: NDArray[np.intp]) -> NDArray[np.float64]:
        """sum_y (f - phi(y))+ over the states y of this layer, for every potential f."""
        xp = namespace(potentials)
        last = xp.maximum(rank - 1, 0)
        total = self.totals[last] + self.counts[last] * (potentials - self.potentials[last])
        return xp.where(rank > 0, total, 0.0)

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
        xp = namespace(totals)
        height = rng.random(totals.shape[0]) * totals
        segment = xp.minimum(xp.searchsorted(self.totals, height, side="right"), rank) - 1
        place = rng.random(totals.shape[0]) * self.counts[segment]
        chosen = xp.minimum(xp.searchsorted(self.counts, place, side="right"), segment)
        return self.order[chosen]

    def weighted_above(
        self,
        weights: NDArray[np.float64],
        potentials: NDArray[np.float64],
        rank: NDArray[np.intp],
    ) -> NDArray[np.float64]:
        """sum_x w(x) (phi(x) - f)+ over the atoms x of this layer, for every potential f, O(K)."""
        xp, n_atoms = namespace(weights), weights.shape[0]
        mass = xp.flip(running_sum(xp.flip(weights[self.order])))
        totals = xp.zeros_like(mass)
        if n_atoms > 1:
            totals[:-1] = xp.flip(running_sum(xp.flip(mass[1:] * xp.diff(self.potentials))))
        first = xp.minimum(rank, n_atoms - 1)
        total = totals[first] + mass[first] * (self.potentials[first] - potentials)
        return xp.where(rank < n_atoms, total, 0.0)


def running_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative sum in blocks: O(sqrt(n)) roundings instead of n, and never decreasing for values >= 0.

    The n roundings of a plain cumulative sum would show in the exact law of a walk on 262,144 states, above 1e-13. A
    library that sums in parallel may put two almost equal sums out of order by one rounding, which moves a draw by as
    little.
    """
    xp, n = namespace(values), values.shape[0]
    width = int(np.sqrt(n)) + 1
    n_blocks = -(-n // width)
    flat = zeros((n_blocks * width,), values)
    flat[:n] = values
    blocks = xp.cumulative_sum(xp.reshape(flat, (n_blocks, width)), axis=1)
    if n_blocks > 1:
        blocks[1:, :] += xp.cumulative_sum(blocks[:-1, -1], axis=0)[:, None]
    return xp.reshape(blocks, (n_blocks * width,))[:n]
