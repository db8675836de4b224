"""What the cost of a circuit is compared with: the optimal and the independent coupling of a problem."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.data import Problem
from ecd2g.errors import CapacityError, InputError
from ecd2g.experiments.design.measures import Assigned, Reference
from ecd2g.experiments.exact.measures import ordinal_scale
from ecd2g.metrics import total_variation, wasserstein_line, wasserstein_samples
from ecd2g.metrics.optimal_transport import independent_cost, optimal_transport_cost
from ecd2g.movement.coupling import Ground

UNITS = {"squared": "squared distance", "hamming": "sites that differ"}
"""Words for the cost."""


def ground_of(problem: Problem, asked: Ground | None) -> Ground:
    """The cost asked for, else squared for numbers and hamming for letters; InputError where it makes no sense."""
    if asked == "squared" and problem.alphabet is not None:
        raise InputError(
            'cost "squared" needs symbols that are numbers, and this problem is spelled in '
            f"{len(problem.alphabet)} letters or words; take --cost hamming"
        )
    return asked or ("squared" if problem.alphabet is None else "hamming")


SUBSAMPLE = 2000
"""Samples of each side that are assigned to each other where the optimal coupling cannot be had; a second or two."""


def reference_of(problem: Problem, ground: Ground, seed: int = 0) -> Reference:
    """Optimal and independent cost; squared distances are in units of S where all sites have S symbols.

    Optimal: on one site, exact without POT; else the network simplex of POT, where it is installed and the pairs of
    states fit; else the optimal assignment of a subsample stands beside the sweep.
    """
    scale = float(ordinal_scale(problem) or 1.0) if ground == "squared" else 1.0
    independent = independent_cost(problem.source, problem.target, ground, scale)
    try:
        return Reference(ground, scale, independent, _optimal(problem, ground, scale))
    except CapacityError:
        why = f"too many pairs ({_support(problem.source)} x {_support(problem.target)}) for exact optimal transport"
    except InputError as error:
        why = str(error)
    return Reference(ground, scale, independent, None, why, _assigned(problem, ground, scale, seed))


def _support(law: Distribution) -> str:
    return f"{len(law.support()):,}"


def _assigned(problem: Problem, ground: Ground, scale: float, seed: int) -> Assigned:
    rng = np.random.default_rng(seed)
    source, target, other = (
        side.sample(SUBSAMPLE, rng) for side in (problem.source, problem.target, problem.target)
    )

    def cost(first: NDArray[np.int64]) -> float:
        if ground == "hamming":
            return wasserstein_samples(first, target, ground="hamming")
        return wasserstein_samples(first, target, order=2, scale=scale) ** 2

    return Assigned(SUBSAMPLE, cost(source), cost(other))


def _optimal(problem: Problem, ground: Ground, scale: float) -> float:
    if problem.space.n_sites > 1:
        return optimal_transport_cost(problem.source, problem.target, ground, scale)
    p, q = np.array(problem.source.to_array()), np.array(problem.target.to_array())
    if ground == "hamming":
        return float(total_variation(p, q))
    return float(wasserstein_line(p, q, 2, scale)) ** 2
