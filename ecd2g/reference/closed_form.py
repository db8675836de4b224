"""Lemma 3.5 for arbitrary p and q: exact potentials and currents of the complete circuit in O(1) a node.

Split every layer into its mean and the deviation from it. The means follow a chain of n_layers nodes with a
conductance V s a link, so they fall linearly. Every deviation follows a chain with link conductance |a - b| whose
nodes leak to ground; its response to a unit current at its first node is alpha_n. With T, U the Chebyshev polynomials
and t = s / (a - b) = cosh(theta),

    alpha_n = T_{N-n}(t) / ((a - b) (t^2 - 1) U_{N-2}(t)) = cosh((N - n) theta) / (gamma sinh((N - 1) theta)),   n = 1..N.

T and U overflow and their differences cancel, so everything below is written with exponentials of negative
arguments, and every difference of two alpha as a product. Only + x / of positive numbers remain (docs/closed_form.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.complete_field import CompleteField
from ecd2g.circuit.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.table_field import TableField

INFINITE_ANGLE = 2000.0
"""Stands for theta = infinity (a = b): exp(-theta) is 0 in float64, and 0 * theta stays 0."""


@dataclass(frozen=True, eq=False)
class ChainResponse:
    """Response of one deviation chain to unit currents at its ends; N = n_layers, layers counted from 0.

    alpha : (N,)              alpha_n, volt per ampere
    difference, total : (N,)  alpha_n - alpha_{N-1-n} and alpha_n + alpha_{N-1-n}
    drop : (N - 1,)           alpha_n - alpha_{n+1}
    base_drop : (N - 1,)      the forward drop of a state with p(x) = q(x) = 0
    mean_drop : float         drop of the layer means, 1 / (V s)
    """

    alpha: NDArray[np.float64]
    difference: NDArray[np.float64]
    total: NDArray[np.float64]
    drop: NDArray[np.float64]
    base_drop: NDArray[np.float64]
    mean_drop: float


def chain_response(kernel: CompleteKernel, n_layers: int) -> ChainResponse:
    """The response alpha_n of Lemma 3.5 and its differences, for a >= b and a < b, to full relative accuracy."""
    a, b, n_states = kernel.forward, kernel.lateral, float(kernel.n_states)
    link, mean_drop = abs(a - b), 1.0 / (n_states * kernel.row_sum())
    if n_states == 1.0:
        none = np.zeros(n_layers)
        return ChainResponse(none, none, none, none[1:], np.full(n_layers - 1, mean_drop), mean_drop)
    leak, rest = b * n_states, 2.0 * a + (n_states - 2.0) * b  # s - (a - b) and s + (a - b)
    gamma = np.sqrt(leak) * np.sqrt(rest)  # |a - b| sinh(theta)
    if a < b:
        leak, rest = rest, leak
    theta = np.log1p((leak + gamma) / link) if link > 0 else INFINITE_ANGLE
    layer, gap = np.arange(n_layers), np.arange(n_layers - 1)
    last = n_layers - 1

    def rise(k: NDArray | float) -> NDArray:  # 1 - exp(-k theta)
        return -np.expm1(-k * theta)

    def sum_(k: NDArray | float) -> NDArray:  # 1 + exp(-k theta)
        return 1.0 + np.exp(-k * theta)

    offset = last - 2 * layer  # distance from the middle of the chain, in half links
    half = np.exp((np.abs(offset) - last) * theta / 2) / gamma
    magnitude = np.exp(-layer * theta) * sum_(2 * (last - layer)) / (gamma * rise(2 * last))
    minus = half * np.sign(offset) * rise(np.abs(offset)) / sum_(last)
    plus = half * sum_(np.abs(offset)) / rise(last)
    if a >= b:
        drop = np.exp(-gap * theta) * rise(1) * rise(2 * (last - gap) - 1) / (gamma * rise(2 * last))
        return ChainResponse(
            magnitude, minus, plus, drop, mean_drop * _base_drop(theta, n_layers), mean_drop
        )
    sign = np.where(layer % 2 == 0, 1.0, -1.0)  # a < b: deviations alternate from layer to layer
    drop = sign[:-1] * (magnitude[:-1] + magnitude[1:])
    base_drop = mean_drop - (drop + drop[::-1]) / n_states
    if last % 2:
        minus, plus = plus, minus
    return ChainResponse(sign * magnitude, sign * minus, sign * plus, drop, base_drop, mean_drop)


def _base_drop(theta: float, n_layers: int) -> NDArray[np.float64]:
    """Drop of a state outside both supports over the drop of the means, a >= b.

    1 - s (drop_n + drop_{N-n}) cancels to nothing when theta is small. As a product, with n = 1..N-1 the distance
    from the nearer end: [sinh((N-n+1) h) sinh((n-1) h) + sinh((N-n-2) h) sinh(n h)] / [cosh(h) cosh((N-1) h)], h = theta/2.
    """
    gap = np.arange(1, n_layers)
    near = np.minimum(gap, n_layers - gap)
    far = n_layers - near
    outer = np.expm1(-(far + 1) * theta) * np.expm1(-(near - 1) * theta)
    inner = np.exp(-theta) * np.expm1(-np.maximum(far - 2, 0) * theta) * np.expm1(-near * theta)
    if n_layers == 2:
        inner = np.expm1(-theta) * -np.expm1(-near * theta)
    return (outer + inner) / ((1.0 + np.exp(-theta)) * (1.0 + np.exp(-(n_layers - 1) * theta)))


def closed_form(circuit: LayeredCircuit, atoms: Atoms) -> CompleteField | TableField:
    """Exact potentials and currents of the complete circuit, Lemma 3.5 with superposition Eq. (12).

    phi_n(x) = -(n - 1) / (V s) + alpha_n (p(x) - 1/V) - alpha_{N+1-n} (q(x) - 1/V) + const, mean zero, n = 1..N.

    Cost O(n_layers * n_atoms). Two states with b > a are the same circuit with a and b exchanged and the two
    states swapped in every other layer; there the *lateral* drops are the delicate ones, so it is solved that way.
    """
    kernel = circuit.kernel
    if kernel.n_states == 2 and kernel.lateral > kernel.forward:
        return _twisted(circuit, atoms)
    response = chain_response(kernel, circuit.n_layers)
    p, q = atoms.source, atoms.sink
    terms = np.stack([(p + q) / 2 - 1.0 / float(kernel.n_states), (p - q) / 2, np.ones_like(p)])
    means = response.mean_drop * ((circuit.n_layers - 1) / 2 - np.arange(circuit.n_layers))
    potentials = np.stack([response.difference, response.total, means], axis=1) @ terms
    ones = np.stack([p, q, np.ones_like(p)])
    drops = np.stack([response.drop, response.drop[::-1], response.base_drop], axis=1) @ ones
    return CompleteField(circuit, atoms, potentials, drops)


def _twisted(circuit: LayeredCircuit, atoms: Atoms) -> TableField:
    """Two states, b > a: solve the circuit with a and b exchanged, then swap the states of every odd layer back."""
    kernel = CompleteKernel(2, circuit.kernel.lateral, circuit.kernel.forward)
    odd = np.arange(circuit.n_layers) % 2 == 1
    p, q = (atoms.expand(values) for values in (atoms.source, atoms.sink))
    plain = Atoms(atoms.space, None, np.ones(2), p, q)
    swapped = Atoms(atoms.space, None, np.ones(2), p, q[::-1] if odd[-1] else q)
    field = closed_form(LayeredCircuit(circuit.space, circuit.n_layers, kernel), swapped)
    potentials = np.where(odd[:, None], field.potentials[:, ::-1], field.potentials)
    tables = np.stack([field.currents(gap) for gap in range(circuit.n_gaps)])
    for gap, table in enumerate(tables):
        table[...] = table[::-1] if odd[gap] else table[:, ::-1]
    return TableField(circuit, plain, potentials, tables)


@dataclass(frozen=True, eq=False)
class Table1:
    """Table 1 of the paper: potentials of a unit current from x0 to xN, mean zero; every entry ``(n_layers,)``.

    Case x0 = xN: `same_pair` at that state, `same_other` at any other.
    Case x0 != xN: `source` at x0, `sink` at xN, `other` at any other.
    """

    same_pair: NDArray[np.float64]
    same_other: NDArray[np.float64]
    source: NDArray[np.float64]
    sink: NDArray[np.float64]
    other: NDArray[np.float64]


def table_1(circuit: LayeredCircuit) -> Table1:
    """Lemma 3.5: the potentials of one source and one sink, for both cases of the paper's Table 1."""
    n_layers, share = circuit.n_layers, 1.0 / float(circuit.n_states)
    response = chain_response(circuit.kernel, n_layers)
    line = response.mean_drop * ((n_layers - 1) / 2 - np.arange(n_layers))
    other = line - response.difference * share
    return Table1(
        same_pair=line + response.difference * (1.0 - share),
        same_other=other,
        source=other + response.alpha,
        sink=other - response.alpha[::-1],
        other=other,
    )
