"""Walks of a two-site problem, drawn over its grid."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities, real_array
from ecd2g.plots.style import COLUMN, axes_or_new, styled, whole_ticks

START, END = "#0072B2", "#D55E00"


@styled
def sample_paths(
    paths: ArrayLike,
    source: ArrayLike | None = None,
    target: ArrayLike | None = None,
    ax: Axes | None = None,
    *,
    layers: ArrayLike | None = None,
    at_most: int = 12,
) -> Axes:
    """Draw walks ``(n_walks, n_steps + 1, 2)`` over the grid, -1 after the end; blue circles to orange diamonds.

    source, target : ``(S0, S1)`` probabilities, as blue and orange tints behind the walks.
    layers : ``(n_walks, n_steps + 1)`` the layers, to colour moves by the layer they leave, not by step.
    The first `at_most` walks are drawn: long moves of many walks cannot be told apart, and
    the legend says how many of how many these are. A dot is a place where a walk turns, later walks on top. InputError
    for other shapes.

    >>> sample_paths([[[0, 0], [1, 2], [3, 3]]], source=[[0.25] * 4] * 4).get_xlabel()
    'symbol of site 0'
    """
    walks = real_array(paths, "paths", "n_walks n_places 2")
    inside = _inside(walks)
    ax = axes_or_new(ax, COLUMN, 3.0)
    tints = [_tint(ax, source, "source", START), _tint(ax, target, "target", END)]
    when: NDArray = np.broadcast_to(np.arange(walks.shape[1]), inside.shape)
    if layers is not None:
        when = real_array(layers, "layers", "n_walks n_places")
        if when.shape != inside.shape:
            raise InputError(f"layers must have shape {inside.shape} like paths, got {when.shape}")
    if at_most < 1:
        raise InputError(f"at_most must be at least 1, got {at_most}")
    total = len(walks)
    walks, inside, when = walks[:at_most], inside[:at_most], when[:at_most]
    _moves(ax, walks, inside, when, "layer left" if layers is not None else "step")
    first, last = walks[:, 0], walks[np.arange(len(walks)), inside.sum(axis=1) - 1]
    mark: dict[str, Any] = {"ls": "", "mec": "white", "mew": 0.5, "zorder": 4}
    ax.plot(*first.T, marker="o", ms=5, color=START, label="start", **mark)
    ax.plot(*last.T, marker="D", ms=4.5, color=END, label="end", **mark)
    ax.set(xlabel="symbol of site 0", ylabel="symbol of site 1", aspect="equal")
    whole_ticks(ax, "x", "y", bins=6)
    title = f"{len(walks):,} of {total:,} walks"  # never drop walks in silence
    handles = [*ax.get_legend_handles_labels()[0], *(tint for tint in tints if tint is not None)]
    ax.legend(
        handles=handles,
        title=title,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=-(-len(handles) // 2),
    )
    return ax


def _inside(walks: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Places ``(n_walks, n_places)`` that walks really visit: all before the padding, at least one."""
    inside = np.all(walks >= 0, axis=2)
    padded = np.all(walks == -1, axis=2)
    if not np.all(inside | padded) or not inside[:, 0].all() or np.any(inside[:, 1:] > inside[:, :-1]):
        raise InputError(
            "paths must be symbols >= 0 from the first place on, and -1 only after the end of a walk"
        )
    return inside


def _tint(ax: Axes, density: ArrayLike | None, name: str, color: str) -> Patch | None:
    """Draw a density as an image that fades from nothing to a light tint of the colour; its legend entry."""
    if density is None:
        return None
    values = densities(density, name, "S0 S1")
    fade = LinearSegmentedColormap.from_list(name, [(0, (1, 1, 1, 0)), (1, color)])
    ax.imshow(
        values.T,
        cmap=fade,
        vmin=0,
        vmax=values.max() / 2 or 1.0,
        alpha=0.5,
        origin="lower",
        interpolation="nearest",
    )
    return Patch(fc=color, alpha=0.35, lw=0, label=name)


def _moves(
    ax: Axes, walks: NDArray[np.float64], inside: NDArray[np.bool_], when: NDArray, label: str
) -> None:
    """Every change of state as a line with a white rim, coloured by when it is left; others need no line."""
    changes = inside[:, 1:] & np.any(walks[:, 1:] != walks[:, :-1], axis=2)
    lines = np.stack([walks[:, :-1], walks[:, 1:]], axis=2)[changes]
    last = max(1, int(when[:, :-1][inside[:, 1:]].max(initial=0)))
    moves = LineCollection(
        list(lines),
        array=when[:, :-1][changes],
        cmap="viridis",
        norm=BoundaryNorm(np.arange(last + 2) - 0.5, 256),
        linewidths=1.0,
        path_effects=[withStroke(linewidth=2.2, foreground="white")],
        zorder=3,
    )
    ax.add_collection(moves)
    x, y = walks[:, :-1][changes].T
    dots: dict[str, Any] = {"c": moves.get_array(), "cmap": moves.cmap, "norm": moves.norm}
    ax.scatter(x, y, s=9, ec="white", lw=0.4, zorder=3.5, **dots)
    ticks = np.arange(0, last + 1, max(1, -(-last // 8)))
    bar = ax.figure.colorbar(moves, ax=ax, label=label, ticks=ticks)
    bar.ax.tick_params(labelsize=7)
    bar.ax.minorticks_off()
