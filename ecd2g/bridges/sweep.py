"""The sweep: a circuit whose layers are the sets of sites that have crossed."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.bridges.bridge import Places, checked_ends, checked_pairs
from ecd2g.bridges.crossing import CrossingBridge
from ecd2g.couplings.pairs import Pairs
from ecd2g.errors import InputError


class SweepBridge(CrossingBridge):
    """Sites cross in a random order, a fixed number of them in every step.

    A node is a state together with the set A of sites that have crossed; an edge changes the symbol of one site and
    adds the site to A. All edges have the same conductance. The unit current from x_0 to x_N on the columns of the
    pair, where site d holds x_N,d if d is in A and x_0,d if not, splits equally over all D! orders: at a node with m
    uncrossed sites each takes 1/m of it. So every order is equally likely, and after k of n steps
    round(D k / n) sites have crossed (halves are rounded up), a uniformly random set of them.

    With one site a step the predictions of a step never have to be independent of each other, and the walk ends in the
    target if p_theta is exact; with more sites a step their ends are drawn apart, given where the walker stands. The
    sweep is any-order autoregression (Hoogeboom et al. 2022, arXiv 2110.02037) that sees the source symbol where the
    mask would be. Cost O(n D log D) a step of n walkers, no table.

    >>> from ecd2g.circuit.state_space import StateSpace
    >>> bridge = SweepBridge(StateSpace(3, n_sites=4))
    >>> rng = np.random.default_rng(0)
    >>> places = bridge.begin(np.zeros((1, 4), dtype=np.int64), rng)
    >>> int(bridge.step(places, np.full((1, 4), 2), 2, 0, rng).crossed.sum())
    2
    """

    @property
    def most_steps(self) -> int:
        """One step a site."""
        return self.space.n_sites

    def n_crossed(self, n_steps: int, done: NDArray[np.intp]) -> NDArray[np.intp]:
        """Number of crossed sites after each of the given numbers of steps: round(D done / n_steps), halves up."""
        return (2 * self.space.n_sites * np.asarray(done) + n_steps) // (2 * n_steps)

    def between(self, pairs: Pairs, n_steps: int, done: NDArray[np.intp], rng: np.random.Generator) -> Places:
        """A uniformly random set of round(D done / n_steps) sites has crossed."""
        pairs, finished = checked_pairs(self.space, pairs, done, self.check_steps(n_steps))
        everywhere = np.ones(pairs.starts.shape, dtype=bool)
        crossed = random_sites(everywhere, self.n_crossed(n_steps, finished), rng)
        return self._between(pairs, crossed, finished / n_steps)

    def step(
        self, places: Places, ends: NDArray[np.int64], n_steps: int, k: int, rng: np.random.Generator
    ) -> Places:
        """round(D (k + 1) / n_steps) - round(D k / n_steps) uniformly random uncrossed sites cross."""
        towards = checked_ends(self.space, places, ends, self.check_steps(n_steps), k)
        before, after = self.n_crossed(n_steps, np.array([k, k + 1]))
        if np.any(places.crossed.sum(axis=1) != before):
            raise InputError(
                f"after {k} of {n_steps} steps of the sweep {before} sites of every walker must have crossed; "
                f"begin with `begin` and keep one number of steps"
            )
        chosen = random_sites(~places.crossed, np.full(len(towards), after - before), rng)
        return self._cross(places, towards, chosen, n_steps, k)


def random_sites(
    among: NDArray[np.bool_], counts: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """A uniformly random set of ``counts[i]`` sites among those marked in row i, ``(n, n_sites)`` bool."""
    keys = np.where(among, rng.random(among.shape), np.inf)
    ranks = keys.argsort(axis=1).argsort(axis=1)
    return ranks < counts[:, None]
