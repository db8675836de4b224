"""Work along the axis of one site, in pieces that stay in the cache of a core and on one thread."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

PRODUCT = 2**18
"""Multiplications in one product of matrices. OpenBLAS shares larger ones out, which costs far more than it saves where
the other cores are busy, and saves nothing in small tables, whose products wait for memory."""

FEWEST = 16
"""Lines in one piece, at least: with fewer, large tables would be read too often."""


def in_blocks(
    values: NDArray[np.float64], action: Callable[[NDArray[np.float64]], NDArray[np.float64]], numbers: int
) -> NDArray[np.float64]:
    """An action along the last axis, on blocks of about `numbers` numbers; the layout of `values` is kept.

    Every block is handed over as an array ``(lines, size)`` whose lines are side by side in memory: symbol by symbol
    all of them are one contiguous run.
    """
    turned = values if values.ndim == 3 else values.reshape(1, -1, values.shape[-1])
    n, others, size = turned.shape
    width = max(FEWEST, numbers // size)
    result = np.empty_like(turned)
    step, wide = max(1, width // others), min(width, others)
    for first in range(0, n, step):
        for start in range(0, others, wide):
            block = (slice(first, first + step), slice(start, start + wide))
            lines = np.ascontiguousarray(turned[block].transpose(2, 0, 1))
            done = action(lines.reshape(size, -1).T)
            result[block] = done.T.reshape(lines.shape).transpose(1, 2, 0)
    return result.reshape(values.shape)


def table_product(values: NDArray[np.float64], table: NDArray[np.float64]) -> NDArray[np.float64]:
    """A product values @ table along the last axis ``(..., size)``; no axis is turned in memory."""
    size = len(table)
    together = PRODUCT // size**2 // 8 * 8
    if (
        values.ndim == 3 and values.strides[1] < values.strides[2]
    ):  # the axis of the site is not the last in memory
        result = np.empty_like(values)
        _columns(table.T, np.swapaxes(values, 1, 2), np.swapaxes(result, 1, 2), together)
        return result
    return _lines(np.ascontiguousarray(values).reshape(-1, size), table, together).reshape(values.shape)


def _lines(lines: NDArray[np.float64], table: NDArray[np.float64], together: int) -> NDArray[np.float64]:
    """The product of ``(n, size)``, `together` lines at a time; in one piece where those would be too few."""
    whole = len(lines) // together * together if together >= FEWEST else 0
    result = np.empty((len(lines), table.shape[1]))
    if whole:
        parts = lines[:whole].reshape(-1, together, lines.shape[1])
        np.matmul(parts, table, out=result[:whole].reshape(-1, together, table.shape[1]))
    np.matmul(lines[whole:], table, out=result[whole:])
    return result


def _columns(
    table: NDArray[np.float64], values: NDArray[np.float64], out: NDArray[np.float64], together: int
) -> None:
    """The product table @ v of every v of ``(n, size, others)``, `together` columns at a time."""
    n, size, others = values.shape
    whole = others // together * together if together >= FEWEST else 0
    if whole:
        shape = (n, size, -1, together)
        parts, done = (array[:, :, :whole].reshape(shape).swapaxes(1, 2) for array in (values, out))
        np.matmul(table, parts, out=done)
    if whole < others:
        np.matmul(table, values[:, :, whole:], out=out[:, :, whole:])
