"""Bridges that move every site on its own, by a table of transitions towards the end of the site."""

from abc import abstractmethod
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecd2g.bridges.bridge import Bridge, Places, checked_ends, checked_pairs, checked_starts
from ecd2g.circuit.fields.table_field import draw_from_rows
from ecd2g.couplings.pairs import Pairs
from ecd2g.errors import CapacityError

TABLE_LIMIT = 2**27
"""Most float64 numbers in the tables of one number of steps (1 GiB)."""


class SiteTables(NamedTuple):
    """Laws of one site for one alphabet and one number of steps, each ``(n_steps, S, S, S)``.

    steps : [k, x, x_N, y]  P(y after k + 1 steps | x after k steps, end x_N)
    laws  : [k, x_0, x_N, y]  P(y after k steps | start x_0, end x_N)
    """

    steps: NDArray[np.float64]
    laws: NDArray[np.float64]


class SiteBridge(Bridge):
    """Sites move independently of each other given their ends; sites with equal alphabets share one table.

    Tables are made once for a number of steps, O(n_steps S^4) for the composed laws and 2 n_steps S^3 numbers for every
    alphabet size S; CapacityError where these are more than `TABLE_LIMIT`. A step of n walkers costs O(n D S).
    """

    @abstractmethod
    def site_law(self, n_symbols: int, n_steps: int) -> NDArray[np.float64]:
        """Transitions of a site with S symbols, ``(n_steps, S, S, S)`` as [step, x, x_N, y]; the last lands in x_N."""

    def begin(self, starts: NDArray[np.int64], rng: np.random.Generator) -> Places:
        """Every walker in its start."""
        return _uncrossed(checked_starts(self.space, starts).copy(), np.zeros(len(starts)))

    def between(self, pairs: Pairs, n_steps: int, done: NDArray[np.intp], rng: np.random.Generator) -> Places:
        """Draws from the composed law of `done` steps between the two ends of every site."""
        pairs, finished = checked_pairs(self.space, pairs, done, self.check_steps(n_steps))
        begun = self.begin(pairs.starts, rng).states
        states = np.empty_like(begun)
        for size, sites in self._sites.items():
            laws = self.tables(size, n_steps).laws
            which = np.broadcast_to(finished[:, None], (len(begun), len(sites)))
            states[:, sites] = _draw(laws, which, begun[:, sites], pairs.ends[:, sites], rng)
        return _uncrossed(states, finished / n_steps)

    def step(
        self, places: Places, ends: NDArray[np.int64], n_steps: int, k: int, rng: np.random.Generator
    ) -> Places:
        """Every site draws its next symbol from row (k, x, predicted end) of its table."""
        towards = checked_ends(self.space, places, ends, self.check_steps(n_steps), k)
        states = np.empty_like(towards)
        for size, sites in self._sites.items():
            here = places.states[:, sites]
            states[:, sites] = _draw(
                self.tables(size, n_steps).steps, np.full_like(here, k), here, towards[:, sites], rng
            )
        return _uncrossed(states, np.full(len(states), (k + 1) / n_steps))

    def tables(self, n_symbols: int, n_steps: int) -> SiteTables:
        """Transitions and composed laws of a site with `n_symbols` symbols, made once."""
        wanted = (n_symbols, self.check_steps(n_steps))
        if wanted not in self._known:
            self._require_room(n_steps)
            steps = self.site_law(*wanted)
            self._known[wanted] = SiteTables(steps, composed(steps))
        return self._known[wanted]

    def _require_room(self, n_steps: int) -> None:
        numbers = sum(2 * n_steps * size**3 for size in self._sites)
        if numbers > TABLE_LIMIT:
            raise CapacityError(
                f"the site tables of {n_steps} steps over alphabets of {', '.join(map(str, self._sites))} symbols have "
                f"{numbers:.3g} numbers, and the limit is {TABLE_LIMIT:.3g}; take fewer steps, or the bridge sweep, "
                f"masked or mixture, which need no table"
            )

    @cached_property
    def _sites(self) -> dict[int, NDArray[np.intp]]:
        """The sites of every alphabet size."""
        sizes = np.asarray(self.space.alphabet_sizes)
        return {int(size): np.flatnonzero(sizes == size) for size in np.unique(sizes)}

    @cached_property
    def _known(self) -> dict[tuple[int, int], SiteTables]:
        return {}


def composed(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Laws after 0 .. n_steps - 1 steps, [k, x_0, x_N, y], from transitions [k, x, x_N, y]; O(n_steps S^4)."""
    size = steps.shape[1]
    laws = np.empty_like(steps)
    laws[0] = np.eye(size)[:, None, :]
    for k in range(1, len(steps)):
        by_end = laws[k - 1].transpose(1, 0, 2) @ steps[k - 1].transpose(1, 0, 2)
        laws[k] = by_end.transpose(1, 0, 2)
    return laws


def _draw(
    tables: NDArray[np.float64],
    which: NDArray[np.intp],
    here: NDArray[np.int64],
    ends: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """One symbol from the row (which, here, end) of ``(n_tables, S, S, S)`` for every entry, by inverse CDF."""
    rows = np.ravel_multi_index((which, here, ends), tables.shape[:3])
    return draw_from_rows(tables.reshape(-1, tables.shape[3]), rows.ravel(), rng).reshape(here.shape)


def _uncrossed(states: NDArray[np.int64], times: NDArray[np.float64]) -> Places:
    """Places of a bridge that keeps no flags."""
    return Places(states, times, np.zeros(states.shape, dtype=bool))
