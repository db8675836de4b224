"""Whether samples are new, or training states over again."""

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.randomness import generator
from ecd2g.errors import InputError
from ecd2g.metrics.hamming import hamming_distances
from ecd2g.metrics.optimal_transport import pair_costs, weighted_support
from ecd2g.metrics.transport_cost import _states
from ecd2g.metrics.weighted_states import WeightedStates

NearestGround = Literal["hamming", "squared"]

BLOCK = 2**22
"""Pairs of a sample and a training state held at a time."""


def novelty(samples: ArrayLike | Distribution, training: ArrayLike | Distribution) -> float:
    """Share of samples that are in no training state, mean of [x not in training]: 0 for a memorising sampler.

    `samples` and `training` are states ``(n, n_sites)``, or a `Distribution`, whose probability and whose support
    count. O((n + m) D). InputError for other shapes, no rows, and different numbers of sites.

    >>> novelty([[0, 0], [0, 1], [1, 1], [1, 1]], [[0, 0], [1, 0]])
    0.75
    """
    judged, known = _judged(samples, training)
    seen = {row.tobytes() for row in known}
    return judged.total(np.array([row.tobytes() not in seen for row in np.ascontiguousarray(judged.states)]))


def nearest_distance(
    samples: ArrayLike | Distribution,
    training: ArrayLike | Distribution,
    ground: NearestGround = "hamming",
) -> float:
    """Mean over samples of min_t d(x, t), the distance to the nearest training state t.

    d counts the sites that differ for "hamming", and is sum_i (x_i - t_i)^2 for "squared". Arguments as for `novelty`.
    O(n m D) in blocks of 2^22 pairs: 5,000 by 5,000 states of 64 sites of two symbols take 0.2 s. Errors as for
    `novelty`, and InputError for other grounds.

    >>> nearest_distance([[0, 0], [0, 1], [3, 3]], [[0, 0], [1, 0]])
    1.0
    """
    judged, known = _judged(samples, training)
    distinct = np.unique(known, axis=0)
    smallest = [block.min(axis=1) for block in _distance_blocks(judged.states, distinct, ground)]
    return judged.total(np.concatenate(smallest).astype(np.float64))


def nearest_states(
    samples: ArrayLike,
    training: ArrayLike,
    rng: np.random.Generator | int | None = None,
    ground: NearestGround = "hamming",
) -> NDArray[np.intp]:
    """Row of the nearest training state of each sample, ``(n,)``; among ties one is drawn, for each sample apart.

    A baseline for transports: it goes no farther than any map onto the training states, and makes nothing new.
    Arguments, cost and errors as for `nearest_distance`, but for a `Distribution`, which has no rows.

    >>> nearest_states([[0, 0], [1, 1]], [[1, 1], [0, 2]], rng=0)
    array([1, 0])
    """
    xs, known = _states(samples, "samples"), _states(training, "training")
    _check_sites(xs, known)
    random = generator(rng)
    return np.concatenate([_drawn_ties(block, random) for block in _distance_blocks(xs, known, ground)])


def _drawn_ties(distances: NDArray, random: np.random.Generator) -> NDArray[np.intp]:
    """One column of the smallest distance in every row, each with the same chance."""
    nearest = distances == distances.min(axis=1, keepdims=True)
    n_ties = nearest.sum(axis=1)
    chosen = np.minimum((random.random(len(n_ties)) * n_ties).astype(np.intp), n_ties - 1)
    return np.nonzero(nearest)[1][np.cumsum(n_ties) - n_ties + chosen]


def _distance_blocks(xs: NDArray[np.int64], ys: NDArray[np.int64], ground: str) -> Iterator[NDArray]:
    if ground not in get_args(NearestGround):
        raise InputError(f'ground must be "hamming" or "squared", got {ground!r}')
    step = max(1, BLOCK // len(ys))
    for start in range(0, len(xs), step):
        rows = xs[start : start + step]
        yield hamming_distances(rows, ys) if ground == "hamming" else pair_costs(rows, ys, "squared")


def _judged(
    samples: ArrayLike | Distribution, training: ArrayLike | Distribution
) -> tuple[WeightedStates, NDArray[np.int64]]:
    judged = (
        WeightedStates(*weighted_support(samples))
        if isinstance(samples, Distribution)
        else WeightedStates(_states(samples, "samples"))
    )
    known = training.support() if isinstance(training, Distribution) else _states(training, "training")
    _check_sites(judged.states, known)
    return judged, np.ascontiguousarray(known)


def _check_sites(samples: NDArray[np.int64], training: NDArray[np.int64]) -> None:
    if samples.shape[1] != training.shape[1]:
        raise InputError(
            f"samples and training must have as many sites as each other, got {samples.shape[1]} and "
            f"{training.shape[1]}"
        )
