"""One look for all figures: paper column widths, small fonts, colours safe for colour-blind readers."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from ecd2g.errors import InputError

COLUMN, PAGE = 3.3, 6.8
"""Widths of one column and of a whole page, in inches."""

TOWARDS_LATER, BACKWARD = "#b2182b", "#2166ac"
"""Colours of currents towards the later layer (positive) and back (negative): the ends of `SIGNED`."""

SIGNED, DENSITY = "RdBu_r", "magma"
"""Colour maps of signed quantities (zero is white) and of densities (zero is black)."""

NAMED = {"source": "#9a9a9a", "target": "#000000"}
CYCLE = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")

STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "legend.frameon": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.0,
    "svg.hashsalt": "ecd2g",
}
"""The matplotlib settings under which every figure is drawn and saved."""

Inputs = ParamSpec("Inputs")
Output = TypeVar("Output")


def styled(draw: Callable[Inputs, Output]) -> Callable[Inputs, Output]:
    """Run `draw` under `STYLE`; the caller's own matplotlib settings come back afterwards."""

    @wraps(draw)
    def inside(*args: Inputs.args, **kwargs: Inputs.kwargs) -> Output:
        with matplotlib.rc_context(STYLE):
            return draw(*args, **kwargs)

    return inside


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of this size in inches, outside pyplot, so nothing stays open behind the caller."""
    return Figure(figsize=(width, height), layout="constrained")


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes given, or the only one of a new figure of this size in inches."""
    return restyled(new_figure(width, height).add_subplot()) if ax is None else ax


def restyled(ax: Axes) -> Axes:
    """Fix the tick labels to `STYLE`: ticks are made late, when its settings are gone."""
    ax.tick_params("x", which="both", labelsize=STYLE["xtick.labelsize"])
    ax.tick_params("y", which="both", labelsize=STYLE["ytick.labelsize"])
    return ax


def panels(
    figure: Figure | SubFigure | None, count: int, panel_height: float, columns: int = 3
) -> list[Axes]:
    """`count` axes in rows of at most `columns`, in the figure given or in a new one."""
    columns = min(columns, count)
    rows = -(-count // columns)
    canvas = new_figure(page_of(columns), rows * panel_height) if figure is None else figure
    return [restyled(canvas.add_subplot(rows, columns, place + 1)) for place in range(count)]


def page_of(columns: int) -> float:
    """Width in inches of a new figure with so many panels in a row: one would be lost on a whole page."""
    return {1: COLUMN, 2: 0.75 * PAGE}.get(columns, PAGE)


def whole_ticks(ax: Axes, *directions: Literal["x", "y"], bins: int = 9) -> None:
    """Ticks at round whole numbers: layers, states and symbols are counted."""
    for direction in directions:
        axis = ax.xaxis if direction == "x" else ax.yaxis
        axis.set_major_locator(MaxNLocator(nbins=bins, steps=[1, 2, 5, 10], integer=True))


def literal(name: object) -> str:
    """The text of a name as it is: between two dollars matplotlib would read a formula, and may fail."""
    return str(name).replace("$", r"\$")


NAMES = 30
"""Most states of an axis that are called by name; more get numbers."""


def state_ticks(ax: Axes, direction: Literal["x", "y"], n_states: int, names: Sequence[str] | None) -> None:
    """Ticks at the states: their names where given and not too many, else round whole numbers."""
    if names is not None and len(names) != n_states:
        raise InputError(f"labels must name {n_states} states, got {len(names)}")
    if names is None or n_states > NAMES:
        whole_ticks(ax, direction)
        return
    words = [literal(name) for name in names]
    if direction == "y":
        ax.set_yticks(range(n_states), words)
        return
    crowded = sum(map(len, words)) + n_states > 70
    ax.set_xticks(range(n_states), words, rotation=90 if crowded else 0)


def note_selection(figure: Figure | SubFigure, shown: int, count: int, things: str) -> None:
    """Say above the panels that they are a selection; a title of the caller's own is left alone."""
    if shown < count and not figure.get_suptitle():
        figure.suptitle(f"{shown} of {count} {things}", x=0.01, ha="left", fontsize=7)


def label_outer(axes: list[Axes], x: str, y: str) -> None:
    """Write the shared axis labels once: y on the first column, x under the last panel of every column."""
    places = {_place(ax): ax for ax in axes}
    for (row, column), ax in places.items():
        if column == 0:
            ax.set_ylabel(y)
        if (row + 1, column) not in places:
            ax.set_xlabel(x)


def row_of(ax: Axes) -> int:
    """Row of a panel in its grid."""
    return _place(ax)[0]


def _place(ax: Axes) -> tuple[int, int]:
    """Row and column of a panel in its grid."""
    spec = ax.get_subplotspec()
    return (0, 0) if spec is None else (spec.rowspan.start, spec.colspan.start)


def colors_of(names: list[str]) -> dict[str, str]:
    """Choose a colour for every name: fixed for source and target in all figures, in order for the others."""
    others = [name for name in names if name not in NAMED]
    return NAMED | {name: CYCLE[place % len(CYCLE)] for place, name in enumerate(others)}
