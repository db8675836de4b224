"""The paper's model: a network f(x_n, x_{n+1}, n) for the current of one edge, Algorithm 1."""

from typing import Literal, cast, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.circuit.kernels.kernel import require_table
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.couplings.pairs import Coupling
from ecd2g.errors import InputError
from ecd2g.learned.estimate import Edges, Estimate
from ecd2g.learned.layers import ScaledSymbols, SymbolEmbedding, perceptron
from ecd2g.learned.model import PIECE, CurrentModel, Examples
from ecd2g.learned.own_sink import with_own_sink
from ecd2g.learned.volume import Volume, draw_edges
from ecd2g.reference.layered.closed_form import chain_response, complete_kernel

Variant = Literal["paper", "scaled"]
VARIANTS: tuple[str, ...] = get_args(Variant)

LAYER_WIDTH = 2
"""Size of the embedding of the layer number, as in the paper."""

SYMBOL_WIDTH = 64
"""Size of the embedded state of the scaled variant; our choice."""


class CurrentNetwork(CurrentModel):
    """f(x_n, x_{n+1}, n), hidden layers [128, 128, 128], ReLU, the layer number as an embedding of size 2.

    paper   states enter as numbers in [-1, 1] (our choice, the paper does not say), the output is the current in
            ampere, the loss is (14)
    scaled  the same network; states enter as one-hot vectors with a flag for forward edges, the output is in units of
            the current to be expected there, the loss is the power R (I_theta - I)^2 of the error

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> model = CurrentNetwork(circuit, hidden=(8,))
    >>> model.field(p).currents(0).shape, model.n_parameters
    ((2, 2), 1323)
    """

    def __init__(
        self,
        circuit: LayeredCircuit,
        variant: Variant = "scaled",
        hidden: tuple[int, ...] = (128, 128, 128),
    ) -> None:
        super().__init__(circuit, variant=variant, hidden=hidden)
        if variant not in VARIANTS:
            raise InputError(f"variant must be one of {', '.join(map(repr, VARIANTS))}, got {variant!r}")
        self.is_scaled = variant == "scaled"
        self.layer = nn.Embedding(circuit.n_gaps, LAYER_WIDTH)
        if self.is_scaled:
            self.before: nn.Module = SymbolEmbedding(circuit.space, SYMBOL_WIDTH)
            self.after: nn.Module = SymbolEmbedding(circuit.space, SYMBOL_WIDTH)
            width = 2 * SYMBOL_WIDTH + LAYER_WIDTH + 1
        else:
            self.before = self.after = ScaledSymbols(circuit.space)
            width = 2 * circuit.space.n_sites + LAYER_WIDTH
        self.network = perceptron(width, hidden, 1)
        self.units = _units(circuit) if self.is_scaled else np.ones((2, circuit.n_gaps))
        kernel = complete_kernel(circuit)
        resistance = np.array([1.0 / kernel.lateral, 1.0 / kernel.forward])
        power = np.square(self.units) * resistance[:, None]
        self.loss_weights = power / power[1].mean() if self.is_scaled else np.ones_like(power)

    def examples(
        self, coupling: Coupling, n_pairs: int, volume: Volume, n_points: int, rng: np.random.Generator
    ) -> Examples:
        """Edges and their estimated currents (13), in units of the output."""
        edges = draw_edges(volume, self.circuit, coupling, n_points, rng)
        estimate = Estimate.from_pairs(self.circuit, coupling.draw(n_pairs, rng))
        kind = np.all(edges.before == edges.after, axis=1).astype(np.intp)
        targets = estimate.currents(edges) / self.units[kind, edges.gaps]
        weights = edges.weights * self.loss_weights[kind, edges.gaps]
        return Examples((edges.gaps, edges.before, edges.after), targets, weights)

    def forward(self, examples: Examples) -> Tensor:
        """Mean squared error of the currents, Eq. (14), with the weights of the volume and the variant."""
        gaps, before, after = map(self.tensor, examples.inputs)
        error = self._outputs(gaps, before, after) - self.tensor(examples.targets)
        return (self.tensor(examples.weights) * error.square()).mean()

    def currents_at(self, edges: Edges) -> NDArray[np.float64]:
        """Learned currents in ampere of the given edges, ``(m,)``, in any space."""
        kind = np.all(edges.before == edges.after, axis=1).astype(np.intp)
        outputs = self.evaluate(self._outputs, *edges[:3])
        return outputs * self.units[kind, edges.gaps]

    def field(self, source: Distribution) -> TableField:
        """The currents of all edges, one evaluation each: O(N V^2), which the denominator of (9) asks for."""
        circuit = self.circuit
        require_table(circuit.n_states, "the learned currents of all edges", copies=circuit.n_gaps)
        with torch.no_grad():
            tables = np.stack([self._table(gap) for gap in range(circuit.n_gaps)])
        atoms = self.start_atoms(source)
        return with_own_sink(TableField(circuit, atoms, fitted_potentials(circuit, tables), tables))

    def _outputs(self, gaps: Tensor, before: Tensor, after: Tensor) -> Tensor:
        features = [self.before(before), self.after(after), self.layer(gaps)]
        if self.is_scaled:
            features.append((before == after).all(-1, keepdim=True).float())
        return self.network(torch.cat(features, dim=-1)).squeeze(-1)

    def _table(self, gap: int) -> NDArray[np.float64]:
        """Currents of one gap, ``(V, V)``; the first linear layer is applied to states, not to pairs of them."""
        states = self.tensor(self.circuit.space.all_states())
        first, rest = cast(nn.Linear, self.network[0]), nn.Sequential(*list(self.network)[1:])
        number = self.layer(torch.tensor(gap, device=self.device)).expand(len(states), -1)
        parts = [self.before(states), self.after(states), number]
        widths = [part.shape[1] for part in parts]
        weights = first.weight.split([*widths, first.in_features - sum(widths)], dim=1)
        before, after, layer = (part @ weight.T for part, weight in zip(parts, weights, strict=False))
        before = before + layer + first.bias
        flag = weights[3].sum(1)  # of forward edges; no column, so zero, in the paper's variant
        table = np.empty((len(states), len(states)))
        for rows in torch.arange(len(states), device=self.device).split(max(1, PIECE // len(states))):
            hidden = before[rows, None] + after
            hidden[torch.arange(len(rows), device=self.device), rows] += flag
            table[rows.cpu()] = rest(hidden).squeeze(-1).double().cpu().numpy()
        lateral, forward = self.units[:, gap]
        diagonal = table.diagonal() * forward
        table *= lateral
        np.fill_diagonal(table, diagonal)
        return table


def _units(circuit: LayeredCircuit) -> NDArray[np.float64]:
    """Currents that deviations of 1/V of source and sink cause, or the drop of the layer means, where that is more.

    Rows lateral and forward, ``(2, n_gaps)``. The deviations alone would not do: they die out towards the middle where
    R is small, and with r = R are zero there.
    """
    kernel = complete_kernel(circuit)
    response, n_states = chain_response(kernel, circuit.n_layers), float(kernel.n_states)
    layer = np.abs(response.total) / n_states
    drop = (np.abs(response.drop) + np.abs(response.drop[::-1])) / n_states
    either = np.maximum(np.stack([np.hypot(layer[:-1], layer[1:]), drop]), response.mean_drop)
    return np.array([[kernel.lateral], [kernel.forward]]) * either


def fitted_potentials(circuit: LayeredCircuit, tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Potentials whose drops come nearest to R I over all edges (least squares), mean zero, ``(n_layers, V)``.

    Learned currents need have no potential. The means of the layers fall by the mean drop of each gap; the deviation of
    a state is the average of what its rows and its columns say.
    """
    drops = tables / circuit.kernel.table()
    falls = drops.mean(axis=(1, 2))
    rows, columns = drops.mean(axis=2) - falls[:, None], drops.mean(axis=1) - falls[:, None]
    means = -np.concatenate([[0.0], np.cumsum(falls)])
    deviations = np.zeros((circuit.n_layers, circuit.n_states))
    deviations[:-1] += rows
    deviations[1:] -= columns
    deviations[1:-1] /= 2.0
    return means[:, None] - means.mean() + deviations
