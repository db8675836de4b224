"""Currents of a layered circuit whose kernel knows its rows: O(V) numbers a layer, and no V x V table."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.fields.field import Advance, Move
from ecd2g.circuit.fields.kernel_rates import KernelRates
from ecd2g.circuit.fields.kernel_steps import KernelSteps
from ecd2g.circuit.fields.layered_nodes import LayeredNodes
from ecd2g.circuit.kernels.kernel import StructuredKernel, require_table
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.locked_arrays import lock, locked
from ecd2g.errors import InputError

TOGETHER = 2**17
"""Numbers that are handled in one piece, in whole layers, whose buffers stay in use."""

KEPT_FOR_SUMS = 2**26
"""Circuits of up to this many edges keep their currents, 12 bytes an edge, once sums over all of them are asked for."""

TILE = 2**14
"""Numbers that are handled in one piece where that need not be a whole layer: what stays in the cache."""


@dataclass(frozen=True, eq=False)
class KernelField(LayeredNodes):
    """Potentials ``(n_layers, V)`` and, apart from them, the drops ``(n_gaps, V)`` along the forward edges, in volt.

    The drop D_n(x) = phi_n(x) - phi_{n+1}(x) can lie far below the rounding of the potentials, so it is given, not
    formed by subtraction. The drop along a lateral edge is D_n(x) + (phi_{n+1}(x) - phi_{n+1}(y)). Every state is an
    atom of its own. Walks need no sum over edges (`advance`); `outflow` and `spread` go through all joined pairs.

    >>> import ecd2g
    >>> line = ecd2g.StateSpace(3)
    >>> kernel = ecd2g.circuit.kernels.neighbour(line, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(line, law) for law in ([1, 0, 0], [0, 0, 1]))
    >>> flow = ecd2g.solve(ecd2g.LayeredCircuit(line, 3, kernel), source=p, sink=q)
    >>> type(flow.field).__name__, flow.law().round(12)
    ('KernelField', array([0., 0., 1.]))
    """

    forward_drops: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not isinstance(self.circuit.kernel, StructuredKernel):
            raise InputError(
                "the field of a kernel needs a kernel that knows its rows; use a table of currents instead"
            )
        if self.atoms.listed is not None:
            raise InputError("the field of a kernel needs one atom for every state; do not list them")
        super().__post_init__()
        lock(self, "potentials", "forward_drops")

    @classmethod
    def from_potentials(
        cls, circuit: LayeredCircuit, atoms: Atoms, potentials: NDArray[np.float64]
    ) -> "KernelField":
        """The field whose forward drops are differences of the given potentials.

        Potentials are ``(n_layers, V)``; InputError where the shape is another.
        """
        return cls(circuit, atoms, potentials, potentials[:-1] - potentials[1:])

    def corrected(self, error: NDArray[np.float64]) -> "KernelField":
        """The field with an error of its potentials taken off; the drops lose no digit to their size."""
        drops = self.forward_drops - (error[:-1] - error[1:])
        return KernelField(self.circuit, self.atoms, self.potentials - error, drops)

    @property
    def kernel(self) -> StructuredKernel:
        """The kernel of the circuit."""
        return cast(StructuredKernel, self.circuit.kernel)

    def currents(self, gap: int) -> NDArray[np.float64]:
        """I = g_n K(x, y) (D_n(x) + phi_{n+1}(x) - phi_{n+1}(y)), shape ``(n_states, n_states)``; small spaces only."""
        require_table(self.circuit.n_states, "a table of currents")
        later = self.potentials[gap + 1]
        drops = self.forward_drops[gap][:, None] + (later[:, None] - later[None, :])
        return self.circuit.gap_gains[gap] * self.kernel.table() * drops

    def divergence(self) -> NDArray[np.float64]:
        """Net current leaving every node, ``(n_layers, V)``; costs one Laplacian a layer.

        With L = diag(d) - K a gap takes g (d D_n + L phi_{n+1}) from layer n, and gives g (d D_n - L phi_n) to layer
        n + 1. L leaves the forward edges out, so a stiff one is met in d D_n alone.
        """
        gains, sums, fall = self.circuit.gap_gains, self.kernel.row_sums(), self.laplacian
        net = np.zeros_like(self.potentials)
        for here, after, states in tiles(self.forward_drops):
            straight = (sums[states] if len(sums) > 1 else sums) * self.forward_drops[here, states]
            on = straight + fall[after, states]
            back = np.subtract(straight, fall[here, states], out=straight)
            on *= gains[here, None]
            back *= gains[here, None]
            net[here, states] += on
            net[after, states] -= back
        return net

    def power(self) -> float:
        """Dissipated power: the sum of R I^2 over all edges, in watt; costs one Laplacian a layer.

        Of one gap, with D the forward drops, m the mean of the two layers, and d the row sums of K,

            P = g { sum_x d D^2 - D.LD / 2 + 2 m.Lm }.

        The first two terms together, and the third, are sums of squares over edges, so none of them cancels the other.
        """
        return self._power

    @cached_property
    def _power(self) -> float:
        gains, sums, phi, fall = (
            self.circuit.gap_gains,
            self.kernel.row_sums(),
            self.potentials,
            self.laplacian,
        )
        means = phi.mean(axis=1, keepdims=True)
        total = 0.0
        for here, after, states in tiles(self.forward_drops):
            drops, early, late = self.forward_drops[here, states], fall[here, states], fall[after, states]
            middle = phi[here, states] + phi[after, states]
            middle -= means[here] + means[after]  # L of a constant is zero, but for rounding
            straight = _dot((sums[states] if len(sums) > 1 else sums) * drops, drops)
            total += float(
                gains[here] @ (straight + 0.5 * (_dot(middle, early + late) - _dot(drops, early - late)))
            )
        return total

    def outflow(self, *, forward_only: bool = False) -> NDArray[np.float64]:
        """Sum of the outgoing currents of every node, over all joined pairs: O(N n_pairs), see `LateralPairs.of`."""
        return self._outflow_on if forward_only else self._outflow_on + self._outflow_back

    def spread(self, weights: NDArray[np.float64], *, forward_only: bool = False) -> NDArray[np.float64]:
        """sum_u w(u) I(u, v)+ for every node v, O(n_pairs) for every layer with a weight other than zero."""
        gathered = np.zeros_like(self.potentials)
        busy = np.any(weights != 0, axis=1)
        for gap in range(self.circuit.n_gaps):
            if busy[gap]:
                gathered[gap + 1] += self._gathered(gap, 1.0, weights[gap], of_later=True)
            if not forward_only and busy[gap + 1]:
                gathered[gap] += self._gathered(gap, -1.0, weights[gap + 1], of_later=False)
        return gathered

    def draw(self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False) -> Move:
        """One step of every walker along an outgoing edge, with probability proportional to its current."""
        step = self._steps.step(nodes, rng, forward_only=forward_only, exits=False)
        return Move(step.nodes, step.kept)

    def advance(
        self, nodes: NDArray[np.intp], rng: np.random.Generator, *, forward_only: bool = False
    ) -> Advance:
        """One draw for every walker from Eq. (9) and (10) together, without the outflow of nodes: see `KernelSteps`."""
        return self._steps.step(nodes, rng, forward_only=forward_only, exits=True)

    def _gathered(
        self, gap: int, sign: float, weights: NDArray[np.float64] | None, *, of_later: bool
    ) -> NDArray[np.float64]:
        """Currents of one direction through a gap, weighted at one end and gathered at the other, ``(V,)``."""
        drops, later = self.forward_drops[gap], self.potentials[gap + 1]
        if self.circuit.n_gaps * self.kernel.n_pairs <= KEPT_FOR_SUMS:
            matrix = self._directed(gap, sign)
            gathers = of_later == (sign > 0)  # where currents arrive, or where they come from
            total = (matrix if gathers else matrix.T) @ (np.ones(len(later)) if weights is None else weights)
        else:
            total = self._rates.pairs.sums(drops, later, weights, of_later=of_later, sign=sign)
        straight = self.kernel.stay() * np.maximum(sign * drops, 0.0)
        return self.circuit.gap_gains[gap] * (total + (straight if weights is None else straight * weights))

    def _directed(self, gap: int, sign: float) -> sp.csr_array:
        """The lateral currents of one direction over the gain, kept: a row for every node that they arrive at."""
        if (gap, sign) not in self._kept:
            drops, later = self.forward_drops[gap], self.potentials[gap + 1]
            parts = []
            for _, block in self._rates.pairs.blocks(drops, later, of_later=sign > 0, sign=sign):
                parts.append(block.copy())  # its columns are those of the kernel
                parts[-1].eliminate_zeros()
            self._kept[gap, sign] = sp.csr_array(sp.vstack(parts, format="csr"))
        return self._kept[gap, sign]

    @cached_property
    def _kept(self) -> dict[tuple[int, float], sp.csr_array]:
        return {}

    @cached_property
    def _outflow_on(self) -> NDArray[np.float64]:
        total = np.zeros_like(self.potentials)
        for gap in range(self.circuit.n_gaps):
            total[gap] = self._gathered(gap, 1.0, None, of_later=False)
        return locked(total)

    @cached_property
    def _outflow_back(self) -> NDArray[np.float64]:
        total = np.zeros_like(self.potentials)
        for gap in range(self.circuit.n_gaps):
            total[gap + 1] = self._gathered(gap, -1.0, None, of_later=True)
        return locked(total)

    @cached_property
    def laplacian(self) -> NDArray[np.float64]:
        """L phi_n of every layer, L = diag(d) - K, ``(n_layers, V)``."""
        return locked(laplacian_of_layers(self.kernel, self.potentials))

    @cached_property
    def _rates(self) -> KernelRates:
        gains, sink = self.circuit.gap_gains, self.atoms.sink
        return KernelRates(self.kernel, gains, self.potentials, self.forward_drops, sink)

    @cached_property
    def _steps(self) -> KernelSteps:
        return KernelSteps(self._rates)


def laplacian_of_layers(kernel: StructuredKernel, layers: NDArray[np.float64]) -> NDArray[np.float64]:
    """L v of every layer; large layers one by one, whose buffers stay in use."""
    if layers.size <= TOGETHER:
        return kernel.laplacian(layers)
    result = np.empty_like(layers)
    for here in pieces(layers):
        result[here] = kernel.laplacian(layers[here])
    return result


def pieces(layers: NDArray[np.float64]) -> Iterator[slice]:
    """All layers (or gaps) as slices of about `TOGETHER` numbers, at least one layer each."""
    step = max(1, TOGETHER // layers.shape[1])
    for first in range(0, len(layers), step):
        yield slice(first, min(first + step, len(layers)))


def tiles(layers: NDArray[np.float64]) -> Iterator[tuple[slice, slice, slice]]:
    """Slices of about `TILE` numbers: some layers (or gaps), the same one further on, and some states."""
    n_layers, n_states = layers.shape
    rows, columns = max(1, TILE // n_states), min(n_states, TILE)
    for first in range(0, n_layers, rows):
        last = min(first + rows, n_layers)
        for state in range(0, n_states, columns):
            yield slice(first, last), slice(first + 1, last + 1), slice(state, state + columns)


def _dot(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of products over the states of every layer."""
    return np.sum(first * second, axis=1)  # pairwise, unlike a product of matrices
