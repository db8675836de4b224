"""Marginals of sequence spaces, site by site: bars for few sites, a heat map for many."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import named_densities
from ecd2g.plots.style import PAGE, axes_or_new, colors_of, styled

BAR_SITES, BAR_GROUPS = 12, 100
"""Most sites, and most letters of all sites together, that are drawn as bars."""

Marginals = dict[str, NDArray[np.float64]]


@styled
def site_marginals(
    marginals: Mapping[str, ArrayLike], letters: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw probabilities ``(D, S)`` of every letter at every site: a group of bars a letter, one bar a law.

    Beyond 12 sites bars would be too thin: then a heat map a law, sites to the right, letters downwards, all
    on one scale from zero to the largest probability. InputError for other shapes, and for numbers that are not finite.

    >>> site_marginals({"target": [[0.25, 0.75], [0.5, 0.5]]}, letters="AC").get_ylabel()
    'probability'
    """
    arrays = named_densities(marginals, "marginals", "D S")
    n_sites, n_letters = next(iter(arrays.values())).shape
    names = [str(number) for number in range(n_letters)] if letters is None else list(letters)
    if len(names) != n_letters:
        raise InputError(f"letters must name {n_letters} symbols, got {len(names)}")
    if n_sites > BAR_SITES or n_sites * n_letters > BAR_GROUPS:
        return _heat_maps(arrays, names, ax)
    return _bars(arrays, names, axes_or_new(ax, PAGE, 2.4))


def _bars(arrays: Marginals, names: list[str], ax: Axes) -> Axes:
    """Draw a group of bars for every site and letter."""
    n_sites, n_letters = next(iter(arrays.values())).shape
    colors = colors_of(list(arrays))
    places = np.add.outer(np.arange(n_sites) * (n_letters + 0.8), np.arange(n_letters))
    thick = 0.84 / len(arrays)
    for rank, (name, values) in enumerate(arrays.items()):
        shift = (rank - (len(arrays) - 1) / 2) * thick
        ax.bar((places + shift).ravel(), values.ravel(), width=thick, color=colors[name], label=name)
    ax.set_xticks(places.ravel(), names * n_sites)
    ax.tick_params("x", length=0, labelsize=7 if places.size <= 60 else 5)
    sites = ax.secondary_xaxis(0)
    sites.set_xticks(places.mean(axis=1), [f"\n{site}" for site in range(n_sites)], fontsize=8)
    sites.tick_params("x", length=0)
    sites.spines["bottom"].set_visible(False)
    ax.set(xlim=(-0.9, places[-1, -1] + 0.9), xlabel="\nsite", ylabel="probability")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(arrays))
    return ax


def _heat_maps(arrays: Marginals, names: list[str], ax: Axes | None) -> Axes:
    """Draw the laws as blocks of one axes: below each other, or next to each other where letters are many."""
    n_sites, n_letters = next(iter(arrays.values())).shape
    across = n_letters > 8 and len(arrays) * n_sites <= 90
    below = 1 if across else len(arrays)
    row = min(0.14 if across else 0.17, 6.0 / (n_letters * below))  # inches
    gap = 0.22 / row  # rows between two blocks: room for a name
    right, down = (n_sites + 1.5, 0.0) if across else (0.0, n_letters + gap)
    corners = [(rank * right, rank * down) for rank in range(len(arrays))]
    width, height = corners[-1][0] + n_sites, corners[-1][1] + n_letters
    ax = axes_or_new(ax, PAGE, 0.6 + row * (height + gap))
    most = max(float(array.max()) for array in arrays.values()) or 1.0
    for (left, top), (name, values) in zip(corners, arrays.items(), strict=True):
        image = ax.imshow(
            values.T,
            cmap="Blues",
            vmin=0.0,
            vmax=most,
            aspect="auto",
            interpolation="nearest",
            extent=(left - 0.5, left + n_sites - 0.5, top + n_letters - 0.5, top - 0.5),
        )
        ax.add_patch(Rectangle((left - 0.5, top - 0.5), n_sites, n_letters, fill=False, ec="0.3", lw=0.6))
        ax.text(left - 0.5, top - 0.5 - 0.03 / row, name, ha="left", va="bottom", fontsize=8)
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5 - gap), xlabel="site", ylabel="letter")
    _ticks(ax, corners, (n_sites, n_letters), names, row, across)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(image, ax=ax, label="probability", fraction=0.05, pad=0.02)
    bar.ax.tick_params(labelsize=7)
    return ax


def _ticks(
    ax: Axes,
    corners: list[tuple[float, float]],
    shape: tuple[int, int],
    names: list[str],
    row: float,
    across: bool,
) -> None:
    """Name sites below every column of blocks and letters left of every row of blocks."""
    n_sites, n_letters = shape
    rows, columns = (1, len(corners)) if across else (len(corners), 1)
    sites = range(0, n_sites, _step(n_sites * columns / 40))
    shown = range(0, n_letters, _step(0.11 / row))
    lefts, tops = [left for left, _ in corners[:columns]], [top for _, top in corners[:rows]]
    ax.set_xticks([left + site for left in lefts for site in sites], [str(site) for site in sites] * columns)
    ax.set_yticks(
        [top + letter for top in tops for letter in shown], [names[place] for place in shown] * rows
    )
    ax.tick_params("x", length=2, labelsize=7)
    ax.tick_params("y", length=0, labelsize=7)


def _step(least: float) -> int:
    """Round a distance between ticks up to a round whole number."""
    return next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if step >= least)
