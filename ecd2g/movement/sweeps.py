"""Where walks end, for many start masses at once: sweeps through the layers instead of single steps.

Eq. (9) is linear in what starts, so masses share one set of transitions, a sparse matrix a gap and a direction. A sweep
up or down the layers lets every walk run on until it turns round; walks that turn k times are done after k + 1 sweeps,
however many steps they take.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.fields.field import LayeredField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.errors import InputError
from ecd2g.movement.exact import STRANDED_TOLERANCE, propagate
from ecd2g.movement.rules import stranded, unfinished

EDGE_LIMIT = 60_000_000
"""Edges whose transitions are kept, 12 bytes each; larger circuits are propagated step by step."""


@dataclass(frozen=True, eq=False)
class EndMasses:
    """What ends at every atom of the last layer ``(n_atoms, k)``, and the share of a mass left under way at most."""

    ends: NDArray[np.float64]
    unfinished: float


@dataclass(frozen=True, eq=False)
class LayerSteps:
    """Transitions of one movement rule; currents over the total that leaves their node.

    onward : of every gap, from a node (rows) to one of the next layer (columns), ``(V, V)`` sparse
    back : of every gap, from a node of the later layer (columns) to one of the earlier (rows)
    total : current that leaves every node, through its edges or into the sink, ``(n_layers, V)`` in ampere
    stop : current into the sink, ``(V,)``
    """

    onward: tuple[sp.csr_array, ...]
    back: tuple[sp.csr_array, ...]
    total: NDArray[np.float64]
    stop: NDArray[np.float64]
    forward_only: bool

    @classmethod
    def of(cls, field: KernelField | TableField, *, forward_only: bool = False) -> "LayerSteps":
        """The transitions of a field, O(edges); for the forward-only rule all walks stop in the last layer."""
        onward, back = [], []
        n_layers, n_states = field.potentials.shape
        total = np.zeros((n_layers, n_states))
        for gap, currents in enumerate(_edges(field)):
            onward.append(_part(currents, 1.0))
            back.append(_part(currents, 0.0 if forward_only else -1.0))
            total[gap] += onward[-1].sum(axis=1)
            total[gap + 1] += back[-1].sum(axis=0)
        stop = np.ones(n_states) if forward_only else np.array(field.atoms.sink)
        total[-1] += stop
        return cls(tuple(onward), tuple(back), total, stop, forward_only)

    def run(self, start: NDArray[np.float64], tolerance: float, max_sweeps: int) -> EndMasses:
        """Sweep until at most the share `tolerance` of every start mass ``(V, k)`` is under way."""
        n_layers = len(self.total)
        waiting = [np.zeros_like(start) for _ in range(n_layers)]
        waiting[0] = start.copy()
        ends, whole = np.zeros_like(start), start.sum(axis=0)
        whole = np.where(whole > 0, whole, 1.0)
        lost, moving = np.zeros(start.shape[1]), np.ones(start.shape[1])
        down, up = range(n_layers - 2, -1, -1), range(n_layers)
        for sweep in range(max_sweeps):
            for layer in down if sweep % 2 else up:
                lost += self._relax(layer, waiting, ends)
            moving = np.sum([masses.sum(axis=0) for masses in waiting], axis=0)
            if np.any(lost > STRANDED_TOLERANCE * whole):
                raise stranded(self.forward_only, float(np.max(lost / whole)))
            if np.all(moving <= tolerance * whole):
                return EndMasses(ends, float(np.max((moving + lost) / whole)))
        raise unfinished(float(np.max(moving / whole)), max_sweeps)

    def _relax(
        self, layer: int, waiting: list[NDArray[np.float64]], ends: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Let all mass that waits in a layer stop or move on; returns what can do neither, ``(k,)``."""
        mass, total = waiting[layer], self.total[layer][:, None]
        if not mass.any():
            return np.zeros(mass.shape[1])
        lost = np.where(total > 0, 0.0, mass).sum(axis=0)
        rate = np.divide(mass, total, out=np.zeros_like(mass), where=total > 0)
        waiting[layer] = np.zeros_like(mass)
        if layer < len(waiting) - 1:
            waiting[layer + 1] += self.onward[layer].T @ rate
        else:
            ends += self.stop[:, None] * rate
        if layer > 0 and self.back[layer - 1].nnz:
            waiting[layer - 1] += self.back[layer - 1] @ rate
        return lost


def end_masses(
    field: LayeredField,
    start: NDArray[np.float64],
    *,
    forward_only: bool = False,
    tolerance: float = 1e-16,
    max_sweeps: int = 100_000,
) -> EndMasses:
    """Where masses ``(n_atoms, k)`` that start in the first layer end; values of one state of every atom.

    A circuit whose kernel knows its rows, or a table, is swept: O(edges k) a sweep, and edges up to `EDGE_LIMIT`. Any
    other field is propagated step by step, one mass after the other. StrandedWalkerError and SolverError as there;
    InputError for another shape, and for masses that are negative or not finite.
    """
    wrong = int(np.sum(~(np.isfinite(start) & (start >= 0))))
    if start.ndim != 2 or len(start) != field.atoms.n_atoms or wrong:
        raise InputError(
            f"start must be finite masses of 0 or more, shape ({field.atoms.n_atoms}, k), "
            f"got shape {start.shape} with {wrong} entries that are negative or not finite"
        )
    if is_swept(field):
        return LayerSteps.of(field, forward_only=forward_only).run(start, tolerance, max_sweeps)  # type: ignore[arg-type]
    ends, left = np.zeros_like(start), 0.0
    for column in np.flatnonzero(start.any(axis=0)):
        nodes = np.zeros_like(field.injected)
        nodes[0] = start[:, column]
        whole = float(nodes[0] @ field.multiplicity)
        law = propagate(field, forward_only=forward_only, tolerance=tolerance, start=nodes / whole)
        ends[:, column], left = law.ends[-1] * whole, max(left, law.unfinished)
    return EndMasses(ends, left)


def is_swept(field: LayeredField) -> bool:
    """Whether the edges of a field are few enough, and known, so that sweeps replace single steps."""
    if isinstance(field, TableField):
        return bool(field.tables.size <= EDGE_LIMIT)
    return isinstance(field, KernelField) and field.kernel.n_pairs * field.circuit.n_gaps <= EDGE_LIMIT


def _edges(field: KernelField | TableField) -> list[sp.csr_array]:
    """Currents of every gap, rows in the earlier layer."""
    if isinstance(field, TableField):
        return [sp.csr_array(table) for table in field.tables]
    states = np.arange(field.circuit.n_states)
    rows = field.kernel.rows(states)
    own = np.repeat(states, np.diff(rows.indptr))
    same = rows.indices == own
    found = []
    for gap, gain in enumerate(field.circuit.gap_gains):
        drops, later = field.forward_drops[gap], field.potentials[gap + 1]
        fall = np.where(same, drops[own], drops[own] + (later[own] - later[rows.indices]))
        found.append(sp.csr_array((gain * rows.data * fall, rows.indices, rows.indptr), shape=rows.shape))
    return found


def _part(currents: sp.csr_array, sign: float) -> sp.csr_array:
    """The currents of one sign, as positive numbers; nothing else is stored."""
    part = sp.csr_array(
        (np.maximum(sign * currents.data, 0.0), currents.indices.copy(), currents.indptr.copy()),
        shape=currents.shape,
    )
    part.eliminate_zeros()
    return part
