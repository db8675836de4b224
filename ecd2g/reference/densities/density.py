"""Densities over the states of a space of any size: what can be evaluated and sampled without a list of states."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.sample_size import sample_size
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.reference.densities.checks import checked_rows, probability_vector, require_space, space_of
from ecd2g.reference.densities.empirical import EmpiricalDensity


@runtime_checkable
class Density(Protocol):
    """A normalised density over the states of a space."""

    def probability(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """p(x) of states ``(n, n_sites)``, ``(n,)``."""

    def sample(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """`n` independent states, ``(n, n_sites)``."""


def as_density(given: Distribution | Density) -> Density:
    """A Distribution as an EmpiricalDensity, and a density as it is; InputError for anything else.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> as_density(p).probability([[0], [2]])
    array([0.5, 0. ])
    """
    if isinstance(given, Distribution):
        return EmpiricalDensity(given)
    if not isinstance(given, Density):
        raise InputError(
            f"a density must be a Distribution, or have the methods probability(states) and sample(n, rng), "
            f"got {type(given).__name__}"
        )
    return given


@dataclass(frozen=True, eq=False)
class UniformDensity:
    """p(x) = 1 / n_states, in any space.

    >>> import ecd2g
    >>> UniformDensity(ecd2g.StateSpace(2, 100)).probability([[0] * 100]) == 0.5**100
    array([ True])
    """

    space: StateSpace

    def probability(self, states: ArrayLike) -> NDArray[np.float64]:
        """p(x) of states ``(n, n_sites)``, ``(n,)``."""
        return np.full(len(checked_rows(self.space, states)), 1.0 / float(self.space.n_states))

    def sample(self, n: int, rng: np.random.Generator | int | None = None) -> NDArray[np.int64]:
        """`n` independent states, ``(n, n_sites)``."""
        size, random = self.space.n_symbols, generator(rng)
        n = sample_size(n, self.space.n_sites)
        if isinstance(size, int) and size <= 256:  # bytes are drawn several times as fast
            return random.integers(0, size, (n, self.space.n_sites), dtype=np.uint8).astype(np.int64)
        return self.space.draw(n, random)


@dataclass(frozen=True, eq=False)
class MixtureDensity:
    """p(x) = sum_k w_k p_k(x), of any densities: of products, or of empirical and uniform ones (smoothing).

    A Distribution among the components is taken as an EmpiricalDensity. Evaluating costs one evaluation of every
    component, a draw one draw of one.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> MixtureDensity([0.9, 0.1], [p, UniformDensity(space)]).probability([[0], [2]]).round(6)  # 0.45 + 1/30, and 1/30
    array([0.483333, 0.033333])
    """

    weights: ArrayLike
    components: Sequence[Distribution | Density]

    def __post_init__(self) -> None:
        weights = probability_vector(self.weights, "weights")
        densities = tuple(as_density(component) for component in self.components)
        if len(weights) != len(densities):
            raise InputError(
                f"a mixture needs one weight a component, got {len(weights)} weights for {len(densities)} components"
            )
        for density in densities:
            require_space(density, _common_space(densities), "components of a mixture")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "components", densities)

    @property
    def space(self) -> StateSpace | None:
        """The space of the components; None where none of them says."""
        return _common_space([density for _, density in self._parts])

    def probability(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """p(x) of states ``(n, n_sites)``, ``(n,)``."""
        return np.add.reduce([weight * density.probability(states) for weight, density in self._parts])

    def sample(self, n: int, rng: np.random.Generator | int | None = None) -> NDArray[np.int64]:
        """`n` independent states, ``(n, n_sites)``."""
        shares, random = np.array([weight for weight, _ in self._parts]), generator(rng)
        n = sample_size(n, 1 if self.space is None else self.space.n_sites)
        component = random.choice(len(shares), size=n, p=shares / shares.sum())
        counts = np.bincount(component, minlength=len(shares))
        drawn = [
            density.sample(int(count), random)
            for (_, density), count in zip(self._parts, counts, strict=True)
            if count or n == 0
        ]
        states = np.concatenate(drawn)
        ordered = np.empty_like(states)
        ordered[np.argsort(component, kind="stable")] = states
        return ordered

    @cached_property
    def _parts(self) -> list[tuple[float, Density]]:
        weights = probability_vector(self.weights, "weights")
        return [(float(w), as_density(c)) for w, c in zip(weights, self.components, strict=True)]


def _common_space(densities: Sequence[Density]) -> StateSpace | None:
    return next((space for density in densities if (space := space_of(density)) is not None), None)
