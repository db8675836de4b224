"""Walks of images: every walker's start, places between, and end; and many starts above their ends."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.image_sheet import (
    FRAME,
    GAP,
    LINE,
    TINTED,
    Sheet,
    caption,
    heading,
    highest,
    image_shape_of,
    new_sheet,
    picture,
    side_of,
)
from ecd2g.plots.paths import END, START
from ecd2g.plots.style import note_selection, styled
from ecd2g.plots.walk_table import WalkTable, end_states, walk_states, walk_table

APART = 0.4
"""Room before a set-apart column, in sides of an image."""

MOST_COLUMNS = 10


@styled
def image_paths(
    states: ArrayLike,
    image_shape: Sequence[int],
    ax: Axes | None = None,
    *,
    labels: Sequence[object] | None = None,
    columns: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    nearest: ArrayLike | None = None,
    tinted: ArrayLike | Literal["changed"] | None = None,
    tint: str = "crossed to its end",
    n_symbols: int | None = None,
    at_most: int = 8,
) -> Axes:
    """Draw walks ``(n, k, n_sites)`` of images, -1 after the end: a row a walker, its start left and its end right.

    image_shape : rows and columns of an image, in row-major order
    labels, columns : names of the k places, and which of them to draw between start and end (default: up to 8, evenly)
    starts : ``(n, n_sites)``, drawn apart at the left as "source", for walks that do not begin there
    nearest : ``(n, n_sites)`` training images nearest to the ends, drawn apart at the right over their Hamming distance
    tinted : ``(n, k, n_sites)`` pixels to tint, named by `tint`; or "changed": since the column before
    n_symbols : symbol 0 is white and ``n_symbols - 1`` black; by default the highest symbol given is black
    The first `at_most` walkers are drawn. A walk that ended early has no image until the column of ends. InputError for
    states that make no such image.

    >>> type(image_paths([[[0, 1, 1, 0], [1, 1, 0, 0]]], image_shape=(2, 2))).__name__
    'Axes'
    """
    walks, last = walk_states(states)
    shape = image_shape_of(image_shape, walks.shape[2])
    sources = None if starts is None else end_states(starts, "starts", walks[:, 0])
    neighbours = None if nearest is None else end_states(nearest, "nearest", walks[:, 0])
    table = walk_table(walks, last, labels, columns, MOST_COLUMNS, at_most)
    tints = _tints(
        tinted, table, walk_table(_flags(tinted, walks), last, None, columns, MOST_COLUMNS, at_most)
    )
    n, c = table.shown.shape
    height, wide = shape[0] / max(shape), shape[1] / max(shape)
    step, first = wide + GAP, 0.0 if sources is None else wide + APART
    beyond = first + c * step - GAP + APART
    right = beyond - APART if neighbours is None else beyond + wide + GAP
    side = 72 * side_of(right + 2 * GAP)  # in points
    names = _fitting(table.names, step * side)
    lines = max(3 if neighbours is not None else 1, *(name.count("\n") + 1 for name in names))
    pitch = height + (GAP if neighbours is None else 1.5 * LINE / side)
    foot = (0.0 if tinted is None else 1.7 * LINE / side) + n * pitch
    extent = (-GAP, right + GAP, -(lines * LINE + 4) / side, foot)
    sheet = new_sheet(ax, shape, highest(n_symbols, walks, sources, neighbours), extent)
    colors = [START, *[FRAME] * (c - 2), END]
    for column, name in enumerate(names):
        heading(sheet, first + column * step, name, "black" if colors[column] == FRAME else colors[column])
    for row, column in zip(*np.nonzero(table.shown), strict=True):
        spot = (first + column * step, row * pitch)
        picture(sheet, table.symbols[row, column], spot, colors[column], tints[row, column])
    if sources is not None:
        heading(sheet, 0.0, "source")
        for row in range(n):
            picture(sheet, sources[row], (0.0, row * pitch))
    if neighbours is not None:
        heading(sheet, beyond, "nearest\ntraining\nimage")
        for row in range(n):
            picture(sheet, neighbours[row], (beyond, row * pitch))
            distance = int(np.sum(neighbours[row] != table.symbols[row, -1]))
            caption(sheet, (beyond, row * pitch), distance, "Hamming ")
    if tinted is not None:
        _tint_legend(sheet, "changed since the column before" if isinstance(tinted, str) else tint)
    note_selection(sheet.ax.figure, n, table.n_walkers, "walkers")
    return sheet.ax


@styled
def image_pairs(
    starts: ArrayLike,
    ends: ArrayLike,
    image_shape: Sequence[int],
    ax: Axes | None = None,
    *,
    nearest: ArrayLike | None = None,
    names: tuple[str, str] = ("start", "end"),
    n_symbols: int | None = None,
    per_row: int = 12,
    at_most: int = 48,
) -> Axes:
    """Draw starts ``(n, n_sites)`` above their ends, `per_row` pairs side by side.

    nearest : ``(n, n_sites)`` training images nearest to the ends, drawn below them over their Hamming distance
    image_shape, n_symbols : as in `image_paths`. The first `at_most` pairs are drawn. InputError for states that make
    no such image.

    >>> type(image_pairs([[0, 1, 1, 0]], [[1, 1, 0, 0]], image_shape=(2, 2))).__name__
    'Axes'
    """
    if min(per_row, at_most) < 1:
        raise InputError(f"per_row and at_most must be at least 1 pair, got {per_row} and {at_most}")
    both, _ = walk_states(_stacked(starts, ends))
    shape = image_shape_of(image_shape, both.shape[2])
    kinds = [(names[0], both[:, 0], START), (names[1], both[:, 1], END)]
    neighbours = None if nearest is None else end_states(nearest, "nearest", both[:, 0])
    if neighbours is not None:
        kinds.append(("nearest\ntraining\nimage", neighbours, FRAME))
    n = min(at_most, len(both))
    height, wide = shape[0] / max(shape), shape[1] / max(shape)
    left = -0.11 * max(len(part) for name, *_ in kinds for part in [*name.split("\n"), "Hamming"]) - 0.3
    right = min(n, per_row) * (wide + GAP)
    side = 72 * side_of(right - left)
    block = len(kinds) * (height + GAP / 2) + 1.5 * GAP + (0.0 if neighbours is None else LINE / side)
    extent = (left, right, -GAP, -(-n // per_row) * block)
    sheet = new_sheet(ax, shape, highest(n_symbols, both, neighbours), extent)
    look: Any = {"ha": "right", "fontsize": 7, "in_layout": False}
    for kind, (name, states, color) in enumerate(kinds):
        for place in range(n):
            row, column = divmod(place, per_row)
            spot = (column * (wide + GAP), row * block + kind * (height + GAP / 2))
            picture(sheet, states[place], spot, color)
            if kind == 2:
                caption(sheet, spot, int(np.sum(states[place] != both[place, 1])))
            if not column:
                text = "black" if color == FRAME else color
                sheet.ax.text(-GAP, spot[1] + height / 2, name, color=text, va="center", **look)
            if not column and kind == 2:
                below = spot[1] + height + 2 * sheet.point
                sheet.ax.text(-GAP, below, "Hamming", va="top", **look | {"fontsize": 6.5})
    note_selection(sheet.ax.figure, n, len(both), "walkers")
    return sheet.ax


def _stacked(starts: ArrayLike, ends: ArrayLike) -> NDArray:
    """Starts and ends as walks of two places."""
    first, second = np.asarray(starts), np.asarray(ends)
    if first.shape != second.shape or first.ndim != 2:
        raise InputError(
            f"starts and ends must both have shape (n, n_sites), got {first.shape} and {second.shape}"
        )
    return np.stack([first, second], axis=1)


def _flags(tinted: ArrayLike | str | None, walks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tinted pixels of all places; none where they are not given as an array."""
    if tinted is None or isinstance(tinted, str):
        return np.zeros(walks.shape, dtype=bool)
    flags = np.asarray(tinted)
    if flags.dtype != bool or flags.shape != walks.shape:
        raise InputError(
            f"tinted must be truth values of shape {walks.shape} like states, got {flags.dtype} {flags.shape}"
        )
    return flags


def _tints(tinted: ArrayLike | str | None, table: WalkTable, flags: WalkTable) -> NDArray[np.bool_]:
    """Tinted pixels of the images that are drawn."""
    if not isinstance(tinted, str):
        return flags.symbols
    if tinted != "changed":
        raise InputError(f'tinted must be truth values or "changed", got {tinted!r}')
    return table.changed


def _fitting(names: Sequence[str], room: float) -> list[str]:
    """Headings, broken at their spaces where they are wider than `room` points."""
    crowded = max(len(name) for name in names) * 3.9 > room - 3
    return [name.replace(" ", "\n") for name in names] if crowded else list(names)


def _tint_legend(sheet: Sheet, words: str) -> None:
    """What tinted pixels mean, in the last line of the sheet."""
    names = ("0", "1") if sheet.most == 1 else ("lowest", "highest")
    handles = [
        Patch(fc=color, ec=FRAME, lw=0.4, label=f"{words}: {name}")
        for color, name in zip(TINTED, names, strict=True)
    ]
    legend = sheet.ax.legend(handles=handles, loc="lower left", borderaxespad=0.0, borderpad=0.0, ncols=2)
    legend.set_in_layout(False)
