"""Walks of images: every walker's start, places between, and end; and many starts above their ends."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.paths import END, START
from ecd2g.plots.style import PAGE, axes_or_new, note_selection, styled
from ecd2g.plots.walk_table import end_states, walk_states, walk_table

PLAIN = ("#ffffff", "#000000")
TINTED = ("#fdd9b5", "#d55e00")
"""Colours of the lowest and the highest symbol, of plain and of tinted pixels."""

CELL = 0.62
"""Largest side of an image, in inches; page width may make it smaller."""

GAP, APART, CAPTION, HEAD = 0.12, 0.4, 0.26, 0.55
"""Room between images, before a set-apart column, under an image and for headings, in sides of an image."""


@styled
def image_paths(
    states: ArrayLike,
    image_shape: tuple[int, int],
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
    The first `at_most` walkers are drawn. A walk that ended early has no image until the column of ends.
    """
    walks, last = walk_states(states)
    shape = _image_shape(image_shape, walks.shape[2])
    sources = None if starts is None else end_states(starts, "starts", walks[:, 0])
    neighbours = None if nearest is None else end_states(nearest, "nearest", walks[:, 0])
    table = walk_table(walks, last, labels, columns, 10, at_most)
    most = _highest(n_symbols, walks, sources, neighbours)
    tints = np.zeros(table.symbols.shape, dtype=bool)
    if isinstance(tinted, str):
        tints, tint = table.changed, "changed since the column before"
    elif tinted is not None:
        flags = _flags(tinted, walks.shape)  # in the same columns as the images
        tints = walk_table(flags, last, labels, columns, 10, at_most).symbols
    n, c = table.shown.shape
    side = 1.0 + GAP
    left = 0.0 if sources is None else side + APART
    width = left + c * side - GAP + (0.0 if neighbours is None else APART + side)
    pitch = shape[0] / max(shape) + GAP + (0.0 if neighbours is None else CAPTION)
    ax = _sheet(ax, width, n * pitch)
    colors = [START, *["0.6"] * (c - 2), END]
    for column, name in enumerate(table.names):
        _heading(ax, left + column * side, name, colors[column] if column in (0, c - 1) else "black")
    for row, column in zip(*np.nonzero(table.shown), strict=True):
        pixels = _pixels(table.symbols[row, column], tints[row, column], most, shape)
        _picture(ax, pixels, (left + column * side, row * pitch), colors[column])
    if sources is not None:
        _heading(ax, 0.0, "source", "black")
        for row in range(n):
            _picture(ax, _pixels(sources[row], None, most, shape), (0.0, row * pitch), "0.6")
    if neighbours is not None:
        _heading(ax, width - 1.0, "nearest\ntraining\nimage", "black")
        for row in range(n):
            spot = (width - 1.0, row * pitch)
            _picture(ax, _pixels(neighbours[row], None, most, shape), spot, "0.6")
            _distance(ax, spot, shape, int(np.sum(neighbours[row] != table.symbols[row, -1])))
    if tinted is not None:
        _tint_legend(ax, tint, most)
    note_selection(ax.figure, n, table.n_walkers, "walkers")
    return ax


@styled
def image_pairs(
    starts: ArrayLike,
    ends: ArrayLike,
    image_shape: tuple[int, int],
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
    image_shape, n_symbols : as in `image_paths`. The first `at_most` pairs are drawn.
    """
    if min(per_row, at_most) < 1:
        raise InputError(f"per_row and at_most must be at least 1 pair, got {per_row} and {at_most}")
    both, _ = walk_states(_stacked(starts, ends))
    shape = _image_shape(image_shape, both.shape[2])
    neighbours = None if nearest is None else end_states(nearest, "nearest", both[:, 0])
    most = _highest(n_symbols, both, neighbours)
    n, height = min(at_most, len(both)), shape[0] / max(shape)
    kinds = [(names[0], both[:, 0], START), (names[1], both[:, 1], END)]
    if neighbours is not None:
        kinds.append(("nearest\ntraining", neighbours, "0.6"))
    block = len(kinds) * (height + GAP / 2) + (GAP * 2.5 if neighbours is None else GAP + CAPTION)
    ax = _sheet(ax, min(n, per_row) * (1 + GAP) - GAP, -(-n // per_row) * block, head=0.0)
    for kind, (name, states, color) in enumerate(kinds):
        for place in range(n):
            row, column = divmod(place, per_row)
            spot = (column * (1 + GAP), row * block + kind * (height + GAP / 2))
            _picture(ax, _pixels(states[place], None, most, shape), spot, color)
            if kind == 2:
                _distance(ax, spot, shape, int(np.sum(states[place] != both[place, 1])))
            if not column:
                look: Any = {"ha": "right", "va": "center", "fontsize": 7}
                ax.text(-GAP, spot[1] + height / 2, name, color=color if kind < 2 else "black", **look)
    note_selection(ax.figure, n, len(both), "walkers")
    return ax


def _stacked(starts: ArrayLike, ends: ArrayLike) -> NDArray:
    """Starts and ends as walks of two places."""
    first, second = np.asarray(starts), np.asarray(ends)
    if first.shape != second.shape or first.ndim != 2:
        raise InputError(
            f"starts and ends must both have shape (n, n_sites), got {first.shape} and {second.shape}"
        )
    return np.stack([first, second], axis=1)


def _image_shape(shape: tuple[int, int], n_sites: int) -> tuple[int, int]:
    if len(shape) != 2 or min(shape) < 1 or shape[0] * shape[1] != n_sites:
        raise InputError(f"image_shape must be two numbers whose product is {n_sites} sites, got {shape}")
    return int(shape[0]), int(shape[1])


def _highest(n_symbols: int | None, *states: NDArray[np.int64] | None) -> int:
    """Symbol that is drawn in full colour."""
    found = max(int(array.max()) for array in states if array is not None)
    if n_symbols is not None and n_symbols <= found:
        raise InputError(f"n_symbols must be above every symbol, got {n_symbols} and a symbol {found}")
    return max(1, found if n_symbols is None else n_symbols - 1)


def _flags(tinted: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    flags = np.asarray(tinted)
    if flags.dtype != bool or flags.shape != shape:
        raise InputError(
            f"tinted must be truth values of shape {shape} like states, got {flags.dtype} {flags.shape}"
        )
    return flags


def _pixels(
    state: NDArray[np.int64], tint: NDArray[np.bool_] | None, most: int, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Colours ``(rows, columns, 3)`` of a state."""
    share = (state / most)[:, None]
    low, high = (np.array([to_rgb(color) for color in pair]) for pair in (PLAIN, TINTED))
    plain, colored = (pair[0] + share * (pair[1] - pair[0]) for pair in (low, high))
    mixed = plain if tint is None else np.where(tint[:, None], colored, plain)
    return mixed.reshape(*shape, 3)


def _sheet(ax: Axes | None, width: float, height: float, head: float = HEAD) -> Axes:
    """Axes without frame or ticks, in units of the side of an image, row 0 at the top."""
    side = min(CELL, (PAGE - 0.5) / width)
    ax = axes_or_new(ax, width * side + 0.5, (height + head) * side + 0.3)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_xlim(-0.03, width + 0.03)
    ax.set_ylim(height, -GAP)
    return ax


def _picture(ax: Axes, pixels: NDArray[np.float64], spot: tuple[float, float], color: str) -> None:
    """One image and its frame; its longer side is 1."""
    rows, columns = (count / max(pixels.shape[:2]) for count in pixels.shape[:2])
    x, y = spot
    window = ax.axis()  # an image would move it
    extent = (x, x + columns, y + rows, y)
    ax.imshow(pixels, extent=extent, interpolation="nearest", aspect="equal")
    ax.axis(window)
    ax.add_patch(
        Rectangle(spot, columns, rows, fill=False, ec=color, lw=0.5 if color == "0.6" else 1.0, clip_on=False)
    )


def _heading(ax: Axes, x: float, name: str, color: str) -> None:
    ax.text(x + 0.5, -GAP, name, ha="center", va="bottom", fontsize=7, color=color)


def _distance(ax: Axes, spot: tuple[float, float], shape: tuple[int, int], distance: int) -> None:
    """The Hamming distance under an image; a copy is called one."""
    look: Any = {"ha": "center", "va": "top", "fontsize": 6.5, "weight": "normal" if distance else "bold"}
    words = f"differ: {distance}" if distance else "a copy"
    ax.text(spot[0] + shape[1] / max(shape) / 2, spot[1] + shape[0] / max(shape) + 0.04, words, **look)


def _tint_legend(ax: Axes, words: str, most: int) -> None:
    """What tinted pixels mean."""
    names = ("0", "1") if most == 1 else ("lowest", "highest")
    handles = [
        Patch(fc=fc, ec="0.6", lw=0.4, label=f"{words}: {name}")
        for fc, name in zip(TINTED, names, strict=True)
    ]
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, 0.0), borderaxespad=0.2, ncols=2)
