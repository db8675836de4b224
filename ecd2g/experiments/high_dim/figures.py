"""Figures of the high-dimensional comparison: fidelity by evaluations, cost against fidelity, and walks to look at."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ecd2g.bridges.named import BRIDGES
from ecd2g.data.names import NAME_SYMBOLS
from ecd2g.data.split_problem import SplitProblem
from ecd2g.data.split_problems import SPLIT_PROBLEMS
from ecd2g.experiments.high_dim.cell import Cell
from ecd2g.experiments.high_dim.settings import EXACT_WALK, METHODS, UNTRAINED, HighDim, Method
from ecd2g.experiments.judge import headline_name
from ecd2g.metrics import nearest_states
from ecd2g.plots.fidelity import fidelity_by_steps, fidelity_scatter
from ecd2g.plots.fidelity_panel import FidelityPanel, FidelityPoint, StepsCurve
from ecd2g.plots.files import save
from ecd2g.plots.image_paths import image_paths
from ecd2g.plots.word_paths import word_paths

FEW_EVALUATIONS = 4
"""The scatter shows every method with so many evaluations at most, unless all asked for are more."""

WALKED = (Method("sweep", "minibatch-ot"), Method("mixture", "minibatch-ot"))
"""Methods whose walks are drawn: the default circuit, and discrete flow matching."""

ORDER = tuple(dict.fromkeys([*(method.bridge for method in METHODS), *UNTRAINED]))
"""Of the methods in all figures, which fixes their colours."""


def draw(settings: HighDim, cells: Sequence[Cell], folder: Path) -> list[str]:
    """Draw and save everything; returns the names of the figures."""
    splits = {name: SPLIT_PROBLEMS[name](rng=settings.seed) for name in settings.problems}
    most = max(FEW_EVALUATIONS, min(settings.evaluations))
    panels = [
        _panel(split, [cell for cell in cells if cell.problem == name], most)
        for name, split in splits.items()
    ]
    drawings: dict[str, Callable[[], Any]] = {
        "fidelity_by_evaluations": partial(fidelity_by_steps, panels, methods=ORDER),
        "cost_against_fidelity": partial(
            fidelity_scatter, [_few(one, most) for one in panels], methods=ORDER
        ),
    }
    for cell in cells:
        for method in WALKED:
            if str(method) in cell.paths:
                name = f"walks_{cell.problem}_{method.bridge}"
                drawings[name] = partial(_walks, splits[cell.problem], cell, method)
    for name, make in drawings.items():
        drawn = make()
        save(drawn[0] if isinstance(drawn, list) else drawn, folder / name)
    return list(drawings)


def _panel(split: SplitProblem, cells: Sequence[Cell], most: int) -> FidelityPanel:
    """One problem over its seeds, which are all of one shape."""
    floors = np.array([[cell.floor[name] for name in ("headline", "best_cost", "cost")] for cell in cells])
    return FidelityPanel(
        title=split.train.name,
        measure=headline_name(split),
        points=tuple(_points(cells, most)),
        curves=tuple(_curves(cells)),
        floor=float(floors[:, 0].mean()),
        floor_deviation=float(floors[:, 0].std(ddof=1)) if len(cells) > 1 else None,
        cost_unit="sides squared" if split.is_ordinal else "sites changed",
        optimal_cost=float(floors[:, 1].mean()),
        optimal_name="optimal assignment of samples",
        independent_cost=float(floors[:, 2].mean()),
    )


def _few(panel: FidelityPanel, most: int) -> FidelityPanel:
    """The panel of the scatter, which says how many evaluations it shows."""
    return replace(panel, measure=f"{panel.measure} (NFE ≤ {most})")


def _points(cells: Sequence[Cell], most: int) -> list[FidelityPoint]:
    found = []
    for name, coupling, rows in _by_method(cells):
        few = max(number for number in rows if number <= most)
        costs, distances = ([row[key] for row in rows[few]] for key in ("cost", "headline"))
        found.append(FidelityPoint(name, coupling, costs, distances, _is_circuit(name)))
    return found


def _curves(cells: Sequence[Cell]) -> list[StepsCurve]:
    found = []
    for name, coupling, rows in _by_method(cells):
        if name not in UNTRAINED:
            distances = np.array([[row["headline"] for row in own] for own in rows.values()]).T
            found.append(StepsCurve(name, coupling, list(rows), distances, _is_circuit(name)))
    return found


def _by_method(cells: Sequence[Cell]) -> list[tuple[str, str, dict[int, list[dict[str, Any]]]]]:
    """Method, coupling, and for every number of evaluations its rows, one a seed."""
    found: dict[tuple[str, str], dict[int, list[dict[str, Any]]]] = {}
    for row in (row for cell in cells for row in cell.rows):
        own = found.setdefault((row["method"], row["coupling"]), {})
        own.setdefault(row["evaluations"], []).append(row)
    return [(name, coupling or "none", rows) for (name, coupling), rows in found.items()]


def _is_circuit(name: str) -> bool:
    """The exact walk is the paper's circuit."""
    return BRIDGES[name].is_circuit if name in BRIDGES else name == EXACT_WALK


def _walks(split: SplitProblem, cell: Cell, method: Method) -> Any:
    states = cell.paths[str(method)]
    training = split.train.target.support()
    nearest = training[nearest_states(states[:, -1], training, 0)]
    labels = ["start", *(f"{k}" for k in range(1, states.shape[1] - 1)), "end"]
    if split.image is None:
        return word_paths(states, NAME_SYMBOLS, labels=labels, nearest=nearest)
    return image_paths(states, split.image, labels=labels, nearest=nearest, tinted="changed", n_symbols=2)
