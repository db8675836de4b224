"""Where the current flows, layer by layer, in growing dimension: cuts of the box, and by distance from its middle."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities
from ecd2g.plots.grid import color_bar
from ecd2g.plots.style import CYCLE, DENSITY, new_figure, restyled, styled

THINNEST = 0.1
"""Thickness of a shell in half sides, rounded up to whole cells; thinner ones hold few states, in bursts."""

SIDE = 1.3
"""Side of a panel in inches."""


@styled
def mass_by_layer(flows: Mapping[int, ArrayLike], layers: Sequence[int], n_layers: int) -> Figure:
    """Draw the throughflow of some layers, one row a layer and one column a dimension; the last row by radius.

    flows : number of sites D to throughflow in ampere ``(len(layers), S, .., S)``. From D = 3 on the cut is shown in
    which all sites but the first two are in their middle symbol; every cut is scaled to its own largest value. The last
    row is the throughflow by distance |z| from the middle, in half sides of the box: of the whole box, not of the cut.
    """
    if not flows:
        raise InputError("flows must hold at least one dimension")
    canvas = new_figure(0.75 + SIDE * len(flows), 0.6 + SIDE * (len(layers) + 1))
    grid = canvas.add_gridspec(len(layers) + 1, len(flows))
    cuts, image = [], None
    for column, (sites, flow) in enumerate(flows.items()):
        values = _read(flow, sites, len(layers))
        for row, one in enumerate(values):
            ax = restyled(canvas.add_subplot(grid[row, column]))
            image = _cut(ax, one) or image
            cuts.append(ax)
            if row == 0:
                ax.set_title(f"D = {sites}" + (", cut" if sites > 2 else ""))
            if column == 0:
                ax.set_ylabel(f"layer {layers[row]}" + (f" (of 0 .. {n_layers - 1})" if row == 0 else ""))
        below = restyled(canvas.add_subplot(grid[len(layers), column]))
        _by_radius(below, values, layers)
        if column == 0:
            below.set_ylabel("by radius")
            below.legend(title="layer", handlelength=1.2, loc="upper right", borderaxespad=0.0)
    if image is not None:
        color_bar(cuts, image, "throughflow over its largest\n(square-root scale)", 0.8)
    return canvas


def _read(flow: ArrayLike, sites: int, n_layers: int) -> NDArray[np.float64]:
    shape = " ".join(["layers", *(f"S{site}" for site in range(sites))])
    values = densities(flow, f"flows[{sites}]", shape)
    if len(values) != n_layers:
        raise InputError(f"flows[{sites}] must hold {n_layers} layers, got {len(values)}")
    return values


def _cut(ax: Axes, values: NDArray[np.float64]) -> AxesImage | None:
    """Bars of one site, or the map of the first two with all others in the middle."""
    shown = values[(..., *(size // 2 for size in values.shape[2:]))]
    shown = shown / (shown.max() or 1.0)
    ax.set(xticks=[], yticks=[])
    if values.ndim == 1:
        ax.fill_between(np.arange(len(shown)), shown, step="mid", color="0.35", lw=0)
        ax.set(xlim=(-0.5, len(shown) - 0.5), ylim=(0.0, 1.05), box_aspect=1)
        return None
    scale = PowerNorm(0.5, vmin=0.0, vmax=1.0)
    return ax.imshow(shown.T, cmap=DENSITY, norm=scale, origin="lower", interpolation="nearest")


def _by_radius(ax: Axes, values: NDArray[np.float64], layers: Sequence[int]) -> None:
    """Sums over shells, over their thickness, a line a layer."""
    sizes = values.shape[1:]
    squares = [np.square((2 * np.arange(size) - (size - 1)) / size) for size in sizes]
    radii = np.sqrt(sum(np.meshgrid(*squares, indexing="ij")))
    cell = 2.0 / max(sizes)
    width = cell * np.ceil(THINNEST / cell)
    bins = np.floor(radii / width).astype(np.intp).ravel()
    for rank, (layer, one) in enumerate(zip(layers, values, strict=True)):
        totals = np.bincount(bins, one.ravel()) / width
        ax.plot(
            (np.arange(len(totals)) + 0.5) * width, totals, color=CYCLE[rank % len(CYCLE)], label=str(layer)
        )
    ax.set(xlim=(0.0, 1.5), xticks=[0, 1], yticks=[], box_aspect=1, xlabel="|z| / half side")
    ax.set_ylim(bottom=0.0)
