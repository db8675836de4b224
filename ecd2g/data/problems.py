"""The named problems: the paper's pairs in one and two dimensions, and real splice sites."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.data.grid import to_grid
from ecd2g.data.point_clouds import (
    MOONS_LOWER,
    MOONS_UPPER,
    ROLL_LOWER,
    ROLL_UPPER,
    swiss_roll,
    two_moons,
)
from ecd2g.data.problem import Problem
from ecd2g.data.sample_table import SampleTable
from ecd2g.data.splice_sites import NUCLEOTIDES, splice_sites

MARGIN = 7.0
"""Standard deviations of noise left free around a curve: one point in 10^11 would leave the box."""


def uniform_to_gaussian(n_symbols: int = 50) -> Problem:
    """Uniform to Gaussian, the paper's 1D pair: q proportional to exp(-z^2 / 2) on S points z in [-3, 3].

    That the grid spans 3 standard deviations to each side is our choice; the paper does not state it.

    >>> uniform_to_gaussian().space.n_states
    50
    """
    space = StateSpace(n_symbols)
    weights = np.exp(-0.5 * np.linspace(-3.0, 3.0, space.n_states) ** 2)
    target = Distribution.from_weights(space, weights)
    return Problem("1d", "uniform to Gaussian", space, Distribution.uniform(space), target)


def moons_to_swiss_roll(
    n_symbols: int = 50,
    n_samples: int = 20_000,
    moons_noise: float = 0.05,
    roll_noise: float = 0.3,
    rng: np.random.Generator | int | None = 0,
) -> Problem:
    """Two moons to Swiss roll on an S x S grid, the paper's 2D pair: site 0 = x and site 1 = y.

    Each distribution is the empirical law of `n_samples` points, counted in equal cells of a box around its
    own curve, 7 standard deviations of noise larger on every side. Number of samples, noise and box are our
    choice; the paper does not state them.

    >>> problem = moons_to_swiss_roll(n_symbols=8, n_samples=100)
    >>> problem.space.n_states, problem.name
    (64, '2d')
    """
    space = StateSpace(n_symbols, n_sites=2)
    generator = np.random.default_rng(rng)
    moons = two_moons(n_samples, moons_noise, generator)
    roll = swiss_roll(n_samples, roll_noise, generator)
    return Problem(
        "2d",
        "two moons to Swiss roll",
        space,
        _on_grid(space, moons, MOONS_LOWER, MOONS_UPPER, MARGIN * moons_noise),
        _on_grid(space, roll, ROLL_LOWER, ROLL_UPPER, MARGIN * roll_noise),
    )


def splice() -> Problem:
    """Human 5' splice sites, 4^9 = 262,144 states: independent sites to their true joint law.

    The target is q(x) = count(x) / total count (sparse), the source the product of its marginals (dense):
    the transport has to make the dependence between the sites, and nothing else.

    >>> splice().space.n_states
    262144
    """
    table = splice_sites()
    space = StateSpace(len(NUCLEOTIDES), n_sites=table.symbols.shape[1])
    target = Distribution.from_weights(space, table.counts(), table.symbols)
    source = Distribution.product(space, _site_marginals(space, table))
    return Problem(
        "splice", "splice sites: independent to joint", space, source, target, alphabet=NUCLEOTIDES
    )


PROBLEMS: dict[str, Callable[..., Problem]] = {
    "1d": uniform_to_gaussian,
    "2d": moons_to_swiss_roll,
    "splice": splice,
}
"""Name of each problem to the function that makes it; every argument has a default."""


def _on_grid(
    space: StateSpace,
    points: NDArray[np.float64],
    lower: tuple[float, float],
    upper: tuple[float, float],
    margin: float,
) -> Distribution:
    symbols = to_grid(points, space.alphabet_sizes, np.subtract(lower, margin), np.add(upper, margin))
    return Distribution.from_samples(space, symbols)


def _site_marginals(space: StateSpace, table: SampleTable) -> list[ArrayLike]:
    """P(x_i = a) of every site i, each ``(n_symbols,)``; whole counts are added, so that nothing is rounded twice."""
    counts = table.counts()
    return [
        np.bincount(column, weights=counts, minlength=size) / counts.sum()
        for column, size in zip(table.symbols.T, space.alphabet_sizes, strict=True)
    ]
