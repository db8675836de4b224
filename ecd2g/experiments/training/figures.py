"""The losses of trainings as a figure."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ecd2g.plots import save, training_curves

Curve = tuple[Sequence[float], Sequence[float]]
"""Steps of a training, and its losses after them."""


def save_training_curves(curves: Mapping[str, Curve], path: Path) -> None:
    """Loss against step; the losses of different models are different things."""
    save(training_curves(curves, ylabel="loss (of every model its own)"), path)
