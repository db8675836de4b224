"""Lemma 3.5 for arbitrary p and q: exact potentials and currents of the complete circuit in O(1) a node.

Split every layer into its mean and the deviation from it. The means follow a chain of n_layers nodes with a
conductance V s a link, so they fall linearly. Every deviation follows a chain with link conductance |a - b| whose
nodes leak to ground; its response to a unit current at its first node is alpha_n. With T, U the Chebyshev
polynomials and t = s / (a - b) = cosh(theta),

    alpha_n = T_{N-n}(t) / ((a - b) (t^2 - 1) U_{N-2}(t)) = cosh((N - n) theta) / (gamma sinh((N - 1) theta)).

T and U overflow and their differences cancel, so everything below is written with exponentials of negative
arguments, and every difference of two alpha as a product. Only + x / of positive numbers remain (docs/closed_form.md).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, log1p, prod, sqrt

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.array_library import Backend, constants, library, namespace, to_numpy
from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit, require_layers
from ecd2g.circuit.locked_arrays import read_only
from ecd2g.errors import CapacityError, InputError
from ecd2g.memory import require_memory

NUMBER_LIMIT = 2**29
"""Most numbers a closed-form solution may hold (4 GB)."""

INFINITE_ANGLE = 2000.0
"""Stands for theta = infinity (a = b): exp(-theta) is 0 in float64, and 0 * theta stays 0."""


@dataclass(frozen=True)
class DeviationChain:
    """The chain that carries the deviation of a state from the mean of its layer, for V >= 2 states.

    Links of conductance |a - b|; every layer leaks to ground, `leak` = s - |a - b| siemens towards each neighbour.
    theta : arccosh(s / |a - b|);  gamma : |a - b| sinh(theta), in siemens
    alternates : whether a < b, when deviations change their sign from layer to layer
    """

    theta: float
    gamma: float
    leak: float
    alternates: bool


def deviation_chain(kernel: CompleteKernel) -> DeviationChain:
    """Angle and leak of the deviation chain; s - (a - b) = V b and s + (a - b) = 2 a + (V - 2) b, never subtracted.

    >>> from ecd2g.circuit import CompleteKernel
    >>> chain = deviation_chain(CompleteKernel(2, 1.0, 0.25))
    >>> chain.leak, round(float(np.cosh(chain.theta)), 12)  # 2 b, and (a + b) / (a - b)
    (0.5, 1.666666666667)
    """
    a, b, n_states = kernel.forward, kernel.lateral, float(kernel.n_states)
    below, above = b * n_states, 2.0 * a + (n_states - 2.0) * b
    gamma, link, leak = sqrt(below) * sqrt(above), abs(a - b), below if a >= b else above
    theta = min(log1p((leak + gamma) / link), INFINITE_ANGLE) if link > 0 else INFINITE_ANGLE
    return DeviationChain(theta, gamma, leak, a < b)


def alpha(kernel: CompleteKernel, n_layers: int) -> NDArray[np.float64]:
    """Response alpha_n of the deviation chain, in volt per ampere, ``(n_layers,)``; zero for a single state.

    InputError for fewer than two layers.

    >>> from ecd2g.circuit import CompleteKernel
    >>> alpha(CompleteKernel(2, 1.0, 0.25), 3).round(6)  # r = 1, R = 4 ohm
    array([1.025, 0.375, 0.225])
    """
    require_layers(n_layers)
    layer, last = np.arange(int(n_layers)), int(n_layers) - 1
    if kernel.n_states == 1:
        return np.zeros(n_layers)
    chain = deviation_chain(kernel)
    ratio = np.exp(-chain.theta * layer) * (1.0 + np.exp(-2 * chain.theta * (last - layer)))
    values = ratio / (-expm1(-2 * last * chain.theta) * chain.gamma)
    return values * (-1.0) ** layer if chain.alternates else values


@dataclass(frozen=True, eq=False)
class ChainResponse:
    """What closed_form needs of alpha, N = n_layers, layers counted from 0; in volt per ampere.

    difference, total : (N,)  alpha_n - alpha_{N-1-n} and alpha_n + alpha_{N-1-n}
    drop : (N - 1,)           alpha_n - alpha_{n+1}
    base_drop : (N - 1,)      the forward drop of a state with p(x) = q(x) = 0
    mean_drop : float         drop of the layer means, 1 / (V s)
    """

    difference: NDArray[np.float64]
    total: NDArray[np.float64]
    drop: NDArray[np.float64]
    base_drop: NDArray[np.float64]
    mean_drop: float

    def __post_init__(self) -> None:
        for values in (self.difference, self.total, self.drop, self.base_drop):
            read_only(values)  # shared by every solve on the circuit


def chain_response(kernel: CompleteKernel, n_layers: int) -> ChainResponse:
    """Sums and differences of alpha_n as products of hyperbolic functions, to full relative accuracy.

    Remembered for the circuits used last, since it serves any number of p and q. InputError for fewer than two layers.

    >>> from ecd2g.circuit import CompleteKernel
    >>> response = chain_response(CompleteKernel(2, 1.0, 0.25), 3)
    >>> response.drop.round(6), round(response.mean_drop, 12)  # alpha_1 - alpha_2, alpha_2 - alpha_3; 1 / (2 (a + b))
    (array([0.65, 0.15]), 0.4)
    """
    require_layers(n_layers)
    return _remembered_response(kernel, int(n_layers))


@lru_cache(maxsize=64)
def _remembered_response(kernel: CompleteKernel, n_layers: int) -> ChainResponse:
    n_states, last = float(kernel.n_states), n_layers - 1
    mean_drop = 1.0 / (n_states * kernel.row_sum())
    if kernel.n_states == 1:
        none = np.zeros(n_layers)
        return ChainResponse(none, none, none[1:], np.full(last, mean_drop), mean_drop)
    chain = deviation_chain(kernel)
    theta, gamma = chain.theta, chain.gamma
    layer = np.arange(n_layers)
    from_middle = last - 2 * layer  # in half links
    distance = np.abs(from_middle)
    scale = np.exp((distance - last) * (theta / 2)) / gamma
    fall = np.expm1(-theta * distance)  # exp(-theta distance) - 1
    # sinh(j theta/2) / (gamma cosh(last theta/2)) and cosh(j theta/2) / (gamma sinh(last theta/2)), j = from_middle
    difference = scale * fall * np.sign(-from_middle) / (1.0 + exp(-last * theta))
    total = scale * (2.0 + fall) / -expm1(-last * theta)
    if chain.alternates:
        sign = (-1.0) ** layer
        response = alpha(kernel, n_layers)
        drop = response[:-1] - response[1:]  # of opposite signs: nothing cancels
        base_drop = mean_drop - (drop + drop[::-1]) / n_states
        if last % 2:
            difference, total = total, difference
        return ChainResponse(sign * difference, sign * total, drop, base_drop, mean_drop)
    # 2 sinh((N - n - 3/2) theta) sinh(theta/2) / (gamma sinh((N - 1) theta))
    gap = layer[:-1]
    drop = np.exp(-theta * gap) * np.expm1(-theta * (2 * (last - gap) - 1))
    drop *= expm1(-theta) / (gamma * -expm1(-2 * last * theta))
    return ChainResponse(difference, total, drop, mean_drop * _base_drop(theta, n_layers), mean_drop)


def _base_drop(theta: float, n_layers: int) -> NDArray[np.float64]:
    """Drop of a state outside both supports over the drop of the means, a >= b.

    1 - s (drop_n + drop_{N-n}) cancels to nothing when theta is small. As a product, with n = 1..N-1 the distance
    from the nearer end and h = theta/2:
    [sinh((N-n+1) h) sinh((n-1) h) + sinh((N-n-2) h) sinh(n h)] / [cosh(h) cosh((N-1) h)].
    """
    near = np.minimum(np.arange(1, n_layers), np.arange(n_layers - 1, 0, -1))
    far, common = n_layers - near, (1.0 + exp(-theta)) * (1.0 + exp(-(n_layers - 1) * theta))
    if n_layers == 2:
        return np.array([-(expm1(-theta) ** 2) / common])
    outer = np.expm1(-theta * (far + 1)) * np.expm1(-theta * (near - 1))
    inner = np.expm1(-theta * (far - 2)) * np.expm1(-theta * near) * exp(-theta)
    return (outer + inner) / common


def closed_form(
    circuit: LayeredCircuit, atoms: Atoms, *, backend: Backend = "numpy"
) -> CompleteField | TableField:
    """Exact potentials and currents of the complete circuit, Lemma 3.5 with superposition Eq. (12).

    phi_n(x) = -(n - 1) / (V s) + alpha_n (p(x) - 1/V) - alpha_{N+1-n} (q(x) - 1/V) + const, mean zero, n = 1..N.

    Cost O(n_layers * n_atoms), on the back end asked for; the field comes back in NumPy. Two states with b > a are the
    same circuit with a and b exchanged and the two states swapped in every other layer; there the *lateral* drops are
    the delicate ones, so it is solved that way. InputError for another kernel and for gaps of different gain.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> field = closed_form(circuit, Atoms.of(p, q))
    >>> field.currents(0).round(12)  # three quarters straight, one quarter over the other two nodes
    array([[ 0.25,  0.75],
           [-0.25,  0.25]])
    """
    plain, plain_atoms = plain_problem(circuit, atoms)
    moved = plain_atoms.on(library(backend))
    potentials, drops = potentials_and_drops(plain, moved.source, moved.sink)
    field = CompleteField(plain, plain_atoms, to_numpy(potentials), to_numpy(drops))
    return field if plain is circuit else _swap_back(circuit, atoms, field)


def potentials_and_drops(
    circuit: LayeredCircuit, p: NDArray[np.float64], q: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lemma 3.5 for arrays of any library: potentials ``(..., n_layers, K)``, forward drops ``(..., n_layers - 1, K)``.

    `p` and `q` ``(..., K)`` hold the values of K states; leading axes are problems of their own. Both answers are
    products with three terms, so that memory is written once.
    """
    kernel, n_layers, xp = complete_kernel(circuit), circuit.n_layers, namespace(p)
    _require_room(n_layers, p.shape)
    response = chain_response(kernel, n_layers)
    means = response.mean_drop * ((n_layers - 1) / 2 - np.arange(n_layers))
    of_potentials = np.stack([response.difference, response.total, means], axis=1)
    of_drops = np.stack([response.base_drop, response.drop, response.drop[::-1]], axis=1)
    middle, half = (p + q) / 2 - 1.0 / float(kernel.n_states), (p - q) / 2
    terms = xp.stack((middle, half, xp.ones_like(p), p, q), axis=-2)
    if xp is not np:
        return constants(of_potentials, p) @ terms[..., :3, :], constants(of_drops, p) @ terms[..., 2:, :]
    both = np.empty((*p.shape[:-1], 2 * n_layers - 1, p.shape[-1]))  # fresh pages cost more than the products
    potentials, drops = both[..., :n_layers, :], both[..., n_layers:, :]
    np.matmul(of_potentials, terms[..., :3, :], out=potentials)
    np.matmul(of_drops, terms[..., 2:, :], out=drops)
    return potentials, drops


def _require_room(n_layers: int, shape: tuple[int, ...]) -> None:
    numbers = 2 * n_layers * prod(shape)
    if numbers > NUMBER_LIMIT:
        raise CapacityError(
            f"potentials and drops of {n_layers} layers and {' x '.join(map(str, shape))} states would hold "
            f"{8e-9 * numbers:.3g} GB, and the limit is {8e-9 * NUMBER_LIMIT:.3g} GB; take fewer layers, or "
            f"distributions that list fewer states"
        )
    purpose = f"the closed form of {n_layers} layers and {' x '.join(map(str, shape))} states"
    require_memory(8.0 * numbers, purpose, "take fewer layers, or distributions that list fewer states")


def plain_problem(circuit: LayeredCircuit, atoms: Atoms) -> tuple[LayeredCircuit, Atoms]:
    """The problem itself or, for two states with b > a, its equal with a and b exchanged and odd layers swapped."""
    plain = plain_circuit(circuit)
    if plain is circuit:
        return circuit, atoms
    p, q = (atoms.expand(values) for values in (atoms.source, atoms.sink))
    return plain, Atoms(atoms.space, None, np.ones(2), p, q if circuit.n_layers % 2 else q[::-1])


def plain_circuit(circuit: LayeredCircuit) -> LayeredCircuit:
    """The circuit of `plain_problem`: itself, but for two states with b > a."""
    kernel = complete_kernel(circuit)
    if kernel.n_states != 2 or kernel.lateral <= kernel.forward:
        return circuit
    exchanged = CompleteKernel(2, kernel.lateral, kernel.forward)
    return LayeredCircuit(circuit.space, circuit.n_layers, exchanged)


def _swap_back(circuit: LayeredCircuit, atoms: Atoms, field: CompleteField) -> TableField:
    """Potentials and currents of the original problem from those of `plain_problem`."""
    potentials = field.potentials.copy()
    potentials[1::2] = field.potentials[1::2, ::-1]
    tables = np.stack([field.currents(gap) for gap in range(circuit.n_gaps)])
    tables[0::2] = tables[0::2, :, ::-1]
    tables[1::2] = tables[1::2, ::-1, :]
    p, q = (atoms.expand(values) for values in (atoms.source, atoms.sink))
    return TableField(circuit, Atoms(atoms.space, None, np.ones(2), p, q), potentials, tables)


def complete_kernel(circuit: LayeredCircuit) -> CompleteKernel:
    """The complete kernel of a circuit with equal gaps; InputError where it has another kernel, or gains."""
    if not isinstance(circuit.kernel, CompleteKernel) or circuit.is_graded:
        raise InputError(
            "Lemma 3.5 needs the complete kernel of Eq. (11), the same in every gap; solve any other circuit with "
            "ecd2g.solve"
        )
    return circuit.kernel


def is_plain(circuit: LayeredCircuit) -> bool:
    """Whether Lemma 3.5 as the paper has it applies: the complete kernel, and no gains."""
    return isinstance(circuit.kernel, CompleteKernel) and not circuit.is_graded
