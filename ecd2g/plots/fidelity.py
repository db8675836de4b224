"""All methods compared: cost of transport against fidelity, and fidelity by number of network evaluations."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import NDArray

from ecd2g.errors import InputError
from ecd2g.plots.fidelity_panel import (
    FidelityPanel,
    FidelityPoint,
    StepsCurve,
    mean_and_deviation,
    seed_numbers,
)
from ecd2g.plots.frontier import _few_ticks
from ecd2g.plots.method_looks import (
    Entry,
    Key,
    Looks,
    canvas,
    coupling_handles,
    line_of,
    looks_of,
    method_lines,
    method_patches,
)
from ecd2g.plots.style import PAGE, page_of, panels, row_of, styled

OPTIMAL: dict[str, Any] = {"color": "0.35", "ls": "--", "lw": 0.8}
INDEPENDENT: dict[str, Any] = {"color": "0.35", "ls": ":", "lw": 1.0}
FLOOR: dict[str, Any] = {"color": "0.55", "ls": "-", "lw": 0.9}
"""Lines of the optimal-transport cost, the independent cost, and the sampling floor."""

BAND: dict[str, Any] = {"color": "0.88", "lw": 0}


@styled
def fidelity_scatter(
    problems: Sequence[FidelityPanel],
    figure: Figure | SubFigure | None = None,
    *,
    methods: Sequence[str] | None = None,
) -> list[Axes]:
    """Draw distance from the target against transport cost, a panel a problem, a marker a method and coupling.

    Markers are means over seeds, bars their standard deviation. Lines: the optimal cost by its name in the panels,
    that of the independent coupling, and the floor of the panel. Distances are on a logarithmic axis where all are
    positive. methods : their order, which fixes the colours in all figures that are given it.

    >>> from ecd2g.plots import FidelityPanel, FidelityPoint, StepsCurve
    >>> point = FidelityPoint("sweep", "independent", costs=[0.5, 0.6], distances=[0.02, 0.03])
    >>> len(fidelity_scatter([FidelityPanel("moons", "total variation", points=(point,))]))
    1
    """
    looks = _looks(problems, "points", methods)
    keys = [
        Key("upper", method_patches(looks), "colour: method (filled: circuit, open: baseline)"),
        Key(
            "lower",
            [*coupling_handles(looks), *_lines(problems)],
            _lower_title(problems, "points", "bars"),
        ),
    ]
    axes = _axes(figure, len(problems), 1.95, keys)
    for ax, problem in zip(axes, problems, strict=True):
        spans, lost = [], 0
        for point in problem.points:
            cost, spread, distance, deviation, missing = _read_point(point, problem.title)
            lost += missing
            if np.isfinite(cost) and np.isfinite(distance):
                bars: Any = {
                    "xerr": spread,
                    "yerr": deviation,
                    "ecolor": looks.colors[point.method],
                    "elinewidth": 0.7,
                }
                mark = looks.mark(point.method, point.coupling)
                ax.errorbar(cost, distance, ls="", ms=4.5, zorder=3, **bars, **mark)
                spans += [distance - deviation, distance, distance + deviation]
        for value, look in ((problem.optimal_cost, OPTIMAL), (problem.independent_cost, INDEPENDENT)):
            if value is not None:
                ax.axvline(value, zorder=1, **look)
        ax.margins(x=0.08)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        _finish(ax, problem, spans, lost)
        ax.set_xlabel("transport cost" + (f"\n({problem.cost_unit})" if problem.cost_unit else ""))
    _measures(axes, problems)
    return axes


@styled
def fidelity_by_steps(
    problems: Sequence[FidelityPanel],
    figure: Figure | SubFigure | None = None,
    *,
    methods: Sequence[str] | None = None,
) -> list[Axes]:
    """Draw distance from the target against the number of network evaluations (log2), a panel a problem.

    Lines are means over seeds, solid for circuits and dashed for baselines; bands their standard deviation; the grey
    line is the floor of the panel. methods : as in `fidelity_scatter`.

    >>> from ecd2g.plots import FidelityPanel, FidelityPoint, StepsCurve
    >>> curve = StepsCurve("sweep", "independent", steps=[1, 2], distances=[[0.3, 0.1], [0.4, 0.1]])
    >>> len(fidelity_by_steps([FidelityPanel("moons", "total variation", curves=(curve,))]))
    1
    """
    looks = _looks(problems, "curves", methods)
    floor = _lines(problems)[-1:] if _has_floor(problems) else []
    keys = [
        Key("upper", method_lines(looks), "line: method (solid: circuit, dashed: baseline)"),
        Key(
            "lower",
            [*coupling_handles(looks), *floor],
            _lower_title(problems, "curves", "bands"),
        ),
    ]
    axes = _axes(figure, len(problems), 1.85, keys)
    for ax, problem in zip(axes, problems, strict=True):
        spans: list[float] = []
        lost, seen = 0, set()
        for curve in problem.curves:
            steps, values = _read_curve(curve, problem.title)
            mean, deviation = mean_and_deviation(values)
            color = looks.colors[curve.method]
            mark = looks.mark(curve.method, curve.coupling)
            ax.plot(steps, mean, color=color, ls=line_of(curve.is_circuit), ms=4, zorder=3, **mark)
            ax.fill_between(
                steps, mean - deviation, mean + deviation, color=color, alpha=0.15, lw=0, zorder=2
            )
            spans += [*(mean - deviation), *mean, *(mean + deviation)]
            lost += int(np.sum(~np.isfinite(values)))
            seen |= set(steps.tolist())
        ax.set_xscale("log", base=2)
        ax.set_xticks(sorted(seen), [f"{step:g}" for step in sorted(seen)])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xlabel("network evaluations")
        _finish(ax, problem, spans, lost)
    _measures(axes, problems)
    return axes


def _looks(problems: Sequence[FidelityPanel], kind: str, methods: Sequence[str] | None) -> Looks:
    """Looks of everything that is drawn, after a check that there is something in every panel."""
    empty = [problem.title for problem in problems if not getattr(problem, kind)]
    if not problems or empty:
        raise InputError(
            f"every problem must have {kind}, one at least" + (f"; {empty[0]!r} has none" if empty else "")
        )
    for problem in problems:
        levels = (problem.floor, problem.floor_deviation, problem.optimal_cost, problem.independent_cost)
        if any(level is not None and not (np.isfinite(level) and level >= 0) for level in levels):
            raise InputError(f"floor and costs of {problem.title!r} must be finite and not negative, or None")
    entries = [entry for problem in problems for entry in getattr(problem, kind)]
    return looks_of([Entry(entry.method, entry.coupling, entry.is_circuit) for entry in entries], methods)


def _read_point(point: FidelityPoint, title: str) -> tuple[float, float, float, float, int]:
    """Cost, its deviation, distance, its deviation, and the number of seeds without a number."""
    name = f"{point.method!r} on {title!r}"
    costs = seed_numbers(point.costs, f"costs of {name}", 1)
    distances = seed_numbers(point.distances, f"distances of {name}", 1)
    if costs.shape != distances.shape:
        raise InputError(
            f"{name} must have a cost and a distance a seed, got {costs.shape} and {distances.shape}"
        )
    known = np.isfinite(costs) & np.isfinite(distances)
    numbers = np.where(known[:, None], np.stack([costs, distances], axis=1), np.nan)
    mean, deviation = mean_and_deviation(numbers)
    return float(mean[0]), float(deviation[0]), float(mean[1]), float(deviation[1]), int(np.sum(~known))


def _read_curve(curve: StepsCurve, title: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Steps in order, and their distances ``(n_seeds, k)``."""
    name = f"{curve.method!r} on {title!r}"
    steps = seed_numbers(curve.steps, f"steps of {name}", 1)
    values = seed_numbers(curve.distances, f"distances of {name}", 2)
    if values.shape[1:] != steps.shape or not np.all(steps > 0):
        raise InputError(
            f"{name} must have a distance a seed and number of steps > 0, got {values.shape} and {steps.shape}"
        )
    order = np.argsort(steps, kind="stable")
    return steps[order], values[:, order]


def _finish(ax: Axes, problem: FidelityPanel, spans: Sequence[float], lost: int) -> None:
    """Floor, range of distances, title, and a note on seeds that have no number."""
    if problem.floor is not None:
        ax.axhline(problem.floor, zorder=1, **FLOOR)
        if problem.floor_deviation is not None:
            low, high = (problem.floor + sign * problem.floor_deviation for sign in (-1, 1))
            ax.axhspan(low, high, zorder=0, **BAND)
    known = [value for value in (*spans, problem.floor) if value is not None and np.isfinite(value)]
    positive = [value for value in known if value > 0]
    zero = any(value == 0 for value in known)
    if positive and not zero:
        ax.set_yscale("log")
        ax.set_ylim(min(positive) / 1.15, max(positive) * 1.15)
        _few_ticks(ax, "y")
    elif known:
        ax.set_ylim(0.0, 1.08 * max(positive, default=1.0))
    ax.set_title(problem.title + (f"\n({lost} without a number)" if lost else ""))


def _axes(figure: Figure | SubFigure | None, count: int, height: float, keys: Sequence[Key]) -> list[Axes]:
    """Axes of the problems, with the legends written above and below."""
    columns = 2 if count in (2, 4) else 3
    rows = -(-count // columns)
    width = max(page_of(min(count, columns)), 0.75 * PAGE)
    return panels(canvas(figure, width, rows * height, keys), count, height, columns)


def _measures(axes: list[Axes], problems: Sequence[FidelityPanel]) -> None:
    """The measure beside every panel, or once a row where all are the same."""
    same = len({problem.measure for problem in problems}) == 1
    rows: set[int] = set()
    for ax, problem in zip(axes, problems, strict=True):
        if not same or row_of(ax) not in rows:
            ax.set_ylabel(problem.measure)
        rows.add(row_of(ax))


def _lower_title(problems: Sequence[FidelityPanel], kind: Literal["points", "curves"], spreads: str) -> str:
    """Title of the legend of couplings; without the spread where every method has one seed."""
    several = any(
        len(seed_numbers(entry.distances, f"distances of {entry.method!r} on {problem.title!r}", n_axes)) > 1
        for problem in problems
        for n_axes, entry in ((1 if kind == "points" else 2, entry) for entry in getattr(problem, kind))
    )
    return "marker: coupling" + (f"; {spreads}: standard deviation over seeds" if several else "")


def _has_floor(problems: Sequence[FidelityPanel]) -> bool:
    return any(problem.floor is not None for problem in problems)


def _lines(problems: Sequence[FidelityPanel]) -> list[Artist]:
    """Legend entries of the lines that are drawn, the floor last."""

    def line(label: str, look: dict[str, Any]) -> Line2D:
        return Line2D([], [], label=label, **look)

    found: list[Artist] = []
    optimal = dict.fromkeys(problem.optimal_name for problem in problems if problem.optimal_cost is not None)
    if optimal:
        found.append(line(" or ".join(optimal), OPTIMAL))
    if any(problem.independent_cost is not None for problem in problems):
        found.append(line("independent cost", INDEPENDENT))
    if _has_floor(problems):
        found.append(line("perfect samples, or training data against held-out data", FLOOR))
    return found
