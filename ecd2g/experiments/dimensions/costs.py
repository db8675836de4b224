"""What the cheapest and what the independent coupling of a blob and a shell cost, in any dimension."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.problem import Problem
from ecd2g.data.shells import HALF_WIDTH, radii
from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics.optimal_transport import independent_cost, optimal_transport_cost
from ecd2g.metrics.wasserstein import wasserstein_samples


def reference_costs(problem: Problem, n_samples: int, n_repeats: int, seed: int) -> dict[str, Any]:
    """Mean squared distances in units of the side of the box.

    independent           the independent coupling, exact
    optimal_lower_bound   `radial_bound`, exact to rounding and below W_2^2
    optimal               W_2^2 itself by the network simplex, where the pairs of states fit
    optimal_assigned      elsewhere: assignment of `n_samples` samples of p and of q, by repeat; biased upwards, for its
                          expectation lies above W_2^2
    optimal_left_out      why there is no exact one
    """
    p, q, side = problem.source, problem.target, _side(problem)
    found: dict[str, Any] = {
        "independent": independent_cost(p, q, "squared", side),
        "optimal_lower_bound": radial_bound(problem),
    }
    try:
        return found | {"optimal": optimal_transport_cost(p, q, "squared", side)}
    except (CapacityError, InputError) as error:  # too many pairs, or POT is not installed
        found["optimal_left_out"] = str(error)
    values = [_assigned(problem, n_samples, (seed, repeat)) for repeat in range(n_repeats)]
    spread = float(np.std(values, ddof=1)) if n_repeats > 1 else None
    found["optimal_assigned"] = {
        "mean": float(np.mean(values)),
        "standard_deviation": spread,
        "values": values,
    }
    return found


def radial_bound(problem: Problem) -> float:
    """W_2^2 of the radii |z| under p and q: at most W_2^2 of p and q, in units of the side of the box squared.

    | |x| - |y| | <= |x - y| for every pair, so any coupling costs at least what it costs the radii, and those are
    coupled best quantile by quantile. Round p and q on a fine grid reach the bound. O(V log V).
    """
    lengths, place = np.unique(radii(problem.space), return_inverse=True)
    p, q = (_levels(place, law.to_array()) for law in (problem.source, problem.target))
    levels = np.sort(np.concatenate([p, q]))
    # the quantile function is left-continuous: its value at a level holds back to the level before
    distances = lengths[np.searchsorted(p, levels)] - lengths[np.searchsorted(q, levels)]
    return float(np.diff(levels, prepend=0.0) @ np.square(distances) / (2.0 * HALF_WIDTH) ** 2)


def _levels(place: NDArray[np.intp], law: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative law of the radii, which ends in exactly 1."""
    totals = np.cumsum(np.bincount(place, weights=law))
    return totals / totals[-1]


def _assigned(problem: Problem, n_samples: int, seed: tuple[int, int]) -> float:
    rng = np.random.default_rng(seed)
    xs, ys = (law.sample(n_samples, rng) for law in (problem.source, problem.target))
    return wasserstein_samples(xs, ys, order=2, scale=_side(problem)) ** 2


def _side(problem: Problem) -> float:
    return float(problem.space.alphabet_sizes[0])
