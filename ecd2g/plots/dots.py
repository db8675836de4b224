"""Dot plots on a logarithmic axis; dots, because a bar has no honest foot where zero is out of reach."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities, named_densities
from ecd2g.plots.style import COLUMN, CYCLE, MARKERS, axes_or_new, colors_of, styled

EXACT = 1e-12
"""A total variation below this is rounding error: it has no place on an axis that shows real differences."""


@styled
def top_states(
    names: Sequence[str],
    laws: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    count: int = 12,
    order_by: str | None = None,
) -> Axes:
    """Draw the `count` most probable states, most probable on top: one mark a law, logarithmic axis.

    names : ``(n,)`` state names; laws : ``(n,)`` probabilities each. Ordered by the law `order_by`, by
    default the target where there is one, else the first. Marks of later laws are smaller and fit into those
    of earlier ones, so equal probabilities all stay visible. A zero is an open triangle at the left edge. InputError
    where names and laws differ in length.

    >>> ax = top_states(["AA", "AC", "CC"], {"target": [0.2, 0.5, 0.3]}, count=2)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['AC', 'CC']
    """
    arrays = named_densities(laws, "laws", "n")
    order_by = order_by or ("target" if "target" in arrays else next(iter(arrays)))
    if order_by not in arrays:
        raise InputError(f"order_by must be one of {list(arrays)}, got {order_by!r}")
    if len(names) != len(arrays[order_by]):
        raise InputError(f"names must name {len(arrays[order_by])} states, got {len(names)}")
    if count < 1:
        raise InputError(f"count must be at least 1, got {count}")
    top = np.argsort(-arrays[order_by], kind="stable")[:count]
    ax = axes_or_new(ax, COLUMN, 0.95 + 0.2 * len(top))
    colors = colors_of(list(arrays))
    shown = np.concatenate([array[top] for array in arrays.values()])
    low, high = _tight(shown)
    for rank, (name, array) in enumerate(arrays.items()):
        size = 3.0 + 6.5 * (len(arrays) - 1 - rank) / max(1, len(arrays) - 1)
        look = {"marker": MARKERS[rank % 8], "ms": size, "mec": colors[name], "mew": 1.1, "label": name}
        look["mfc"] = colors[name] if rank == len(arrays) - 1 else "none"
        _dots(ax, array[top], array[top] == 0, low, look)
    _frame(ax, [names[state] for state in top], low, high, "probability")
    _legend(ax, "zero" if np.any(shown == 0) else None)
    return ax


@styled
def rule_bias(
    distances: Mapping[str, float],
    floor: float | None = None,
    ax: Axes | None = None,
    *,
    n: int | None = None,
    label: str | None = None,
    sampled: Collection[str] | None = None,
) -> Axes:
    """Draw the total variation from the target for every movement rule, on a logarithmic axis.

    Distances below 1e-12 are exact to rounding: an open triangle at the left edge, the number at the right.
    floor : the distance expected of as many perfect samples, drawn as a dashed line; `n` or `label` word its
    legend. It says nothing about laws without sampling noise: `sampled` names the rows it is drawn across.

    >>> rule_bias({"two-way": 1e-16, "forward-only": 0.07}).get_xscale()
    'log'
    """
    if not isinstance(distances, Mapping) or not distances:
        raise InputError("distances must be a non-empty mapping from rules to numbers")
    values = densities(list(distances.values()), "distances", "n_rules")
    level = float(densities([0.0 if floor is None else floor], "floor", "1")[0])
    rows = _rows(list(distances), sampled)
    ax = axes_or_new(ax, COLUMN, 0.95 + 0.22 * len(values))
    exact = values < EXACT
    seen = np.append(values[~exact], level if level >= EXACT else [])
    low = float(10.0 ** (np.floor(np.log10(seen.min())) - 1)) if seen.size else 1e-4
    high = float(10.0 ** (np.ceil(np.log10(seen.max() * 1.2)))) if seen.size else 1.0
    _dots(ax, values, exact, low, {"marker": "o", "ms": 5, "color": CYCLE[1], "mew": 0.9})
    for row, value in enumerate(values):
        ax.text(1.03, row, f"{value:.2g}", transform=ax.get_yaxis_transform(), va="center", fontsize=7)
    _frame(ax, list(distances), low, high, "total variation from the target")
    if level >= EXACT and rows:
        words = label or f"expected of {'' if n is None else f'{n:,} '}perfect samples"
        _level(ax, level, None if sampled is None else rows, f"{words}: {level:.2g}")
    _legend(ax, f"below {EXACT:.0e}: exact to rounding" if exact.any() else None)
    return ax


def _rows(names: list[str], wanted: Collection[str] | None) -> list[int]:
    """Rows of the names wanted, all by default."""
    strangers = set(wanted or ()) - set(names)
    if strangers:
        raise InputError(f"sampled must name some of {names}, got {sorted(strangers)}")
    return [row for row, name in enumerate(names) if wanted is None or name in wanted]


def _level(ax: Axes, level: float, rows: list[int] | None, label: str) -> None:
    """Draw a dashed line across the whole height, or across the rows given."""
    look: dict[str, Any] = {"color": "0.4", "ls": "--", "lw": 0.9}
    if rows is None:
        ax.axvline(level, label=label, **look)
        return
    for place, row in enumerate(rows):
        ax.plot([level, level], [row - 0.5, row + 0.5], label=label if place == 0 else None, **look)


def _tight(values: NDArray[np.float64]) -> tuple[float, float]:
    """Limits of a logarithmic axis a little around the positive values; more to the left if some are zero."""
    positive = values[values > 0]
    if not positive.size:
        return 1e-3, 1.0
    low, high = np.log10(positive.min()), np.log10(positive.max())
    room = max(0.06 * (high - low), 0.05)
    return float(10 ** (low - room * (2 if positive.size < values.size else 1))), float(10 ** (high + room))


def _dots(ax: Axes, values: NDArray, gone: NDArray, edge: float, look: dict) -> None:
    """Draw values as marks, those that are off the axis as open triangles at its left edge."""
    rows = np.arange(len(values))
    ax.plot(values[~gone], rows[~gone], ls="", clip_on=False, zorder=3, **look)
    color = look.get("color", look.get("mec"))
    hollow = {"marker": "<", "ms": look["ms"] + 0.5, "mfc": "none", "mec": color, "mew": look["mew"]}
    ax.plot(np.full(gone.sum(), edge), rows[gone], ls="", clip_on=False, zorder=3, **hollow)


def _frame(ax: Axes, names: Sequence[str], low: float, high: float, label: str) -> None:
    """Names as rows from the top, one light line a row, a logarithmic axis between the limits."""
    ax.set_xscale("log")
    decades = np.log10(high / low)
    if decades < 2:
        few = MaxNLocator(5) if decades < 0.7 else LogLocator(subs=(1.0, 2.0, 5.0))
        ax.xaxis.set_major_locator(few)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(low, high)
    ax.set(yticks=np.arange(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.6), xlabel=label)
    ax.tick_params("y", length=0, pad=7)
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)


def _legend(ax: Axes, triangle: str | None) -> None:
    """Everything that has a name, and what an open triangle means where there is one."""
    handles, labels = ax.get_legend_handles_labels()
    if triangle is not None:
        handles.append(Line2D([], [], ls="", marker="<", ms=5.5, mfc="none", mec="0.3", mew=0.9))
        labels.append(triangle)
    if handles:
        columns = 2 if max(map(len, labels)) <= 20 else 1
        ax.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns)
