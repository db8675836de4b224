"""Potentials and currents of a one-site problem as images."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure, SubFigure
from numpy.typing import ArrayLike, NDArray

from ecd2g.plots.arrays import chosen, real_array
from ecd2g.plots.style import (
    COLUMN,
    SIGNED,
    axes_or_new,
    label_outer,
    note_selection,
    panels,
    state_ticks,
    styled,
    whole_ticks,
)


@styled
def potentials_by_layer(
    potentials: ArrayLike, ax: Axes | None = None, *, labels: Sequence[str] | None = None
) -> Axes:
    """Draw potentials ``(n_layers, V)`` in volt as an image, layers left to right; white is zero volt.

    labels : names of the states, written where there are at most 30. InputError for other shapes, and for numbers that
    are not finite.

    >>> potentials_by_layer([[0.375, -0.125], [0.125, -0.375]]).get_xlabel()
    'layer'
    """
    values = real_array(potentials, "potentials", "n_layers V")
    limit = float(np.abs(values).max()) or 1.0
    ax = axes_or_new(ax, COLUMN, 2.6 if labels is None or values.shape[1] <= 18 else 3.6)
    image = ax.imshow(
        values.T, cmap=SIGNED, vmin=-limit, vmax=limit, origin="lower", aspect="auto", interpolation="nearest"
    )
    ax.set(xlabel="layer", ylabel="state")
    whole_ticks(ax, "x")
    state_ticks(ax, "y", values.shape[1], labels)
    bar = ax.figure.colorbar(image, ax=ax, label="potential in volt")
    bar.ax.tick_params(labelsize=7)
    return ax


@styled
def current_heatmaps(
    currents: ArrayLike, gaps: ArrayLike | None = None, figure: Figure | SubFigure | None = None
) -> list[Axes]:
    """Draw currents ``(n_gaps, V, V)`` in ampere, one panel for each of the `gaps` (by default up to 6 of them).

    A note above the panels says how many of how many gaps are shown, unless all are.

    One signed scale for all panels, linear up to the smaller ones of the currents and logarithmic beyond:
    forward edges carry hundreds of times what lateral ones do, and both have to be seen. InputError for other shapes,
    and for numbers that are not finite. So for gaps that do not exist.

    >>> len(current_heatmaps([[[0.25, 0.75], [-0.25, 0.25]]]))
    1
    """
    table = real_array(currents, "currents", "n_gaps V V")
    numbers = chosen(gaps, len(table), 6, "gaps")
    axes = panels(figure, len(numbers), 2.2)
    scale = _signed_log(table[numbers])
    for ax, gap in zip(axes, numbers, strict=True):
        image = ax.imshow(table[gap].T, cmap=SIGNED, norm=scale, origin="lower", interpolation="nearest")
        ax.set_title(f"gap {gap}: layer $n$ = {gap} to {gap + 1}")
        whole_ticks(ax, "x", "y", bins=6)
    label_outer(axes, "state $x$ in layer $n$", "state $y$ in layer $n+1$")
    ticks = _ticks(scale.linthresh, float(scale.vmax or 1.0))
    bar = axes[0].figure.colorbar(image, ax=axes, ticks=ticks, shrink=0.9)
    bar.ax.set_yticklabels([_power(tick) for tick in ticks], fontsize=7)
    bar.ax.minorticks_off()
    note_selection(axes[0].figure, len(axes), len(table), "gaps")
    bar.set_label(f"current in ampere\n(linear within ±{_power(scale.linthresh)})")
    return axes


def _signed_log(values: NDArray[np.float64]) -> SymLogNorm:
    """Make a scale symmetric about zero, linear up to the power of ten below the lower quartile of sizes."""
    size = np.abs(values[values != 0])
    largest = float(size.max()) if size.size else 1.0
    quartile = float(np.quantile(size, 0.25)) if size.size else 0.1
    linear = 10.0 ** np.floor(np.log10(np.clip(quartile, 1e-6 * largest, 1e-2 * largest)))
    return SymLogNorm(linthresh=float(linear), linscale=0.7, vmin=-largest, vmax=largest, base=10)


def _ticks(linear: float, largest: float) -> list[float]:
    """Zero and the powers of ten beyond the linear part, at most four a side."""
    low, high = (int(np.floor(np.log10(size) + 1e-9)) for size in (linear, largest))
    step = max(1, -(-(high - low) // 4))
    powers = [10.0**power for power in range(high, low - 1, -step)]
    return [-size for size in powers] + [0.0] + powers[::-1]


def _power(tick: float) -> str:
    """Write a signed power of ten as mathematics."""
    return "0" if tick == 0 else f"${'-' if tick < 0 else ''}10^{{{round(np.log10(abs(tick)))}}}$"
