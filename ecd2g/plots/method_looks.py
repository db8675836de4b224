"""One look a method in all figures that compare methods: colour the method, marker the coupling, open the baselines."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ecd2g.errors import InputError
from ecd2g.plots.style import CYCLE, MARKERS, new_figure

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


class Key(NamedTuple):
    """A legend above ("upper") or below ("lower") all panels: its entries and its title."""

    where: Literal["upper", "lower"]
    handles: Sequence[Artist]
    title: str | None = None


def canvas(
    figure: Figure | SubFigure | None, width: float, height: float, keys: Sequence[Key]
) -> Figure | SubFigure:
    """Write the legends on the figure given, or on a new one that holds panels of this height and the legends."""
    rows = [legend_shape(key, width)[0] + (key.title is not None) for key in keys]
    canvas = (
        new_figure(width, height + sum(0.15 * count + 0.1 for count in rows)) if figure is None else figure
    )
    for key in keys:
        place: Any = f"outside {key.where} left"
        columns = legend_shape(key, canvas.bbox.width / canvas.get_figure(root=True).dpi)[1]
        look: Any = {"alignment": "left", "columnspacing": 1.2, "handletextpad": 0.5}
        canvas.legend(handles=key.handles, title=key.title, loc=place, ncols=columns, **look)
    return canvas


def legend_shape(key: Key, width: float) -> tuple[int, int]:
    """Rows and columns of a legend in `width` inches: as few rows as fit, and no more columns than these need."""
    longest = max(len(str(handle.get_label())) for handle in key.handles)
    fitting = max(1, int(72 * width // (3.8 * longest + 32)))
    rows = -(-len(key.handles) // fitting)
    return rows, -(-len(key.handles) // rows)


def method_patches(looks: Looks) -> list[Artist]:
    """Legend entries of the methods where they have no line: filled for circuits, open for baselines."""
    return [
        Patch(label=method, ec=looks.colors[method], fc=looks.fill(method)["mfc"], lw=1.0)
        for method in looks.circuits
    ]


def method_lines(looks: Looks) -> list[Artist]:
    """Legend entries of the methods as lines: solid for circuits, dashed for baselines."""
    return [
        Line2D([], [], label=method, color=looks.colors[method], ls=line_of(is_circuit), lw=1.3)
        for method, is_circuit in looks.circuits.items()
    ]


def coupling_handles(looks: Looks) -> list[Artist]:
    """Legend entries of the couplings, in grey."""
    return [
        Line2D([], [], label=name, marker=marker, ls="", ms=4.5, color="0.45")
        for name, marker in looks.markers.items()
    ]


def line_of(is_circuit: bool) -> str:
    """Line style: solid for a circuit, dashed for a baseline."""
    return "-" if is_circuit else "--"
