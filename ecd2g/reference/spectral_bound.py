"""A bound on the error of potentials where the kernel has modes: from the residuals and an exact eigenvalue bound."""

import numpy as np

from ecd2g.circuit.kernel_field import KernelField
from ecd2g.reference.complete_bound import Deviations
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.spectral_form import spectral_kernel


def spectral_error_bound(field: KernelField, deviations: Deviations) -> float:
    """Bound on the largest error of a potential, in volt; O(N V).

    In the modes G is a sum of chains. A chain that leaks has eigenvalues of at least g m, m = 1 - abs(lambda), and one
    that does not is a path, with at least 4 g sin^2(pi / 2N), where g is the smallest gain. So the error e of potentials
    with the residual rho obeys max|e| <= |rho| / (mu min d), mu the smaller of the two and d the row sums.

    Let psi start at the potentials of the first layer and fall by the given forward drops: it differs from the potentials
    by at most the sum of the Ohm residuals, `drift`, and lateral edges feel that in the residual. Rounding of rho is
    bounded by its number of roundings times what was added up. Where the row sums differ, potentials of mean zero and
    those of weighted mean zero lie apart by another max|e|.
    """
    circuit, kernel = field.circuit, spectral_kernel(field.circuit)
    spectrum, sums, lateral = kernel.spectrum(), kernel.row_sums(), float(kernel.lateral_sums().max())
    leaks = spectrum.deficit[spectrum.deficit > 0.0]
    slowest = min(4.0 * np.sin(np.pi / (2 * circuit.n_layers)) ** 2, leaks.min(initial=np.inf) - spectrum.error)
    if slowest <= 0.0:
        return float("inf")
    gains = circuit.gap_gains
    norms = np.linalg.norm(field.potentials, axis=1)
    rounding = 2.0 * float(sums.max()) * float(gains @ np.linalg.norm(field.forward_drops, axis=1))
    rounding += 2.0 * lateral * float(gains @ (norms[:-1] + norms[1:]))
    rounding += float(np.linalg.norm(field.atoms.source) + np.linalg.norm(field.atoms.sink))
    drift = np.cumsum(np.linalg.norm(deviations.ohm, axis=1))
    felt = 4.0 * lateral * float(gains.max()) * float(np.linalg.norm(drift))
    residual = float(np.linalg.norm(deviations.kirchhoff)) + _roundings(kernel.sizes) * EPS * rounding + felt
    error = residual / (slowest * float(gains.min()) * float(sums.min()))
    return (2.0 if len(sums) > 1 else 1.0) * error + float(np.abs(deviations.ohm).max(axis=1).sum())


def _roundings(sizes: tuple[int, ...]) -> int:
    """Most roundings of a number that a kernel adds up: a sum over the symbols of a site, site after site."""
    return sum(sizes) + len(sizes) ** 2 + 16
