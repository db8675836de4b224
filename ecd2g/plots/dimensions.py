"""The same transport in growing dimension: time and memory, and costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ecd2g.errors import InputError
from ecd2g.plots.style import CYCLE, MARKERS, PAGE, axes_or_new, new_figure, restyled, styled

Columns = Mapping[str, Sequence[float]]
"""Name to one number a dimension."""

MEGABYTE = 1e6

CLOSE = 2.0
"""Sizes within this factor share one label."""


@styled
def resources_by_states(circuits: Mapping[str, Columns]) -> list[Axes]:
    """Draw seconds and megabytes of a solve against the number of states, on logarithmic axes, a line a circuit.

    circuits : name to columns ``n_sites``, ``n_states``, ``solve_s``, ``peak_bytes`` and ``formula_bytes``
    """
    _require(circuits, "n_sites", "n_states", "solve_s", "peak_bytes", "formula_bytes")
    canvas = new_figure(PAGE, 2.7)
    time, memory = (restyled(canvas.add_subplot(1, 2, place + 1)) for place in range(2))
    for rank, (name, columns) in enumerate(circuits.items()):
        order = np.argsort(columns["n_states"], kind="stable")
        states, seconds, bytes_ = (
            np.asarray(columns[key], dtype=float)[order] for key in ("n_states", "solve_s", "peak_bytes")
        )
        time.plot(states, seconds, label=name, **_look(rank))
        memory.plot(states, bytes_ / MEGABYTE, label=name, **_look(rank))
    formula = np.asarray(columns["formula_bytes"], dtype=float)[order] / MEGABYTE
    memory.plot(states, formula, color="0.4", ls="--", label="4 N V numbers")
    for ax, label in ((time, "solve and certificate (s)"), (memory, "peak memory (MB)")):
        ax.set(xscale="log", yscale="log", xlabel="number of states V", ylabel=label)
        ax.margins(x=0.08, y=0.12)
        _name_dimensions(ax, columns)
    memory.legend(loc="upper left")
    return [time, memory]


@styled
def costs_by_dimension(circuits: Mapping[str, Columns], references: Columns, ax: Axes | None = None) -> Axes:
    """Draw exact costs over the lower bound of the optimal one against D, a line a circuit.

    references : columns ``independent``, ``lower bound``, ``optimal``, ``assigned`` (optimal of samples, too high) and
    ``assigned deviation``, one entry a dimension, NaN where unknown
    """
    _require(circuits, "n_sites", "cost")
    known = ("independent", "lower bound", "optimal", "assigned", "assigned deviation")
    _require({"references": references}, *known)
    ax = axes_or_new(ax, 0.75 * PAGE, 3.0)
    sites = np.asarray(next(iter(circuits.values()))["n_sites"], dtype=float)
    bound = np.asarray(references["lower bound"], dtype=float)
    independent, _, optimal, assigned, deviation = (
        np.asarray(references[key], dtype=float) / bound for key in known
    )
    ax.plot(sites, independent, color="0.84", lw=6, solid_capstyle="round", label="independent coupling")
    for rank, (name, columns) in reversed(list(enumerate(circuits.items()))):
        ax.plot(sites, np.asarray(columns["cost"], dtype=float) / bound, label=name, **_look(rank))
    if not np.all(np.isnan(assigned)):
        bars: Any = {"color": "0.45", "ls": "", "marker": "_", "ms": 9, "capsize": 2, "lw": 0.8}
        ax.errorbar(sites, assigned, deviation, label="optimal, of samples (biased up)", **bars)
    if not np.all(np.isnan(optimal)):
        ax.plot(sites, optimal, "k+", ms=7, label="optimal, exact")
    ax.axhline(1.0, color="0.75", lw=0.8, zorder=0)
    ax.set(xlabel="number of sites D", ylabel="cost over a lower bound of the optimal one")
    ax.set_ylim(bottom=0.0)
    ax.set_xticks(sites)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3)  # above, where no point can be
    return ax


def _look(rank: int) -> Any:
    return {
        "color": CYCLE[rank % len(CYCLE)],
        "marker": MARKERS[rank % len(MARKERS)],
        "markersize": 4.5,
        "markerfacecolor": "white",
    }


def _name_dimensions(ax: Axes, columns: Columns) -> None:
    """Write D above the points, once for points of nearly the same size."""
    found = sorted(zip(columns["n_states"], columns["n_sites"], strict=True))
    groups: list[list[tuple[float, float]]] = []
    for entry in found:
        if groups and entry[0] < CLOSE * groups[-1][0][0]:
            groups[-1].append(entry)
        else:
            groups.append([entry])
    for group in groups:
        names = ", ".join(str(int(sites)) for sites in sorted(sites for _, sites in group))
        middle = float(np.exp(np.mean([np.log(states) for states, _ in group])))
        ax.axvline(middle, color="0.93", lw=0.8, zorder=0)
        above: Any = {"ha": "center", "va": "bottom", "fontsize": 7}
        ax.text(middle, 1.01, f"D = {names}", transform=ax.get_xaxis_transform(), **above)


def _require(tables: Mapping[str, Columns], *names: str) -> None:
    if not tables:
        raise InputError("there must be at least one circuit to draw")
    for title, columns in tables.items():
        missing = [name for name in names if name not in columns]
        if missing:
            raise InputError(f"{title!r} must have a column {missing[0]!r}, got {', '.join(columns)}")
