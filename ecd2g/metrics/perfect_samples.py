"""What perfect samples are expected to show, simulated where `sampling_floor` has no exact answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ecd2g.circuit.randomness import generator
from ecd2g.errors import InputError

Sample = TypeVar("Sample")


@dataclass(frozen=True)
class SimulatedFloor:
    """Mean and standard deviation of a distance over `n_repeats` independent perfect samples.

    `standard_deviation` is that of one sample; the mean itself has `standard_deviation` / sqrt(n_repeats).
    """

    mean: float
    standard_deviation: float
    n_repeats: int


def simulated_floor(
    distance: Callable[[Sample], float],
    draw: Callable[[np.random.Generator], Sample],
    n_repeats: int = 20,
    rng: np.random.Generator | int | None = 0,
) -> SimulatedFloor:
    """Distance that sampling alone causes, the mean of distance(draw(rng)) over `n_repeats` perfect samples.

    `draw` takes a generator and returns one sample of the target, as large as the sample to be judged;
    `distance` takes that sample and returns how far it lies, as it does for the sample to be judged. For total
    variation `sampling_floor` is exact; this serves the other distances. An infinite distance makes both mean
    and standard deviation infinite. InputError for fewer than 2 repeats, and for a distance that is NaN,
    -infinity or no number.

    >>> floor = simulated_floor(np.mean, lambda rng: rng.normal(size=100))
    >>> abs(floor.mean) < 0.1 and 0.05 < floor.standard_deviation < 0.2
    True
    """
    if isinstance(n_repeats, bool) or not isinstance(n_repeats, (int, np.integer)) or n_repeats < 2:
        raise InputError(f"n_repeats must be a whole number of at least 2, got {n_repeats!r}")
    random = generator(rng)
    distances = np.array([_number(distance(draw(random))) for _ in range(n_repeats)])
    if np.isinf(distances).any():  # where the formula of the deviation would give NaN
        return SimulatedFloor(math.inf, math.inf, int(n_repeats))
    return SimulatedFloor(float(distances.mean()), float(distances.std(ddof=1)), int(n_repeats))


def _number(value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"distance must return one number, got {value!r}") from None
    if not number > -math.inf:
        raise InputError(f"distance must return a number above -infinity, got {number}")
    return number
