"""What every model is: a network over the states of one space that can be trained; and what current models add."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecd2g.circuit.atoms import Atoms
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.fields.complete_field import CompleteField
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.state_space import StateSpace
from ecd2g.couplings.pairs import Coupling
from ecd2g.learned.estimate import require_learnable
from ecd2g.learned.volume import Volume

PIECE = 2**16
"""Rows that a network looks at in one piece."""

KINDS = {"f": torch.float32, "b": torch.bool}
"""What arrays of these kinds become; all others become int64."""


class Examples(NamedTuple):
    """Rows that one step trains on; every array has one entry a row, so that processes can share the rows."""

    inputs: tuple[NDArray, ...]
    targets: NDArray
    weights: NDArray[np.float64]


class Model(nn.Module, ABC):
    """A neural network that is trained on pairs of states, `examples` by `examples`, by the loss `forward`.

    `settings` are the arguments that make the same network again. Networks compute in float32, all else in float64.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.settings = settings

    @property
    @abstractmethod
    def space(self) -> StateSpace:
        """The space of the states."""

    @abstractmethod
    def examples(
        self, coupling: Coupling, n_pairs: int, volume: Volume, n_points: int, rng: np.random.Generator
    ) -> Examples:
        """Rows for one step: targets from `n_pairs` pairs, at about `n_points` edges or states of the volume."""

    @abstractmethod
    def forward(self, examples: Examples) -> Tensor:
        """Mean loss over the rows of `examples`."""

    @property
    def n_parameters(self) -> int:
        """Number of trained numbers."""
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def tensor(self, values: NDArray) -> Tensor:
        """An array on the device of the model; floats become float32."""
        kind = KINDS.get(values.dtype.kind, torch.int64)
        return torch.tensor(np.ascontiguousarray(values), dtype=kind, device=self.device)

    def evaluate(self, function: Callable[..., Tensor], *inputs: NDArray) -> NDArray[np.float64]:
        """A function of the network on many rows, piece by piece and without gradients; float64."""
        return self.in_pieces(lambda *piece: function(*piece).double(), *inputs)

    def in_pieces(self, function: Callable[..., Tensor], *inputs: NDArray, piece: int = PIECE) -> NDArray:
        """A function of the network on many rows, at most about `piece` at a time, without gradients."""
        pieces = zip(*(np.array_split(part, 1 + len(part) // piece) for part in inputs), strict=True)
        with torch.no_grad():
            return np.concatenate([function(*map(self.tensor, one)).cpu().numpy() for one in pieces])


class CurrentModel(Model):
    """A neural network that gives the currents of `circuit`."""

    def __init__(self, circuit: LayeredCircuit, **settings: Any) -> None:
        super().__init__(**settings)
        require_learnable(circuit)
        self.circuit = circuit

    @property
    def space(self) -> StateSpace:
        """The space of the circuit."""
        return self.circuit.space

    @abstractmethod
    def field(self, source: Distribution) -> CompleteField | TableField:
        """The learned currents of all edges, for walks that start in `source`; CapacityError for a huge space."""

    def start_atoms(self, source: Distribution, sink: NDArray[np.float64] | None = None) -> Atoms:
        """All states one by one, with walks that start in `source` and stop by `sink`, or nowhere as yet."""
        space = self.space
        space.require_enumerable("a learned field")
        stop = np.zeros(space.n_states) if sink is None else sink
        return Atoms(space, None, np.ones(space.n_states), source.to_array(), stop)
