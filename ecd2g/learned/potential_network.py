"""Potentials from a network, currents by Ohm's law: antisymmetric, and free of loops, by construction."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.couplings.pairs import Coupling
from ecd2g.learned.estimate import Estimate
from ecd2g.learned.layers import SymbolEmbedding, perceptron
from ecd2g.learned.model import CurrentModel, Examples
from ecd2g.learned.own_sink import with_own_sink
from ecd2g.learned.volume import Volume, draw_states
from ecd2g.reference.layered.closed_form import chain_response, complete_kernel

FAINT = float(np.finfo(np.float64).eps)
"""Layers where deviations are smaller than this, beside those of the first layer, keep the mean of the layer."""


class PotentialNetwork(CurrentModel):
    """phi_n(x) = mean_n + unit_n f_n(x), f a perceptron on embedded symbols with one output a layer.

    The layer means do not depend on the data (they fall linearly), and unit_n = (|alpha_n| + |alpha_{N+1-n}|) / V is
    what a deviation of 1/V of source and sink causes, so that f is of order one. Trained on the Monte-Carlo potentials
    (13), in all layers of all states (of a sample of `n_points` states where there are more).

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> PotentialNetwork(circuit, hidden=(8,)).field(p).potentials.shape
    (2, 2)
    """

    layer_weight: Tensor
    step: Tensor

    def __init__(self, circuit: LayeredCircuit, hidden: tuple[int, ...] = (128, 128, 128)) -> None:
        super().__init__(circuit, hidden=hidden)
        kernel, n_layers = complete_kernel(circuit), circuit.n_layers
        response, n_states = chain_response(kernel, n_layers), float(kernel.n_states)
        self.means = response.mean_drop * ((n_layers - 1) / 2 - np.arange(n_layers))
        unit = np.maximum(np.abs(response.total), np.abs(response.difference)) / n_states
        self.unit = np.where(unit > FAINT * unit[0], unit, 0.0)
        self.encode = SymbolEmbedding(circuit.space, hidden[0])
        self.network = perceptron(hidden[0], hidden, n_layers)
        # a b V phi^2 in every gap a layer borders on, and (a - b) drop^2: divided by a, so of order one
        a, b = kernel.forward, kernel.lateral
        gaps = np.array([1.0, *[2.0] * (n_layers - 2), 1.0])
        self._register("layer_weight", gaps * (b / a) * n_states * np.square(self.unit / self.unit[0]))
        self._register("step", self.unit / self.unit[0])
        self.straight = 1.0 - b / a

    def _register(self, name: str, values: NDArray[np.float64]) -> None:
        self.register_buffer(name, torch.tensor(values, dtype=torch.float32), persistent=False)

    def examples(
        self, coupling: Coupling, n_pairs: int, volume: Volume, n_points: int, rng: np.random.Generator
    ) -> Examples:
        """States and their estimated potentials, as the f that would give them, ``(m, n_layers)``."""
        space = self.circuit.space
        estimate = Estimate.from_pairs(self.circuit, coupling.draw(n_pairs, rng))
        whole = space.n_states <= n_points
        states = space.all_states() if whole else draw_states(volume, self.circuit, coupling, n_points, rng)
        deviations = estimate.potentials(states) - self.means
        targets = np.divide(deviations, self.unit, out=np.zeros_like(deviations), where=self.unit > 0)
        return Examples((states,), targets, np.ones(len(states)))

    def forward(self, examples: Examples) -> Tensor:
        """Power of the error currents, sum over edges of R (I_theta - I)^2, in parts that belong to one state each.

        sum_xy b (d_n(x) - d_{n+1}(y))^2 + (a - b) sum_x (d_n(x) - d_{n+1}(x))^2 over the gaps, with d the errors of the
        potentials. The products of errors in different states are left out: summed, they only tell of the layer means,
        which the targets have exactly.
        """
        error = self._outputs(self.tensor(examples.inputs[0])) - self.tensor(examples.targets)
        in_volt = error * self.step
        drops = in_volt[:, :-1] - in_volt[:, 1:]
        per_state = (self.layer_weight * error.square()).sum(1) + self.straight * drops.square().sum(1)
        return (self.tensor(examples.weights) * per_state).mean()

    def potentials_at(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Potentials in volt of states ``(m, n_sites)``, ``(n_layers, m)``, in any space."""
        outputs = self.evaluate(self._outputs, self.circuit.space.check(states))
        return self.means[:, None] + self.unit[:, None] * outputs.T

    def field(self, source: Distribution) -> CompleteField:
        """Currents by Ohm's law (4) between all states."""
        atoms = self.start_atoms(source)
        potentials = self.potentials_at(self.circuit.space.all_states())
        return with_own_sink(CompleteField(self.circuit, atoms, potentials, potentials[:-1] - potentials[1:]))

    def _outputs(self, states: Tensor) -> Tensor:
        return self.network(self.encode(states))
