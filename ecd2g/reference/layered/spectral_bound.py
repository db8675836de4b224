"""A bound on the error of potentials where the kernel has modes: from the residuals and exact eigenvalue bounds."""

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.kernel_field import KernelField, pieces
from ecd2g.circuit.kernels.kernel import SpectralKernel
from ecd2g.circuit.kernels.site_axes import runs
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.layered.complete_bound import Deviations
from ecd2g.reference.layered.layer_metric import LayerMetric
from ecd2g.reference.layered.spectral_form import spectral_kernel

ALIKE = 16.0
"""Up to this ratio of 1 - lambda to 1 - abs(lambda) the drift of potentials is bounded by its size alone."""


def spectral_error_bound(field: KernelField, deviations: Deviations) -> float:
    """Bound on the largest error of a potential, in volt; O(N V) and N transforms.

    In the modes G is a sum of chains. Chain k has no eigenvalue below mu_k = 1 - abs(lambda_k), and one without a leak
    is a path, whose mu_k is known too (`LayerMetric`). With gains that holds relative to a weight w_n a layer. So a
    residual rho with modes rho_k makes an error e with

        sum_{n, x} w_n d(x) e_n(x)^2 <= sum_k |rho_k / sqrt(w)|^2 / mu_k^2,   max|e| <= sqrt(that / min(w d)).

    rho is that of psi, which starts at the potentials of the first layer and falls by the given forward drops, so that
    no stiff edge is met by a subtraction; it differs from the potentials by the sum of the Ohm residuals, the drift w,
    which less its mean is at most 2 max|w|.
    Lateral edges feel it as L w, with the modes (1 - lambda_k) u_k.Dw: where 1 - lambda_k is nowhere much more than
    1 - abs(lambda_k), the D-norm of w bounds what that makes, and no product is formed. What rounding leaves of rho
    cannot be split into modes, so all of it counts as that of the slowest. Where the weights or
    row sums differ, potentials of mean zero and those of weighted mean zero lie apart by another max|e|.
    """
    circuit, kernel = field.circuit, spectral_kernel(field.circuit)
    spectrum, sums, gains = kernel.spectrum(), kernel.row_sums(), circuit.gap_gains
    metric = LayerMetric.of(circuit)
    rates = np.where(spectrum.deficit > 0.0, spectrum.deficit - spectrum.error, metric.path_rate)
    slowest = float(rates.min())
    if slowest <= 0.0:
        return float("inf")
    stiffest = float(np.max((spectrum.fall + spectrum.error) / rates))
    root = float(np.sqrt(sums.min()))
    drift = _Drift(deviations.ohm, sums)
    if stiffest <= ALIKE:
        residual, felt = deviations.kirchhoff, stiffest * drift.norm(np.sqrt(gains))
    else:
        residual, felt = deviations.kirchhoff + _felt(kernel, gains, drift.layers()), 0.0
    residual = metric.scaled(residual)
    unseen = _rounding(field, kernel) + _roundings(kernel.sizes) * EPS * float(
        np.sqrt(_squares(residual).sum())
    )
    weighted = float(np.linalg.norm(_mode_sizes(kernel, residual) / rates)) + felt + unseen / (slowest * root)
    error = weighted / (root * metric.smallest_root)
    return (1.0 if len(sums) == 1 and metric.is_even else 2.0) * error + 2.0 * drift.largest


class _Drift:
    """Psi less the potentials: what the forward drops and the potentials differ by, added up layer by layer."""

    def __init__(self, ohm: NDArray[np.float64], sums: NDArray[np.float64]) -> None:
        self.ohm, self.largest = ohm, 0.0
        squares = [np.zeros(1)]
        for drift in self._running():
            squares.append(
                np.einsum("ij,ij,j->i", drift, drift, sums) if len(sums) > 1 else sums * _squares(drift)
            )
            self.largest = max(self.largest, float(drift.max()), -float(drift.min()))
        self.norms = np.sqrt(np.concatenate(squares))

    def norm(self, gains: NDArray[np.float64]) -> float:
        """A bound of the D-norm of g_n drift_{n+1} + g_{n-1} drift_{n-1} over all layers n."""
        return float(np.linalg.norm(gains * self.norms[1:]) + np.linalg.norm(gains * self.norms[:-1]))

    def layers(self) -> NDArray[np.float64]:
        """All of it, ``(N, V)``."""
        return np.concatenate([np.zeros((1, self.ohm.shape[1])), *self._running()])

    def _running(self) -> Iterator[NDArray[np.float64]]:
        """Layers from the second on, in pieces."""
        last: NDArray[np.float64] | float = 0.0
        for here in pieces(self.ohm):
            drift = np.negative(self.ohm[here])
            drift[0] += last
            if len(drift) > 1:
                np.cumsum(drift, axis=0, out=drift)
            last = drift[-1]
            yield drift


def _mode_sizes(kernel: SpectralKernel, residual: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2-norm over the layers of every mode of a residual, ``(V,)``."""
    total = np.zeros(residual.shape[1])
    for here in pieces(residual):
        modes = kernel.to_modes(residual[here])
        modes *= modes
        total += modes[0] if len(modes) == 1 else modes.sum(axis=0)
    return np.sqrt(total, out=total)


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
    """Bound on the 2-norm of what rounding adds to the residual: of forward and lateral currents, and of p and q.

    In the metric of the layers: a gap of gain g lies between layers of weight g or more, so it counts sqrt(g).
    """
    gains, most = np.sqrt(field.circuit.gap_gains), float(kernel.row_sums().max())
    n_sites, levelled = (
        len(kernel.sizes),
        kernel.spectrum().error > 0.0,
    )  # tables are taken as regular to 4 S eps
    of_sums = 8.0 + 2.0 * n_sites + (4.0 * sum(kernel.sizes) if levelled else 0.0)
    forward = of_sums * most * float(gains @ np.sqrt(_squares(field.forward_drops)))
    ends = 4.0 * float(
        np.linalg.norm(field.atoms.source) / gains[0] + np.linalg.norm(field.atoms.sink) / gains[-1]
    )
    lateral = float(kernel.lateral_sums().max())
    plain = 2.0 * _roundings(kernel.sizes) * lateral * np.sqrt(_squares(field.potentials))
    energy = np.sqrt(_energies(field))
    sharp = (kernel.laplacian_rounding() + 4.0 * np.sqrt(2.0 * lateral)) * energy
    layers = np.minimum(plain, sharp)
    return EPS * (forward + ends + float(gains @ (layers[:-1] + layers[1:])))


def _squares(layers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of squares of every layer."""
    return np.asarray(np.einsum("ij,ij->i", layers, layers))


def _energies(field: KernelField) -> NDArray[np.float64]:
    """An upper bound of v . L v for the potentials v of every layer; the rounding of the product is added."""
    energies = np.empty(len(field.potentials))
    for here in pieces(field.potentials):
        fall = field.laplacian[here]
        deviations = field.potentials[here] - field.potentials[here].mean(axis=1, keepdims=True)
        slack = np.sqrt(_squares(deviations) * _squares(fall))
        deviations *= fall
        energies[here] = np.abs(deviations.sum(axis=1)) + 64.0 * EPS * slack
    return energies


def _roundings(sizes: tuple[int, ...]) -> int:
    """Most roundings of a number that a kernel or its transform adds up: over the symbols of merged sites."""
    return sum(prod(run) for run in runs(sizes, sizes)) + len(sizes) ** 2 + 16
