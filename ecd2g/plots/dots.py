"""Dot plots on a logarithmic axis; dots, because a bar has no honest foot where zero is out of reach."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities, named_densities
from ecd2g.plots.style import COLUMN, CYCLE, MARKERS, axes_or_new, colors_of, styled


@styled
def top_states(
    names: Sequence[str],
    laws: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    count: int = 12,
    order_by: str | None = None,
) -> Axes:
    """Draw the `count` most probable states, most probable on top: one dot a law, logarithmic axis.

    names : ``(n,)`` state names; laws : ``(n,)`` probabilities each. Ordered by the law `order_by`, by
    default the target where there is one, else the first. A zero is an open triangle at the left edge.
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
    ax = axes_or_new(ax, COLUMN, 0.9 + 0.18 * len(top))
    colors = colors_of(list(arrays))
    edge = _left_edge(np.concatenate([array[top] for array in arrays.values()]))
    for rank, (name, array) in enumerate(arrays.items()):
        shift = 0.4 * (rank / max(1, len(arrays) - 1) - 0.5) if len(arrays) > 1 else 0.0
        _dots(ax, array[top], np.arange(len(top)) + shift, edge, colors[name], MARKERS[rank % 8], name)
    _frame(ax, [names[state] for state in top], edge, "probability")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(2, len(arrays)))
    return ax


@styled
def rule_bias(distances: Mapping[str, float], floor: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw the total variation from the target for every movement rule, on a logarithmic axis.

    floor : the distance that as many perfect samples would show, drawn as a line; less than it is noise.
    """
    if not isinstance(distances, Mapping) or not distances:
        raise InputError("distances must be a non-empty mapping from rules to numbers")
    values = densities(list(distances.values()), "distances", "n_rules")
    line = densities([1.0 if floor is None else floor], "floor", "1")
    ax = axes_or_new(ax, COLUMN, 0.9 + 0.22 * len(values))
    edge = _left_edge(np.concatenate([values, line]))
    _dots(ax, values, np.arange(len(values)), edge, CYCLE[1], "o", None)
    for row, value in enumerate(values):
        ax.text(1.02, row, f"{value:.2g}", transform=ax.get_yaxis_transform(), va="center", fontsize=7)
    _frame(ax, list(distances), edge, "total variation from the target")
    if floor is not None and floor > 0:
        ax.axvline(floor, color="0.4", ls="--", lw=0.8, label=f"sampling floor {floor:.2g}")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return ax


def _left_edge(values: NDArray[np.float64]) -> float:
    """Return the power of ten below the smallest positive value, with a little room."""
    positive = values[values > 0]
    return float(10.0 ** np.floor(np.log10(positive.min()) - 0.1)) if positive.size else 1e-3


def _dots(
    ax: Axes,
    values: NDArray,
    rows: NDArray,
    edge: float,
    color: str,
    marker: str,
    label: str | None,
) -> None:
    """Positive values as filled dots, zeros as open triangles at the edge."""
    zero = values == 0
    ax.plot(values[~zero], rows[~zero], ls="", marker=marker, ms=4, color=color, mew=0, label=label)
    ax.plot(
        np.full(zero.sum(), edge), rows[zero], ls="", marker="<", ms=4, mfc="white", mec=color, clip_on=False
    )


def _frame(ax: Axes, names: Sequence[str], edge: float, label: str) -> None:
    """Names as rows from the top, one light line a row, a logarithmic axis from the edge."""
    ax.set_xscale("log")
    ax.xaxis.set_minor_formatter(NullFormatter())
    largest = max(float(np.max(line.get_xdata(), initial=edge)) for line in ax.lines)
    ax.set_xlim(edge, 10.0 ** np.ceil(np.log10(largest) + 0.15))
    ax.set(yticks=np.arange(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.6), xlabel=label)
    ax.tick_params("y", length=0, pad=6)
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)
