"""The way of an adapted circuit to optimal transport: its cost and the proven lower bound, iteration by iteration."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ecd2g.errors import InputError
from ecd2g.plots.arrays import real_array
from ecd2g.plots.style import CYCLE, PAGE, axes_or_new, styled, whole_ticks

STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
"""Ticks of every decade; a cost runs through few decades, and its end lies near one."""


class Record(Protocol):
    """What is drawn of an iteration; `ecd2g.reference.AdaptedStep` is one."""

    @property
    def iteration(self) -> int:
        """Number of updates of the conductances before it."""

    @property
    def cost(self) -> float:
        """Cost of the transport."""

    @property
    def bound(self) -> float:
        """Best lower bound of the optimal cost so far."""


@styled
def draw_adaptation(
    history: Sequence[Record],
    reference: float | None = None,
    ax: Axes | None = None,
    *,
    label: str = "optimum",
) -> Axes:
    """Draw cost and lower bound against the iteration, with the band between them that holds the optimum.

    reference : the optimal cost, such as W_2^2, which becomes the unit and a dashed line called `label`. Where it is
    left out, the last lower bound is the unit. The axis is logarithmic, so bounds of zero are left out. InputError
    for an empty history, and for what is not positive where a unit or a cost must be.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(4)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, w) for w in ([0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]))
    >>> adapted = ecd2g.reference.adapted_circuit(p, q)
    >>> draw_adaptation(adapted.history, reference=4.0).get_xlabel()
    'iteration'
    """
    if not len(history):
        raise InputError("history must hold at least one iteration")
    iteration, cost, bound = (
        real_array([getattr(step, name) for step in history], name, "n_iterations")
        for name in ("iteration", "cost", "bound")
    )
    unit = float(bound[-1] if reference is None else reference)
    if not 0 < unit < np.inf or np.any(cost <= 0):
        what = "the last bound" if reference is None else "reference"
        raise InputError(
            f"{what} and all costs must be positive, got {unit:g} and a least cost of {cost.min():g}"
        )
    ax = axes_or_new(ax, 0.75 * PAGE, 2.8)
    ax.set_yscale("log")
    proven = bound > 0
    cost, bound = cost / unit, np.where(proven, bound, np.nan) / unit
    ax.fill_between(iteration, bound, cost, where=proven, color=CYCLE[1], alpha=0.12, lw=0)
    mark: dict[str, Any] = {"marker": "o", "ms": 2.2, "lw": 1.2}
    ax.plot(iteration, cost, color=CYCLE[0], **mark)
    ax.plot(iteration, bound, color=CYCLE[1], **mark)
    ax.axhline(1.0, color="0.4", ls="--", lw=0.9, zorder=1)
    _name(ax, float(iteration[0]), float(cost[0]), f"cost, at last {cost[-1]:.4g}", CYCLE[0], 5)
    if proven.any():
        first = int(np.argmax(proven))
        words = f"proven lower bound, at last {bound[-1]:.4g}"
        _name(ax, float(iteration[first]), float(bound[first]), words, CYCLE[1], -9)
    words = "last bound" if reference is None else label
    ax.text(1.01, 1.0, words, transform=ax.get_yaxis_transform(), color="0.3", fontsize=7, va="center")
    ax.set(xlabel="iteration", ylabel=f"transport cost / {words}")
    ax.margins(x=0.02, y=0.12)
    whole_ticks(ax, "x")
    ax.yaxis.set_major_locator(LogLocator(subs=STEPS, numticks=50))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    return ax


def _name(ax: Axes, x: float, y: float, words: str, color: str, height: float) -> None:
    """Write the name of a curve beside its first point, `height` points above it."""
    ax.annotate(words, (x, y), (8, height), textcoords="offset points", color=color, fontsize=7, va="center")
