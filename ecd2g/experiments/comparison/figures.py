"""The figures of a comparison, chosen by the shape of the space."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.table_field import TableField
from ecd2g.errors import Ecd2gError
from ecd2g.experiments.exact.figures import GRID_SIDE, TABLE_STATES, Figures
from ecd2g.experiments.training.comparison import EXACT, Compared, Comparison
from ecd2g.experiments.training.figures import Curve, save_training_curves
from ecd2g.movement import Transport
from ecd2g.plots import (
    current_comparison,
    grid_comparison,
    laws,
    model_distances,
    sample_paths,
    save,
    side_by_side,
)

PATHS = 12
"""Walks drawn in the figure of paths."""


def save_comparison(
    comparison: Comparison, folder: Path, curves: Mapping[str, Curve], prefix: str = ""
) -> list[str]:
    """Draw every figure that fits, as PNG and SVG; returns their names."""
    figures = {f"{prefix}{name}": draw for name, draw in _figures(comparison).items()}
    for name, draw in figures.items():
        drawn = draw()
        while isinstance(drawn, list):
            drawn = drawn[0]
        save(drawn, folder / name)
    names = list(figures)
    if curves:
        save_training_curves(curves, folder / f"{prefix}loss")
        names.append(f"{prefix}loss")
    return names


def _figures(comparison: Comparison) -> Figures:
    """The first seed of every model stands for it in pictures; distances show every seed."""
    flows = comparison.flows
    sizes = comparison.problem.space.alphabet_sizes
    chosen: dict[str, Any] = {"distances": lambda: _distances(comparison)}
    if len(sizes) == 1:
        chosen["end_laws"] = lambda: laws(_end_laws(comparison), labels=comparison.problem.alphabet)
        if sizes[0] <= TABLE_STATES:
            tables = {name: _tables(flow) for name, flow in flows.items()}
            chosen["currents"] = lambda: current_comparison(tables, labels=comparison.problem.alphabet)
    elif len(sizes) == 2 and max(sizes) <= GRID_SIDE:
        chosen["end_laws"] = lambda: side_by_side(
            {name: law.reshape(sizes) for name, law in _end_laws(comparison).items()}
        )
        if any(
            "total_variation" in _first(comparison, name).numbers["rules"]["two-way"]
            for name in flows
            if name != EXACT
        ):
            chosen["visits"] = lambda: _visits(comparison)
        best = _best(comparison)
        chosen[f"paths_{best.replace(' ', '_')}"] = lambda: _paths(comparison, best)
    return chosen


def _distances(comparison: Comparison) -> Any:
    """Total variation of every rule and seed, models in the order they were compared in."""
    distances: dict[str, dict[str, Any]] = {}
    for model in comparison.models:
        every = comparison.of_model(model)
        distances[model] = {
            rule: [one.numbers["rules"][rule].get("total_variation") for one in every]
            for rule in ("two-way", "forward-only")
        }
        distances[model]["two-way, sampled"] = [one.numbers["walks"].get("total_variation") for one in every]
        for rule, values in distances[model].items():
            if not any(value is not None for value in values):
                distances[model][rule] = "stranded"
    return model_distances(distances, comparison.floor["total_variation"], n=comparison.n_walks)


def _end_laws(comparison: Comparison) -> dict[str, NDArray[np.float64]]:
    """The target, and the exact two-way law of every model that has one."""
    shown = {"target": comparison.target.law}
    for name, flow in comparison.flows.items():
        if name != EXACT and "total_variation" in _first(comparison, name).numbers["rules"]["two-way"]:
            shown[name] = flow.law("two-way")
    return shown


def _first(comparison: Comparison, model: str) -> Compared:
    return comparison.of_model(model)[0]


def _tables(flow: Transport) -> NDArray[np.float64]:
    if isinstance(flow.field, TableField):
        return flow.field.tables
    return np.stack([flow.currents(gap) for gap in range(flow.circuit.n_gaps)])


def _visits(comparison: Comparison) -> Any:
    """Throughflow in the first, a middle and the last layer."""
    n_layers, sizes = comparison.exact.circuit.n_layers, comparison.problem.space.alphabet_sizes
    layers = sorted({0, n_layers // 2, n_layers - 1})
    visits = {}
    for name, flow in comparison.flows.items():
        with suppress(Ecd2gError):  # walkers strand; the table says so
            visits[name] = flow.visits()[layers].reshape(-1, *sizes)
    return grid_comparison(visits, layers=layers, difference=True)


def _best(comparison: Comparison) -> str:
    """The learned model whose sampled ends are nearest to the target."""
    learned = [
        name for name in comparison.models if "total_variation" in _first(comparison, name).numbers["walks"]
    ]
    others = [name for name in learned if name != EXACT] or [EXACT]
    return min(others, key=lambda name: _first(comparison, name).numbers["walks"]["total_variation"])


def _paths(comparison: Comparison, model: str) -> Any:
    paths = comparison.flows[model].sample(PATHS, rng=comparison.experiment.seed, paths=True).paths
    sizes = comparison.problem.space.alphabet_sizes
    source, target = (
        law.to_array().reshape(sizes) for law in (comparison.problem.source, comparison.problem.target)
    )
    if paths is None:
        raise RuntimeError("walks were asked for their paths")
    return sample_paths(paths.states, source, target, layers=paths.layers)
