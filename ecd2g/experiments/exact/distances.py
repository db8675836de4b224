"""Distances of end laws and of sampled ends from the target, and what as many perfect samples would show."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecd2g.data import Problem
from ecd2g.experiments.exact.measures import ordinal_scale
from ecd2g.metrics import (
    kl_divergence,
    sampling_floor,
    simulated_floor,
    total_variation,
    wasserstein_line,
    wasserstein_samples,
)

Measure = Callable[..., float]
"""Distance of frequencies or a law ``(n_states,)`` from the target, called with a random generator."""

Order = Literal[1, 2]
Ground = Literal["euclidean", "hamming"]

MATCHED, MATCHINGS = 300, 10
"""Ends that are matched with as many samples of the target, and how often, where W1 and W2 cannot be had from laws."""

REPEATS = 10
"""Sets of perfect samples behind every simulated floor."""

DRAWN, JUDGED = 1, 2
"""Streams of random numbers: one makes perfect samples, the other matches ends with samples of the target."""


@dataclass(frozen=True, eq=False)
class Target:
    """The target law ``(n_states,)`` of a problem and the ways to measure a distance from it.

    W1 and W2 are exact on one ordinal site, symbols scaled by their number. On several sites they are taken between
    `MATCHED` ends and as many samples of the target, mean over `MATCHINGS` such pairs of samples: Euclidean over scaled
    sites, or, for letters and for alphabets of different size, W1 of the number of sites that differ.
    """

    problem: Problem
    law: NDArray[np.float64]

    @classmethod
    def of(cls, problem: Problem) -> "Target":
        """The target of a problem that can be listed."""
        return cls(problem, problem.target.to_array())

    def from_law(self, law: NDArray[np.float64], seed: int) -> dict[str, float]:
        """Distances of an exact end law ``(n_states,)``; it may sum to one less what the walks lost, about 1e-12."""
        rng, ends = np.random.default_rng([seed, JUDGED]), law / law.sum()
        numbers = {
            "total_variation": float(total_variation(law, self.law)),
            "kl_target_from_law_nats": float(kl_divergence(self.law, law)),
            "kl_law_from_target_nats": float(kl_divergence(law, self.law)),
        }
        return numbers | {name: measure(ends, rng) for name, measure in self._wasserstein().items()}

    def from_ends(self, ends: NDArray[np.int64], seed: int) -> dict[str, float]:
        """Distances of sampled ends ``(n, n_sites)``."""
        rng, law = np.random.default_rng([seed, JUDGED]), self._frequencies(ends)
        total = {"total_variation": float(total_variation(law, self.law))}
        return total | {name: measure(law, rng) for name, measure in self._of_samples().items()}

    def floor(self, n: int, seed: int) -> dict[str, float]:
        """The same distances of `n` perfect samples: the total variation expected exactly, the others simulated."""
        exact = sampling_floor(self.law, n)
        numbers = {
            "n_walks": n,
            "total_variation": exact.expected,
            "total_variation_bound": exact.bound,
        }
        for name, measure in self._of_samples().items():
            simulated = simulated_floor(
                partial(measure, rng=np.random.default_rng([seed, JUDGED])),
                lambda rng: self._frequencies(self.problem.target.sample(n, rng)),
                REPEATS,
                np.random.default_rng([seed, DRAWN]),
            )
            numbers[name] = simulated.mean
        return numbers

    def _of_samples(self) -> dict[str, Measure]:
        """Measures of the frequencies of sampled ends that have no exact floor."""
        kl = {"kl_ends_from_target_nats": lambda law, rng: float(kl_divergence(law, self.law))}
        return kl | self._wasserstein()

    def _wasserstein(self) -> dict[str, Measure]:
        scale = ordinal_scale(self.problem)
        if scale is None:
            return {"w1_hamming": partial(self._matched, order=1, ground="hamming", scale=1.0)}
        if self.problem.space.n_sites == 1:
            return {f"w{k}": partial(self._on_line, order=k, scale=scale) for k in (1, 2)}
        return {f"w{k}": partial(self._matched, order=k, ground="euclidean", scale=scale) for k in (1, 2)}

    def _on_line(
        self, law: NDArray[np.float64], rng: np.random.Generator, *, order: Order, scale: float
    ) -> float:
        return wasserstein_line(law, self.law, order, scale)

    def _matched(
        self,
        law: NDArray[np.float64],
        rng: np.random.Generator,
        *,
        order: Order,
        ground: Ground,
        scale: float,
    ) -> float:
        """Between samples of the law and of the target, mean over matchings: one matching alone is half noise."""
        space, found = self.problem.space, []
        for _ in range(MATCHINGS):
            ends, wanted = (
                space.states(rng.choice(len(p), size=MATCHED, p=p / p.sum())) for p in (law, self.law)
            )
            found.append(wasserstein_samples(ends, wanted, order, ground, scale))
        return float(np.mean(found))

    def _frequencies(self, ends: NDArray[np.int64]) -> NDArray[np.float64]:
        space = self.problem.space
        return np.bincount(space.index(ends), minlength=space.n_states) / len(ends)
