"""From points in a box to symbols: a grid of cells of equal width."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.errors import InputError


def to_grid(
    points: ArrayLike, n_symbols: int | tuple[int, ...], lower: ArrayLike, upper: ArrayLike
) -> NDArray[np.int64]:
    """Symbols ``(n, n_sites)`` of points ``(n, n_sites)``: floor(S (x - lower) / (upper - lower)) a site.

    `lower` and `upper`, one number or one per coordinate, are opposite corners of the box, in the units of
    the points; a point on the upper side belongs to the last cell. InputError for a point outside, which is
    never moved to the border.

    >>> to_grid([[0.0, 0.1], [0.5, 1.0]], n_symbols=4, lower=0.0, upper=1.0)
    array([[0, 0],
           [2, 3]])
    """
    cloud = _numbers(points, "points")
    if cloud.ndim != 2:
        raise InputError(f"points must have shape (n, n_sites), got {cloud.shape}")
    sizes = _per_site(n_symbols, "n_symbols", cloud.shape[1])
    low, high = (_per_site(side, name, cloud.shape[1]) for side, name in ((lower, "lower"), (upper, "upper")))
    if np.any(sizes != np.floor(sizes)) or np.any(sizes < 1):
        raise InputError(f"n_symbols must be whole numbers of at least 1, got {n_symbols!r}")
    if not np.all(low < high):
        raise InputError(f"lower must lie below upper at every site, got {lower!r} and {upper!r}")
    outside = np.argwhere(~((cloud >= low) & (cloud <= high)).all(axis=1))
    if outside.size:
        row = int(outside[0, 0])
        raise InputError(
            f"all points must lie in the box from {low.tolist()} to {high.tolist()}, got "
            f"{cloud[row].tolist()} in row {row}; enlarge the box"
        )
    cells = np.floor(sizes * ((cloud - low) / (high - low))).astype(np.int64)
    return np.minimum(cells, sizes.astype(np.int64) - 1)  # the upper side belongs to the last cell


def _numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be an array of real numbers") from None
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array


def _per_site(values: ArrayLike, name: str, n_sites: int) -> NDArray[np.float64]:
    array = _numbers(values, name)
    if array.shape not in ((), (n_sites,)):
        raise InputError(
            f"{name} must be a single number, or list one number a site ({n_sites} here), got shape {array.shape}"
        )
    return np.broadcast_to(array, (n_sites,))
