"""How adapted circuits come to optimal transport: cost and proven lower bound of several starts, a panel a cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ecd2g.errors import InputError
from ecd2g.plots.adapted import STEPS, Record
from ecd2g.plots.style import CYCLE, MARKERS, PAGE, new_figure, restyled, styled

TITLES = {"squared": "cost of an edge: squared distance", "distance": "cost of an edge: distance"}
"""Titles of the kinds of cost that are known; others are called by their own name."""

LOWEST = 0.5
"""Bounds below this share of the optimum are off the axis: the first one may be anything above zero."""

ITERATIONS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Ticks of the axis of iterations, besides the last one."""


@styled
def adaptation_costs(
    histories: Mapping[str, Mapping[str, Sequence[Record]]], units: Mapping[str, tuple[float, str]]
) -> list[Axes]:
    """Draw cost (solid) and lower bound (dashed) against the iteration, a colour a start and a panel a kind of cost.

    histories : kind of cost to name of a start to its iterations
    units : kind of cost to what its costs are divided by, such as W_2^2, and the name of that; a name with a W is set
    as a formula. InputError where there is nothing to draw or a unit is not positive.
    """
    if not histories or not all(histories.values()):
        raise InputError("histories must hold at least one kind of cost, and each kind at least one start")
    canvas = new_figure(PAGE, 2.8)
    axes = [restyled(canvas.add_subplot(1, len(histories), place + 1)) for place in range(len(histories))]
    for ax, (cost, starts) in zip(axes, histories.items(), strict=True):
        unit, name = units[cost]
        if not 0 < unit < np.inf:
            raise InputError(f"the unit of {cost!r} must be positive, got {unit:g}")
        for rank, (start, history) in enumerate(starts.items()):
            _draw_start(ax, start, history, unit, rank)
        ax.axhline(1.0, color="0.4", lw=0.7, zorder=1)
        ax.set_title(TITLES.get(cost, cost))
        ax.set(
            yscale="log",
            xlabel="iteration (root scale)",
            ylabel=f"cost / {f'${name}$' if 'W' in name else name}",
        )
        ax.set_ylim(bottom=max(ax.get_ylim()[0], LOWEST))
        _iteration_axis(ax, max(history[-1].iteration for history in starts.values()))
        ax.legend()
        ax.yaxis.set_major_locator(LogLocator(subs=STEPS, numticks=50))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.yaxis.set_minor_formatter(NullFormatter())
    return axes


def _iteration_axis(ax: Axes, last: int) -> None:
    """Iterations at their square roots: the first few do most of the work."""
    ax.set_xscale("function", functions=(lambda n: np.sqrt(np.maximum(n, 0.0)), np.square))
    ax.set_xlim(0, max(last, 1))
    ax.set_xticks(sorted({mark for mark in ITERATIONS if mark < last} | {last}))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _draw_start(ax: Axes, start: str, history: Sequence[Record], unit: float, rank: int) -> None:
    """One start: its costs, and its bounds where they are positive, for the axis is logarithmic."""
    color = CYCLE[rank % len(CYCLE)]
    look: dict[str, Any] = {"color": color, "marker": MARKERS[rank % len(MARKERS)], "ms": 2.5, "lw": 1.0}
    iterations = np.array([step.iteration for step in history])
    bounds = np.array([step.bound for step in history]) / unit
    cost = np.array([step.cost for step in history]) / unit
    ax.plot(iterations, cost, label=f"{start}: cost, at last {cost[-1]:.4g}", **look)
    bounds = np.where(bounds > 0, bounds, np.nan)
    words = f"{start}: lower bound, at last {bounds[-1]:.4g}"
    ax.plot(iterations, bounds, label=words, ls="--", markerfacecolor="white", **look)
