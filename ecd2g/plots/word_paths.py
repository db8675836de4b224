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

SIZES = (8.0, 6.5)
"""Size of the letters in points, and the least one that long words are shrunk to."""

LETTER, LINE, GAP, APART = 0.62, 1.75, 1.3, 2.0
"""Width of a letter, height of a row, and room between columns and before the set-apart column, in sizes of letters."""

LEAST_WIDTH = 160.0
"""Room in points for the words below the table."""

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
    InputError for rows of different lengths.

    >>> type(word_paths([["anna", "anno", "hanno"]])).__name__
    'Axes'
    """
    letters, last, neighbours = _read(words, alphabet, nearest)
    n_letters = letters.shape[2]
    longest = (
        7 if labels is None else min(max((len(str(label)) for label in labels), default=0), LONGEST_LABEL)
    )
    table_room = PAGE * 72 - 20
    size = _size(n_letters, table_room, apart=neighbours is not None)
    step = max(n_letters * LETTER * size, 4.0 * longest) + GAP * size
    beyond = 0.0 if neighbours is None else APART * size + _beyond(n_letters, size, nearest_name)
    table = walk_table(letters, last, labels, columns, max(2, int((table_room - beyond) // step)), at_most)
    n, c = table.shown.shape
    width, line = max(c * step + beyond, LEAST_WIDTH), LINE * size
    ax = axes_or_new(None, (width + 12) / 72, ((n + 2.6) * line + 20) / 72)
    ax.set(xlim=(-GAP * size / 2, width - GAP * size / 2), ylim=((n + 0.8) * line, -1.8 * line))
    ax.set_axis_off()
    for column, name in enumerate(table.names):
        _head(ax, column * step, step - GAP * size, name, {0: START, c - 1: END}.get(column, ""))
        if column in (0, c - 1):
            ax.add_patch(
                Rectangle((column * step - GAP * size / 2, 0), step, n * line, fc="0.94", ec="none", zorder=0)
            )
    changed = table.changed
    for row, column in zip(*np.nonzero(table.shown), strict=True):
        left = column * step + (step - GAP * size - n_letters * LETTER * size) / 2
        _word(ax, table.symbols[row, column], changed[row, column], (left, row * line), size)
    for row in range(n + 1):
        ax.axhline(row * line, color="0.85", lw=0.4, zorder=0.5)
    if neighbours is not None:
        left = c * step + (APART - GAP) * size
        _nearest(ax, neighbours[:n], table.symbols[:, -1], left, size, nearest_name)
    words_below = "bold: differs from the column before" + (
        "; dot: blank" if np.any(table.symbols == " ") else ""
    )
    ax.text(0.0, (n + 0.7) * line, words_below, fontsize=6.5, color="0.35", va="baseline", in_layout=False)
    note_selection(ax.figure, n, table.n_walkers, "walkers")
    return ax


def _size(n_letters: int, room: float, *, apart: bool) -> float:
    """Size of letters with which starts, ends and the set-apart column fit the page, where one in `SIZES` does."""
    needed = (2 + apart) * (n_letters * LETTER + GAP) + apart * APART
    return float(np.clip((room - 45 * apart) / needed, SIZES[1], SIZES[0]))


def _head(ax: Axes, left: float, width: float, name: str, color: str) -> None:
    """The heading of a column; start and end in colour and bold."""
    look: dict[str, Any] = {"color": color, "weight": "bold"} if color else {"color": "black"}
    ax.text(left + width / 2, -4.0, name, ha="center", va="bottom", fontsize=7, in_layout=False, **look)


def _word(
    ax: Axes, word: NDArray, changed: NDArray[np.bool_], spot: tuple[float, float], size: float
) -> None:
    """The letters of one word, each at the middle of its own place, on the baseline of the row that `spot` begins."""
    base: dict[str, Any] = {"ha": "center", "va": "baseline", "family": "monospace", "fontsize": size}
    for place, letter in enumerate(word):
        blank = letter == " "
        look = (
            {"color": CHANGED, "weight": "bold"} if changed[place] else {"color": "0.6" if blank else "black"}
        )
        x, y = spot[0] + (place + 0.5) * LETTER * size, spot[1] + 0.68 * LINE * size
        ax.text(x, y, BLANK if blank else letter, in_layout=False, **base | look)


def _nearest(ax: Axes, neighbours: NDArray, ends: NDArray, left: float, size: float, name: str) -> None:
    """The nearest training words and how many letters differ."""
    look: Any = {"in_layout": False, "fontsize": 7}
    ax.text(left, -4.0, f"{name}\n(letters that differ)", ha="left", va="bottom", **look)
    beyond = left + (ends.shape[1] * LETTER + GAP) * size
    for row, (word, end) in enumerate(zip(neighbours, ends, strict=True)):
        _word(ax, word, np.zeros(len(word), dtype=bool), (left, row * LINE * size), size)
        count = int(np.sum(word != end))
        words, weight = (str(count), "normal") if count else ("0, a copy", "bold")
        ax.text(beyond, (row + 0.68) * LINE * size, words, weight=weight, va="baseline", **look)


def _beyond(n_letters: int, size: float, name: str) -> float:
    """Room in points for the set-apart column: its heading, or a word and the words after it."""
    return max(3.9 * max(len(name), 21), (n_letters * LETTER + GAP) * size + 45)


def _read(
    words: Words | ArrayLike, alphabet: Sequence[str] | None, nearest: Sequence[str] | ArrayLike | None
) -> tuple[NDArray, NDArray[np.intp], NDArray | None]:
    """Letters ``(n, k, n_letters)``, the last place of every walk, and the letters of the nearest words."""
    if alphabet is None:
        return _from_strings(words, nearest)
    symbols = np.array([*alphabet])
    if not symbols.size or any(len(letter) != 1 for letter in alphabet):
        raise InputError(f"alphabet must be single letters, one a symbol, got {alphabet!r}")
    states, last = walk_states(words)  # type: ignore[arg-type]
    if states.max() >= len(symbols):
        raise InputError(f"alphabet must name {states.max() + 1} symbols, got {len(symbols)}")
    letters = symbols[states]  # -1 after the end is never drawn
    if nearest is None:
        return letters, last, None
    neighbours = end_states(nearest, "nearest", states[:, 0])
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
