"""Mixtures of Gaussians on a grid in several dimensions, every probability known."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.data.problem import Problem
from ecd2g.errors import InputError

SEED = 1990
"""Fixes centres, widths and weights; the mixtures never change."""

SOURCE_COMPONENTS, TARGET_COMPONENTS = 3, 6


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """Components in the unit box: `weights` ``(K,)`` with sum 1, `centres` and `widths` ``(K, D)``.

    `widths` are standard deviations; within a component the coordinates are independent.
    """

    weights: NDArray[np.float64]
    centres: NDArray[np.float64]
    widths: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.centres.ndim != 2 or self.widths.shape != self.centres.shape:
            raise InputError(
                f"centres and widths must both have shape (n_components, n_sites), got {self.centres.shape} "
                f"and {self.widths.shape}"
            )
        if self.weights.shape != self.centres.shape[:1]:
            raise InputError(
                f"weights must have shape {self.centres.shape[:1]}, one a component, got {self.weights.shape}"
            )
        if not np.all(np.isfinite(self.centres)):
            raise InputError("centres must be finite numbers")
        if not np.all((self.widths > 0.0) & np.isfinite(self.widths)):
            raise InputError(f"widths must be positive finite numbers, got {self.widths.min()}")


def gaussian_mixtures(n_sites: int, n_symbols: int = 16) -> Problem:
    """Source of 3 overlapping blobs in the middle of the box, target of 6 of its corners; S^D cells, D = 3, 4, 5.

    Target: six distinct corners of {1/4, 3/4}^D, each shifted by at most 0.06 a site, with unequal weights: six modes,
    and sites that depend on each other. Standard deviations are 0.04 to 0.06 of the side (0.6 to 1.0 cells at S = 16),
    of the source 0.08 to 0.12. Our choice, not of the paper. Both laws are dense and exact (`mixture_law`), and do not
    depend on any seed. Other D >= 3 work the same way, as far as all states can be listed.

    InputError where `n_sites` is below 3 (there are not six corners) or the space has too many states.

    >>> gaussian_mixtures(3).space.n_states
    4096
    """
    space = StateSpace(n_symbols, n_sites)
    if n_sites < 3:
        raise InputError(f"n_sites must be at least 3, for the target stands in six corners, got {n_sites}")
    space.require_enumerable("the dense laws of a mixture")
    source, target = source_mixture(n_sites), target_mixture(n_sites)
    return Problem(
        f"mixture-{n_sites}",
        f"mixtures of Gaussians, D = {n_sites}, S = {n_symbols}",
        space,
        mixture_law(space, source),
        mixture_law(space, target),
    )


def mixture_law(space: StateSpace, mixture: GaussianMixture) -> Distribution:
    """Law p(x) = sum_k w_k prod_d P_kd(x_d) of a mixture on a grid; dense, O(K V), nothing is sampled.

    P_kd(j) is the mass of N(centre, width^2) on the cell [j / S, (j + 1) / S], divided by its mass on [0, 1].
    InputError where the mixture has another number of sites, or a component has no mass in the box that float64 holds.

    >>> import numpy as np
    >>> from ecd2g.circuit.state_space import StateSpace
    >>> half = GaussianMixture(np.array([1.0]), np.array([[0.5]]), np.array([[0.1]]))
    >>> mixture_law(StateSpace(2), half).to_array()  # a bell in the middle of two cells
    array([0.5, 0.5])
    """
    if mixture.centres.shape[1] != space.n_sites:
        raise InputError(
            f"the mixture must have {space.n_sites} sites as the space has, got {mixture.centres.shape[1]}"
        )
    total = np.zeros(space.n_states)
    for weight, centre, width in zip(mixture.weights, mixture.centres, mixture.widths, strict=True):
        sites = [
            _cell_masses(size, *pair) for size, *pair in zip(space.alphabet_sizes, centre, width, strict=True)
        ]
        total += weight * reduce(np.multiply.outer, sites).ravel()
    return Distribution(space, total)


def source_mixture(n_sites: int) -> GaussianMixture:
    """Three blobs of equal weight, centres uniform in [0.35, 0.65]^D."""
    random = np.random.default_rng([SEED, n_sites, 0])
    shape = (SOURCE_COMPONENTS, n_sites)
    weights = np.full(SOURCE_COMPONENTS, 1.0 / SOURCE_COMPONENTS)
    return GaussianMixture(weights, 0.35 + 0.3 * random.random(shape), 0.08 + 0.04 * random.random(shape))


def target_mixture(n_sites: int) -> GaussianMixture:
    """Six blobs near distinct corners of {1/4, 3/4}^D, weights proportional to 3, 3, 2, 2, 1, 1."""
    random = np.random.default_rng([SEED, n_sites, 1])
    shape = (TARGET_COMPONENTS, n_sites)
    chosen = np.argsort(random.random(2**n_sites))[:TARGET_COMPONENTS]
    corners = 0.25 + 0.5 * (chosen[:, None] >> np.arange(n_sites) & 1)
    shifts = 0.12 * (random.random(shape) - 0.5)
    weights = np.array([3.0, 3.0, 2.0, 2.0, 1.0, 1.0]) / 12.0
    return GaussianMixture(weights, corners + shifts, 0.04 + 0.02 * random.random(shape))


def _cell_masses(n_symbols: int, centre: float, width: float) -> NDArray[np.float64]:
    """Mass of a Gaussian on each of S equal cells of [0, 1], ``(S,)``, divided by their sum."""
    edges = (np.arange(n_symbols + 1) / n_symbols - centre) / width
    low, high = edges[:-1], edges[1:]
    # the mass above the centre is taken from its mirror image, where the difference cancels no digits
    masses = np.where(low > 0.0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    total = masses.sum()
    if not total > 0.0:
        raise InputError(
            f"a component must have mass in the box [0, 1], but centre {centre:g} and width {width:g} leave none; "
            f"move it closer or widen it"
        )
    return masses / total
