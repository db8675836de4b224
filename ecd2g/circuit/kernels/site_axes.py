"""Actions on the sites of arrays over all states ``(..., n_states)``, site 0 slowest, as few products with tables."""

from collections.abc import Callable, Sequence
from itertools import groupby
from math import prod
from typing import TypeVar

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ecd2g.circuit.kernels.matrix_site import MatrixSite
from ecd2g.circuit.kernels.site_blocks import table_product
from ecd2g.circuit.kernels.site_kernel import SiteKernel
from ecd2g.circuit.kernels.site_modes import CosineModes, SiteModes

Action = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Something done along the last axis, which keeps the shape."""

MERGED_LIMIT = 64
"""Neighbouring sites are merged into one of up to this many symbols: a product with a small table beats many passes,
and a fast transform too (measured: 50^3 states take 1.3 ms, by the cosine transform 2.8 ms)."""

FEW = 16
"""Lines side by side in memory; where there are fewer, they are turned first."""

Site = TypeVar("Site")


def each_site(
    values: NDArray[np.float64], sizes: Sequence[int], actions: Sequence[Action]
) -> NDArray[np.float64]:
    """Every action along the axis of its site, one after another."""
    for site, action in enumerate(actions):
        values = one_site(values, sizes, site, action)
    return values


def one_site(
    values: NDArray[np.float64], sizes: Sequence[int], site: int, action: Action
) -> NDArray[np.float64]:
    """An action along the axis of one site; it gets ``(n, others, size)``, turned in memory only for few `others`."""
    others = prod(sizes[site + 1 :])
    turned = np.swapaxes(values.reshape(-1, sizes[site], others), 1, 2)
    done = action(turned if others == 1 or others >= FEW else np.ascontiguousarray(turned))
    return np.swapaxes(done, 1, 2).reshape(values.shape)


def runs(items: Sequence[Site], sizes: Sequence[int]) -> list[list[Site]]:
    """The items cut into as few runs as MERGED_LIMIT allows, filled evenly; an item beyond the limit stands alone."""
    fewest = len(_cut(items, sizes, MERGED_LIMIT))
    cuts = (_cut(items, sizes, limit) for limit in range(1, MERGED_LIMIT + 1))
    return next(cut for cut in cuts if len(cut) == fewest)


def _cut(items: Sequence[Site], sizes: Sequence[int], limit: int) -> list[list[Site]]:
    """Runs whose sizes multiply to at most `limit` (or single items), each as long as possible."""
    cut: list[list[Site]] = []
    product = limit
    for item, size in zip(items, sizes, strict=True):
        if cut and product * size <= limit:
            cut[-1].append(item)
            product *= size
        else:
            cut.append([item])
            product = size
    return cut


def merged_sites(
    sites: Sequence[SiteKernel], combine: Callable[[Sequence[SiteKernel]], NDArray[np.float64]]
) -> list[SiteKernel]:
    """Runs of small sites as one site each, `combine` giving its table; such a site has the modes of its first part.

    Meant for `apply`, `laplacian`, `stay` and `lateral_sums` only.
    """
    cut = runs(sites, [site.size for site in sites])
    return [
        run[0] if len(run) == 1 else MatrixSite.of(np.array(combine(run)), run[0].modes, None) for run in cut
    ]


def kronecker(tables: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The Kronecker product of tables, the first slowest."""
    total: NDArray[np.float64] = np.ones((1, 1))
    for table in tables:
        total = np.asarray(np.kron(total, table), dtype=np.float64)
    return total


def kronecker_product(sites: Sequence[SiteKernel]) -> NDArray[np.float64]:
    """The table of sites that all take part in a move."""
    return kronecker([site.matrix for site in sites])


def kronecker_sum(sites: Sequence[SiteKernel]) -> NDArray[np.float64]:
    """The table of sites of which one takes part in a move."""
    total = np.zeros((1, 1))
    for site in sites:
        total = np.kron(total, np.eye(site.size)) + np.kron(np.eye(len(total)), site.matrix)
    return total


class ModeTransform:
    """The orthonormal modes of all sites together: Q = Q_0 x Q_1 x ..., a tensor product.

    Short sites are merged and transformed by tables, long ordinal ones by one fast cosine transform.
    """

    def __init__(self, modes: Sequence[SiteModes]) -> None:
        steps: list[tuple[int, Action, Action]] = []
        for long, group in groupby(modes, key=_is_long_cosine):
            parts = list(group)
            if long:
                steps.append(_cosine_step([part.size for part in parts]))
            else:
                steps.extend(_table_step(run) for run in runs(parts, [part.size for part in parts]))
        self._sizes = [size for size, _, _ in steps]
        self._forward = [forward for _, forward, _ in steps]
        self._backward = [backward for _, _, backward in steps]

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Q^T v along the last axis ``(..., n_states)``."""
        return each_site(values, self._sizes, self._forward)

    def backward(self, modes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Q m along the last axis ``(..., n_states)``."""
        return each_site(modes, self._sizes, self._backward)


def _is_long_cosine(modes: SiteModes) -> bool:
    return isinstance(modes, CosineModes) and modes.size > MERGED_LIMIT


def _cosine_step(sizes: Sequence[int]) -> tuple[int, Action, Action]:
    axes = tuple(range(-len(sizes), 0))

    def over_all(transform: Callable[..., NDArray[np.float64]]) -> Action:
        def act(values: NDArray[np.float64]) -> NDArray[np.float64]:
            parted = values.reshape(*values.shape[:-1], *sizes)
            return transform(parted, norm="ortho", axes=axes).reshape(values.shape)

        return act

    return prod(sizes), over_all(scipy.fft.dctn), over_all(scipy.fft.idctn)


def _table_step(run: Sequence[SiteModes]) -> tuple[int, Action, Action]:
    size = prod(part.size for part in run)
    if size > MERGED_LIMIT:  # a single site, whose transform may be fast
        return size, run[0].forward, run[0].backward
    table = kronecker([part.forward(np.eye(part.size)) for part in run])
    back = np.ascontiguousarray(table.T)
    return size, lambda values: table_product(values, table), lambda modes: table_product(modes, back)
