"""Circuits compared: cost against bias against steps, and what the number of layers buys."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.style import CYCLE, MARKERS, PAGE, axes_or_new, label_outer, panels, styled

STEPS = "viridis"
"""Colour map of steps and layers: even steps of lightness, readable without colour."""

LEAST_BIAS = 0.01
"""The axis of biases reaches this far at least, so that rounding is not blown up."""

LEVELS = ("--", ":", "-.")

Curve = tuple[ArrayLike, ArrayLike]


@styled
def cost_frontier(
    cost: ArrayLike,
    bias: ArrayLike,
    steps: ArrayLike,
    families: Sequence[str],
    ax: Axes | None = None,
    *,
    best: Collection[int] = (),
    recommended: int | None = None,
    levels: Mapping[str, float] | None = None,
    ylabel: str = "cost",
) -> Axes:
    """Draw the cost of circuits ``(n,)`` (log) against their bias, coloured by steps (log), a marker a family.

    best : places that no other circuit beats in cost, bias and steps; drawn with a black edge, the others faint.
    recommended : place that is ringed. levels : names to costs, drawn as horizontal lines. The grey staircase is the
    least cost up to a bias. Circuits whose numbers are not finite have no place: a note counts them. InputError where
    these differ in length.

    >>> ax = cost_frontier([1.4, 9.6], [0.2, 0.1], [9, 9], ["gaussian", "complete"], best=[0])
    >>> ax.get_ylabel()
    'cost'
    """
    given = [_numbers(values, name) for values, name in ((cost, "cost"), (bias, "bias"), (steps, "steps"))]
    if len({values.size for values in given}) > 1:
        raise InputError(f"cost, bias and steps must be one number a circuit, got {[v.size for v in given]}")
    numbers = np.stack(given)
    if len(families) != numbers.shape[1] or not len(families):
        raise InputError(f"families must name {numbers.shape[1]} circuits, one at least, got {len(families)}")
    drawn = np.all(np.isfinite(numbers), axis=0) & (numbers[0] > 0) & (numbers[2] > 0)
    ax = axes_or_new(ax, 0.8 * PAGE, 3.6)
    ax.set_yscale("log")
    norm = _norm(numbers[2, drawn])
    _staircase(ax, *numbers[:2, drawn])
    names = list(dict.fromkeys(families))
    for place in np.flatnonzero(drawn).tolist():
        spot = tuple(numbers[[1, 0], place].tolist())
        _mark(
            ax,
            spot,
            numbers[2, place],
            norm,
            MARKERS[names.index(families[place]) % 8],
            beaten=place not in best,
        )
    if recommended is not None and drawn[recommended]:
        spot = numbers[[1, 0], recommended].tolist()
        ax.plot(*spot, ls="", marker="o", ms=12, mfc="none", mec=CYCLE[0], mew=1.4, zorder=5)
    _levels(ax, levels or {})
    _few_ticks(ax, "y")
    ax.set(xlabel="total variation of the forward-only law from the target", ylabel=ylabel)
    right = max(ax.get_xlim()[1], LEAST_BIAS)  # below that, biases are rounding
    ax.set_xlim(-0.02 * right, right)
    bar = ax.figure.colorbar(
        ScalarMappable(norm, STEPS), ax=ax, pad=0.02, label="steps of a two-way walk (mean)"
    )
    bar.ax.yaxis.set_minor_locator(NullLocator())
    _plain(bar.ax, norm.vmin or 1.0, norm.vmax or 1.0)
    _legend(ax, names, recommended is not None and bool(drawn[recommended]))
    if np.any(~drawn):
        ax.text(
            0.99, 0.01, f"{np.sum(~drawn)} without a number", transform=ax.transAxes, ha="right", fontsize=7
        )
    return ax


@styled
def by_knob(
    curves: Mapping[str, Mapping[str, Curve]],
    figure: Figure | SubFigure | None = None,
    *,
    knobs: Mapping[str, str] | str = "",
    levels: Mapping[str, float] | None = None,
    ylabel: str | None = None,
    logarithmic: bool = True,
) -> list[Axes]:
    """Draw numbers against a knob (log): one panel a name, one line a label, dark for the first and light for the last.

    curves : names to labels to ``(values of the knob, numbers)``; a number that is NaN has no mark. knobs : the label
    of the knob, for every panel or one for all. levels : names to numbers, drawn as horizontal lines. ylabel : what all
    panels show, on one axis; without it every panel has an axis of its own, and its name says what it shows.
    `logarithmic` is the axis of numbers. InputError where a curve has more or fewer numbers than values of its knob.

    >>> len(by_knob({"cost": {"complete": ([0.1, 1.0], [9.0, 9.6])}}, knobs="rho"))
    1
    """
    if not curves or not all(curves.values()):
        raise InputError("curves must name a panel at least, each with one line at least")
    axes = panels(figure, len(curves), 2.1, columns=2 if len(curves) == 4 else 3)
    labels = list(dict.fromkeys(label for lines in curves.values() for label in lines))
    shades = matplotlib.colormaps[STEPS](np.linspace(0.0, 0.88, len(labels)))
    looks: dict[str, dict[str, Any]] = {
        label: {"marker": MARKERS[place % 8], "ms": 3.2, "color": shades[place], "lw": 1.0}
        for place, label in enumerate(labels)
    }
    shown: list[float] = []
    for ax, (name, lines) in zip(axes, curves.items(), strict=True):
        numbers = [_line(ax, name, lines[label], looks[label]) for label in labels if label in lines]
        shown += [number for line in numbers for number in line]
        ax.set_xscale("log")
        ax.set_title(name)
        ax.xaxis.set_minor_locator(NullLocator())
        _few_ticks(ax, "x")
        _levels(ax, levels or {}, words=ax is axes[min(1, len(axes) - 1)])
        if ylabel is None:
            _range(ax, [number for line in numbers for number in line], logarithmic)
    if ylabel is not None:
        for ax in axes:
            _range(ax, [*shown, *(levels or {}).values()], logarithmic)
    label_outer(axes, "", ylabel or "")
    for ax, name in zip(axes, curves, strict=True):
        ax.set_xlabel(knobs if isinstance(knobs, str) else knobs.get(name, ""))
    handles = [Line2D([], [], label=label, **look) for label, look in looks.items()]
    axes[0].figure.legend(
        handles=handles, loc="outside upper right", ncols=6 if max(map(len, labels)) < 12 else 3
    )
    return axes


def _line(ax: Axes, name: str, curve: Curve, look: dict[str, Any]) -> list[float]:
    """Draw one line; returns the numbers that have a mark."""
    x, y = (_numbers(values, name) for values in curve)
    if x.shape != y.shape or not x.size:
        raise InputError(
            f"a line of {name!r} needs as many numbers as values of its knob, got {y.shape} and {x.shape}"
        )
    ax.plot(x, y, **look)
    return y[np.isfinite(y)].tolist()


def _range(ax: Axes, shown: Sequence[float], logarithmic: bool) -> None:
    """Limits around the numbers shown."""
    values = np.array([value for value in shown if value > 0 or not logarithmic])
    if not values.size:
        return
    if logarithmic:
        ax.set_yscale("log")
        ax.set_ylim(values.min() / 1.15, values.max() * 1.15)
        _few_ticks(ax, "y")
    else:
        room = 0.06 * max(float(np.ptp(values)), 1e-12)
        ax.set_ylim(values.min() - room, values.max() + room)


def _numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Numbers ``(n,)``, NaN where there is none."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers, NaN where there is none") from None
    if array.ndim != 1:
        raise InputError(f"{name} must have shape (n,), got {array.shape}")
    return array


def _norm(steps: NDArray[np.float64]) -> LogNorm:
    """Colours from the fewest steps to the most."""
    if not steps.size:
        return LogNorm(1.0, 10.0)
    low, high = float(steps.min()), float(steps.max())
    return LogNorm(low, high if high > 1.01 * low else 1.01 * low)


def _mark(
    ax: Axes, spot: tuple[float, ...], steps: float, norm: LogNorm, marker: str, *, beaten: bool
) -> None:
    """One circuit: faint where another one beats it."""
    color = matplotlib.colormaps[STEPS](norm(steps))
    look: dict[str, Any] = {"ms": 4, "mec": "none", "alpha": 0.5, "zorder": 3}
    if not beaten:
        look = {"ms": 6, "mec": "black", "mew": 0.8, "zorder": 4}
    ax.plot(*spot, ls="", marker=marker, mfc=color, **look)


def _staircase(ax: Axes, cost: NDArray[np.float64], bias: NDArray[np.float64]) -> None:
    """The least cost of all circuits up to a bias."""
    if cost.size:
        order = np.argsort(bias, kind="stable")
        least = np.minimum.accumulate(cost[order])
        ax.step(bias[order], least, where="post", color="0.6", lw=0.9, zorder=2)


def _levels(ax: Axes, levels: Mapping[str, float], *, words: bool = True) -> None:
    """Horizontal lines with their names."""
    for look, (name, level) in zip(LEVELS, levels.items(), strict=False):
        ax.axhline(level, color="0.35", lw=0.8, ls=look, zorder=1)
        if words:
            ax.annotate(
                name,
                (0.99, level),
                xycoords=("axes fraction", "data"),
                xytext=(0, 2),
                textcoords="offset points",
                ha="right",
                fontsize=6.5,
                color="0.35",
            )


def _few_ticks(ax: Axes, direction: str) -> None:
    """Plain numbers on a logarithmic axis, also where it spans less than a decade."""
    axis = ax.xaxis if direction == "x" else ax.yaxis
    low, high = ax.get_xlim() if direction == "x" else ax.get_ylim()
    decades = abs(np.log10(high / low)) if low > 0 else 1.0
    if decades < 0.6:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))  # with 1, where ratios have their optimum
        axis.set_minor_locator(NullLocator())
    elif decades < 2.5:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _plain(ax: Axes, low: float, high: float) -> None:
    """Round numbers of steps beside the colour bar."""
    marks = [m * 10**k for k in range(7) for m in (1, 2, 5)]
    inside = [mark for mark in marks if low <= mark <= high]
    if len(inside) < 2:
        inside = [float(f"{value:.3g}") for value in (low, high)]
    ax.set_yticks(inside, [f"{mark:g}" for mark in inside])


def _legend(ax: Axes, names: Sequence[str], ringed: bool) -> None:
    """Markers of the families, what a black edge means, and the ring."""

    def mark(marker: str, label: str, **look: Any) -> Line2D:
        return Line2D([], [], ls="", marker=marker, label=label, **look)

    handles = [
        mark(MARKERS[place % 8], name, ms=5, color="0.45", mec="none") for place, name in enumerate(names)
    ]
    handles.append(mark("o", "beaten by none", ms=5.5, mfc="0.85", mec="black", mew=0.8))
    if ringed:
        handles.append(mark("o", "recommended", ms=9, mfc="none", mec=CYCLE[0], mew=1.4))
    handles.append(Line2D([], [], color="0.6", lw=0.9, label="least cost up to a bias"))
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3)
