"""The same transport in growing dimension: time and memory, costs, and where the current flows."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ecd2g.errors import InputError
from ecd2g.plots.arrays import densities
from ecd2g.plots.grid import color_bar
from ecd2g.plots.style import (
    CYCLE,
    DENSITY,
    MARKERS,
    PAGE,
    axes_or_new,
    new_figure,
    restyled,
    styled,
)

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
        look = {
            "color": CYCLE[rank % len(CYCLE)],
            "marker": MARKERS[rank % len(MARKERS)],
            "ms": 4.5,
            "mfc": "white",
        }
        order = np.argsort(columns["n_states"])
        states = np.asarray(columns["n_states"], dtype=float)[order]
        time.plot(states, np.asarray(columns["solve_s"])[order], label=name, **look)
        memory.plot(states, np.asarray(columns["peak_bytes"])[order] / MEGABYTE, label=name, **look)
    formula = np.asarray(columns["formula_bytes"])[order] / MEGABYTE
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

    references : columns ``independent``, ``lower bound``, ``optimal`` (NaN where unknown), ``assigned`` and ``assigned
    deviation``, one entry a dimension
    """
    _require(circuits, "n_sites", "cost")
    _require(
        {"references": references}, "independent", "lower bound", "optimal", "assigned", "assigned deviation"
    )
    ax = axes_or_new(ax, 0.75 * PAGE, 3.0)
    sites = np.asarray(next(iter(circuits.values()))["n_sites"], dtype=float)
    bound = np.asarray(references["lower bound"], dtype=float)
    ax.plot(
        sites,
        np.asarray(references["independent"]) / bound,
        color="0.4",
        ls="--",
        label="independent coupling",
    )
    for rank, (name, columns) in reversed(list(enumerate(circuits.items()))):
        look = {
            "color": CYCLE[rank % len(CYCLE)],
            "marker": MARKERS[rank % len(MARKERS)],
            "ms": 5,
            "mfc": "white",
        }
        ax.plot(columns["n_sites"], np.asarray(columns["cost"]) / bound, label=name, **look)
    deviations = np.asarray(references["assigned deviation"]) / bound
    look = {"color": "0.55", "ls": "", "marker": "_", "ms": 8, "capsize": 2, "lw": 0.8}
    ax.errorbar(
        sites,
        np.asarray(references["assigned"]) / bound,
        deviations,
        label="optimal, of samples (too high)",
        **look,
    )
    ax.plot(sites, np.asarray(references["optimal"]) / bound, "k+", ms=7, label="optimal, exact")
    ax.axhline(1.0, color="0.75", lw=0.8, zorder=0)
    ax.set(xlabel="number of sites D", ylabel="cost over a lower bound of the optimal one", ylim=(0.0, None))
    ax.set_xticks(sites)
    ax.legend(loc="upper left")
    return ax


@styled
def mass_by_layer(flows: Mapping[int, NDArray[np.float64]], layers: Sequence[int], n_layers: int) -> Figure:
    """Draw the throughflow of some layers, one row a layer and one column a dimension.

    flows : number of sites D to throughflow in ampere ``(len(layers), S, .., S)``; from D = 3 on the cut is shown in
    which all sites but the first two are in their middle symbol. Every panel is scaled to its own largest value.
    """
    if not flows:
        raise InputError("flows must hold at least one dimension")
    side = 1.3
    canvas = new_figure(0.75 + side * len(flows), 0.4 + side * len(layers))
    grid = canvas.add_gridspec(len(layers), len(flows))
    maps = []
    for column, (sites, flow) in enumerate(flows.items()):
        values = densities(
            flow, f"flows[{sites}]", " ".join(["layers", *(f"S{site}" for site in range(sites))])
        )
        if len(values) != len(layers):
            raise InputError(f"flows[{sites}] must hold {len(layers)} layers, got {len(values)}")
        for row, one in enumerate(values):
            ax = restyled(canvas.add_subplot(grid[row, column]))
            shown = one[(..., *(size // 2 for size in one.shape[2:]))]
            if sites == 1:
                _bars(ax, shown)
            else:
                image = _map(ax, shown)
                maps.append(ax)
            if row == 0:
                ax.set_title(f"D = {sites}" + (", cut" if sites > 2 else ""))
            if column == 0:
                ax.set_ylabel(
                    f"layer {layers[row]} of 0 .. {n_layers - 1}" if row == 0 else f"layer {layers[row]}"
                )
            ax.set(xticks=[], yticks=[])
    if maps:
        color_bar(canvas.axes, image, "throughflow over its largest\n(square-root scale)", 0.8)
    return canvas


def _bars(ax: Axes, values: NDArray[np.float64]) -> None:
    ax.fill_between(np.arange(len(values)), values / (values.max() or 1.0), step="mid", color="0.35", lw=0)
    ax.set(xlim=(-0.5, len(values) - 0.5), ylim=(0.0, 1.05), box_aspect=1)


def _map(ax: Axes, values: NDArray[np.float64]):  # type: ignore[no-untyped-def]
    scale = PowerNorm(0.5, vmin=0.0, vmax=1.0)
    return ax.imshow(
        values.T / (values.max() or 1.0), cmap=DENSITY, norm=scale, origin="lower", interpolation="nearest"
    )


def _name_dimensions(ax: Axes, columns: Columns) -> None:
    """Write D above the points, once for points of nearly the same size."""
    states, sites = np.asarray(columns["n_states"], dtype=float), np.asarray(columns["n_sites"])
    order = np.argsort(states)
    groups: list[list[int]] = []
    for place in order:
        if groups and states[place] < CLOSE * states[groups[-1][0]]:
            groups[-1].append(int(place))
        else:
            groups.append([int(place)])
    for group in groups:
        names = ", ".join(str(int(sites[place])) for place in sorted(group, key=lambda place: sites[place]))
        middle = float(np.exp(np.mean(np.log(states[group]))))
        ax.axvline(middle, color="0.93", lw=0.8, zorder=0)
        ax.text(
            middle,
            1.01,
            f"D = {names}",
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=7,
        )


def _require(tables: Mapping[str, Columns], *names: str) -> None:
    if not tables:
        raise InputError("there must be at least one circuit to draw")
    for title, columns in tables.items():
        missing = [name for name in names if name not in columns]
        if missing:
            raise InputError(f"{title!r} must have a column {missing[0]!r}, got {', '.join(columns)}")
