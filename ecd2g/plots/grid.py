"""Densities of a two-site problem on its grid of symbols: site 0 to the right, site 1 upwards."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure, SubFigure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import chosen, densities, named_densities
from ecd2g.plots.style import (
    DENSITY,
    SIGNED,
    label_outer,
    new_figure,
    note_selection,
    page_of,
    panels,
    restyled,
    row_of,
    styled,
    whole_ticks,
)


@styled
def densities_by_layer(
    visits: ArrayLike, layers: ArrayLike | None = None, figure: Figure | SubFigure | None = None
) -> list[Axes]:
    """Draw the expected visits ``(n_layers, S0, S1)`` of a walk, one panel a layer, by default up to 6.

    All panels share one scale from zero, a square root so that the spread-out middle layers show too. For
    the two-way walk expected visits are the throughflow in ampere. A note above the panels says how many of
    how many layers are shown, unless all are. InputError for other shapes, and for numbers that are not finite.

    >>> len(densities_by_layer([[[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]]))
    2
    """
    values = densities(visits, "visits", "n_layers S0 S1")
    numbers = chosen(layers, len(values), 6, "layers")
    axes = panels(figure, len(numbers), 2.1)
    scale = PowerNorm(0.5, vmin=0.0, vmax=float(values[numbers].max()) or 1.0)
    for ax, layer in zip(axes, numbers, strict=True):
        image = show(ax, values[layer], scale, DENSITY)
        ax.set_title(f"layer {layer}")
    label_outer(axes, "symbol of site 0", "symbol of site 1")
    note_selection(axes[0].figure, len(axes), len(values), "layers")
    color_bar(axes, image, "expected visits of a state\n(square-root scale)")
    return axes


@styled
def side_by_side(
    densities: Mapping[str, ArrayLike],
    figure: Figure | SubFigure | None = None,
    *,
    difference: tuple[str, str] | None = None,
) -> list[Axes]:
    """Draw probabilities ``(S0, S1)``, one panel a name, on one shared scale from zero.

    `difference` names two of them: a last panel of the same size shows the first less the second on a signed
    scale of its own. InputError for other shapes, and for numbers that are not finite.

    >>> p, q = [[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]
    >>> len(side_by_side({"p": p, "q": q}, difference=("p", "q")))
    3
    """
    arrays = named_densities(densities, "densities", "S0 S1")
    if difference is not None and not set(difference) <= set(arrays):
        raise InputError(f"difference must name two of {list(arrays)}, got {difference}")
    axes, last = _places(figure, len(arrays), difference is not None)
    scale = Normalize(0.0, max(float(array.max()) for array in arrays.values()) or 1.0)
    for ax, (name, array) in zip(axes, arrays.items(), strict=True):
        image = show(ax, array, scale, DENSITY)
        ax.set_title(name)
    if difference is None or last is None:
        label_outer(axes, "symbol of site 0", "symbol of site 1")
        color_bar(axes, image, "probability")
        return axes
    less = arrays[difference[0]] - arrays[difference[1]]
    limit = float(np.abs(less).max()) or 1.0
    signed = show(last, less, Normalize(-limit, limit), SIGNED)
    last.set_title(" − ".join(difference))
    label_outer([*axes, last], "symbol of site 0", "symbol of site 1")
    upper = [ax for ax in axes if row_of(ax) < row_of(last)]
    color_bar(upper or axes, image, "probability", 0.85)
    _difference_bar([*axes, last] if upper else [last], signed)
    return [*axes, last]


def _difference_bar(axes: list[Axes], image: AxesImage) -> None:
    """Draw the colour bar of the last of the axes: in the empty cell after it, or right of its row."""
    last, label = axes[-1], "difference of probabilities"
    spec = last.get_subplotspec()
    if spec is None or spec.is_last_col():
        color_bar([ax for ax in axes if row_of(ax) == row_of(last)], image, label, 0.85)
        return
    cell = last.figure.add_subplot(spec.get_gridspec()[spec.rowspan.start, spec.colspan.stop])
    cell.set_axis_off()
    rows, columns = image.get_size()
    cell.set_box_aspect(rows / columns)
    _style_bar(last.figure.colorbar(image, cax=cell.inset_axes((0.0, 0.0, 0.07, 1.0)), label=label))


def _places(figure: Figure | SubFigure | None, count: int, extra: bool) -> tuple[list[Axes], Axes | None]:
    """Axes of equal size in one or two rows; the one of the difference, or None, comes last."""
    total = count + extra
    rows = 1 if total <= 3 else 2
    columns = -(-total // rows)
    width = page_of(columns)
    side = (width - 0.8 * (1 + (extra and rows == 1))) / columns - 0.35
    canvas = new_figure(width, rows * (min(side, 2.6) + 0.7)) if figure is None else figure
    grid = canvas.add_gridspec(rows, columns)
    axes = [restyled(canvas.add_subplot(grid[place // columns, place % columns])) for place in range(total)]
    return (axes[:-1], axes[-1]) if extra else (axes, None)


def show(ax: Axes, values: NDArray[np.float64], scale: Normalize, cmap: str) -> AxesImage:
    """Show an ``(S0, S1)`` array on its grid, site 0 to the right."""
    image = ax.imshow(values.T, cmap=cmap, norm=scale, origin="lower", interpolation="nearest")
    whole_ticks(ax, "x", "y", bins=6)
    return image


def color_bar(axes: list[Axes], image: AxesImage, label: str, shrink: float = 1.0) -> None:
    """One colour bar for all the axes."""
    _style_bar(axes[0].figure.colorbar(image, ax=axes, label=label, shrink=shrink))


def _style_bar(bar: Colorbar) -> None:
    """Small numbers, their power of ten written once."""
    bar.ax.tick_params(labelsize=7)
    bar.formatter.set_powerlimits((-2, 3))  # type: ignore[attr-defined]
