"""The figures of a solved experiment, chosen by the shape of its space."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ecd2g.errors import StrandedWalkerError
from ecd2g.experiments.exact.measures import end_law
from ecd2g.experiments.exact.solved import SolvedExperiment, site_marginals
from ecd2g.experiments.records.letters import spell
from ecd2g.movement import Walks
from ecd2g.plots import (
    circuit_diagram,
    current_heatmaps,
    densities_by_layer,
    laws,
    potentials_by_layer,
    rule_bias,
    sample_paths,
    save,
    side_by_side,
    top_states,
)
from ecd2g.plots import site_marginals as draw_site_marginals

TABLE_STATES = 128
"""One-site spaces with more states get no picture of every single edge."""

GRID_SIDE = 512
"""Two-site spaces with a longer side are drawn like sequences."""

BARS = 400
"""Most bars a law that site marginals are drawn with."""

TOP = 12
"""States shown in the figure of the most probable ones."""

Figures = dict[str, Callable[[], Axes | list[Axes] | Figure]]
"""Name of the file of each figure to the function that draws it."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What there is to draw: the solved experiment, its walks, and the distance of every rule from the target.

    The last of the `distances` is that of the walks; `floor` is what as many perfect samples are expected to have.
    """

    solved: SolvedExperiment
    walks: Walks
    distances: dict[str, float]
    floor: float

    def figures(self) -> Figures:
        """The figures that fit the shape of the space."""
        sizes = self.solved.problem.space.alphabet_sizes
        if len(sizes) == 1:
            chosen = self._one_site()
        elif len(sizes) == 2 and max(sizes) <= GRID_SIDE:
            chosen = self._two_sites()
        else:
            chosen = self._sequences()
        if self.distances:
            sampled = list(self.distances)[-1:]  # the expected level is that of samples, not of exact laws
            chosen["rule_bias"] = lambda: rule_bias(
                self.distances, self.floor, n=len(self.walks.ends), sampled=sampled
            )
        return chosen

    def left_out(self) -> str:
        """Which figures of this kind of space are left out and why; empty where none is."""
        sizes = self.solved.problem.space.alphabet_sizes
        if len(sizes) == 1 and sizes[0] > TABLE_STATES:
            return f"circuit, currents: they show every edge, up to {TABLE_STATES} states, here {sizes[0]:,}"
        if len(sizes) == 2 and max(sizes) > GRID_SIDE:
            return f"layers, paths: they show a grid of up to {GRID_SIDE} a side, here {sizes[0]:,} x {sizes[1]:,}"
        if len(sizes) > 2 and sum(sizes) > BARS:
            return f"site_marginals: up to {BARS} bars, here {sum(sizes):,}"
        return ""

    def save(self, folder: Path) -> list[str]:
        """Draw every figure into the folder, as PNG and SVG; returns their names."""
        figures = self.figures()
        for name, draw in figures.items():
            drawn = draw()
            save(drawn[0] if isinstance(drawn, list) else drawn, folder / name)
        return list(figures)

    def _one_site(self) -> Figures:
        flow = self.solved.flow
        names = self.solved.problem.alphabet
        chosen: Figures = {"laws": lambda: laws(self._laws(), labels=names)}
        if flow.circuit.n_states <= TABLE_STATES:
            tables = np.stack([flow.currents(gap) for gap in range(flow.circuit.n_gaps)])
            p, q = flow.source.to_array(), flow.sink.to_array()
            chosen["circuit"] = lambda: circuit_diagram(tables, p, q, labels=names)
            chosen["currents"] = lambda: current_heatmaps(tables)
        chosen["potentials"] = lambda: potentials_by_layer(flow.potentials, labels=names)
        return chosen

    def _two_sites(self) -> Figures:
        flow, sizes = self.solved.flow, self.solved.problem.space.alphabet_sizes
        on_grid = {name: law.reshape(sizes) for name, law in self._laws().items()}
        difference = ("forward-only law", "target") if "forward-only law" in on_grid else None
        visits = flow.visits().reshape(-1, *sizes)
        paths = self.solved.sample(TOP, "two-way", paths=True).paths
        chosen: Figures = {
            "layers": lambda: densities_by_layer(visits),
            "laws": lambda: side_by_side(on_grid, difference=difference),
        }
        if paths is not None:
            chosen["paths"] = lambda: sample_paths(
                paths.states, on_grid["source"], on_grid["target"], layers=paths.layers
            )
        return chosen

    def _sequences(self) -> Figures:
        problem = self.solved.problem
        names, top_laws = self._top_states()
        chosen: Figures = {"top_states": lambda: top_states(names, top_laws)}
        if sum(problem.space.alphabet_sizes) <= BARS:
            ends = [
                np.bincount(column, minlength=size) / len(column)
                for column, size in zip(self.walks.ends.T, problem.space.alphabet_sizes, strict=True)
            ]
            marginals = {
                "source": _padded(site_marginals(problem.source)),
                "target": _padded(site_marginals(problem.target)),
                "sampled ends": _padded(ends),
            }
            chosen["site_marginals"] = lambda: draw_site_marginals(marginals, problem.alphabet)
        return chosen

    def _laws(self) -> dict[str, NDArray[np.float64]]:
        """Source, target, sampled ends and, where there is one, the forward-only law, ``(n_states,)`` each."""
        flow, space = self.solved.flow, self.solved.problem.space
        ends = np.bincount(space.index(self.walks.ends), minlength=space.n_states) / len(self.walks.ends)
        shown = {"source": flow.source.to_array(), "target": flow.sink.to_array(), "sampled ends": ends}
        with suppress(StrandedWalkerError):  # results.json says so
            shown["forward-only law"] = flow.law("forward-only")
        return shown

    def _top_states(self) -> tuple[list[str], dict[str, NDArray[np.float64]]]:
        """The most probable states of the target, spelled, and their probabilities by every law."""
        solved, atoms = self.solved, self.solved.flow.field.atoms
        top = np.argsort(-solved.target_law(), kind="stable")[:TOP]
        top = top[solved.target_law()[top] > 0]
        # the rest atom has no target probability, so every atom left is one listed state
        states = atoms.states(top, np.random.default_rng(0))
        shown = {
            "source": atoms.source[top],
            "target": atoms.sink[top],
            "sampled ends": solved.empirical_law(self.walks.ends)[top],
        }
        with suppress(StrandedWalkerError):  # results.json says so
            shown["forward-only law"] = end_law(solved, solved.flow.exact_law("forward-only"))[top]
        return [_short(spell(state, solved.problem.alphabet)) for state in states], shown


def _short(name: str) -> str:
    """The two ends of a long name: what fits beside a figure."""
    return name if len(name) <= 20 else f"{name[:10]}…{name[-9:]}"


def _padded(sites: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Sites with fewer symbols than others get zeros for those they lack: ``(n_sites, n_symbols)``."""
    longest = max(map(len, sites))
    return np.stack([np.pad(site, (0, longest - len(site))) for site in sites])
