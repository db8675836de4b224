"""Distances of learned models from the target, seed by seed, on a logarithmic axis."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities
from ecd2g.plots.dots import EXACT, _frame, _level
from ecd2g.plots.style import CYCLE, MARKERS, PAGE, axes_or_new, styled

SMALL, LARGE = 3.0, 6.0
"""Sizes in points of the mark of a seed and of a mean."""


class Row(NamedTuple):
    """The distances of one model by one rule: a number a seed, NaN where there is none, and the words for that."""

    values: NDArray[np.float64]
    words: str

    @property
    def mean(self) -> float:
        """Mean over the seeds that have a number."""
        known = self.values[~np.isnan(self.values)]
        return float(known.mean()) if known.size else np.nan

    @property
    def text(self) -> str:
        """The mean, and how many seeds it leaves out."""
        lost = int(np.isnan(self.values).sum())
        if lost == len(self.values):
            return self.words
        return f"{self.mean:.2g}" + (f" ({lost} of {len(self.values)} {self.words})" if lost else "")


@styled
def model_distances(
    distances: Mapping[str, Mapping[str, str | Sequence[float | None]]],
    floor: float,
    ax: Axes | None = None,
    *,
    n: int,
    measure: str = "total variation",
) -> Axes:
    """Draw the distance from the target by model and movement rule: seeds as small marks, their mean as a large one.

    distances : by model, then by rule, a number a seed. A seed may be None or NaN, a whole rule a word such as
    "stranded": both are written at the right, where the means are. floor : what `n` perfect samples are expected
    to show, a dashed line. Distances below 1e-12 are exact to rounding and stand at the left edge as open
    triangles, infinite ones at the right edge.

    >>> model_distances({"marginal": {"two-way": [0.003, 0.004]}}, floor=0.008, n=100_000).get_xlabel()
    'total variation from the target'
    """
    models, rules, rows = _read(distances)
    level = float(densities([floor], "floor", "1")[0])
    if n < 1:
        raise InputError(f"n must be at least 1 sample, got {n}")
    ax = axes_or_new(ax, 0.75 * PAGE, 1.1 + (0.14 * len(rules) + 0.1) * len(models))
    low, high = _limits([*(row.values for row in rows.values()), np.array([level])])
    _frame(ax, models, low, high, f"{measure} from the target")
    ax.grid(visible=False)
    for (model, rule), row in rows.items():
        own = [other for other in rules if (model, other) in rows]
        place = models.index(model) + (own.index(rule) - (len(own) - 1) / 2) * 0.8 / len(rules)
        rank = rules.index(rule)
        color, marker = CYCLE[rank % len(CYCLE)], MARKERS[rank % len(MARKERS)]
        ax.axhline(place, color="0.92", lw=0.6, zorder=0)
        look = {"ls": "", "mec": color, "clip_on": False, "zorder": 3}
        _marks(
            ax, np.array([row.mean]), place, look | {"marker": marker, "ms": LARGE, "mfc": "none", "mew": 1.1}
        )
        _marks(ax, row.values, place, look | {"marker": marker, "ms": SMALL, "mfc": color, "mew": 0.0})
        ax.text(
            1.03, place, row.text, transform=ax.get_yaxis_transform(), va="center", fontsize=7, color=color
        )
    if level >= EXACT:
        _level(ax, level, None, f"expected of {n:,} perfect samples: {level:.2g}")
    _legend(ax, rules, np.concatenate([row.values for row in rows.values()]))
    return ax


def _read(distances: object) -> tuple[list[str], list[str], dict[tuple[str, str], Row]]:
    """Names of models and rules in order, and a row for every pair that is given."""
    if not isinstance(distances, Mapping) or not distances:
        raise InputError("distances must be a non-empty mapping from models to rules")
    rows: dict[tuple[str, str], Row] = {}
    for model, by_rule in distances.items():
        if not isinstance(by_rule, Mapping) or not by_rule:
            raise InputError(f"distances[{model!r}] must be a non-empty mapping from rules to numbers")
        rows |= {(model, rule): _row(seeds, f"{rule!r} of {model!r}") for rule, seeds in by_rule.items()}
    return list(distances), list(dict.fromkeys(rule for _, rule in rows)), rows


def _row(seeds: object, name: str) -> Row:
    """Read a word, or a number a seed."""
    if isinstance(seeds, str):
        return Row(np.array([np.nan]), seeds)
    try:
        values = np.atleast_1d(np.asarray(seeds, dtype=np.float64))  # None becomes NaN
    except (TypeError, ValueError):
        raise InputError(f"distances by {name} must be a word, or a number a seed, got {seeds!r}") from None
    if values.ndim != 1 or not values.size:
        raise InputError(f"distances by {name} must be a list with a number a seed, got shape {values.shape}")
    if np.any(values < 0):
        raise InputError(f"distances by {name} must not be negative, got {np.nanmin(values):g}")
    return Row(values, "without a number")


def _limits(groups: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Whole decades around all distances, and one more at either end where marks stand for more extreme ones."""
    values = np.concatenate(groups)
    seen = values[np.isfinite(values) & (values >= EXACT)]
    if not seen.size:
        return 1e-4, 1.0
    low, high = np.floor(np.log10(seen.min() / 1.1)), np.ceil(np.log10(seen.max() * 1.1))
    return float(10.0 ** (low - np.any(values < EXACT))), float(10.0 ** (high + np.any(values == np.inf)))


def _marks(ax: Axes, values: NDArray[np.float64], place: float, look: dict[str, Any]) -> None:
    """Draw distances as marks in one row, those beyond an edge as open triangles there."""
    zero, endless = values < EXACT, values == np.inf
    inside = values[np.isfinite(values) & ~zero]
    ax.plot(inside, np.full(len(inside), place), **look)
    for edge, beyond, shape in zip(ax.get_xlim(), (zero, endless), "<>", strict=True):
        if beyond.any():
            ax.plot([edge], [place], **look | {"marker": shape, "mfc": "none", "mew": 0.9})


def _legend(ax: Axes, rules: list[str], values: NDArray[np.float64]) -> None:
    """The rules, the two sizes, the line, and the triangles where there are any."""
    marks = [
        (
            {
                "marker": MARKERS[rank % len(MARKERS)],
                "mec": CYCLE[rank % len(CYCLE)],
                "ms": LARGE,
                "mew": 1.1,
            },
            rule,
        )
        for rank, rule in enumerate(rules)
    ]
    marks.append(({"marker": "o", "ms": SMALL, "mfc": "0.4", "mew": 0.0}, "small: one seed; large: the mean"))
    if np.any(values < EXACT):
        marks.append(({"marker": "<"}, f"below {EXACT:.0e}: exact to rounding"))
    if np.any(values == np.inf):
        marks.append(({"marker": ">"}, "infinite"))
    base: dict[str, Any] = {"ls": "", "mfc": "none", "mec": "0.4", "ms": LARGE, "mew": 0.9}
    handles = [Line2D([], [], label=label, **base | look) for look, label in marks]
    lines, _ = ax.get_legend_handles_labels()
    ax.legend(handles=[*handles, *lines], loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
