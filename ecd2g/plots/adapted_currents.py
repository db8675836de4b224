"""Currents of a two-layer circuit on a plane of symbols: lines from states of the source to states of the sink."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import real_array
from ecd2g.plots.style import (
    BACKWARD,
    CYCLE,
    PAGE,
    TOWARDS_LATER,
    label_outer,
    new_figure,
    restyled,
    styled,
    whole_ticks,
)

WIDEST = 4.0
"""Line width of the largest current in points."""

THINNEST = 1e-3
"""Currents below this share of the largest are left out: their lines would be too thin to see, but not to store."""

SOURCE, SINK = CYCLE[4], "black"


@styled
def adapted_currents(sources: ArrayLike, sinks: ArrayLike, currents: Mapping[str, ArrayLike]) -> Figure:
    """Draw the currents from states ``(m, 2)`` to states ``(k, 2)``, a panel a table ``(m, k)`` in ampere.

    Line widths are proportional to the current, on one scale for all panels; blue lines carry current against the gap.
    Discs are source states, crosses sink states; a current that stays in its state has no length and is not seen. Above
    a panel: its name, and how many edges carry 99 % of its current. InputError where a table does not fit.

    >>> figure = adapted_currents([[0, 0], [0, 1]], [[1, 0], [1, 1]], {"straight": [[0.5, 0.0], [0.0, 0.5]]})
    >>> figure.axes[0].get_title().splitlines()
    ['straight', '2 edges carry 99 %']
    """
    starts, ends = real_array(sources, "sources", "m 2"), real_array(sinks, "sinks", "k 2")
    if not currents:
        raise InputError("currents must hold at least one table")
    tables = {name: real_array(table, f"currents[{name!r}]", "m k") for name, table in currents.items()}
    for name, table in tables.items():
        if table.shape != (len(starts), len(ends)):
            raise InputError(
                f"currents[{name!r}] must have a row a source state and a column a sink state, "
                f"{(len(starts), len(ends))}, got {table.shape}"
            )
    largest = max(float(np.abs(table).max()) for table in tables.values()) or 1.0
    canvas = new_figure(PAGE, PAGE / max(len(tables), 2) + 0.75)
    axes = [restyled(canvas.add_subplot(1, len(tables), place + 1)) for place in range(len(tables))]
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        _draw_edges(ax, starts, ends, table, largest)
        ax.plot(*starts.T, "o", color=SOURCE, ms=2.6, mew=0, zorder=3)
        ax.plot(*ends.T, "x", color=SINK, ms=2.6, mew=0.7, zorder=4)
        ax.set_title(f"{name}\n{_carrying(table):,} edges carry 99 %")
        ax.set_aspect("equal")
        whole_ticks(ax, "x", "y", bins=6)
    label_outer(axes, "symbol of site 0", "symbol of site 1")
    backward = any(bool(np.any(table < -THINNEST * largest)) for table in tables.values())
    canvas.legend(handles=_legend(largest, backward), loc="outside lower center", ncols=5, handlelength=1.6)
    return canvas


def _draw_edges(
    ax: Axes,
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    table: NDArray[np.float64],
    largest: float,
) -> None:
    x, y = np.nonzero(np.abs(table) > THINNEST * largest)
    order = np.argsort(np.abs(table[x, y]))  # the widest on top
    x, y = x[order], y[order]
    values = table[x, y]
    colors = np.where(values < 0, BACKWARD, TOWARDS_LATER)
    lines = LineCollection(
        list(np.stack([starts[x], ends[y]], axis=1)),
        linewidths=WIDEST * np.abs(values) / largest,
        colors=list(colors),
        capstyle="butt",
        zorder=2,
    )
    ax.add_collection(lines)


def _carrying(table: NDArray[np.float64]) -> int:
    totals = np.cumsum(np.sort(np.abs(table), axis=None)[::-1])
    return int(np.searchsorted(totals, 0.99 * totals[-1])) + 1


def _legend(largest: float, backward: bool) -> list[Line2D]:
    mark: Any = {"ls": "", "ms": 4}
    lines = [
        Line2D([], [], color=TOWARDS_LATER, lw=WIDEST * share, label=f"{share * largest:.2g} A")
        for share in (1.0, 0.25)
    ]
    if backward:
        lines.append(Line2D([], [], color=BACKWARD, lw=1.0, label="from sink to source"))
    return [
        Line2D([], [], marker="o", color=SOURCE, label="source state", **mark),
        Line2D([], [], marker="x", color=SINK, label="sink state", **mark),
        *lines,
    ]
