"""Figures of a sweep of circuits."""

from collections.abc import Mapping
from math import nan

from matplotlib.axes import Axes

from ecd2g.experiments.design.candidates import FAMILIES
from ecd2g.experiments.design.frontier import frontier, recommend
from ecd2g.experiments.design.measures import CircuitFigures, Number
from ecd2g.experiments.design.sweep import Sweep
from ecd2g.plots.frontier import Curve, by_knob, cost_frontier

AXES = {
    "width": "width (symbols)",
    "rho": "rho (lateral / forward)",
    "ratio": "lateral / forward, inner states",
    "rho a site": "rho of a site (lateral / forward)",
}
"""Words for the knobs."""


def frontier_figure(swept: Sweep) -> Axes:
    """Cost against forward-only bias, coloured by steps."""
    found = swept.found
    return cost_frontier(
        [_cost(swept, figures) for figures in found],
        [_value(figures.bias) for figures in found],
        [_value(figures.steps) for figures in found],
        [figures.candidate.family for figures in found],
        best=frontier(found),
        recommended=recommend(found),
        levels=_levels(swept),
        ylabel=_label(swept),
    )


def layers_figure(swept: Sweep) -> Axes:
    """Cost against the knob of every family, for every number of layers."""
    curves: dict[str, dict[str, Curve]] = {}
    for name in dict.fromkeys(figures.candidate.family for figures in swept.found):
        of_family = [figures for figures in swept.found if figures.candidate.family == name]
        curves[name] = {
            f"N = {n}": _curve(swept, of_family, n) for n in sorted({f.candidate.n_layers for f in of_family})
        }
    knobs = {name: AXES[FAMILIES[name].knob] for name in curves}
    return by_knob(curves, knobs=knobs, levels=_levels(swept), ylabel=_label(swept))[0]


def _curve(swept: Sweep, found: list[CircuitFigures], n_layers: int) -> Curve:
    line = sorted((f.candidate.value, _cost(swept, f)) for f in found if f.candidate.n_layers == n_layers)
    return [value for value, _ in line], [cost for _, cost in line]


def _cost(swept: Sweep, figures: CircuitFigures) -> float:
    """Over the optimal cost where it is known, else over that of the independent coupling."""
    ratio = figures.to_optimal if swept.reference.optimal else figures.to_independent
    return nan if ratio is None else ratio


def _value(number: Number | None) -> float:
    return nan if number is None else number.value


def _levels(swept: Sweep) -> Mapping[str, float]:
    reference = swept.reference
    if not reference.optimal:
        return {"independent coupling": 1.0}
    return {"optimal coupling": 1.0, "independent coupling": reference.independent / reference.optimal}


def _label(swept: Sweep) -> str:
    words = "optimal" if swept.reference.optimal else "independent"
    return f"{swept.reference.ground} cost / {words}"
