"""Laws on the states of a one-site problem, as curves."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ecd2g.plots.arrays import named_densities
from ecd2g.plots.style import MARKERS, PAGE, axes_or_new, colors_of, state_ticks, styled

MANY = 60
"""From more states on, lines are thinner and markers fewer."""


@styled
def laws(
    laws: Mapping[str, ArrayLike], ax: Axes | None = None, *, labels: Sequence[str] | None = None
) -> Axes:
    """Draw the probabilities ``(V,)`` of every law as step lines, the names as legend.

    Later laws are drawn thinner and on top, with open markers of their own: equal laws all stay visible.
    Lines and markers shrink with the number of states. labels : names of the states, written where at most 30.
    InputError for other shapes, and for numbers that are not finite.

    >>> laws({"source": [1.0, 0.0], "target": [0.5, 0.5]}).get_ylabel()
    'probability'
    """
    arrays = named_densities(laws, "laws", "V")
    colors, count = colors_of(list(arrays)), len(arrays)
    states = np.arange(len(next(iter(arrays.values()))))
    ax = axes_or_new(ax, 0.75 * PAGE if len(states) <= MANY else PAGE, 2.6)
    shrink = float(np.clip(MANY / len(states), 0.3, 1.0))
    every = max(1, len(states) // (25 if len(states) <= MANY else 10))
    for place, (name, law) in enumerate(arrays.items()):
        ax.step(
            states,
            law,
            where="mid",
            label=name,
            color=colors[name],
            linewidth=0.8 * np.sqrt(shrink) + 2.4 * shrink * (count - 1 - place) / max(1, count - 1),
            marker=MARKERS[place % len(MARKERS)],
            markersize=2.5 + 3.0 * (count - 1 - place) / max(1, count - 1),
            markerfacecolor="white",
            markeredgewidth=0.8,
            markevery=(place * every // count, every),
        )
    ax.set(xlabel="state", ylabel="probability", xlim=(-0.9, len(states) - 0.1))
    ax.set_ylim(bottom=0)
    state_ticks(ax, "x", len(states), labels)
    ax.legend()
    return ax
