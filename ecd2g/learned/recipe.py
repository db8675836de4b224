"""How a model is trained: batch, optimiser, learning-rate schedule, averaging, seed."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import nn

from ecd2g.errors import InputError
from ecd2g.learned.volume import Volume, check_volume

Optimiser = Literal["adam", "sgd"]
Schedule = Literal["constant", "cosine"]

SEEDS = 2**63
"""Seeds that the generators of both numpy and torch take."""


@dataclass(frozen=True)
class Recipe:
    """Settings of one training; the defaults are the paper's where it states them.

    n_pairs : pairs behind the estimate (13) of every step;  n_points : edges or states it is compared at
    average : decay of the exponential moving average of the weights, 0 for none

    >>> Recipe(n_steps=100).n_pairs  # the paper's
    256
    """

    n_steps: int = 5000
    n_pairs: int = 256
    n_points: int = 256
    volume: Volume = "uniform"
    optimiser: Optimiser = "adam"
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    schedule: Schedule = "cosine"
    average: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("n_steps", "n_pairs", "n_points"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0.0 < self.learning_rate < math.inf:
            raise InputError(f"the learning rate must be positive and finite, got {self.learning_rate!r}")
        if not 0.0 <= self.weight_decay < math.inf:
            raise InputError(f"the weight decay must be finite and not negative, got {self.weight_decay!r}")
        if not 0.0 <= self.average < 1.0:
            raise InputError(f"the decay of the moving average must lie in [0, 1), got {self.average!r}")
        if not 0 <= self.seed < SEEDS:
            raise InputError(f"the seed must be at least 0 and less than 2**63, got {self.seed!r}")
        check_volume(self.volume)
        _check("optimiser", self.optimiser, get_args(Optimiser))
        _check("schedule", self.schedule, get_args(Schedule))

    def make_optimiser(self, model: nn.Module) -> torch.optim.Optimizer:
        """The optimiser for the parameters of a model."""
        make = torch.optim.Adam if self.optimiser == "adam" else torch.optim.SGD
        # fused: one call for all weights, which is half the time of a small network's step
        return make(model.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay, fused=True)

    def rate(self, step: int) -> float:
        """Learning rate of a step: constant, or falling to zero along half a cosine."""
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * step / self.n_steps))

    def decay(self, step: int) -> float:
        """Decay of the moving average after a step, 1 - 2 / (step + 3) while that is less than `average`.

        So long the average weighs every step in proportion to its number: the first weights are forgotten, and most of
        the training still counts.
        """
        return min(self.average, (1.0 + step) / (3.0 + step))


def _check(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
