"""Loss against step on a logarithmic axis, every curve named where it ends."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import real_array
from ecd2g.plots.style import CYCLE, PAGE, axes_or_new, styled, whole_ticks

HEIGHT, LINE = 2.8, 0.055
"""Height of a new figure in inches, and of a line of text as a share of the height of its axes."""

DASHES = ("-", "--", ":")
"""Every further round of colours gets other lines."""


@styled
def training_curves(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    ax: Axes | None = None,
    *,
    floor: float | None = None,
    label: str = "floor",
    ylabel: str = "loss",
) -> Axes:
    """Draw losses against steps, each given as ``(steps, losses)``: the raw curve faint, its running mean on top.

    The running mean is taken over a fiftieth of the points (5 to 1001), centred; a note says over how many.
    Losses of zero and losses that are not finite have no place on the axis: the note counts them. Zeros count
    in the mean, the others are as if never written. floor : a loss drawn as a dashed line, which `label` names.
    InputError where steps and losses differ in length.

    >>> training_curves({"potential": ([0, 10, 20], [1.0, 0.1, 0.01])}).get_yscale()
    'log'
    """
    if not isinstance(curves, Mapping) or not curves:
        raise InputError("curves must be a non-empty mapping from names to (steps, losses)")
    read = {name: _read(name, curve) for name, curve in curves.items()}
    ax = axes_or_new(ax, 0.75 * PAGE, HEIGHT)
    ax.set_yscale("log", nonpositive="mask")
    ends, widths, lost = [], set(), []
    for place, (name, (steps, losses)) in enumerate(read.items()):
        look: dict[str, Any] = {"color": CYCLE[place % len(CYCLE)], "ls": DASHES[place // len(CYCLE) % 3]}
        finite, drawn = np.isfinite(losses), np.sum(np.isfinite(losses) & (losses > 0))
        if drawn < len(losses):
            lost.append(f"{name} ({len(losses) - drawn:,} of {len(losses):,})")
        steps, losses = steps[finite], losses[finite]
        width = int(np.clip(len(losses) // 50, 5, 1001)) | 1
        mean = _running_mean(losses, width)
        ax.plot(steps, np.where(losses > 0, losses, np.nan), lw=0.5, alpha=0.35, **look)
        ax.plot(steps, np.where(mean > 0, mean, np.nan), lw=1.3, label=name, **look)
        widths.add(width)
        last = np.flatnonzero(mean > 0)
        ends += [(float(mean[last[-1]]), float(steps[last[-1]]), name, look["color"])] if len(last) else []
    if floor is not None:
        level = float(real_array([floor], "floor", "1")[0])
        if level <= 0:
            raise InputError(f"floor must be above zero on a logarithmic axis, got {floor:g}")
        ax.axhline(level, color="0.4", ls="--", lw=0.9, zorder=1)
        ends.append((level, np.inf, f"{label}: {level:.2g}", "0.3"))
    ax.set(xlabel="step", ylabel=ylabel)
    ax.margins(x=0.01)
    whole_ticks(ax, "x", bins=6)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    _name_ends(ax, ends)
    counts = " or ".join(f"{width:,}" for width in sorted(widths))
    note = f"faint: every loss; line: running mean of {counts} losses"
    if lost:
        note += "\n" + fill(f"not drawn, zero or not finite: {', '.join(lost)}", 95)
    ax.set_title(note, loc="left", fontsize=7)
    return ax


def _read(name: str, curve: object) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Steps that grow, and as many losses; losses need not be finite."""
    if not isinstance(curve, tuple | list) or len(curve) != 2:
        raise InputError(f"curves[{name!r}] must be a pair (steps, losses)")
    steps = real_array(curve[0], f"steps of {name!r}", "n_steps")
    try:
        losses = np.asarray(curve[1], dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"losses of {name!r} must be an array of real numbers") from None
    if losses.shape != steps.shape:
        raise InputError(f"losses of {name!r} must be {len(steps)}, one a step, got shape {losses.shape}")
    if np.any(np.diff(steps) <= 0):
        raise InputError(f"steps of {name!r} must grow from one loss to the next")
    if np.any(losses < 0):
        raise InputError(f"losses of {name!r} must not be negative, got {np.nanmin(losses):g}")
    return steps, losses


def _running_mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Mean of the `width` values around every place, fewer at both ends."""
    sums, counts = (
        np.convolve(np.pad(array, width // 2), np.ones(width), "valid")[: len(array)]
        for array in (values, np.ones(len(values)))
    )
    return sums / counts


def _name_ends(ax: Axes, ends: list[tuple[float, float, str, str]]) -> None:
    """Write every (loss, step, name, color) at the right edge, as high as the loss where there is room."""
    ends = sorted(ends)
    low, high = np.log(ax.get_ylim())
    heights = [float((np.log(loss) - low) / (high - low)) for loss, *_ in ends]
    for place in range(1, len(ends)):
        heights[place] = max(heights[place], heights[place - 1] + LINE)
    ceiling = 1.0
    for place in reversed(range(len(ends))):
        heights[place] = ceiling = min(heights[place], ceiling)
        ceiling -= LINE
    for (loss, step, name, color), height in zip(ends, heights, strict=True):
        leader = {"arrowstyle": "-", "color": color, "lw": 0.6, "ls": ":", "shrinkA": 1, "shrinkB": 1}
        ax.annotate(
            name,
            (step, loss) if np.isfinite(step) else (1.0, loss),
            (1.04, height),
            xycoords="data" if np.isfinite(step) else ax.get_yaxis_transform(),
            textcoords="axes fraction",
            color=color,
            fontsize=7,
            va="center",
            arrowprops=leader,
        )
