"""Samples and distributions alike, as the states and weights that the metrics of samples work on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.metrics.optimal_transport import weighted_support


@dataclass(frozen=True, eq=False)
class WeightedStates:
    """States ``(k, n_sites)`` and their probabilities; None stands for 1 / k each, so that counts stay exact."""

    states: NDArray[np.int64]
    probabilities: NDArray[np.float64] | None = None

    def total(self, marked: NDArray) -> float:
        """Mean of a number a state ``(k,)``: 0 / 1 marks give the probability of the marked states."""
        if self.probabilities is None:
            return float(marked.mean())
        return float(self.probabilities @ marked)


def weighted_states(values: ArrayLike | Distribution, space: StateSpace, name: str) -> WeightedStates:
    """What a metric compares: samples ``(n, n_sites)``, or a `Distribution`, which has no sampling noise.

    InputError for samples of another shape or of symbols outside `space`, for no samples at all, and for a
    distribution on another space.
    """
    if isinstance(values, Distribution):
        if values.space != space:
            raise InputError(
                f"{name} must live on the space given, of alphabet sizes {space.alphabet_sizes}, "
                f"got {values.space.alphabet_sizes}"
            )
        states, probabilities = weighted_support(values)
        return WeightedStates(states, probabilities / probabilities.sum())
    return WeightedStates(samples_of(values, space, name))


def samples_of(values: ArrayLike, space: StateSpace, name: str) -> NDArray[np.int64]:
    """Samples ``(n, n_sites)`` of `space`, n >= 1, as int64; InputError otherwise."""
    if isinstance(values, Distribution):
        raise InputError(
            f"{name} must be samples (n, {space.n_sites}), got a Distribution; draw from it first"
        )
    try:
        states = space.check(values)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    if states.ndim != 2 or len(states) == 0:
        raise InputError(f"{name} must have shape (n, {space.n_sites}) with n >= 1, got {states.shape}")
    return states
