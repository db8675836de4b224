"""Laws on the states of a one-site problem, as curves."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ecd2g.plots.arrays import named_densities
from ecd2g.plots.style import MARKERS, PAGE, axes_or_new, colors_of, styled, whole_ticks


@styled
def laws(laws: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw the probabilities ``(V,)`` of every law as step lines, the names as legend.

    Later laws are drawn thinner and on top, with open markers of their own: equal laws all stay visible.
    """
    arrays = named_densities(laws, "laws", "V")
    ax = axes_or_new(ax, 0.75 * PAGE, 2.6)
    colors, count = colors_of(list(arrays)), len(arrays)
    states = np.arange(len(next(iter(arrays.values()))))
    every = max(1, len(states) // 25)
    for place, (name, law) in enumerate(arrays.items()):
        ax.step(
            states,
            law,
            where="mid",
            label=name,
            color=colors[name],
            linewidth=0.8 + 2.4 * (count - 1 - place) / max(1, count - 1),
            marker=MARKERS[place % len(MARKERS)],
            markersize=2.5 + 3.0 * (count - 1 - place) / max(1, count - 1),
            markerfacecolor="white",
            markeredgewidth=0.8,
            markevery=(place * every // count, every),
        )
    ax.set(xlabel="state", ylabel="probability", xlim=(-0.9, len(states) - 0.1))
    ax.set_ylim(bottom=0)
    whole_ticks(ax, "x")
    ax.legend()
    return ax
