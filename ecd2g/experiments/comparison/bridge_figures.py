"""The figures of compared bridges: fidelity by number of steps, cost against fidelity, and losses."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.split_problem import SplitProblem
from ecd2g.experiments.training.figures import Curve, save_training_curves
from ecd2g.plots import (
    FidelityPanel,
    FidelityPoint,
    StepsCurve,
    fidelity_by_steps,
    fidelity_scatter,
    save,
)

COST_UNITS = {True: "squared distance / S²", False: "sites that differ"}


def save_bridge_figures(
    split: SplitProblem,
    methods: Mapping[str, dict[str, Any]],
    floor: dict[str, float],
    curves: Mapping[str, Curve],
    folder: Path,
) -> list[str]:
    """Draw them as PNG and SVG; returns their names."""
    measure, name = _measure(floor)
    panel = FidelityPanel(
        split.train.title,
        measure,
        curves=tuple(_curve(label, one, name) for label, one in methods.items()),
        floor=_distance(floor[name], name),
    )
    save(fidelity_by_steps([panel])[0], folder / "fidelity_by_steps")
    n_steps = _common_steps(methods)
    shown = "the most" if n_steps is None else n_steps
    by_cost = replace(
        panel,
        measure=f"{measure}, {shown} steps",
        points=tuple(_point(label, one, name, n_steps) for label, one in methods.items()),
        cost_unit=COST_UNITS[split.is_ordinal],
        optimal_cost=floor["best_cost"],
        optimal_name="optimal assignment of samples",
        independent_cost=floor["cost"],
    )
    save(fidelity_scatter([by_cost])[0], folder / "cost_and_fidelity")
    save_training_curves(curves, folder / "loss")
    return ["fidelity_by_steps", "cost_and_fidelity", "loss"]


def _common_steps(methods: Mapping[str, dict[str, Any]]) -> str | None:
    """The most steps that every method has taken, as many network evaluations for all; None where there are none."""
    shared = set.intersection(*(set(one["steps"]) for one in methods.values()))
    return max(shared, key=int, default=None)


def _measure(floor: dict[str, float]) -> tuple[str, str]:
    """What is drawn as the distance from the target, and the number that it is made of."""
    if "total_variation" in floor:
        return "total variation", "total_variation"
    name = "trend" if "trend" in floor else "shape"
    return f"1 − {name}", name


def _distance(value: float, name: str) -> float:
    return value if name == "total_variation" else max(0.0, 1.0 - value)


def _values(row: dict[str, Any], name: str, n_seeds: int) -> NDArray[np.float64]:
    """One number a seed."""
    value = row[name]
    return np.asarray(value["values"] if isinstance(value, dict) else [value] * n_seeds, dtype=np.float64)


def _distances(row: dict[str, Any], name: str, n_seeds: int) -> NDArray[np.float64]:
    return np.array([_distance(float(value), name) for value in _values(row, name, n_seeds)])


def _point(label: str, one: dict[str, Any], name: str, n_steps: str | None) -> FidelityPoint:
    row, n_seeds = one["steps"][n_steps or list(one["steps"])[-1]], len(one["seeds"])
    costs = _values(row, "cost", n_seeds)
    return FidelityPoint(
        _method(label), one["coupling"], costs, _distances(row, name, n_seeds), one["is_circuit"]
    )


def _curve(label: str, one: dict[str, Any], name: str) -> StepsCurve:
    steps = [int(n_steps) for n_steps in one["steps"]]
    distances = np.stack([_distances(row, name, len(one["seeds"])) for row in one["steps"].values()], axis=1)
    return StepsCurve(_method(label), one["coupling"], steps, distances, one["is_circuit"])


def _method(label: str) -> str:
    """The name without its coupling, which has a marker of its own."""
    return label.rpartition(", ")[0]
