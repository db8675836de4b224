"""Parts of a sheet of small images: axes in units of the side of an image, pictures, headings, captions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ecd2g.errors import InputError
from ecd2g.plots.style import PAGE, new_figure

PLAIN = ("#ffffff", "#000000")
TINTED = ("#fdd9b5", "#d55e00")
"""Colours of the lowest and the highest symbol, of plain and of tinted pixels."""

CELL, MARGIN = 0.62, 0.1
"""Largest side of an image, and the margins of a sheet, in inches."""

LINE = 9.5
"""Height of a line of text, in points."""

GAP = 0.12
"""Room between images, in sides."""

FRAME = "0.6"
"""Colour of the frame of an image that is neither a start nor an end."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """Axes in units of the longer side of an image, row 0 at the top; `point` is one point in these units."""

    ax: Axes
    shape: tuple[int, int]
    most: int
    point: float

    @property
    def size(self) -> tuple[float, float]:
        """Height and width of an image in sides."""
        return self.shape[0] / max(self.shape), self.shape[1] / max(self.shape)


def side_of(width: float) -> float:
    """Side in inches of the images of a sheet that is so many sides wide: no wider than a page."""
    return min(CELL, (PAGE - MARGIN) / width)


def new_sheet(
    ax: Axes | None, shape: tuple[int, int], most: int, extent: tuple[float, float, float, float]
) -> Sheet:
    """Axes without frame or ticks that hold `extent` (left, right, top, bottom), in sides, y downwards."""
    left, right, top, bottom = extent
    side = side_of(right - left)
    if ax is None:
        figure = new_figure((right - left) * side + MARGIN, (bottom - top) * side + MARGIN + 0.2)
        figure.suppressComposite = True  # else all images become one as large as the page: slow
        ax = figure.add_subplot()
    ax.set_axis_off()
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    return Sheet(ax, shape, most, 1.0 / (72 * side))


def picture(
    sheet: Sheet,
    state: NDArray[np.int64],
    spot: tuple[float, float],
    color: str = FRAME,
    tint: NDArray[np.bool_] | None = None,
) -> None:
    """One image with its upper left corner at `spot`, and its frame."""
    height, width = sheet.size
    (x, y), window = spot, sheet.ax.axis()  # an image would move the window
    pixels = colored(state, tint, sheet.most).reshape(*sheet.shape, 3)
    sheet.ax.imshow(pixels, extent=(x, x + width, y + height, y), interpolation="nearest", aspect="equal")
    sheet.ax.axis(window)
    thick = 0.5 if color == FRAME else 1.0
    sheet.ax.add_patch(Rectangle(spot, width, height, fill=False, ec=color, lw=thick, clip_on=False))


def colored(state: NDArray[np.int64], tint: NDArray[np.bool_] | None, most: int) -> NDArray[np.float64]:
    """Colours ``(n_sites, 3)`` of a state: grey, or orange where tinted, darker for higher symbols."""
    share = (state / most)[:, None]
    low, high = (np.array([to_rgb(pair[end]) for pair in (PLAIN, TINTED)]) for end in (0, 1))
    plain, orange = (low[kind] + share * (high[kind] - low[kind]) for kind in (0, 1))
    return plain if tint is None else np.where(tint[:, None], orange, plain)


def heading(sheet: Sheet, x: float, words: str, color: str = "black") -> None:
    """Words above a column of images whose left side is at `x`."""
    look: Any = {"ha": "center", "va": "bottom", "fontsize": 7, "in_layout": False}
    sheet.ax.text(x + sheet.size[1] / 2, -3 * sheet.point, words, color=color, **look)


def caption(sheet: Sheet, spot: tuple[float, float], distance: int, prefix: str = "") -> None:
    """The Hamming distance under the image at `spot`; a copy is called one."""
    height, width = sheet.size
    look: Any = {"ha": "center", "va": "top", "fontsize": 6.5, "weight": "normal" if distance else "bold"}
    words = f"{prefix}{distance}" if distance else "a copy"
    sheet.ax.text(spot[0] + width / 2, spot[1] + height + 2 * sheet.point, words, in_layout=False, **look)


def image_shape_of(shape: Sequence[int], n_sites: int) -> tuple[int, int]:
    """Check that an image has a pixel a site."""
    if len(shape) != 2 or min(shape) < 1 or shape[0] * shape[1] != n_sites:
        raise InputError(f"image_shape must be two numbers whose product is {n_sites} sites, got {shape}")
    return int(shape[0]), int(shape[1])


def highest(n_symbols: int | None, *states: NDArray[np.int64] | None) -> int:
    """Symbol that is drawn in full colour."""
    found = max(int(array.max()) for array in states if array is not None)
    if n_symbols is not None and n_symbols <= found:
        raise InputError(f"n_symbols must be above every symbol, got {n_symbols} and a symbol {found}")
    return max(1, found if n_symbols is None else n_symbols - 1)
