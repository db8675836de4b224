"""Lemma 3.5 for every kernel with known modes: exact potentials and currents by two transforms a layer.

With K u_k = lambda_k D u_k, D = diag(row sums), u_k^T D u_k = 1, cosh(theta_k) = 1 / abs(lambda_k), p_k = u_k^T p,

    phi_n = -(n - 1) / sum(D) + sum_{k >= 1} u_k (alpha_k(n) p_k - alpha_k(N + 1 - n) q_k) + const,
    alpha_k(n) = sign(lambda_k)^(n-1) cosh((N - n) theta_k) / (sqrt(1 - lambda_k^2) sinh((N - 1) theta_k)),

n = 1..N. The paper's lemma is the case of two distinct eigenvalues. The chains in n are solved by `mode_chains`, which
also takes a gain for every gap.
"""

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.kernel_field import KernelField
from ecd2g.circuit.fields.layered_nodes import in_layer
from ecd2g.circuit.kernels.kernel import CompleteKernel, SpectralKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.state_space import ENUMERATION_LIMIT
from ecd2g.errors import CapacityError, InputError
from ecd2g.memory import require_memory
from ecd2g.reference.layered.closed_form import NUMBER_LIMIT
from ecd2g.reference.layered.mode_chains import ModeCurrents, mode_potentials
from ecd2g.reference.matrix import check_totals, components, without_means

TOGETHER = 2**18
"""Numbers that are transformed in one call, in whole layers."""


def spectral_form(
    circuit: LayeredCircuit, source: Distribution, sink: Distribution
) -> KernelField | CompleteField:
    """Exact potentials and currents of a circuit whose kernel has modes, with or without gains.

    Cost: 4 transforms of p and q, 2 N - 1 of potentials and drops, and O(N V) for the chains; 4 N V numbers of memory.
    CapacityError where potentials and drops would not fit; InputError where the kernel has no modes, or falls apart
    into groups of states whose totals of p and q differ.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> spectral_form(circuit, p, q).currents(0).round(12)
    array([[ 0.25,  0.75],
           [-0.25,  0.25]])
    """
    kernel = spectral_kernel(circuit)
    _require_room(circuit)
    p, q = source.to_array(), sink.to_array()
    spectrum = kernel.spectrum()
    connected = int(np.count_nonzero(spectrum.deficit == 0.0)) == 1
    labels = np.zeros(1, dtype=np.intp) if connected else components(circuit)
    if not connected:
        entering, leaving = in_layer(p, 0, circuit.n_layers), in_layer(q, -1, circuit.n_layers)
        check_totals(entering.ravel(), leaving.ravel(), labels)
    currents = ModeCurrents(*(kernel.to_modes(values) for values in (p, q, p - q, p + q)))
    potentials, drops = mode_potentials(spectrum, circuit.gap_gains, currents)
    _from_modes(kernel, potentials)
    _from_modes(kernel, drops)
    if connected:
        potentials -= potentials.mean()
    else:
        potentials = without_means(potentials.ravel(), labels).reshape(potentials.shape)
    atoms = Atoms(circuit.space, None, np.ones(circuit.n_states), p, q)
    form = CompleteField if isinstance(circuit.kernel, CompleteKernel) else KernelField
    return form(circuit, atoms, potentials, drops)


def _from_modes(kernel: SpectralKernel, layers: NDArray[np.float64]) -> None:
    """Modes to states for every layer, in place, several layers at once where they are small."""
    step = max(1, TOGETHER // kernel.n_states)
    for first in range(0, len(layers), step):
        layers[first : first + step] = kernel.from_modes(layers[first : first + step])


def spectral_kernel(circuit: LayeredCircuit) -> SpectralKernel:
    """The kernel of a circuit as one with modes; InputError where it has none."""
    if not isinstance(circuit.kernel, SpectralKernel):
        raise InputError(
            f'method "closed-form" needs a kernel with modes, and {type(circuit.kernel).__name__} has none; use '
            f'"dense", "sparse" or "cg"'
        )
    return circuit.kernel


def _require_room(circuit: LayeredCircuit) -> None:
    if not circuit.space.is_enumerable:
        raise CapacityError(
            f"this kernel needs an array over all {float(circuit.n_states):.3g} states, and the limit is "
            f"{ENUMERATION_LIMIT}; only LayeredCircuit.complete solves spaces too large to list"
        )
    numbers = 4 * circuit.n_layers * circuit.n_states
    if numbers > NUMBER_LIMIT:
        raise CapacityError(
            f"the modes, potentials and drops of {circuit.n_layers} layers and {circuit.n_states} states would hold "
            f"{8e-9 * numbers:.3g} GB, and the limit is {8e-9 * NUMBER_LIMIT:.3g} GB; take fewer layers or states"
        )
    purpose = f"the closed form of {circuit.n_layers} layers and {circuit.n_states} states"
    require_memory(8.0 * numbers, purpose, "take fewer layers or states")
