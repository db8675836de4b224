"""One look a method in all figures that compare methods: colour the method, marker the coupling, open the baselines."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from ecd2g.errors import InputError
from ecd2g.plots.style import CYCLE, MARKERS

METHOD_COLORS = (*CYCLE, "#000000", "#888888", "#882255", "#999933")
"""Colours of methods, in order."""


class Entry(NamedTuple):
    """A method with a coupling, and whether the method is a circuit (else a baseline)."""

    method: str
    coupling: str
    is_circuit: bool


class Looks(NamedTuple):
    """Colours of methods, markers of couplings, and which methods are circuits."""

    colors: dict[str, str]
    markers: dict[str, str]
    circuits: dict[str, bool]

    def mark(self, method: str, coupling: str) -> dict[str, Any]:
        """Look of a marker: filled for a circuit, open for a baseline."""
        return {"marker": self.markers[coupling], **self.fill(method)}

    def fill(self, method: str) -> dict[str, Any]:
        """Colours of a marker of a method."""
        color = self.colors[method]
        return {"mec": color, "mfc": color if self.circuits[method] else "white", "mew": 1.0}


def looks_of(entries: Iterable[Entry], methods: Sequence[str] | None = None) -> Looks:
    """Choose the looks; `methods` fixes the order of colours, so that several figures agree."""
    found = list(entries)
    circuits: dict[str, bool] = {}
    for entry in found:
        if circuits.setdefault(entry.method, entry.is_circuit) != entry.is_circuit:
            raise InputError(f"{entry.method!r} must be a circuit everywhere or a baseline everywhere")
    colors = method_colors(circuits, methods)
    couplings = list(dict.fromkeys(entry.coupling for entry in found))
    if len(couplings) > len(MARKERS):
        raise InputError(f"there are markers for {len(MARKERS)} couplings, got {len(couplings)}; draw fewer")
    ordered = {method: circuits[method] for method in colors if method in circuits}
    return Looks(colors, dict(zip(couplings, MARKERS, strict=False)), ordered)


def method_colors(used: Iterable[str], methods: Sequence[str] | None) -> dict[str, str]:
    """Colours by method, in the order of `methods`, or of their appearance."""
    names = list(dict.fromkeys(used))
    order = names if methods is None else list(dict.fromkeys(methods))
    missing = [name for name in names if name not in order]
    if missing:
        raise InputError(f"methods must name all methods drawn, {missing[0]!r} is missing")
    if len(order) > len(METHOD_COLORS):
        raise InputError(f"there are colours for {len(METHOD_COLORS)} methods, got {len(order)}; draw fewer")
    return dict(zip(order, METHOD_COLORS, strict=False))


def outside_legend(
    figure: Figure | SubFigure, handles: Sequence[Any], where: str, title: str | None = None
) -> None:
    """One legend for all panels, above ("upper") or below ("lower") them, in as many columns as fit."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    fitting = int(72 * figure.bbox.width / figure.dpi // (3.7 * longest + 34))
    columns = max(1, min(fitting, len(handles)))
    rows = -(-len(handles) // columns)
    place: Any = f"outside {where} left"
    figure.legend(
        handles=handles,
        title=title,
        loc=place,
        ncols=-(-len(handles) // rows),  # no more columns than these rows need
        alignment="left",
        columnspacing=1.2,
        handletextpad=0.5,
    )


def method_handles(looks: Looks, *, lines: bool) -> list[Line2D]:
    """Legend entries of the methods; with lines solid for circuits and dashed for baselines."""
    return [
        Line2D(
            [],
            [],
            label=method,
            marker="o",
            ms=4.5,
            color=looks.colors[method],
            ls=line_of(is_circuit) if lines else "",
            **looks.fill(method),
        )
        for method, is_circuit in looks.circuits.items()
    ]


def coupling_handles(looks: Looks) -> list[Line2D]:
    """Legend entries of the couplings, in grey."""
    return [
        Line2D([], [], label=name, marker=marker, ls="", ms=4.5, color="0.45")
        for name, marker in looks.markers.items()
    ]


def line_of(is_circuit: bool) -> str:
    """Line style: solid for a circuit, dashed for a baseline."""
    return "-" if is_circuit else "--"
