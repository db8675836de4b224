"""How far walks move: the law of the distance between first and last state."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities
from ecd2g.plots.style import CYCLE, PAGE, axes_or_new, styled, whole_ticks

BINS = 40
"""Most bins of the histogram."""


@styled
def displacement_laws(laws: Mapping[str, tuple[ArrayLike, ArrayLike]], ax: Axes | None = None) -> Axes:
    """Draw histograms of displacements, a line a law with its mean in the legend.

    laws : name to distances in symbols and their masses, ``(n,)`` each

    Bins are whole symbols wide and the same for all. InputError for no laws, and for shapes that differ.
    """
    if not laws:
        raise InputError("laws must hold at least one law of displacements")
    read = {}
    for name, (lengths, masses) in laws.items():
        far, mass = densities(lengths, f"{name}: distances", "n"), densities(masses, f"{name}: masses", "n")
        if far.shape != mass.shape:
            raise InputError(f"{name}: there must be one mass a distance, got {far.shape} and {mass.shape}")
        read[name] = far, mass
    ax = axes_or_new(ax, 0.75 * PAGE, 2.6)
    largest = max(float(far[mass > 0].max(initial=0.0)) for far, mass in read.values())
    width = max(1, int(np.ceil((largest + 1) / BINS)))
    edges = np.arange(0, largest + width + 1, width)
    for rank, (name, (far, mass)) in enumerate(read.items()):
        share, _ = np.histogram(far, edges, weights=mass / mass.sum())
        color = CYCLE[rank % len(CYCLE)]
        ax.stairs(
            share / width, edges, color=color, lw=1.2, label=f"{name}: mean {far @ mass / mass.sum():.3g}"
        )
        ax.stairs(share / width, edges, color=color, alpha=0.12, fill=True)
    ax.set(xlabel="distance between start and end of a walk (symbols)", ylabel="share of walks per symbol")
    ax.set_xlim(0, edges[-1])
    ax.set_ylim(bottom=0)
    whole_ticks(ax, "x")
    ax.legend()
    return ax
