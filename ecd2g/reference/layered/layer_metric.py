"""Weights of layers in which the chains of a graded circuit have eigenvalues that do not depend on the gains."""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.reference.exact_sums import EPS
from ecd2g.reference.matrix import layer_gains


@dataclass(frozen=True, eq=False)
class LayerMetric:
    """Weights w_n ``(n_layers,)``: chains with leaks are at least (1 - abs(lambda)) w, others at least path_rate w.

    Without gains w = 1 and path_rate = 4 sin^2(pi / 2N). With gains w_n is the sum of the gains around layer n: then
    sum g (f_n^2 + f_{n+1}^2 - 2 abs(lambda) f_n f_{n+1}) >= (1 - abs(lambda)) sum w_n f_n^2, and path_rate is the
    second eigenvalue of the path in this metric. A weak gap beside a strong one costs the root of their ratio.
    """

    weights: NDArray[np.float64]
    path_rate: float

    @classmethod
    def of(cls, circuit: LayeredCircuit) -> "LayerMetric":
        """The metric of a circuit."""
        n_layers = circuit.n_layers
        if not circuit.is_graded:
            return cls(np.ones(n_layers), 4.0 * float(np.sin(np.pi / (2 * n_layers))) ** 2)
        weights, gains = layer_gains(circuit), circuit.gap_gains
        links = -gains / np.sqrt(weights[:-1] * weights[1:])
        second = scipy.linalg.eigh_tridiagonal(
            np.ones(n_layers), links, eigvals_only=True, select="i", select_range=(1, 1)
        )
        return cls(weights, float(second[0]) - 16.0 * n_layers * EPS)

    @property
    def is_even(self) -> bool:
        """Whether all weights agree."""
        return bool(np.all(self.weights == self.weights[0]))

    @property
    def smallest_root(self) -> float:
        """Root of the smallest weight."""
        return float(np.sqrt(self.weights.min()))

    def scaled(self, residual: NDArray[np.float64]) -> NDArray[np.float64]:
        """A residual ``(n_layers, ...)`` over the roots of the weights."""
        if self.is_even and self.weights[0] == 1.0:
            return residual
        return residual / np.sqrt(self.weights)[:, None]
