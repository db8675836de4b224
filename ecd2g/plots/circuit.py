"""The layered circuit of a one-site problem, drawn edge by edge."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities, real_array
from ecd2g.plots.style import (
    BACKWARD,
    NAMED,
    PAGE,
    TOWARDS_LATER,
    axes_or_new,
    state_ticks,
    styled,
    whole_ticks,
)

HEIGHT = 4.4
"""Height of a new figure, inches."""

RASTER_FROM = 2000
"""From this many edges on, an SVG holds the edges as an image, so that it stays small."""


class Look(NamedTuple):
    """Width in points of the largest current, and opacity of the smallest."""

    widest: float
    faintest: float

    def of(self, share: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Line width in points and opacity of currents given as shares of the largest."""
        root = np.sqrt(share)
        return self.widest * root, self.faintest + (1 - self.faintest) * root


@styled
def circuit_diagram(
    currents: ArrayLike,
    source: ArrayLike,
    target: ArrayLike,
    ax: Axes | None = None,
    *,
    smallest: float = 1e-4,
    labels: Sequence[str] | None = None,
) -> Axes:
    """Draw the circuit, layers left to right: edges by current, end nodes by source and target current.

    currents : ``(n_gaps, V, V)`` ampere, positive towards the later layer; source, target : ``(V,)`` ampere.
    Edges with |current| below `smallest` times the largest are left out; the title says what the others hold.
    Line widths grow with the square root of |current|: lateral currents would vanish on a linear scale.
    labels : names of the states, written where there are at most 30. InputError for other shapes, and for numbers that
    are not finite.

    >>> circuit_diagram([[[0.25, 0.75], [-0.25, 0.25]]], source=[1, 0], target=[0, 1]).get_xlabel()
    'layer'
    """
    table = real_array(currents, "currents", "n_gaps V V")
    p, q = densities(source, "source", "V"), densities(target, "target", "V")
    n_gaps, n_states = table.shape[:2]
    if not len(p) == len(q) == n_states:
        raise InputError(f"source and target must list {n_states} states, got {len(p)} and {len(q)}")
    if not 0 <= smallest <= 1:
        raise InputError(f"smallest must be a fraction of the largest current in 0..1, got {smallest:g}")
    ax = axes_or_new(ax, PAGE, HEIGHT)
    largest = float(np.abs(table).max())
    drawn = (np.abs(table) >= smallest * largest) & (table != 0)
    pitch = 0.75 * HEIGHT * 72 / n_states  # points from one state to the next
    widest, node = min(4.0, 0.45 * pitch), min(11.0, 1.4 * pitch)
    look = Look(widest, min(0.5, 8.0 / n_states))  # where many faint edges cross, each has to be fainter
    ax.add_collection(_edges(np.where(drawn, table, 0), largest, look, TOWARDS_LATER))
    ax.add_collection(_edges(np.where(drawn, -table, 0), largest, look, BACKWARD))
    _nodes(ax, p, q, n_gaps, node)
    ax.set(xlim=(-0.3, n_gaps + 0.3), ylim=(-0.7, n_states - 0.3), xlabel="layer", ylabel="state")
    whole_ticks(ax, "x", bins=20)
    state_ticks(ax, "y", n_states, labels)
    ax.set_title(_statement(table, drawn, smallest), loc="left", fontsize=7)
    _legend(ax, largest, look, node, p, q)
    return ax


def _edges(flow: NDArray[np.float64], largest: float, look: Look, color: str) -> LineCollection:
    """Turn the positive entries of ``(n_gaps, V, V)`` into lines, the strongest on top."""
    gap, here, there = np.nonzero(flow > 0)
    share = flow[gap, here, there] / largest if len(gap) else np.zeros(0)
    order = np.argsort(share, kind="stable")
    gap, here, there, share = gap[order], here[order], there[order], share[order]
    lines = np.stack([np.stack([gap, here], axis=1), np.stack([gap + 1, there], axis=1)], axis=1)
    width, alpha = look.of(share)
    return LineCollection(
        list(lines.astype(np.float64)),
        linewidths=width,
        colors=np.column_stack([np.tile(to_rgb(color), (len(share), 1)), alpha]),
        label="towards later layer" if color == TOWARDS_LATER else "backward",
        rasterized=len(share) >= RASTER_FROM,
        zorder=2 if color == TOWARDS_LATER else 3,
    )


def _nodes(ax: Axes, p: NDArray[np.float64], q: NDArray[np.float64], n_gaps: int, node: float) -> None:
    """Small dots in the inner layers; in the first and last one, areas in proportion to p and q."""
    states, most = np.arange(len(p)), max(p.max(), q.max()) or 1.0
    inner = np.repeat(np.arange(1, n_gaps), len(p))
    ax.scatter(inner, np.tile(states, n_gaps - 1), s=min(8.0, node), color="0.3", linewidths=0, zorder=4)
    for layer, law, color in ((0, p, NAMED["source"]), (n_gaps, q, NAMED["target"])):
        place = np.full(len(p), layer)
        ax.scatter(place, states, s=node**2 * law / most, color=color, ec="white", lw=0.4, zorder=5)


def _legend(
    ax: Axes, largest: float, look: Look, node: float, p: NDArray[np.float64], q: NDArray[np.float64]
) -> None:
    """Colours of the directions, the widths of three currents, the largest source and target node."""
    handles = [
        Line2D([], [], color=TOWARDS_LATER, lw=1.5, label="towards later layer"),
        Line2D([], [], color=BACKWARD, lw=1.5, label="backward"),
    ]
    shares = np.array([1.0, 0.1, 0.01])
    for share, width, alpha in zip(shares, *look.of(shares), strict=True):
        handles.append(Line2D([], [], color="k", lw=width, alpha=alpha, label=f"{share * largest:.2g} A"))
    for name, law in (("source", p), ("target", q)):
        size = node * np.sqrt(law.max() / (max(p.max(), q.max()) or 1.0))
        text = f"{name} ≤ {law.max():.2g} A"
        handles.append(Line2D([], [], ls="", marker="o", ms=size, mew=0, color=NAMED[name], label=text))
    ax.legend(
        handles=handles,
        ncols=len(handles),
        loc="upper center",
        bbox_to_anchor=(0.5, -0.11),
        columnspacing=1.0,
        handlelength=1.4,
        handletextpad=0.4,
    )


def _statement(table: NDArray[np.float64], drawn: NDArray[np.bool_], smallest: float) -> str:
    """How much of the current the drawn edges hold, and how widths and areas are to be read."""
    size, back = np.abs(table), np.maximum(-table, 0)
    text = f"{drawn.sum():,} of {table.size:,} edges drawn (at least {smallest:g} of the largest)"
    if size.any():
        text += f": {_percent(size, drawn)} of the current"
    if back.any():
        text += f", {_percent(back, drawn)} of the backward current"
    return text + "\nline width: square root of |current|; node area: current in from source, out to target"


def _percent(size: NDArray[np.float64], drawn: NDArray[np.bool_]) -> str:
    """Write the drawn share, rounded down so that 100 % means all of it."""
    share = np.floor(1000 * size[drawn].sum() / size.sum() * (1 + 1e-12)) / 10
    return "100 %" if share >= 100 else f"{share:.1f} %"
