"""The chain response a second time, by subtraction-free elimination: an independent check of the closed form.

At a/b = 1e18 no residual can tell a right potential from a wrong one: currents of 1e-16 A that rounding leaves over
must find their way through conductances of b V. So the accuracy of the closed form is proven otherwise. Its only
delicate ingredients are O(N) chain coefficients, and those are computed here by a different algorithm that
adds, multiplies and divides positive numbers and so is right to O(N) roundings whatever the conductances.
"""

from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.reference.layered.closed_form import (
    chain_response,
    complete_kernel,
    deviation_chain,
    plain_problem,
)
from ecd2g.reference.networks.tree_bound import EPS


class EliminatedChain(NamedTuple):
    """|alpha_n| ``(n_layers,)`` and its falls |alpha_n| - |alpha_{n+1}| ``(n_layers - 1,)``, in volt per ampere."""

    alpha: NDArray[np.float64]
    falls: NDArray[np.float64]


def eliminated_chain(kernel: CompleteKernel, n_layers: int) -> EliminatedChain:
    """Solve the deviation chain of Lemma 3.5 by elimination, without a subtraction.

    Looking from layer n to the far end, the chain has the conductance to ground
    c_n = leak_n + g c_{n+1} / (g + c_{n+1}); then |alpha_0| = 1 / c_0 and
    |alpha_n| - |alpha_{n+1}| = |alpha_n| c_{n+1} / (g + c_{n+1}).
    """
    link, leak = abs(kernel.forward - kernel.lateral), deviation_chain(kernel).leak
    to_ground = [leak]
    for remaining in range(n_layers - 1, 0, -1):
        own = leak if remaining == 1 else 2 * leak
        beyond = to_ground[-1]
        to_ground.append(own + link * (beyond / (link + beyond)))
    to_ground.reverse()
    alpha, falls = [1.0 / to_ground[0]], []
    for beyond in to_ground[1:]:
        falls.append(alpha[-1] * (beyond / (link + beyond)))
        alpha.append(alpha[-1] * (link / (link + beyond)))
    return EliminatedChain(np.array(alpha), np.array(falls))


def closed_form_error(circuit: LayeredCircuit, atoms: Atoms) -> float:
    """Bound on the largest error of a closed-form potential, in volt; O(N + n_atoms).

    phi = difference (p + q - 2/V)/2 + total (p - q)/2 + mean, so the error is at most the mismatch of the coefficients
    with their elimination, plus the rounding of either, plus that of the three products. Where p and q do not sum to
    one exactly there is no exact answer; what the excess does to the potentials is added too.
    """
    circuit, atoms = plain_problem(circuit, atoms)
    kernel, n_layers = complete_kernel(circuit), circuit.n_layers
    response = chain_response(kernel, n_layers)
    means = response.mean_drop * np.abs((n_layers - 1) / 2 - np.arange(n_layers))
    rounding = (8 * n_layers + 32) * EPS
    if kernel.n_states == 1:
        return float(rounding * means.max())
    alpha, falls = eliminated_chain(kernel, n_layers)
    height = np.concatenate([[0.0], np.cumsum(falls)])
    differences = np.abs(height - height[::-1])  # sums of falls: nothing cancels that is not one
    totals = alpha + alpha[::-1]
    if deviation_chain(kernel).alternates and n_layers % 2 == 0:  # alpha has opposite signs at the two ends
        differences, totals = totals, differences
    common = float(np.abs(atoms.source + atoms.sink - 2.0 / float(kernel.n_states)).max()) / 2
    opposed = float(np.abs(atoms.source - atoms.sink).max()) / 2
    error = np.abs(np.abs(response.difference) - differences) * common
    error += np.abs(np.abs(response.total) - totals) * opposed
    error += rounding * (differences * common + totals * opposed + means)
    p, q = atoms.source.tolist(), atoms.sink.tolist()
    unbalanced = abs(fsum([*p, *(-value for value in q)])) * totals.max()
    excess = abs(fsum([*p, *q, -2.0])) * differences.max()
    return float(error.max() + unbalanced + excess)
