"""How good samples are in a space too large to list: distances, novelty, cost, each beside that of perfect samples."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.data.split_problem import SplitProblem
from ecd2g.learned.two_sample import classifier_two_sample_test
from ecd2g.metrics import (
    hamming_mmd,
    independent_cost,
    matched_cost,
    mean_hamming_distance,
    mean_squared_distance,
    nearest_distance,
    novelty,
    sampling_floor,
    shape,
    total_variation,
    trend,
)
from ecd2g.metrics.matched_cost import MatchedGround

JUDGED = 2000
"""Most samples that the metrics look at whose cost grows with the square of their number."""

FEWEST = 200
"""Fewest held-out samples for a classifier to tell anything."""

MATCHED = 500
"""Pairs that are matched optimally; the assignment costs their number to the third power."""


@dataclass(frozen=True, eq=False)
class Judge:
    """Judges walks of one problem against its test data; the same seed draws the same references.

    Exact test laws are compared with as they are. Held-out samples are all used, and the floor is then what the
    training data, which are perfect samples too, show against them.
    """

    split: SplitProblem
    n_samples: int
    seed: int = 0

    @property
    def ground(self) -> MatchedGround:
        """Squared distance in sides of the box where symbols lie on a line, else the number of sites that differ."""
        return "squared" if self.split.is_ordinal else "hamming"

    @property
    def scale(self) -> float:
        """Symbols a unit of distance."""
        return float(max(self.split.train.space.alphabet_sizes)) if self.split.is_ordinal else 1.0

    def starts(self) -> NDArray[np.int64]:
        """Where the judged walks start: samples of the test source, ``(n_samples, n_sites)``."""
        return self.split.test.source.sample(self.n_samples, np.random.default_rng([self.seed, 1]))

    def numbers(
        self, starts: NDArray[np.int64], ends: NDArray[np.int64], *, quick: bool = False
    ) -> dict[str, float]:
        """Every metric of walks from `starts` to `ends`, ``(n, n_sites)``; `quick` leaves out those that take seconds.

        These are MMD, the classifier's accuracy and the ratio of the cost to the best.
        """
        if quick:
            return self.fidelity(ends) | {"cost": self._mean_cost(starts, ends)}
        return self.fidelity(ends) | self.told_apart(ends) | self.cost(starts, ends)

    def fidelity(self, ends: NDArray[np.int64]) -> dict[str, float]:
        """Distances of samples to the test data, and to the training data."""
        target, space = self.split.test.target, self.split.train.space
        found: dict[str, float] = {}
        if self.split.is_exact:
            found["total_variation"] = _total_variation(ends, target)
        found["shape"] = shape(ends, target, space)
        if space.n_sites > 1:
            found["trend"] = trend(ends, target, space)
        few, training = ends[:JUDGED], self.split.train.target.support()
        found["novelty"] = novelty(few, training)
        found["nearest_distance"] = nearest_distance(few, training)
        return found

    def told_apart(self, ends: NDArray[np.int64]) -> dict[str, float]:
        """Squared MMD to the test data, and the accuracy of a classifier where there are enough; chance is 0.5."""
        space, few = self.split.train.space, ends[:JUDGED]
        found = {"mmd_squared": hamming_mmd(few, self._reference, space).squared}
        if min(len(few), len(self._reference)) < FEWEST:
            return found
        test = classifier_two_sample_test(few, self._reference, space, self.seed)
        return found | {"classifier_accuracy": test.accuracy}

    def cost(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> dict[str, float]:
        """Mean cost of the walks, and its ratio to the best order of the first of the same starts and ends."""
        best = matched_cost(starts[:MATCHED], ends[:MATCHED], self.ground) / self.scale**2
        own = self._mean_cost(starts[:MATCHED], ends[:MATCHED])
        ratio = {"cost_over_matched": own / best} if best > 0.0 else {}
        return {"cost": self._mean_cost(starts, ends)} | ratio

    @cached_property
    def floor(self) -> dict[str, float]:
        """The same numbers of perfect samples; their cost is that of the independent coupling."""
        test = self.split.test
        found = self.fidelity(self._perfect) | self.told_apart(self._perfect)
        if self.split.is_exact:
            found["total_variation"] = sampling_floor(test.target.probabilities, self.n_samples).expected
        if "classifier_accuracy" in found:
            found["classifier_accuracy"] = 0.5
        if not self.split.is_exact:  # the training data are not new to themselves: held-out data show what is
            training = self.split.train.target.support()
            found["novelty"] = novelty(self._reference, training)
            found["nearest_distance"] = nearest_distance(self._reference, training)
        independent = independent_cost(test.source, test.target, self.ground, self.scale)
        return found | {"cost": independent}

    @cached_property
    def best_cost(self) -> float:
        """Cost of the best assignment of test samples of source and target, a bit above that of optimal transport."""
        rng = np.random.default_rng([self.seed, 4])
        starts, ends = (law.sample(MATCHED, rng) for law in (self.split.test.source, self.split.test.target))
        return matched_cost(starts, ends, self.ground) / self.scale**2

    @cached_property
    def _reference(self) -> NDArray[np.int64]:
        """Samples that stand for the target: the held-out rows, or fresh samples of a law."""
        rows = self.split.test_rows()
        return rows if rows is not None else self._drawn(self.split.test.target, JUDGED, 2)

    @cached_property
    def _perfect(self) -> NDArray[np.int64]:
        """The rows to train on, samples of the law of those held out; fresh samples where a law is known."""
        rows, split = self.split.train_rows(), self.split
        law = split.test.target if split.is_exact else split.train.target
        return rows if rows is not None else self._drawn(law, self.n_samples, 3)

    def _drawn(self, law: Distribution, n: int, stream: int) -> NDArray[np.int64]:
        return law.sample(n, np.random.default_rng([self.seed, stream]))

    def _mean_cost(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> float:
        if self.ground == "hamming":
            return mean_hamming_distance(starts, ends)
        return mean_squared_distance(starts, ends, self.scale)


def headline_name(split: SplitProblem) -> str:
    """The distance that tables and figures show first: total variation to the exact law, else 1 - trend."""
    return "total variation" if split.is_exact else "1 − trend"


def headline_value(split: SplitProblem, numbers: dict[str, Any]) -> float:
    """That distance in a set of numbers; small is good."""
    return numbers["total_variation"] if split.is_exact else 1.0 - numbers["trend"]


def _total_variation(samples: NDArray[np.int64], law: Distribution) -> float:
    """TV of the empirical law of samples and an exact law, which is over states that can be listed; O(V)."""
    space, exact = law.space, law.to_array()
    found = np.bincount(space.index(samples), minlength=space.n_states) / len(samples)
    return float(total_variation(found, exact / exact.sum()))
