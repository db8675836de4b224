"""Normalised densities over the states of a space, for `MarginalNetwork`: log p(x), samples, all probabilities."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from ecd2g.circuit.state_space import StateSpace
from ecd2g.learned.layers import SymbolEmbedding, perceptron


class Density(nn.Module, ABC):
    """A normalised density p(x) on a state space."""

    def __init__(self, space: StateSpace) -> None:
        super().__init__()
        self.space = space

    @abstractmethod
    def forward(self, states: Tensor) -> Tensor:
        """Log p(x) of states ``(m, n_sites)``, ``(m,)``."""

    @abstractmethod
    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """`n` states, ``(n, n_sites)``."""


class EnumeratedDensity(Density):
    """A density made of one logit for every state of a space that can be listed."""

    place: Tensor

    def __init__(self, space: StateSpace) -> None:
        super().__init__(space)
        space.require_enumerable("a density with one logit a state")
        place = np.cumprod([1, *space.alphabet_sizes[:0:-1]])[::-1].copy()
        self.register_buffer("place", torch.tensor(place), persistent=False)

    @abstractmethod
    def logits(self) -> Tensor:
        """One number for every state in index order, ``(n_states,)``."""

    def forward(self, states: Tensor) -> Tensor:
        """Logit of the state less the logarithm of the sum over all states."""
        return self.logits().log_softmax(0)[(states * self.place).sum(-1)]

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """States drawn from the list."""
        cumulative = self.logits().double().softmax(0).cumsum(0)
        heights = torch.rand(n, dtype=torch.float64, device=cumulative.device, generator=generator)
        index = torch.searchsorted(cumulative, heights * cumulative[-1], right=True)
        return torch.as_tensor(self.space.states(index.cpu().numpy()), device=index.device)


class TableDensity(EnumeratedDensity):
    """One free logit a state: any density at all; what training approaches are the frequencies of the samples."""

    def __init__(self, space: StateSpace) -> None:
        super().__init__(space)
        self.free = nn.Parameter(torch.zeros(space.n_states))

    def logits(self) -> Tensor:
        """The table."""
        return self.free


class NetworkDensity(EnumeratedDensity):
    """The logit is a perceptron of the embedded symbols, so states that share symbols share what is learned."""

    states: Tensor

    def __init__(self, space: StateSpace, hidden: tuple[int, ...]) -> None:
        super().__init__(space)
        self.encode = SymbolEmbedding(space, hidden[0])
        # An offset common to all logits would cancel in the normalisation.
        self.network = perceptron(hidden[0], hidden, 1, offset=False)
        self.register_buffer("states", torch.tensor(space.all_states()), persistent=False)

    def logits(self) -> Tensor:
        """The perceptron on every state."""
        return self.network(self.encode(self.states)).squeeze(-1)
