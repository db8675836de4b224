"""Maximum mean discrepancy with a kernel of the Hamming distance: all sites at once, in spaces of any size."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.given_numbers import positive_number, whole_number
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.memory import require_memory
from ecd2g.metrics.hamming import hamming_distances
from ecd2g.metrics.weighted_states import samples_of

BANDWIDTH = 0.25
"""Default bandwidth, in shares of the sites: about four sites are compared at once, fewer where there are few."""

BLOCK = 2**22
"""Pairs of states held at a time."""


class MMD(NamedTuple):
    """Estimate of MMD^2, and the standard deviation it would have if both samples came from one law.

    `squared` is unbiased, so it may be negative; `null_deviation` is exact over all ways of dealing the pooled rows
    out to the two samples, among which `squared` has mean zero.
    """

    squared: float
    null_deviation: float


def hamming_mmd(a: ArrayLike, b: ArrayLike, space: StateSpace, bandwidth: float = BANDWIDTH) -> MMD:
    """Squared maximum mean discrepancy with the kernel k(x, y) = exp(-h(x, y) / (bandwidth D)), h the Hamming distance.

    MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y), estimated by the U-statistic: means over pairs of different rows.
    With c = exp(-1 / (bandwidth D)), MMD^2 = E_A ||a_A - b_A||^2, the squared distance of the marginals on a random set
    A that holds every site with probability 1 - c: about 1 / bandwidth sites of many. It is zero only where the laws
    are one.

    Null deviation: with the kernel of the pooled rows centred to row sums of zero, its diagonal empty, and F the sum
    of its squares, the estimate is (1 / (m (m - 1)) + 1 / (n (n - 1)) + 2 / (m n)) times the sum over pairs of rows of
    the first sample, whose variance over all exchanges of rows is 2 F (p_2 - 2 p_3 + p_4), p_k the probability that k
    given rows fall to the first sample.

    `a` ``(m, n_sites)`` and `b` ``(n, n_sites)`` are samples, m, n >= 2. O((m + n)^2 D), times S for small S, in blocks
    of 2^22 pairs: one to two seconds for two samples of 5,000. InputError for fewer rows, states outside `space`, and a
    bandwidth that is not positive.

    >>> hamming_mmd([[0], [0]], [[1], [1]], StateSpace(2), bandwidth=1e-9).squared
    2.0
    """
    bandwidth = positive_number(bandwidth, "bandwidth", "share of the sites")
    pool, m = _pooled(a, b, space)
    sums = _kernel_sums(pool, m, bandwidth)
    n = len(pool) - m
    squared = sums.first / (m * (m - 1)) + sums.second / (n * (n - 1)) - 2 * sums.across / (m * n)
    return MMD(squared, math.sqrt(_null_variance(sums, m, n)))


def hamming_mmd_p_value(
    a: ArrayLike,
    b: ArrayLike,
    space: StateSpace,
    bandwidth: float = BANDWIDTH,
    n_permutations: int = 199,
    rng: np.random.Generator | int | None = 0,
) -> float:
    """P value of the permutation test that `a` and `b` come from one law, by the estimate of `hamming_mmd`.

    (1 + number of random exchanges of rows with an estimate as large) / (1 + n_permutations): under the hypothesis at
    most u with probability at most u. Beside `hamming_mmd`, O((m + n)^2 n_permutations). Errors as there, and
    InputError for no permutations. Samples are ``(m, n_sites)`` and ``(n, n_sites)``.

    >>> import ecd2g
    >>> hamming_mmd_p_value([[0]] * 10, [[1]] * 10, ecd2g.StateSpace(2), rng=0)  # 1 / (1 + n_permutations)
    0.01
    """
    n_permutations = whole_number(n_permutations, "n_permutations", least=1)
    bandwidth = positive_number(bandwidth, "bandwidth", "share of the sites")
    pool, m = _pooled(a, b, space)
    require_memory(
        8 * len(pool) * (n_permutations + 1),
        f"a test of {n_permutations:,} permutations",
        "take fewer of them",
    )
    random = generator(rng)
    kept = np.zeros((len(pool), n_permutations + 1))
    kept[:m, 0] = 1.0
    for exchange in range(1, n_permutations + 1):
        kept[random.permutation(len(pool))[:m], exchange] = 1.0
    estimates = _estimates(pool, kept, m, bandwidth)
    # equal splits of repeated states may differ by rounding, and count as ties
    slack = 1e-9 * float(np.abs(estimates).max())
    return float(np.count_nonzero(estimates >= estimates[0] - slack)) / (n_permutations + 1)


@dataclass(frozen=True, eq=False)
class _KernelSums:
    """Sums over ordered pairs of different rows of the pool: of k in and across the samples, and what F needs."""

    first: float
    second: float
    across: float  # each pair once
    rows: NDArray[np.float64]
    squares: float


def _kernel_sums(pool: NDArray[np.int64], m: int, bandwidth: float) -> _KernelSums:
    to_first, to_second = np.zeros(len(pool)), np.zeros(len(pool))
    squares = 0.0
    for rows, kernel in _kernel_blocks(pool, bandwidth):
        to_first[rows] = kernel[:, :m].sum(axis=1)
        to_second[rows] = kernel[:, m:].sum(axis=1)
        squares += float(np.vdot(kernel, kernel))
    return _KernelSums(
        float(to_first[:m].sum()),
        float(to_second[m:].sum()),
        float(to_second[:m].sum()),
        to_first + to_second,
        squares,
    )


def _kernel_blocks(pool: NDArray[np.int64], bandwidth: float) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Rows of the kernel of the pool, its diagonal empty."""
    scale = bandwidth * pool.shape[1]
    step = max(1, BLOCK // len(pool))
    for start in range(0, len(pool), step):
        rows = slice(start, min(start + step, len(pool)))
        kernel = np.exp(hamming_distances(pool[rows], pool).astype(np.float64) / -scale)
        kernel[np.arange(rows.stop - start), np.arange(start, rows.stop)] = 0.0
        yield rows, kernel


def _null_variance(sums: _KernelSums, m: int, n: int) -> float:
    """Variance of the estimate over all exchanges of rows; zero where all rows of the centred kernel vanish."""
    total = m + n
    centred = sums.squares - 2 * float(sums.rows @ sums.rows) / (total - 2)
    centred += float(sums.rows.sum()) ** 2 / ((total - 1) * (total - 2))
    p_2 = m * (m - 1) / (total * (total - 1))
    p_3 = p_2 * (m - 2) / (total - 2)
    p_4 = p_3 * (m - 3) / (total - 3)
    factor = 1 / (m * (m - 1)) + 1 / (n * (n - 1)) + 2 / (m * n)
    return 2 * max(centred, 0.0) * (p_2 - 2 * p_3 + p_4) * factor**2  # a sum of squares, but for rounding


def _estimates(
    pool: NDArray[np.int64], kept: NDArray[np.float64], m: int, bandwidth: float
) -> NDArray[np.float64]:
    """Estimates of MMD^2 for every column of `kept`, which marks the m rows of the first sample."""
    n = len(pool) - m
    inside, around = np.zeros(kept.shape[1]), np.zeros(kept.shape[1])
    total = 0.0
    for rows, kernel in _kernel_blocks(pool, bandwidth):
        products = kernel @ kept
        inside += np.einsum("ij,ij->j", kept[rows], products)
        around += products.sum(axis=0)
        total += float(kernel.sum())
    across = around - inside
    others = total - inside - 2 * across
    return inside / (m * (m - 1)) + others / (n * (n - 1)) - 2 * across / (m * n)


def _pooled(a: ArrayLike, b: ArrayLike, space: StateSpace) -> tuple[NDArray[np.int64], int]:
    """The rows of both samples, and how many belong to the first."""
    first, second = samples_of(a, space, "a"), samples_of(b, space, "b")
    if min(len(first), len(second)) < 2:
        raise InputError(f"a and b must have at least 2 rows each, got {len(first)} and {len(second)}")
    return np.concatenate((first, second)), len(first)
