"""Nodes of a structured kernel with all their edges listed: exact rates, and exact draws."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.fields.kernel_rates import EVENTS, LATERAL, LATERAL_BACK, LATERAL_ON, KernelRates
from ecd2g.circuit.kernels.sparse_rows import draw_columns, running_rows


@dataclass(frozen=True, eq=False)
class ListedNodes:
    """The given nodes ``(k,)``, numbered n V + x, with running sums of the currents of their lateral edges.

    O(edges of the nodes) to make, 16 bytes an edge beside the `rows` of the kernel ``(k, V)``, which are those of
    `lateral_rows`; O(log of the edges of a node) a draw.
    """

    rates: KernelRates
    nodes: NDArray[np.intp]
    rows: sp.csr_array

    def heights(self, allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Running sums of the rates of the events allowed, ``(5, k)``."""
        known = tuple(allowed.tolist())
        if known not in self._heights:
            zero = np.zeros(len(self.nodes))
            rates = [self._rate(event) if allowed[event] else zero for event in EVENTS]
            self._heights[known] = np.cumsum(rates, axis=0)
        return self._heights[known]

    def draw(self, event: int, places: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """The states that a lateral event leads to from the nodes at the given places of the list."""
        return draw_columns(self.rows, self._running(event), places, rng)

    def _rate(self, event: int) -> NDArray[np.float64]:
        if event not in LATERAL:
            return self.rates.exact(event, self.nodes)
        starts, ends = self.rows.indptr[:-1], self.rows.indptr[1:]
        return np.where(ends > starts, self._running(event).take(ends - 1, mode="clip"), 0.0)

    def _running(self, event: int) -> NDArray[np.float64]:
        return self._on if event == LATERAL_ON else self._back

    @cached_property
    def _on(self) -> NDArray[np.float64]:
        return self._running_currents(LATERAL_ON)

    @cached_property
    def _back(self) -> NDArray[np.float64]:
        return self._running_currents(LATERAL_BACK)

    @cached_property
    def _heights(self) -> dict[tuple[bool, ...], NDArray[np.float64]]:
        return {}

    def _running_currents(self, event: int) -> NDArray[np.float64]:
        """Running sums, begun anew in every row, of the currents of the lateral edges on or back."""
        rows = self.rows
        degrees = np.diff(rows.indptr)
        nodes, states = (np.repeat(each, degrees) for each in (self.nodes, self.nodes % self.rates.n_states))
        currents = self.rates.drops(event, nodes, rows.indices, states)
        np.maximum(currents, 0.0, out=currents)
        currents *= rows.data
        currents *= np.repeat(self.rates.gain(event, self.nodes // self.rates.n_states), degrees)
        return running_rows(sp.csr_array((currents, rows.indices, rows.indptr), shape=rows.shape))
