"""A bound on the error of potentials where the kernel has modes: from the residuals and exact eigenvalue bounds."""

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.kernel import SpectralKernel
from ecd2g.circuit.kernel_field import KernelField
from ecd2g.reference.complete_bound import Deviations
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.spectral_form import spectral_kernel


def spectral_error_bound(field: KernelField, deviations: Deviations) -> float:
    """Bound on the largest error of a potential, in volt; O(N V) and N transforms.

    In the modes G is a sum of chains. Chain k has no eigenvalue below mu_k = g (1 - abs(lambda_k)), g the smallest
    gain, and one without a leak is a path, mu_k = 4 g sin^2(pi / 2N). So a residual rho with modes rho_k makes an error

        e,  sum_x d(x) e(x)^2 <= sum_k (|rho_k| / mu_k)^2,   max|e| <= sqrt(that / min d).

    rho is that of psi, which starts at the potentials of the first layer and falls by the given forward drops, so that
    no stiff edge is met by a subtraction; the potentials lie within the sum of the Ohm residuals of psi. What rounding
    leaves of rho cannot be split into modes, so all of it counts as that of the slowest. Where the row sums differ,
    potentials of mean zero and those of weighted mean zero lie apart by another max|e|.
    """
    circuit, kernel = field.circuit, spectral_kernel(field.circuit)
    spectrum, sums = kernel.spectrum(), kernel.row_sums()
    least = float(circuit.gap_gains.min())
    path = 4.0 * np.sin(np.pi / (2 * circuit.n_layers)) ** 2
    rates = least * np.where(spectrum.deficit > 0.0, spectrum.deficit - spectrum.error, path)
    slowest = float(rates.min())
    if slowest <= 0.0:
        return float("inf")
    drift = _drift(deviations.ohm)
    residual = deviations.kirchhoff + _felt(kernel, circuit.gap_gains, drift)
    modes = np.sqrt(sum(kernel.to_modes(layer) ** 2 for layer in residual)) / rates
    unseen = _rounding(field, kernel) + _roundings(kernel.sizes) * EPS * float(np.linalg.norm(residual))
    weighted = float(np.linalg.norm(modes)) + unseen / (slowest * np.sqrt(float(sums.min())))
    error = weighted / np.sqrt(float(sums.min()))
    return (2.0 if len(sums) > 1 else 1.0) * error + float(np.abs(drift).max())


def _drift(ohm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Psi less the potentials, ``(N, V)``: what the forward drops and the potentials differ by, added up."""
    drift = np.zeros((len(ohm) + 1, ohm.shape[1]))
    np.cumsum(-ohm, axis=0, out=drift[1:])
    return drift


def _felt(
    kernel: SpectralKernel, gains: NDArray[np.float64], drift: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the drift adds to the residual, through the lateral edges of both gaps of a layer."""
    moved = kernel.row_sums() * drift - kernel.product(drift)  # itself of the size of rounding
    felt = np.zeros_like(drift)
    felt[:-1] += gains[:, None] * moved[1:]
    felt[1:] += gains[:, None] * moved[:-1]
    return felt


def _rounding(field: KernelField, kernel: SpectralKernel) -> float:
    """Bound on the 2-norm of what rounding adds to the residual: of forward and lateral currents, and of p and q."""
    gains, most = field.circuit.gap_gains, float(kernel.row_sums().max())
    forward = 8.0 * most * float(gains @ np.linalg.norm(field.forward_drops, axis=1))
    ends = 4.0 * float(np.linalg.norm(field.atoms.source) + np.linalg.norm(field.atoms.sink))
    lateral = float(kernel.lateral_sums().max())
    norms = np.linalg.norm(field.potentials, axis=1)
    plain = 2.0 * _roundings(kernel.sizes) * lateral * norms
    energy = np.sqrt(_energies(field))
    sharp = (kernel.laplacian_rounding() + 8.0 * np.sqrt(2.0 * lateral)) * energy
    layers = np.minimum(plain, sharp)
    return EPS * (forward + ends + float(gains @ (layers[:-1] + layers[1:])))


def _energies(field: KernelField) -> NDArray[np.float64]:
    """An upper bound of v . L v for the potentials v of every layer; the rounding of the product is added."""
    laplacian = field.laplacian
    deviations = field.potentials - field.potentials.mean(axis=1, keepdims=True)
    slack = np.linalg.norm(deviations, axis=1) * np.linalg.norm(laplacian, axis=1)
    return np.abs(np.sum(deviations * laplacian, axis=1)) + 64.0 * EPS * slack


def _roundings(sizes: tuple[int, ...]) -> int:
    """Most roundings of a number that a kernel or its transform adds up: over the symbols of a site, site by site."""
    return sum(sizes) + len(sizes) ** 2 + 16
