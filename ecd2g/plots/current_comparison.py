"""True and learned currents of one gap, and how far they differ edge by edge."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure, SubFigure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import chosen, real_array
from ecd2g.plots.compared import exact_first, width_of, wrapped
from ecd2g.plots.field import _power, _signed_log, _ticks
from ecd2g.plots.style import SIGNED, new_figure, restyled, state_ticks, styled, whole_ticks

LOWEST = 1.6
"""Least height of a row in inches: the colour bars and the words at the left need it."""

NAMES_AN_INCH = 11
"""More names of states than these run into each other."""


@styled
def current_comparison(
    tables: Mapping[str, ArrayLike],
    figure: Figure | SubFigure | None = None,
    *,
    exact: str | None = None,
    gap: int | None = None,
    labels: Sequence[str] | None = None,
) -> list[Axes]:
    """Draw the currents of one gap, exact and learned, and below every learned one its error.

    tables : currents ``(n_gaps, V, V)`` in ampere by name; `exact` names the true ones, by default the first.
    gap : by default the middle one. labels : names of the states, written where there is room.

    The currents share one signed scale and the errors another, both logarithmic away from zero: forward edges
    carry hundreds of times what lateral ones do. The number above an error is its Euclidean norm over the
    edges of the gap, as a share of the norm of the exact currents. Returns the upper axes, then the lower.

    >>> exact, learned = [[[0.25, 0.75], [-0.25, 0.25]]], [[[0.3, 0.7], [-0.3, 0.3]]]
    >>> len(current_comparison({"exact": exact, "learned": learned}))
    3
    """
    names = list(ordered := exact_first(tables, exact, "tables"))
    arrays = [real_array(table, f"tables[{name!r}]", "n_gaps V V") for name, table in ordered.items()]
    if len({array.shape for array in arrays}) > 1:
        raise InputError(f"tables must all have one shape, got {[array.shape for array in arrays]}")
    n_gaps = len(arrays[0])
    (number,) = chosen([n_gaps // 2 if gap is None else gap], n_gaps, 1, "gap")
    currents = np.stack([array[number] for array in arrays])
    errors = currents[1:] - currents[0]
    upper, lower, side = _places(figure, len(names))
    known, wrong = _signed_log(currents), _signed_log(errors)
    for ax, name, table in zip(upper, names, currents, strict=True):
        image = _show(ax, table, known, labels, side)
        ax.set_title(wrapped(name, side))
    for ax, error in zip(lower[1:], errors, strict=True):
        difference = _show(ax, error, wrong, labels, side)
        ax.set_title(f"error {_share(error, currents[0])}")
    _outer(upper, lower)
    _explain(lower[0], number, n_gaps, names[0], side)
    _bar(upper, image, known, "current in ampere")
    _bar(lower, difference, wrong, "error in ampere")
    return [*upper, *lower[1:]]


def _places(figure: Figure | SubFigure | None, columns: int) -> tuple[list[Axes], list[Axes], float]:
    """Two rows of square panels, and the length of their sides in inches."""
    width = width_of(figure, columns)
    side = max(0.3, (width - 1.9) / columns - 0.1)
    canvas = new_figure(width, 2 * max(side + 0.65, LOWEST)) if figure is None else figure
    axes = [restyled(canvas.add_subplot(2, columns, place + 1)) for place in range(2 * columns)]
    return axes[:columns], axes[columns:], side


def _show(
    ax: Axes, table: NDArray[np.float64], scale: SymLogNorm, labels: Sequence[str] | None, side: float
) -> AxesImage:
    """Show ``(V, V)`` currents, states of the earlier layer to the right."""
    if labels is None or len(labels) == len(table) > side * NAMES_AN_INCH:
        whole_ticks(ax, "x", "y", bins=4)
    else:
        state_ticks(ax, "x", len(table), labels)
        state_ticks(ax, "y", len(table), labels)
        ax.tick_params("x", rotation=90 if max(map(len, labels)) > 1 else 0)
    return ax.imshow(table.T, cmap=SIGNED, norm=scale, origin="lower", interpolation="nearest")


def _outer(upper: list[Axes], lower: list[Axes]) -> None:
    """Numbers and axis labels at the left and the lower edge only; the first lower place holds no image."""
    for ax in upper[1:] + lower[2:]:
        ax.tick_params("y", labelleft=False)
    for ax in upper[1:]:
        ax.tick_params("x", labelbottom=False)
    for ax in (upper[0], *lower[1:]):
        ax.set_xlabel("state $x$")
    for ax in (upper[0], lower[1]):
        ax.set_ylabel("state $y$")


def _explain(ax: Axes, gap: int, n_gaps: int, exact: str, side: float) -> None:
    """Say in the empty place below the exact currents what the panels are."""
    ax.set_axis_off()
    words = f"gap {gap} of 0..{n_gaps - 1}:\nstate $x$ in layer {gap}\nto $y$ in layer {gap + 1}\n\n"
    words += wrapped(f"error: learned −\N{NO-BREAK SPACE}{exact}", side + 0.6) + "\nnumber: $\\ell_2$ norm\n"
    words += wrapped(f"relative to {exact}", side + 0.6)
    ax.text(0.0, 1.0, words, va="top", fontsize=7, transform=ax.transAxes)


def _share(error: NDArray[np.float64], exact: NDArray[np.float64]) -> str:
    """Write the norm of an error relative to the exact currents, where these are not all zero."""
    size = float(np.linalg.norm(exact))
    return f"{np.linalg.norm(error) / size:.2g}" if size else "(no exact current)"


def _bar(axes: list[Axes], image: AxesImage, scale: SymLogNorm, label: str) -> None:
    """One colour bar for a row, with ticks at powers of ten."""
    ticks = _ticks(scale.linthresh, float(scale.vmax or 1.0))
    bar = axes[0].figure.colorbar(image, ax=axes, ticks=ticks)
    bar.ax.set_yticklabels([_power(tick) for tick in ticks], fontsize=7)
    bar.ax.minorticks_off()
    bar.set_label(f"{label}\n(linear within ±{_power(scale.linthresh)})", fontsize=7)
