"""The lateral edges of a gap one by one, a block of rows at a time: sums of currents without a V x V table."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.kernels.kernel import StructuredKernel
from ecd2g.circuit.narrow_indices import narrow
from ecd2g.errors import CapacityError

PAIR_LIMIT = 2**26
"""Most joined pairs of states that are listed at once (0.8 GB)."""

BLOCK = 2**16
"""Pairs looked at in one piece: few enough to stay in the cache of a core."""

KEPT_FOR_WALKS = 2**23
"""Circuits of up to this many edges keep lists of all of them, in about 0.15 GB, once walkers ask for them."""

PIECE = 2**20
"""Pairs that a kernel is asked for in one piece."""


@dataclass(frozen=True, eq=False)
class LateralPairs:
    """All pairs x != y that a kernel joins, row by row: `rows` is K with zeros on its diagonal, ``(V, V)`` sparse.

    12 bytes a pair.
    """

    rows: sp.csr_array

    @classmethod
    def of(cls, kernel: StructuredKernel) -> "LateralPairs":
        """The pairs of a kernel; CapacityError where they are more than `PAIR_LIMIT`."""
        if kernel.n_pairs > PAIR_LIMIT:
            raise CapacityError(
                f"the kernel joins {float(kernel.n_pairs):.3g} pairs of states, and sums over all of them are formed "
                f"up to {float(PAIR_LIMIT):.3g}; sample two-way or forward-only walks instead, which need no such sum, "
                f"or take a kernel of shorter reach"
            )
        n_pieces = 1 + kernel.n_pairs // PIECE
        pieces = [lateral_rows(kernel, part) for part in np.array_split(np.arange(kernel.n_states), n_pieces)]
        return cls(sp.csr_array(sp.vstack(pieces, format="csr")) if n_pieces > 1 else pieces[0])

    def sums(
        self,
        drops: NDArray[np.float64],
        later: NDArray[np.float64],
        weights: NDArray[np.float64] | None,
        *,
        of_later: bool,
        sign: float,
    ) -> NDArray[np.float64]:
        """sum_y K(x, y) (sign * drop)+ w(y) over the lateral edges of every node x of one layer, ``(V,)``.

        The drop along the edge from u in a layer to v in the next is drops(u) + (later(u) - later(v)), with the forward
        drops and the potentials of the later layer. The nodes x are those of the later layer where `of_later`, else
        those of the earlier one; the weights, 1 if None, belong to the other layer.
        """
        total = np.empty(len(later))
        factors = np.ones(len(later)) if weights is None else weights
        for first, block in self.blocks(drops, later, of_later=of_later, sign=sign):
            total[first : first + block.shape[0]] = block @ factors
        return total

    def blocks(
        self, drops: NDArray[np.float64], later: NDArray[np.float64], *, of_later: bool, sign: float
    ) -> Iterator[tuple[int, sp.csr_array]]:
        """The matrix K(x, y) (sign * drop)+ that `sums` multiplies with, as first rows and blocks of rows."""
        matrix = self.rows
        for first, last in self._blocks():
            here = slice(matrix.indptr[first], matrix.indptr[last])
            columns, pointers = matrix.indices[here], matrix.indptr[first : last + 1] - matrix.indptr[first]
            degrees = np.diff(pointers)
            drop = np.repeat(later[first:last], degrees)
            drop -= later.take(
                columns, mode="clip"
            )  # "clip" saves a pass that looks for columns out of range
            drop = (
                drops.take(columns, mode="clip") - drop
                if of_later
                else drop + np.repeat(drops[first:last], degrees)
            )
            drop *= sign
            np.maximum(drop, 0.0, out=drop)
            drop *= matrix.data[here]
            yield first, sp.csr_array((drop, columns, pointers), shape=(last - first, len(later)))

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """First and last row of pieces of about `BLOCK` pairs each."""
        pointers = self.rows.indptr
        first = 0
        while first < len(pointers) - 1:
            last = int(np.searchsorted(pointers, pointers[first] + BLOCK, side="right")) - 1
            last = min(max(last, first + 1), len(pointers) - 1)
            yield first, last
            first = last


def lateral_rows(kernel: StructuredKernel, states: NDArray[np.intp]) -> sp.csr_array:
    """Rows of K of the given states with zeros, still stored, in place of K(x, x); columns in 32 bits."""
    rows = kernel.rows(states)
    own = np.repeat(states, np.diff(rows.indptr))
    data = np.where(rows.indices == own, 0.0, rows.data)
    return sp.csr_array((data, narrow(rows.indices), narrow(rows.indptr)), shape=rows.shape)
