"""Exact and learned flows of a two-site problem, layer by layer on the grid of symbols."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure, SubFigure
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import named_densities
from ecd2g.plots.compared import exact_first, width_of, wrapped
from ecd2g.plots.grid import color_bar, show
from ecd2g.plots.style import DENSITY, SIGNED, new_figure, restyled, styled

TALLEST = 8.5
"""Most inches that the panels of a new figure take: a page has no more."""


@styled
def grid_comparison(
    fields: Mapping[str, ArrayLike],
    figure: Figure | SubFigure | None = None,
    *,
    layers: Sequence[int],
    exact: str | None = None,
    difference: bool = False,
) -> list[list[Axes]]:
    """Draw expected visits ``(n_layers_shown, S0, S1)``, a row a model and a column a layer, the exact row on top.

    layers : the number of every layer shown; exact : the name of the true visits, by default the first.
    `difference` adds a row for every learned model: its visits less the exact ones.

    All visits share one square-root scale from zero, so that equal colours are equal visits in every model
    and every layer; all differences share one signed linear scale. Returns the axes row by row. InputError for other
    shapes, and for less than one learned model.

    >>> exact, learned = [[[1.0, 0.0], [0.0, 0.0]]], [[[0.9, 0.1], [0.0, 0.0]]]
    >>> len(grid_comparison({"exact": exact, "learned": learned}, layers=[0], difference=True))
    3
    """
    arrays = named_densities(exact_first(fields, exact, "fields"), "fields", "n_layers_shown S0 S1")
    numbers = np.asarray(layers)
    names, true = list(arrays), next(iter(arrays.values()))
    if numbers.shape != true.shape[:1] or numbers.dtype.kind not in "iu":
        raise InputError(f"layers must be {len(true)} whole numbers, one a panel of a row, got {layers!r}")
    less = {f"{name}\n− {names[0]}": arrays[name] - true for name in names[1:]} if difference else {}
    rows = _places(figure, len(arrays) + len(less), true.shape)
    scale = PowerNorm(0.5, vmin=0.0, vmax=max(float(array.max()) for array in arrays.values()) or 1.0)
    label = "expected visits of a state\n(square-root scale)"
    _fill(rows[: len(arrays)], arrays, scale, DENSITY, label)
    if less:
        limit = max(float(np.abs(array).max()) for array in less.values()) or 1.0
        _fill(
            rows[len(arrays) :],
            less,
            Normalize(-limit, limit),
            SIGNED,
            "difference of visits\n(linear scale)",
        )
    for ax, layer in zip(rows[0], numbers, strict=True):
        ax.set_title(f"layer {layer}")
    for place, row in enumerate(rows):
        for ax in row:
            ax.tick_params(labelleft=ax is row[0], labelbottom=place == len(rows) - 1)
    canvas = rows[0][0].figure
    canvas.supxlabel("symbol of site 0", fontsize=8)
    canvas.supylabel("symbol of site 1", fontsize=8)
    return rows


def _places(figure: Figure | SubFigure | None, n_rows: int, shape: tuple[int, ...]) -> list[list[Axes]]:
    """Rows of equal panels, as large as a page allows."""
    columns, high = shape[0], shape[2] / shape[1]
    width = width_of(figure, columns)
    side = max(0.3, min((width - 1.7) / columns - 0.05, TALLEST / (n_rows * high)))
    canvas = new_figure(width, n_rows * (side * high + 0.12) + 0.6) if figure is None else figure
    panels = [restyled(canvas.add_subplot(n_rows, columns, place + 1)) for place in range(n_rows * columns)]
    return [panels[start : start + columns] for start in range(0, len(panels), columns)]


def _fill(
    rows: list[list[Axes]],
    arrays: Mapping[str, NDArray[np.float64]],
    scale: Normalize,
    cmap: str,
    label: str,
) -> None:
    """Show an array a row, its name at the left, and one colour bar for all of them."""
    for row, (name, array) in zip(rows, arrays.items(), strict=True):
        for ax, values in zip(row, array, strict=True):
            image = show(ax, values, scale, cmap)
        row[0].set_ylabel(wrapped(name, row[0].get_window_extent().height / row[0].figure.dpi))
    color_bar([ax for row in rows for ax in row], image, label)
