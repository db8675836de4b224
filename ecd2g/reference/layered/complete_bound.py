"""A bound on the error of potentials of the complete circuit, from its residuals and an exact eigenvalue bound."""

from dataclasses import dataclass
from math import log2, sqrt

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.layered.closed_form import deviation_chain
from ecd2g.reference.layered.layer_metric import LayerMetric


@dataclass(frozen=True, eq=False)
class Deviations:
    """Residuals of the two laws: Kirchhoff's at every node, in ampere, and Ohm's at edges, in volt."""

    kirchhoff: NDArray[np.float64]
    ohm: NDArray[np.float64]


def complete_error_bound(field: CompleteField, deviations: Deviations) -> float:
    """Bound on the largest error of a potential of the complete circuit, in volt; O(N V).

    Let psi start at the potentials of the first layer and fall by the given forward drops. It differs from the
    potentials by their rounding, at most the sum of the Ohm residuals, `drift`. Its Kirchhoff residual has a 2-norm
    of at most |rho| + 4 V b |drift|, and G >= lambda on mean-zero vectors, where
    lambda = min(4 s sin^2(pi / 2N), leak): the modes of a layer are its mean (a path of N nodes) and its deviations
    (a path that leaks). With gains all of that is meant in the metric of `LayerMetric`, in which a gap counts the root
    of its gain. Rounding of rho itself is bounded by its number of roundings times what was added up.
    """
    kernel, n_layers, many = field.kernel, field.circuit.n_layers, field.multiplicity
    all_states = kernel.lateral * float(kernel.n_states)
    metric, most = LayerMetric.of(field.circuit), float(np.sqrt(field.circuit.gap_gains.max()))
    smallest = kernel.row_sum() * metric.path_rate
    if kernel.n_states > 1:
        smallest = min(smallest, deviation_chain(kernel).leak)
    rounding = (
        2
        * most
        * all_states
        * (_norm(field.potentials, many) + sqrt(float(kernel.n_states)) * _norm(field.layer_means()))
    )
    rounding += 2 * most * abs(kernel.forward - kernel.lateral) * _norm(field.forward_drops, many)
    rounding += (_norm(field.atoms.source, many) + _norm(field.atoms.sink, many)) / metric.smallest_root
    drift = float(np.abs(deviations.ohm).max(axis=1).sum())
    drift_norm = n_layers * _norm(deviations.ohm, many)
    roundings = 8 + log2(field.atoms.n_atoms)  # of a term, and of the pairwise sums that make the means
    residual = _norm(metric.scaled(deviations.kirchhoff), many) + roundings * EPS * rounding
    residual += 4 * most * all_states * drift_norm
    if smallest <= 0.0:
        return float("inf")
    error = residual / (smallest * metric.smallest_root)
    return float((1.0 if metric.is_even else 2.0) * error + 2.0 * drift)  # less their means both may double


def _norm(values: NDArray[np.float64], multiplicity: NDArray[np.float64] | float = 1.0) -> float:
    """2-norm over all states, counting every state of an atom."""
    return float(np.linalg.norm(values * np.sqrt(multiplicity)))
