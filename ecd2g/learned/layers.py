"""The few network parts that the models share: how states enter, and the perceptron behind them."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from ecd2g.circuit.state_space import StateSpace


class ScaledSymbols(nn.Module):
    """States ``(n, n_sites)`` as numbers in [-1, 1], one a site: symbols as points on a line."""

    largest: Tensor

    def __init__(self, space: StateSpace) -> None:
        super().__init__()
        self.width = space.n_sites
        largest = torch.tensor(space.alphabet_sizes, dtype=torch.float32) - 1.0
        self.register_buffer("largest", largest.clamp(min=1.0), persistent=False)

    def forward(self, states: Tensor) -> Tensor:
        """Features ``(n, n_sites)``."""
        return 2.0 * states / self.largest - 1.0


class SiteEmbedding(nn.Module):
    """One learned vector for every symbol of every site, ``(n, n_sites, width)``; alphabets may differ."""

    offsets: Tensor

    def __init__(self, space: StateSpace, width: int) -> None:
        super().__init__()
        self.width = width
        sizes = torch.tensor(space.alphabet_sizes)
        self.table = nn.Embedding(sum(space.alphabet_sizes), width)
        self.register_buffer("offsets", sizes.cumsum(0) - sizes, persistent=False)

    def forward(self, states: Tensor) -> Tensor:
        """The vectors of states ``(n, n_sites)``."""
        return self.table(states + self.offsets)


class SymbolEmbedding(SiteEmbedding):
    """A linear layer on one-hot states: the sum over sites of one learned vector a symbol, ``(n, width)``."""

    def __init__(self, space: StateSpace, width: int) -> None:
        super().__init__(space, width)
        nn.init.normal_(self.table.weight, std=space.n_sites**-0.5)

    def forward(self, states: Tensor) -> Tensor:
        """Features ``(n, width)``."""
        return super().forward(states).sum(dim=-2)


def perceptron(n_in: int, hidden: tuple[int, ...], n_out: int, offset: bool = True) -> nn.Sequential:
    """Linear layers with ReLU between them; the last one adds an offset, unless it would make no difference."""
    layers: list[nn.Module] = []
    for before, after in pairwise((n_in, *hidden)):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear((n_in, *hidden)[-1], n_out, bias=offset))
