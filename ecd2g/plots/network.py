"""A solved resistor network: nodes by potential, edges by current."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.errors import InputError
from ecd2g.plots.arrays import real_array
from ecd2g.plots.network_edges import EDGE, draw_edges, line_width, split_edges
from ecd2g.plots.network_layout import network_layout
from ecd2g.plots.style import PAGE, axes_or_new, literal, styled
from ecd2g.reference.networks.solution import NetworkSolution

HEIGHT = 4.6
"""Height of a new figure, inches."""

POTENTIAL = "viridis"
"""Colour map of potentials: sequential, for their zero has no meaning in a network."""

NAMED_NODES = 60
"""Networks of up to so many nodes have them called by name, unless the caller says otherwise."""

NAMED_CURRENTS = 8
"""Up to so many sources and sinks have their currents written beside them."""

MARKS = {"node": "o", "source": "^", "sink": "v", "source and sink": "D"}
"""Markers of the kinds of nodes."""

TERMINAL = 1.6
"""Size of the markers of sources and sinks, over that of other nodes."""


@styled
def network_diagram(
    solution: NetworkSolution,
    ax: Axes | None = None,
    *,
    positions: Mapping[Hashable, ArrayLike] | ArrayLike | None = None,
    smallest: float = 1e-4,
    names: bool | None = None,
) -> Axes:
    """Draw a solved network: nodes coloured by potential, edges as wide as their current, with its direction.

    positions : a place (x, y) for every label, or an array ``(n_nodes, 2)`` in the order of `network.nodes`; by default
    good conductors are short. Line widths grow with the square root of |current|, down to
    a hairline. Edges with |current| below `smallest`
    times the largest are thin and dotted, without a direction. names : whether nodes are called by name, by default up
    to 60. Where there are several components, each has a mean potential of zero. InputError for positions of another
    shape.

    >>> import ecd2g
    >>> line = ecd2g.ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=[1.0, 2.0])
    >>> network_diagram(ecd2g.solve(line, source={0: 1.0}, sink={2: 1.0})).get_aspect()
    1.0
    """
    if not 0 <= smallest <= 1:
        raise InputError(f"smallest must be a fraction of the largest current in 0..1, got {smallest:g}")
    network = solution.network
    places = _laid_out(solution) if positions is None else _given(network, positions)
    ax = axes_or_new(ax, PAGE, HEIGHT)
    diameter = float(np.clip(80.0 / np.sqrt(network.n_nodes), 2.5, 15.0))
    drawn, idle = split_edges(solution, places, smallest)
    draw_edges(ax, drawn, idle, diameter)
    _nodes(ax, solution, places, diameter)
    if network.n_nodes <= NAMED_NODES if names is None else names:
        _names(ax, solution, places, diameter)
    _currents(ax, solution, places, diameter)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_axis_off()
    ax.margins(0.08)
    ax.set_title(_statement(solution, len(idle), smallest), loc="left", fontsize=7)
    _legend(ax, solution, diameter)
    return ax


def _laid_out(solution: NetworkSolution) -> NDArray[np.float64]:
    """Places of our own, mirrored where that lets more current flow from left to right."""
    places = network_layout(solution.network)
    rightwards = solution.potentials @ (places[:, 0] - places[:, 0].mean()) <= 0
    return places if rightwards else places * [-1.0, 1.0]


def _given(
    network: ResistorNetwork, positions: Mapping[Hashable, ArrayLike] | ArrayLike
) -> NDArray[np.float64]:
    """The caller's places in the order of the nodes."""
    listed: Any = positions
    if isinstance(positions, Mapping):
        missing = [node for node in network.nodes if node not in positions]
        if missing:
            raise InputError(f"positions must hold a place for every node, but {missing[0]!r} has none")
        listed = [positions[node] for node in network.nodes]
    places = real_array(listed, "positions", "n_nodes 2")
    if places.shape != (network.n_nodes, 2):
        raise InputError(f"positions must have shape ({network.n_nodes}, 2), got {places.shape}")
    return places


def _kinds(solution: NetworkSolution) -> dict[str, NDArray[np.intp]]:
    """Places in `network.nodes` of every kind of node there is."""
    enter, leave = solution.field.injected > 0, solution.field.extracted > 0
    masks = (~enter & ~leave, enter & ~leave, leave & ~enter, enter & leave)
    found = {kind: np.flatnonzero(mask) for kind, mask in zip(MARKS, masks, strict=True)}
    return {kind: nodes for kind, nodes in found.items() if len(nodes)}


def _scale(potentials: NDArray[np.float64]) -> Normalize:
    low, high = float(potentials.min()), float(potentials.max())
    return Normalize(low, high) if high > low else Normalize(low - 1.0, high + 1.0)


def _nodes(ax: Axes, solution: NetworkSolution, places: NDArray[np.float64], diameter: float) -> None:
    potentials = solution.potentials
    scale = _scale(potentials)
    for kind, nodes in _kinds(solution).items():
        terminal = kind != "node"
        marks = ax.scatter(
            places[nodes, 0],
            places[nodes, 1],
            c=potentials[nodes],
            s=(diameter * (TERMINAL if terminal else 1.0)) ** 2,
            marker=MARKS[kind],
            cmap=POTENTIAL,
            norm=scale,
            edgecolors="black" if terminal else "white",
            linewidths=0.9 if terminal else 0.5,
            label=kind,
            zorder=5 if terminal else 4,
        )
    each = ", mean zero in each component" if solution.network.n_components > 1 else ""
    bar = ax.figure.colorbar(marks, ax=ax, label=f"potential in volt{each}", shrink=0.8, pad=0.02)
    bar.ax.tick_params(labelsize=7)


def _names(ax: Axes, solution: NetworkSolution, places: NDArray[np.float64], diameter: float) -> None:
    """Names inside the nodes where all of them fit, else below."""
    words = [literal(node) for node in solution.network.nodes]
    size = min(7.0, 0.5 * diameter)
    inside = size >= 4.5 and max(map(len, words)) * 0.6 * size <= 0.95 * diameter
    shade = _scale(solution.potentials)(solution.potentials)
    for kind, nodes in _kinds(solution).items():
        # the middle of a triangle is not that of the square around it
        middle = diameter * {"source": -0.2, "sink": 0.2}.get(kind, 0.0)
        below = -diameter * (0.5 if kind == "node" else TERMINAL / 2) - 1.5
        for node in nodes.tolist():
            ax.annotate(
                words[node],
                places[node],
                xytext=(0.0, middle if inside else below),
                textcoords="offset points",
                ha="center",
                va="center" if inside else "top",
                fontsize=size if inside else 6.0,
                color="white" if inside and shade[node] < 0.6 else "black",
                path_effects=None if inside else [withStroke(linewidth=1.5, foreground="white")],
                zorder=7,
            )


def _currents(ax: Axes, solution: NetworkSolution, places: NDArray[np.float64], diameter: float) -> None:
    """Write the external current beside every source and sink, where they are few."""
    net = solution.field.injected - solution.field.extracted
    terminals = np.flatnonzero(net)
    if len(terminals) > NAMED_CURRENTS:
        return
    for node in terminals.tolist():
        x, y = _freest(solution.network, places, node)
        ax.annotate(
            f"{net[node]:+.3g} A".replace("-", "−"),
            places[node],
            xytext=(diameter * x, diameter * y),
            textcoords="offset points",
            ha="left" if x > 0.5 else "right" if x < -0.5 else "center",
            va="bottom" if y > 0.5 else "center",
            fontsize=7,
            fontweight="bold",
            path_effects=[withStroke(linewidth=2.0, foreground="white")],
            zorder=8,
        )


def _freest(network: ResistorNetwork, places: NDArray[np.float64], node: int) -> NDArray[np.float64]:
    """The direction from a node, one of five, in which the least stands in the way: near nodes, then its edges.

    Names stand below the nodes, so none leads downwards.
    """
    angles = np.arange(5) * np.pi / 4
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    apart = places - places[node]
    distance = np.hypot(*apart.T)
    other = distance > 0
    if not other.any():
        return directions[2]
    weight = (distance[other].min() / distance[other]) ** 2
    weight[np.isin(np.flatnonzero(other), _neighbours(network, node))] += 0.3
    alignment = np.maximum(directions @ (apart[other] / distance[other, None]).T, 0.0)
    return directions[int(np.argmin(alignment**4 @ weight))]


def _neighbours(network: ResistorNetwork, node: int) -> NDArray[np.intp]:
    return np.concatenate([network.heads[network.tails == node], network.tails[network.heads == node]])


def _legend(ax: Axes, solution: NetworkSolution, diameter: float) -> None:
    """Markers of sources and sinks, and the widths of three currents."""
    handles = [
        Line2D([], [], ls="", marker=MARKS[kind], ms=7, mfc="white", mec="black", mew=0.9, label=kind)
        for kind in _kinds(solution)
        if kind != "node"
    ]
    largest = float(np.abs(solution.currents).max(initial=0.0))
    shares = np.array([1.0, 0.1, 0.01]) if largest > 0 else np.zeros(0)
    for share, width in zip(shares, line_width(shares, diameter), strict=True):
        handles.append(
            Line2D([], [], color=EDGE, lw=width, solid_capstyle="butt", label=f"{share * largest:.2g} A")
        )
    ax.legend(
        handles=handles,
        ncols=len(handles),
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        columnspacing=1.2,
        handlelength=1.4,
        handletextpad=0.4,
    )


def _statement(solution: NetworkSolution, n_idle: int, smallest: float) -> str:
    """What is seen, and how widths are to be read."""
    network = solution.network
    text = f"{network.n_nodes:,} nodes, {network.n_edges:,} edges; line width: square root of |current|"
    if n_idle:
        text += f"\ndotted: {n_idle:,} with less than {smallest:g} of the largest current"
    return text
