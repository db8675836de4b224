"""Walks of words: a row a walker, a column a layer, letters that changed in bold and colour."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.paths import END, START
from ecd2g.plots.style import PAGE, axes_or_new, note_selection, styled
from ecd2g.plots.walk_table import LONGEST_LABEL, end_states, walk_states, walk_table

CHANGED, BLANK = "#d55e00", "·"
"""Colour of letters that changed, and what stands for a blank."""

SIZE = 8.0
"""Size of the letters in points; a monospaced letter is 0.6 of it wide."""

LETTER, LINE, GAP, APART = 0.62 * SIZE, 1.75 * SIZE, 1.3 * SIZE, 2.0 * SIZE
"""Width of a letter, height of a row, and room between columns and before the set-apart column, in points."""

Words = Sequence[Sequence[str | None]]
"""One row a walker, one word a place; None after the end."""


@styled
def word_paths(
    words: Words | ArrayLike,
    alphabet: Sequence[str] | None = None,
    *,
    labels: Sequence[object] | None = None,
    columns: ArrayLike | None = None,
    nearest: Sequence[str] | ArrayLike | None = None,
    nearest_name: str = "nearest training name",
    at_most: int = 20,
) -> Axes:
    """Write the words of walks as a table: start left, end right, letters that differ from the column before in bold.

    words : ``(n, k)`` strings, None after the end of a walk; with `alphabet`, states ``(n, k, n_sites)``, -1 after the
    end. Shorter words are blank at the end; a blank is drawn as a faint dot.
    labels, columns : names of the k places, and which of them to draw between start and end (default: what fits)
    nearest : the training word nearest to every end, as strings ``(n,)`` or states; written at the right with the
    number of letters that differ
    The first `at_most` walkers are drawn, in a figure of their own, because letters have a size that axes may not fit.
    """
    letters, last, neighbours = _read(words, alphabet, nearest)
    n_letters = letters.shape[2]
    room = PAGE * 72 - 20 - (0 if neighbours is None else APART + _heading_width(nearest_name))
    longest = 5 if labels is None else max((len(str(label)) for label in labels), default=0)
    step = max(n_letters * LETTER, min(longest, LONGEST_LABEL) * 4.0) + GAP
    table = walk_table(letters, last, labels, columns, max(2, int(room // step)), at_most)
    n, c = table.shown.shape
    width = c * step + (0 if neighbours is None else APART + _heading_width(nearest_name))
    ax = axes_or_new(None, (width + 12) / 72, ((n + 1.3) * LINE + 24) / 72)
    ax.set(xlim=(-GAP / 2, width - GAP / 2), ylim=(n * LINE, -1.3 * LINE))
    ax.set_axis_off()
    changed = table.changed
    for column, name in enumerate(table.names):
        color = {0: START, c - 1: END}.get(column, "black")
        middle = column * step + (step - GAP) / 2
        look: Any = {"ha": "center", "va": "center", "fontsize": 7, "in_layout": False}
        ax.text(
            middle, -LINE * 0.6, name, color=color, weight="bold" if color != "black" else "normal", **look
        )
        if color != "black":
            box = Rectangle((column * step - GAP / 2, 0), step, n * LINE, fc="0.94", ec="none", zorder=0)
            ax.add_patch(box)
    for row, column in zip(*np.nonzero(table.shown), strict=True):
        left = column * step + (step - GAP - n_letters * LETTER) / 2
        _word(ax, table.symbols[row, column], changed[row, column], left, row)
    for row in range(n):
        ax.axhline(row * LINE, color="0.85", lw=0.4, zorder=0.5)
    if neighbours is not None:
        _nearest(ax, neighbours[:n], table.symbols[:, -1], c * step + APART - GAP, nearest_name)
    note_selection(ax.figure, n, table.n_walkers, "walkers")
    return ax


def _word(ax: Axes, word: NDArray, changed: NDArray[np.bool_], left: float, row: int) -> None:
    """The letters of one word, each at the middle of its own place."""
    base: dict[str, Any] = {"ha": "center", "va": "center_baseline", "family": "monospace", "fontsize": SIZE}
    for place, letter in enumerate(word):
        blank = letter == " "
        look = (
            {"color": CHANGED, "weight": "bold"} if changed[place] else {"color": "0.6" if blank else "black"}
        )
        x, y = left + (place + 0.5) * LETTER, (row + 0.55) * LINE
        ax.text(x, y, BLANK if blank else letter, in_layout=False, **base | look)


def _nearest(ax: Axes, neighbours: NDArray, ends: NDArray, left: float, name: str) -> None:
    """The nearest training words and how many letters differ."""
    look: Any = {"va": "center", "in_layout": False, "fontsize": 7}
    ax.text(left, -LINE * 0.6, f"{name} (letters that differ)", ha="left", **look)
    beyond = left + ends.shape[1] * LETTER + GAP
    for row, (word, end) in enumerate(zip(neighbours, ends, strict=True)):
        _word(ax, word, np.zeros(len(word), dtype=bool), left, row)
        count = int(np.sum(word != end))
        weight = "normal" if count else "bold"
        ax.text(beyond, (row + 0.5) * LINE, str(count) if count else "0, a copy", weight=weight, **look)


def _heading_width(name: str) -> float:
    """Room in points for the heading of the set-apart column."""
    return 3.9 * (len(name) + 22)


def _read(
    words: Words | ArrayLike, alphabet: Sequence[str] | None, nearest: Sequence[str] | ArrayLike | None
) -> tuple[NDArray, NDArray[np.intp], NDArray | None]:
    """Letters ``(n, k, n_letters)``, the last place of every walk, and the letters of the nearest words."""
    if alphabet is None:
        return _from_strings(words, nearest)
    symbols = np.array([*alphabet])
    if not symbols.size or any(len(letter) != 1 for letter in alphabet):
        raise InputError(f"alphabet must be single letters, one a symbol, got {alphabet!r}")
    states, last = walk_states(words)
    if states.max() >= len(symbols):
        raise InputError(f"alphabet must name {states.max() + 1} symbols, got {len(symbols)}")
    letters = symbols[states]  # -1 after the end is never drawn
    if nearest is None:
        return letters, last, None
    neighbours = end_states(nearest, "nearest", states[:, 0])  # type: ignore[arg-type]
    if neighbours.max() >= len(symbols):
        raise InputError(f"alphabet must name {neighbours.max() + 1} symbols, got {len(symbols)}")
    return letters, last, symbols[neighbours]


def _from_strings(words: Any, nearest: Any) -> tuple[NDArray, NDArray[np.intp], NDArray | None]:
    """Letters of strings, blank at the end where a word is short."""
    if isinstance(words, str) or any(isinstance(row, str) for row in words):
        raise InputError("words must be rows of strings, one row a walker; or states, with their alphabet")
    rows = [list(row) for row in words]
    known = [word for row in rows for word in row if word is not None]
    if not known or not all(isinstance(word, str) for word in known):
        raise InputError("words must be strings, None after the end of a walk; states need an alphabet")
    k = len(rows[0])
    lengths = [sum(word is not None for word in row) for row in rows]
    straight = all(None not in row[:length] for row, length in zip(rows, lengths, strict=True))
    if k < 2 or {len(row) for row in rows} != {k} or not straight or min(lengths) < 1:
        raise InputError(
            "words must have the same number of places a row, two at least, None only after the end"
        )
    if nearest is not None and (
        len(nearest) != len(rows) or not all(isinstance(word, str) for word in nearest)
    ):
        raise InputError(f"nearest must be {len(rows)} strings, one a walker")
    near = [] if nearest is None else list(nearest)
    size = max(1, *(len(word) for word in [*known, *near]))
    letters = np.array([[list((word or "").ljust(size)) for word in row] for row in rows])
    neighbours = None if nearest is None else np.array([list(word.ljust(size)) for word in near])
    return letters, np.array(lengths) - 1, neighbours
