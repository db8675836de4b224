"""What as many perfect samples would show: the floor beside every metric of samples."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.metrics.perfect_samples import SimulatedFloor, simulated_floor
from ecd2g.metrics.weighted_states import samples_of


def law_floor(
    metric: Callable[[NDArray[np.int64], Distribution], float],
    law: Distribution,
    n_samples: int,
    n_repeats: int = 20,
    rng: np.random.Generator | int | None = 0,
) -> SimulatedFloor:
    """What `n_samples` perfect samples of `law` show: mean and deviation of metric(samples, law).

    For a target that is known exactly. `metric` takes states ``(n_samples, n_sites)`` and the law; for `shape` and
    `trend` the "floor" lies below 1. InputError as for `simulated_floor`, and where `metric` does not take two
    arguments.

    >>> from ecd2g.metrics import shape
    >>> fair = Distribution.uniform(StateSpace(2))
    >>> floor = law_floor(lambda drawn, law: shape(drawn, law, law.space), fair, n_samples=100)
    >>> 0.93 < floor.mean < 0.99  # 1 - E|X / 100 - 1/2| = 0.960 for X binomial
    True
    """
    _check_takes_two(metric, "drawn, law", "law.space")
    return simulated_floor(
        lambda drawn: metric(drawn, law), lambda random: law.sample(n_samples, random), n_repeats, rng
    )


def halves_floor(
    metric: Callable[[NDArray[np.int64], NDArray[np.int64]], float],
    samples: ArrayLike,
    space: StateSpace,
    n_repeats: int = 20,
    rng: np.random.Generator | int | None = 0,
) -> SimulatedFloor:
    """What two halves of the same samples show: mean and deviation of metric(half, other half) over random splits.

    For a target of which only samples ``(n, n_sites)`` are at hand. Each half has n // 2 rows, so compare it with
    samples cut to as many against one half; the deviation is that over splits of one sample, smaller than over new
    samples. Rows must be independent draws: drawn with replacement from a list, the halves share rows. InputError for
    fewer than 4 rows, and where `metric` does not take two arguments.

    >>> from ecd2g.metrics import shape
    >>> space = StateSpace(2)
    >>> rows = Distribution.uniform(space).sample(200, rng=0)
    >>> floor = halves_floor(lambda a, b: shape(a, b, space), rows, space)
    >>> 0.9 < floor.mean < 0.98  # about 0.94, with 100 rows on either side
    True
    """
    _check_takes_two(metric, "a, b", "space")
    rows = samples_of(samples, space, "samples")
    half = len(rows) // 2
    if half < 2:
        raise InputError(f"samples must have at least 4 rows to be halved, got {len(rows)}")

    def split(random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = random.permutation(len(rows))
        return rows[order[:half]], rows[order[half : 2 * half]]

    return simulated_floor(lambda halves: metric(*halves), split, n_repeats, rng)


def _check_takes_two(metric: Callable[..., Any], names: str, space: str) -> None:
    """Raise InputError where a metric cannot be called with the two samples alone, `shape` with its space for one."""
    try:
        signature = inspect.signature(metric)
    except (TypeError, ValueError):  # some compiled functions do not tell
        return
    try:
        signature.bind(None, None)
    except TypeError as error:
        raise InputError(
            f"metric must take two arguments, but {getattr(metric, '__name__', 'it')} does not ({error}); wrap it, as "
            f"in lambda {names}: shape({names}, {space})"
        ) from None
