"""What training and sampling cost, against the sizes of the problem and the number of steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.frontier import _few_ticks
from ecd2g.plots.method_looks import Key, canvas, method_colors
from ecd2g.plots.style import MARKERS, PAGE, restyled, styled

GUIDE: dict[str, Any] = {"color": "0.7", "ls": ":", "lw": 1.0, "zorder": 1}
"""The line of costs that grow like x."""


@dataclass(frozen=True, eq=False)
class CostPanel:
    """One cost against one size: `lines` maps a method to its ``(x values, y values)``, all positive.

    x, y : names of the axes with their units, such as "symbols S" and "training (ms a step)"
    fixed : what is held, such as "D = 16, N = 8"; written above the panel
    A y value that is NaN has no mark and leaves a gap.
    """

    x: str
    y: str
    lines: Mapping[str, tuple[ArrayLike, ArrayLike]]
    fixed: str = ""


@styled
def cost_curves(
    panels: Sequence[CostPanel],
    figure: Figure | SubFigure | None = None,
    *,
    methods: Sequence[str] | None = None,
) -> list[Axes]:
    """Draw costs on logarithmic axes: a column a size, a row a cost, a line a method.

    Returns the axes in the order of the panels. Columns and rows stand in the order in which their names first appear;
    panels of a row share the range of y. The dotted line grows like x. methods : their order, which fixes the colours
    as in `fidelity_scatter`.

    >>> panel = CostPanel("symbols S", "training (ms a step)", {"sweep": ([2, 4, 8], [1.0, 1.1, 1.2])})
    >>> len(cost_curves([panel]))
    1
    """
    columns = list(dict.fromkeys(panel.x for panel in panels))
    rows = list(dict.fromkeys(panel.y for panel in panels))
    places = [(rows.index(panel.y), columns.index(panel.x)) for panel in panels]
    if not panels or len(set(places)) < len(panels):
        raise InputError("panels must be one at least, with no two of the same x and y")
    numbers = [_read(panel) for panel in panels]
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    colors = method_colors(names, methods)
    markers = {name: MARKERS[place % len(MARKERS)] for place, name in enumerate(colors)}
    handles: list[Artist] = [
        Line2D([], [], label=name, color=colors[name], marker=markers[name], ms=4)
        for name in colors
        if name in names
    ]
    handles.append(Line2D([], [], label="growing like x", **GUIDE))
    width = PAGE if len(columns) > 2 else 0.75 * PAGE
    drawing = canvas(figure, width, 0.2 + 1.7 * len(rows), [Key("upper", handles)])
    grid = drawing.add_gridspec(len(rows), len(columns))
    axes = [restyled(drawing.add_subplot(grid[place])) for place in places]
    for ax, panel, lines in zip(axes, panels, numbers, strict=True):
        ax.set(xscale="log", yscale="log")
        for name, (x, y) in lines.items():
            ax.plot(x, y, color=colors[name], marker=markers[name], ms=3.5, label=name)
        _size_ticks(ax, lines)
        if panel.fixed:
            ax.set_title(panel.fixed, fontsize=7)
    for row, name in enumerate(rows):
        _share(
            name,
            [(ax, lines) for ax, place, lines in zip(axes, places, numbers, strict=True) if place[0] == row],
        )
    for ax, panel, (row, column) in zip(axes, panels, places, strict=True):
        if (row + 1, column) not in places:
            ax.set_xlabel(panel.x)
    return axes


Lines = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


def _read(panel: CostPanel) -> Lines:
    """Check the lines of a panel; x in order."""
    if not panel.lines:
        raise InputError(f"the panel of {panel.y!r} against {panel.x!r} must have a line at least")
    found: Lines = {}
    for name, (xs, ys) in panel.lines.items():
        try:
            x, y = (np.asarray(values, dtype=np.float64) for values in (xs, ys))
        except (TypeError, ValueError):
            raise InputError(f"the line of {name!r} must be numbers") from None
        if x.ndim != 1 or x.shape != y.shape or not x.size:
            raise InputError(
                f"the line of {name!r} must have a y value an x value, got {y.shape} and {x.shape}"
            )
        if not np.all(np.isfinite(x) & (x > 0)) or not np.all((y > 0) & (y < np.inf) | np.isnan(y)):
            raise InputError(f"the line of {name!r} must be positive numbers, NaN where y was not measured")
        order = np.argsort(x, kind="stable")
        found[name] = x[order], y[order]
    return found


def _size_ticks(ax: Axes, lines: Lines) -> None:
    """Ticks at the sizes that were measured; labels at those that have room."""
    sizes = np.unique(np.concatenate([x for x, _ in lines.values()]))
    decades = max(float(np.log10(sizes[-1] / sizes[0])), 1e-9)
    written: list[float] = []
    for size in sizes.tolist():
        room = (0.03 + 0.055 * len(f"{size:g}")) * decades  # for a label in a quarter of a page
        if not written or np.log10(size / written[-1]) > room:
            written.append(size)
    ax.set_xlim(sizes[0] / 10 ** (0.07 * decades), sizes[-1] * 10 ** (0.07 * decades))
    if len(sizes) == 1:
        ax.set_xlim(sizes[0] / 2, sizes[0] * 2)
    ax.set_xticks(written, [f"{size:g}" for size in written])
    ax.set_xticks([size for size in sizes.tolist() if size not in written], minor=True)
    ax.xaxis.set_minor_formatter(NullFormatter())


def _share(name: str, row: Sequence[tuple[Axes, Lines]]) -> None:
    """One range for the panels of a row, its name at the first, and the guide through the lower left corner."""
    values = np.concatenate([y[np.isfinite(y)] for _, lines in row for _, y in lines.values()])
    low, high = (float(values.min()) / 1.4, float(values.max()) * 1.4) if values.size else (0.1, 10.0)
    for place, (ax, _) in enumerate(row):
        ax.set_ylim(low, high)
        _few_ticks(ax, "y")
        if np.log10(high / low) >= 2.5:
            ax.yaxis.set_minor_locator(NullLocator())
        left, right = ax.get_xlim()
        ax.plot([left, right], [low, low * right / left], scalex=False, scaley=False, **GUIDE)
        if place:
            ax.tick_params("y", which="both", labelleft=False)
        else:
            ax.set_ylabel(name)
