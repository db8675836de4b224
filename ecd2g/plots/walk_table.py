"""Walks laid out as a table: a row a walker, a column a place of its path, the start first and the end last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import chosen, real_array

LONGEST_LABEL = 24
"""Most characters of the label of a column."""


@dataclass(frozen=True, eq=False)
class WalkTable:
    """The walkers and places that are drawn.

    symbols : numbers or letters ``(n, c, n_sites)``, the start in column 0 and the end in column c - 1
    shown : ``(n, c)``, False between the end of a short walk and the column of ends
    names : headings of the c columns
    n_walkers : number of walkers, of which these n are drawn
    """

    symbols: NDArray
    shown: NDArray[np.bool_]
    names: tuple[str, ...]
    n_walkers: int

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Sites ``(n, c, n_sites)`` that differ from the last place shown before; no site of the start does."""
        found = np.zeros(self.symbols.shape, dtype=bool)
        before = self.symbols[:, 0]
        for column in range(1, self.symbols.shape[1]):
            now = np.where(self.shown[:, column, None], self.symbols[:, column], before)
            found[:, column], before = now != before, now
        return found


def walk_states(states: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Read walks ``(n, k, n_sites)``, -1 after the end, k >= 2; returns them and the last place ``(n,)`` of each."""
    numbers = real_array(states, "states", "n k n_sites")
    if numbers.shape[1] < 2:
        raise InputError("states must hold two places of every walk at least, its start and its end, got one")
    inside, padded = np.all(numbers >= 0, axis=2), np.all(numbers == -1, axis=2)
    whole = np.all(numbers == np.round(numbers))
    if not whole or not np.all(inside | padded) or not inside[:, 0].all() or _returns(inside):
        raise InputError(
            "states must be whole symbols >= 0 from the start on, and -1 only after the end of a walk"
        )
    return numbers.astype(np.int64), inside.sum(axis=1) - 1


def end_states(states: ArrayLike, name: str, like: NDArray[np.int64]) -> NDArray[np.int64]:
    """Read one state a walker, of the shape of the states `like` ``(n, n_sites)``."""
    numbers = real_array(states, name, "n n_sites")
    if numbers.shape != like.shape or np.any(numbers < 0) or np.any(numbers != np.round(numbers)):
        raise InputError(
            f"{name} must be symbols >= 0 of shape {like.shape}, a row a walker, got {numbers.shape}"
        )
    return numbers.astype(np.int64)


def walk_table(
    symbols: NDArray,
    last: NDArray[np.intp],
    labels: Sequence[object] | None,
    columns: ArrayLike | None,
    most_columns: int,
    at_most: int,
) -> WalkTable:
    """Choose the walkers and the columns: the start, some of the places between, and the end of every walk.

    symbols, last : ``(n, k, n_sites)`` and ``(n,)``, as `walk_states` returns them
    labels : a name for each of the k places; by default "step 1" and so on. The first and the last column are always
    called start and end.
    columns : places to draw between the start and the end; by default an even choice of at most ``most_columns - 2``
    """
    k = symbols.shape[1]
    if labels is not None and len(labels) != k:
        raise InputError(f"labels must name {k} places of a path, got {len(labels)}")
    if at_most < 1:
        raise InputError(f"at_most must be at least 1 walker, got {at_most}")
    middle = [place for place in chosen(columns, k, most_columns, "columns") if 0 < place < k - 1]
    words = [f"step {place}" for place in range(k)] if labels is None else [_word(label) for label in labels]
    rows = np.arange(min(at_most, len(symbols)))
    places = np.array([0, *middle, k - 1])
    drawn, shown = symbols[rows][:, places], places <= last[rows, None]
    drawn[:, -1], shown[:, -1] = symbols[rows, last[rows]], True
    return WalkTable(drawn, shown, ("start", *(words[place] for place in middle), "end"), len(symbols))


def _word(label: object) -> str:
    """A short heading; numbers without needless digits."""
    word = f"{label:.3g}" if isinstance(label, (float, np.floating)) else str(label)
    if len(word) > LONGEST_LABEL:
        raise InputError(f"a label may have at most {LONGEST_LABEL} characters, got {word!r}")
    return word


def _returns(inside: NDArray[np.bool_]) -> bool:
    """Whether a walk goes on after its end."""
    return bool(np.any(inside[:, 1:] > inside[:, :-1]))
