"""What the cheapest and what the independent coupling of two distributions cost."""

from types import ModuleType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.given_numbers import positive_number
from ecd2g.errors import CapacityError, InputError, SolverError

PairGround = Literal["squared", "euclidean", "hamming"]

PAIR_LIMIT = 25_000_000
"""Pairs of states at most: their costs fill 0.2 GB, and the network simplex holds several arrays of that size."""

BLOCK = 2**22
"""Pairs that are held at a time where a sum over all pairs is enough."""

SIMPLEX_STEPS = 100_000_000
"""Steps of the network simplex at most; it needs a few million for two thousand states on each side."""


def optimal_transport_cost(
    p: Distribution, q: Distribution, ground: PairGround = "squared", scale: float = 1.0
) -> float:
    """Smallest expected cost E c(x, y) over all couplings of p and q, exact by the network simplex of POT.

    c = sum_i ((x_i - y_i) / scale)^2 for "squared", which gives W_2^2, its root for "euclidean", which gives W_1, and
    the number of sites that differ for "hamming"; `scale` is in symbols.

    Only states of positive probability take part. Memory and time grow with the number of their pairs: 664 times 608
    states take half a second. CapacityError above `PAIR_LIMIT` pairs. InputError where POT is not installed, for
    distributions on different spaces, other grounds or scales, and for a scale with "hamming". SolverError where the
    simplex stops early. One ordinal site has `wasserstein_line`, which needs no POT.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(3)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))
    >>> optimal_transport_cost(p, q)  # both halves move by one
    1.0
    """
    _check(p, q, ground, scale)
    ot = pot()
    (xs, a), (ys, b) = weighted_support(p), weighted_support(q)
    if len(xs) * len(ys) > PAIR_LIMIT:
        raise CapacityError(
            f"the costs of all {len(xs)} x {len(ys)} pairs would hold {8e-9 * len(xs) * len(ys):.3g} GB, and the limit "
            f"is {PAIR_LIMIT} pairs; thin the distributions, or use wasserstein_line where there is one ordinal site"
        )
    costs = pair_costs(xs, ys, ground)
    a, b = a / a.sum(), b / b.sum()  # totals may miss 1 by rounding; only equal masses can be transported
    cost, log = ot.emd2(a, b, costs, numItermax=SIMPLEX_STEPS, log=True)
    if log["warning"] is not None:
        raise SolverError(
            f"the network simplex stopped early: {log['warning']}", reached=float("nan"), tolerance=0.0
        )
    return float(cost) / cost_unit(ground, scale)


def independent_cost(
    p: Distribution, q: Distribution, ground: PairGround = "squared", scale: float = 1.0
) -> float:
    """Expected cost of the independent coupling, sum_x,y p(x) q(y) c(x, y); costs as in `optimal_transport_cost`.

    "squared": sum_i (m_i(p) - m_i(q))^2 + var_i(p) + var_i(q), with the mean m_i and variance of site i; "hamming":
    sum_i 1 - sum_s p_i(s) q_i(s), with the law p_i of site i. Both cost O(k D) for k states. "euclidean" has no such
    form: all pairs are added up, block by block, and above `PAIR_LIMIT` of them a CapacityError is raised.

    >>> from ecd2g.circuit.state_space import StateSpace
    >>> space = StateSpace(3)
    >>> independent_cost(Distribution.point(space, [0]), Distribution.from_probabilities(space, [0.5, 0.0, 0.5]))
    2.0
    """
    _check(p, q, ground, scale)
    (xs, a), (ys, b) = weighted_support(p), weighted_support(q)
    if ground == "squared":
        cost = _squared_independent(xs, a, ys, b)
    elif ground == "hamming":
        cost = _hamming_independent(xs, a, ys, b)
    else:
        cost = _summed(xs, a, ys, b)
    return cost / cost_unit(ground, scale)


def weighted_support(p: Distribution) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """States of positive probability ``(k, n_sites)`` and their probabilities ``(k,)``."""
    return p.support(), p.probabilities[p.probabilities > 0]


def pair_costs(xs: NDArray[np.int64], ys: NDArray[np.int64], ground: PairGround) -> NDArray[np.float64]:
    """Costs of all pairs of states, ``(len(xs), len(ys))``, of scale one."""
    if ground == "hamming":
        return np.rint(xs.shape[1] * cdist(xs, ys, "hamming"))  # SciPy's hamming is the share of sites
    return cdist(xs, ys, "sqeuclidean" if ground == "squared" else "euclidean")


def cost_unit(ground: PairGround, scale: float = 1.0) -> float:
    """What costs of scale one are divided by: scale^2 for "squared", else `scale`.

    InputError for other grounds, for scales that are not positive, and for a scale with "hamming".
    """
    if ground not in get_args(PairGround):
        raise InputError(
            f"ground must be one of {', '.join(map(repr, get_args(PairGround)))}, got {ground!r}"
        )
    positive_number(scale, "scale")
    if ground == "hamming" and scale != 1:
        raise InputError(f'scale must be 1 with ground "hamming", which counts sites, got {scale!r}')
    return scale**2 if ground == "squared" else scale


def pot() -> ModuleType:
    """The package POT; InputError where it cannot be imported."""
    try:
        import ot  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            f'optimal transport needs POT, which could not be imported ({error}); pip install "ecd2g[ot]"'
        ) from None
    module: ModuleType = ot
    return module


def _check(p: Distribution, q: Distribution, ground: PairGround, scale: float) -> None:
    if p.space != q.space:
        raise InputError("p and q must share one state space")
    cost_unit(ground, scale)


def _squared_independent(
    xs: NDArray[np.int64], a: NDArray[np.float64], ys: NDArray[np.int64], b: NDArray[np.float64]
) -> float:
    means = a @ xs, b @ ys
    spread = a @ np.square(xs - means[0]) + b @ np.square(ys - means[1])
    return float(np.sum(np.square(means[0] - means[1]) + spread))


def _hamming_independent(
    xs: NDArray[np.int64], a: NDArray[np.float64], ys: NDArray[np.int64], b: NDArray[np.float64]
) -> float:
    def agree(x: NDArray[np.int64], y: NDArray[np.int64]) -> float:
        symbols, places = np.unique(np.concatenate((x, y)), return_inverse=True)  # few of a large alphabet
        first = np.bincount(places[: len(x)], weights=a, minlength=len(symbols))
        second = np.bincount(places[len(x) :], weights=b, minlength=len(symbols))
        return float(first @ second)

    return float(sum(1.0 - agree(x, y) for x, y in zip(xs.T, ys.T, strict=True)))


def _summed(
    xs: NDArray[np.int64], a: NDArray[np.float64], ys: NDArray[np.int64], b: NDArray[np.float64]
) -> float:
    if len(xs) * len(ys) > PAIR_LIMIT:
        raise CapacityError(
            f"the euclidean cost adds up {len(xs)} x {len(ys)} pairs, and the limit is {PAIR_LIMIT}; "
            f'thin the distributions, or use ground="squared"'
        )
    step = max(1, BLOCK // len(ys))
    blocks = (slice(k, k + step) for k in range(0, len(xs), step))
    return float(sum(a[rows] @ pair_costs(xs[rows], ys, "euclidean") @ b for rows in blocks))
