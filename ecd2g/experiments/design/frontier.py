"""Which circuits are worth having: the Pareto frontier, and the one that is recommended."""

from collections.abc import Sequence
from math import inf

from ecd2g.experiments.design.measures import CircuitFigures

SLACK = 0.05
"""How far above the lowest cost a recommended circuit may lie, as a share of it."""

RULE = "among the circuits whose cost lies within 5 % of the lowest, the one with the fewest steps, then the least bias"
"""The rule of `recommend`, in one sentence; it is our choice."""


def goals(figures: CircuitFigures) -> tuple[float, float, float]:
    """Cost, bias and steps, all to be small; infinite where they are not defined."""
    cost, bias, steps = figures.cost, figures.bias, figures.steps
    return tuple(inf if number is None else number.value for number in (cost, bias, steps))  # type: ignore[return-value]


def frontier(found: Sequence[CircuitFigures]) -> list[int]:
    """Places of the circuits that no other one beats, by cost: none is at least as good in all goals, better in one.

    Circuits without a cost are never on it. Sampled numbers are taken as they are.
    """
    points = [goals(figures) for figures in found]
    priced = [place for place, point in enumerate(points) if point[0] < inf]
    kept = [place for place in priced if not any(_beats(points[other], points[place]) for other in priced)]
    return sorted(kept, key=lambda place: points[place])


def recommend(found: Sequence[CircuitFigures]) -> int | None:
    """Place of the recommended circuit, see `RULE`; None where no circuit has a cost."""
    points = [goals(figures) for figures in found]
    lowest = min((point[0] for point in points), default=inf)
    if lowest == inf:
        return None
    near = [place for place, point in enumerate(points) if point[0] <= (1.0 + SLACK) * lowest]
    return min(near, key=lambda place: (points[place][2], points[place][1], points[place][0]))


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
