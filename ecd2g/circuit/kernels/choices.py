"""Kernels to choose from: what may move between two layers, and at what conductance."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.kernels.dense_kernel import DenseKernel
from ecd2g.circuit.kernels.hamming_kernel import HammingKernel
from ecd2g.circuit.kernels.one_site_kernel import OneSiteKernel
from ecd2g.circuit.kernels.product_kernel import ProductKernel
from ecd2g.circuit.kernels.site_kernel import complete_site, cyclic_site, dense_site, reflecting_site
from ecd2g.circuit.kernels.sparse_kernel import SparseKernel
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError

REACH_LIMIT = 10**6
"""Farthest step of a Gaussian kernel, in symbols."""


def hamming_1(space: StateSpace, *, forward_resistance: float, lateral_resistance: float) -> OneSiteKernel:
    """One site changes, to any other symbol: r ohm between equal states, R between states that differ in one site.

    For symbols without an order (categories, letters). All row sums are 1/r + sum_i (S_i - 1) / R. A transform costs
    O(V D).

    >>> hamming_1(StateSpace(4, 9), forward_resistance=1.0, lateral_resistance=9.0).row_sums()
    array([4.])
    """
    lateral = _conductance(lateral_resistance, "lateral_resistance")
    sites = [complete_site(size, 0.0, lateral) for size in _sizes(space)]
    return OneSiteKernel(_conductance(forward_resistance, "forward_resistance"), tuple(sites))


def hamming(space: StateSpace, resistances: Sequence[float]) -> HammingKernel:
    """States that differ in h sites are joined by resistances[h] ohm, h = 0 .. D; infinite where there is no edge.

    For symbols without an order. All row sums agree. A transform costs O(V D).

    >>> hamming(StateSpace(2, 3), [1.0, 10.0, math.inf, math.inf]).n_pairs
    32
    """
    ohms = _listed(resistances, "resistances", "one a distance, 0 to D")
    weights = [
        0.0 if ohm == math.inf else _conductance(ohm, f"resistances[{h}]") for h, ohm in enumerate(ohms)
    ]
    return HammingKernel(_sizes(space), tuple(weights))


def neighbour(space: StateSpace, *, forward_resistance: float, lateral_resistance: float) -> OneSiteKernel:
    """One site moves by one symbol, up or down: r ohm between equal states, R between neighbours.

    For ordered symbols. At the ends the edge that would leave is folded back on the state itself, so that all row
    sums are 1/r + 2 D / R. A transform costs O(V sum_i S_i) for short sites, O(V log V) for long ones.

    >>> neighbour(StateSpace(3), forward_resistance=1.0, lateral_resistance=4.0).table()
    array([[1.25, 0.25, 0.  ],
           [0.25, 1.  , 0.25],
           [0.  , 0.25, 1.25]])
    """
    lateral = _conductance(lateral_resistance, "lateral_resistance")
    sites = [reflecting_site(size, [0.0, lateral]) for size in _sizes(space)]
    return OneSiteKernel(_conductance(forward_resistance, "forward_resistance"), tuple(sites))


def gaussian(
    space: StateSpace,
    width: float | Sequence[float],
    *,
    reach: int | None = None,
    conductance: float = 1.0,
) -> ProductKernel:
    """All sites move at once, each by a Gaussian step: conductance * prod_i exp(-d_i^2 / (2 width_i^2)).

    For ordered symbols; d_i is the distance in symbols, `width` one number or one a site, `conductance` that of
    staying (in siemens, far from the ends). Steps of more than `reach` symbols a site have no edge; that cut is part
    of the kernel, whose default reach is ceil(4 width): a local kernel. A reach of S or more joins all symbols (but
    steps of more than 38 widths, whose conductance is too small for a float). At the ends steps are folded back (the
    edges of all mirror images add), so that all row sums agree. A transform costs O(V sum_i S_i) for short sites,
    O(V log V) for long ones.

    >>> gaussian(StateSpace(50, 2), 1.5, reach=3).n_pairs == 338**2
    True
    """
    return _gaussian_product(space, width, reach, conductance, cyclic=False)


def cyclic_gaussian(
    space: StateSpace,
    width: float | Sequence[float],
    *,
    reach: int | None = None,
    conductance: float = 1.0,
) -> ProductKernel:
    """The same as `gaussian` on rings: symbol S - 1 is the neighbour of symbol 0, and steps wind round.

    For angles, hues and hours. Ways round both sides add. All row sums agree; a transform costs as much.

    >>> cyclic_gaussian(StateSpace(4), width=1.0, reach=1).table().round(6)
    array([[1.      , 0.606531, 0.      , 0.606531],
           [0.606531, 1.      , 0.606531, 0.      ],
           [0.      , 0.606531, 1.      , 0.606531],
           [0.606531, 0.      , 0.606531, 1.      ]])
    """
    return _gaussian_product(space, width, reach, conductance, cyclic=True)


def one_site_gaussian(
    space: StateSpace,
    width: float | Sequence[float],
    *,
    reach: int | None = None,
    stay: float = 1.0,
    conductance: float = 1.0,
) -> OneSiteKernel:
    """One site moves by a Gaussian step of 1 .. `reach` symbols: conductance * exp(-d^2 / (2 width^2)) siemens.

    For ordered symbols. `stay` is the conductance between equal states, in siemens; steps folded back at the ends on
    the state itself come on top, so that all row sums agree. Default reach and cost as for `gaussian`.

    >>> one_site_gaussian(StateSpace(3), width=1.0, reach=1).table().round(6)
    array([[1.606531, 0.606531, 0.      ],
           [0.606531, 1.      , 0.606531],
           [0.      , 0.606531, 1.606531]])
    """
    _positive(stay, "stay", "siemens")
    sites = []
    for size, profile in _profiles(space, width, reach, conductance):
        sites.append(reflecting_site(size, [0.0, *profile[1:]]))
    return OneSiteKernel(float(stay), tuple(sites))


def cyclic(space: StateSpace, *, forward_resistance: float, lateral_resistance: float) -> OneSiteKernel:
    """One site moves by one symbol along its ring: r ohm between equal states, R between neighbours.

    Symbol S - 1 is the neighbour of symbol 0; on a ring of two symbols both ways meet, two edges of R ohm. All row
    sums are 1/r + 2 D / R. A transform costs O(V sum_i S_i) for short rings, O(V log V) for long ones.

    >>> cyclic(StateSpace(4), forward_resistance=1.0, lateral_resistance=4.0).table()[0]
    array([1.  , 0.25, 0.  , 0.25])
    """
    lateral = _conductance(lateral_resistance, "lateral_resistance")
    sites = [cyclic_site(size, [0.0, lateral]) for size in _sizes(space)]
    return OneSiteKernel(_conductance(forward_resistance, "forward_resistance"), tuple(sites))


def product(space: StateSpace, matrices: Sequence[ArrayLike]) -> ProductKernel:
    """All sites move at once: the product of one symmetric, non-negative matrix a site, in siemens.

    For any similarity of symbols, such as a substitution matrix. Row sums may differ. O(sum_i S_i^3) once, a
    transform O(V sum_i S_i). `matrices` are ``(S_i, S_i)``, one a site; InputError as for `dense`.

    >>> product(StateSpace((2, 3)), [[[3, 1], [1, 3]], np.eye(3) + 1]).row_sums()
    array([16.])
    """
    sites = tuple(dense_site(matrix) for matrix in _listed(matrices, "matrices", "one a site"))
    if tuple(site.size for site in sites) != _sizes(space):
        raise InputError(
            f"the matrices must have the sizes {_sizes(space)} of the sites, "
            f"got {tuple(site.size for site in sites)}"
        )
    return ProductKernel(sites)


def dense(matrix: ArrayLike) -> DenseKernel:
    """Any symmetric, non-negative V x V matrix, in siemens. Row sums may differ; O(V^3) once, a transform O(V^2).

    `matrix` is ``(V, V)``; InputError for another shape, for what is not symmetric, negative or not finite.

    >>> dense([[1.0, 0.5], [0.5, 0.0]]).row_sums()
    array([1.5, 0.5])
    """
    return DenseKernel(matrix)  # type: ignore[arg-type]


def sparse(matrix: sp.sparray | sp.spmatrix) -> SparseKernel:
    """Any symmetric, non-negative sparse V x V matrix, in siemens. Row sums may differ; there is no transform.

    >>> sparse(sp.csr_array([[1.0, 0.5], [0.5, 0.0]])).row_sums()
    array([1.5, 0.5])
    """
    return SparseKernel(matrix)


def _gaussian_product(
    space: StateSpace, width: float | Sequence[float], reach: int | None, conductance: float, *, cyclic: bool
) -> ProductKernel:
    site_of = cyclic_site if cyclic else reflecting_site
    profiles = _profiles(space, width, reach, 1.0)
    scale = [_positive(conductance, "conductance", "siemens")] + [1.0] * (len(profiles) - 1)
    return ProductKernel(
        tuple(site_of(size, s * profile) for s, (size, profile) in zip(scale, profiles, strict=True))
    )


def _profiles(
    space: StateSpace, width: float | Sequence[float], reach: int | None, conductance: float
) -> list[tuple[int, NDArray[np.float64]]]:
    """Size and conductance * exp(-j^2 / (2 width^2)), j = 0 .. reach, of every site."""
    sizes = _sizes(space)
    widths = [width] * len(sizes) if np.ndim(width) == 0 else list(np.asarray(width))
    if len(widths) != len(sizes):
        raise InputError(f"width must be one number or one a site, {len(sizes)} in all, got {len(widths)}")
    scale = _positive(conductance, "conductance", "siemens")
    if reach is not None and (
        isinstance(reach, bool) or not isinstance(reach, (int, np.integer)) or reach < 1
    ):
        raise InputError(f"reach must be a whole number of symbols, at least 1, got {reach!r}")
    profiles = []
    for size, value in zip(sizes, widths, strict=True):
        sigma = _positive(value, "width", "symbols")
        farthest = math.ceil(4 * sigma) if reach is None else int(reach)
        if farthest > REACH_LIMIT:
            raise InputError(
                f"a reach of {farthest} symbols is too far, the limit is {REACH_LIMIT}; a kernel as wide as that is as "
                f"good as complete, which `hamming` and `LayeredCircuit.complete` offer"
            )
        steps = np.arange(farthest + 1)
        profile = scale * np.exp(-0.5 * (steps / sigma) ** 2)
        if profile[1] == 0:
            raise InputError(
                f"a width of {sigma:g} symbols is too narrow: the conductance of a single step underflows"
            )
        profiles.append((size, profile))
    return profiles


def _sizes(space: object) -> tuple[int, ...]:
    """Alphabet sizes of a space; InputError where it is none."""
    if not isinstance(space, StateSpace):
        raise InputError(f"the first argument must be an ecd2g.StateSpace, got {type(space).__name__}")
    return space.alphabet_sizes


def _listed(values: Any, name: str, each: str) -> list[Any]:
    if isinstance(values, str) or not np.iterable(values):
        raise InputError(f"{name} must be a list, {each}, got {values!r}")
    return list(values)


def _conductance(resistance: object, name: str) -> float:
    conductance = 1.0 / _positive(resistance, name, "ohms")
    if not math.isfinite(conductance):
        raise InputError(f"{name} is too small: its conductance overflows")
    return conductance


def _positive(value: object, name: str, unit: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} must be a number of {unit}, got {value!r}") from None
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{name} must be a positive, finite number of {unit}, got {number:g}")
    return number
