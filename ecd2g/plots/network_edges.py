"""Edges of a solved network: lines as wide as their current, with arrow heads in its direction."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from ecd2g.reference.networks.solution import NetworkSolution

WIDEST, THINNEST = 4.0, 0.3
"""Width in points of the largest current, and that below which no line could be seen."""

RASTER_FROM = 2000
"""From this many edges on, an SVG holds the edges as an image, so that it stays small."""

EDGE, ARROW = "0.55", "0.15"
"""Greys of edges and of their arrow heads."""

TRIANGLE = np.array([[0.6, 0.0], [-0.4, 0.45], [-0.4, -0.45], [0.6, 0.0]])
"""An arrow head that points right."""


class Drawn(NamedTuple):
    """Edges that are shown with a direction: their ends from upstream, and |current| over the largest."""

    upstream: NDArray[np.float64]
    downstream: NDArray[np.float64]
    share: NDArray[np.float64]


def split_edges(
    solution: NetworkSolution, places: NDArray[np.float64], smallest: float
) -> tuple[Drawn, NDArray[np.float64]]:
    """Edges with a direction, the strongest last, and the segments ``(k, 2, 2)`` of the others."""
    network, currents = solution.network, solution.currents
    size = np.abs(currents)
    largest = size.max(initial=0.0)
    flowing = (size >= smallest * largest) & (size > 0)
    order = np.flatnonzero(flowing)[np.argsort(size[flowing], kind="stable")]
    along = (currents[order] > 0)[:, None]
    tail, head = places[network.tails], places[network.heads]
    drawn = Drawn(
        np.where(along, tail[order], head[order]),
        np.where(along, head[order], tail[order]),
        size[order] / (largest or 1.0),
    )
    return drawn, np.stack([tail[~flowing], head[~flowing]], axis=1)


def draw_edges(ax: Axes, drawn: Drawn, idle: NDArray[np.float64], diameter: float) -> None:
    """Draw lines with an arrow head in their middle, and dotted ones for idle edges; nodes have this diameter."""
    many = len(drawn.share) + len(idle) >= RASTER_FROM
    ax.add_collection(
        LineCollection(
            list(idle), linewidths=0.5, colors=EDGE, linestyles=":", label="idle", rasterized=many, zorder=1
        )
    )
    widths = line_width(drawn.share, diameter)
    segments = np.stack([drawn.upstream, drawn.downstream], axis=1)
    ax.add_collection(
        LineCollection(
            list(segments), linewidths=widths, colors=EDGE, label="flowing", rasterized=many, zorder=2
        )
    )
    middle, step = (drawn.upstream + drawn.downstream) / 2, drawn.downstream - drawn.upstream
    angles = np.arctan2(step[:, 1], step[:, 0])
    apart = np.hypot(*step.T) > 0  # where two nodes share a place there is no direction to show
    heads = PathCollection(
        [_head(angle) for angle in angles[apart]],
        sizes=(0.8 + 0.1 * diameter + 1.6 * widths[apart]) ** 2,
        offsets=middle[apart],
        offset_transform=ax.transData,
        facecolors=ARROW,
        linewidths=0,
        label="direction",
        rasterized=many,
        zorder=3,
    )
    heads.set_transform(IdentityTransform())
    ax.add_collection(heads)


def line_width(share: NDArray[np.float64], diameter: float) -> NDArray[np.float64]:
    """Line width in points of currents given as shares of the largest; lines stay thinner than nodes."""
    return np.maximum(min(WIDEST, 0.4 * diameter) * np.sqrt(share), THINNEST)


def _head(angle: float) -> Path:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return Path(TRIANGLE @ turn, closed=True)
