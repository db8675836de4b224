"""Marginals of sequence spaces, site by site."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ecd2g.errors import InputError
from ecd2g.plots.arrays import named_densities
from ecd2g.plots.style import PAGE, axes_or_new, colors_of, styled


@styled
def site_marginals(
    marginals: Mapping[str, ArrayLike], letters: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw probabilities ``(D, S)`` of every letter at every site: a group of bars a letter, one bar a law."""
    arrays = named_densities(marginals, "marginals", "D S")
    n_sites, n_letters = next(iter(arrays.values())).shape
    names = [str(number) for number in range(n_letters)] if letters is None else list(letters)
    if len(names) != n_letters:
        raise InputError(f"letters must name {n_letters} symbols, got {len(names)}")
    ax = axes_or_new(ax, PAGE, 2.4)
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
