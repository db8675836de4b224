"""States of any space as numbers and as sortable keys, so that listed states are found without a table over it."""

from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.state_space import INDEX_LIMIT, StateSpace


def distinct(space: StateSpace, states: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Distinct states in lexicographic order, and the place of each given state among them; O(n D + n log n)."""
    if space.n_states < INDEX_LIMIT:
        numbers, place = np.unique(space.index(states), return_inverse=True)
        return space.states(numbers), place
    words = state_words(space, states).T
    order = np.lexsort(words[::-1])  # the last key is the first that counts
    ordered = words[:, order]
    is_new = np.ones(len(states), dtype=bool)
    is_new[1:] = np.any(ordered[:, 1:] != ordered[:, :-1], axis=0)
    place = np.empty(len(states), dtype=np.intp)
    place[order] = np.cumsum(is_new) - 1
    return states[order[is_new]], place


def state_keys(space: StateSpace, states: NDArray[np.int64]) -> NDArray:
    """One sortable key for every state of ``(n, n_sites)``, ``(n,)``: equal keys, equal states; O(D) a state.

    Row-major indices where 63 bits hold them, and beyond that the bytes of several words, each the index of a run of
    sites. The order of the latter means nothing.
    """
    words = state_words(space, states)
    if words.shape[1] == 1:
        return words[:, 0]
    return words.view(np.dtype((np.void, words.dtype.itemsize * words.shape[1]))).ravel()


def state_words(space: StateSpace, states: NDArray[np.int64]) -> NDArray[np.int64]:
    """States ``(n, n_sites)`` as a few whole numbers each, ``(n, k)``: runs of sites that 63 bits can number."""
    runs = _runs(space.alphabet_sizes)
    return np.stack([states[:, run] @ places for run, places in runs], axis=1)


@lru_cache(maxsize=64)
def _runs(sizes: tuple[int, ...]) -> tuple[tuple[slice, NDArray[np.int64]], ...]:
    """Runs of sites whose joint states 63 bits can number, with the place value of every site."""
    cuts = [0]
    for site in range(1, len(sizes)):
        if prod(sizes[cuts[-1] : site + 1]) >= INDEX_LIMIT:
            cuts.append(site)
    ends = [*cuts[1:], len(sizes)]
    return tuple((slice(a, b), _place_values(sizes[a:b])) for a, b in zip(cuts, ends, strict=True))


def _place_values(sizes: tuple[int, ...]) -> NDArray[np.int64]:
    return np.array([prod(sizes[site + 1 :]) for site in range(len(sizes))], dtype=np.int64)
