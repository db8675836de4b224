"""The two networks behind `EndNetwork`: states, times and flags in, one logit for every symbol of every site out."""

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.learned.layers import SiteEmbedding, perceptron

FREQUENCIES = (1, 2, 3, 4)
"""Half turns in unit time of the waves that tell the time."""

N_TIMES = 1 + 2 * len(FREQUENCIES)
"""Numbers that tell the time."""


class SitePerceptron(nn.Module):
    """A perceptron on the embedded symbols of all sites side by side, and the time.

    A symbol has two vectors, one before its site has crossed and one after: what it says is then another thing. (On the
    splice sites that is 0.05 nats a walk better than one vector and a flag beside it.) The first layer is applied to
    the vectors of all symbols, not of all rows: the same numbers, O(D S h (n + width)) instead of O(n D width h) and
    without the slow gradients of look-ups. Cost a row O(D S h + h^2) for layers of h units.
    """

    def __init__(self, space: StateSpace, width: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        n_sites, most = space.n_sites, max(space.alphabet_sizes)
        self.symbols = nn.Parameter(torch.randn(n_sites, 2 * most, width))
        first, *rest = perceptron(n_sites * width + N_TIMES, hidden, n_sites * most)
        self.first, self.rest = cast(nn.Linear, first), nn.Sequential(*rest)

    def forward(self, states: Tensor, times: Tensor, crossed: Tensor) -> Tensor:
        """Logits ``(n, n_sites, most_symbols)``."""
        n_sites, twice, width = self.symbols.shape
        of_symbols, of_time = self.first.weight.split([n_sites * width, N_TIMES], dim=1)
        table = (self.symbols @ of_symbols.T.unflatten(0, (n_sites, width))).flatten(0, 1)
        timed = functional.linear(time_features(times), of_time, self.first.bias)
        hidden = torch.addmm(timed, one_hot(2 * states + crossed, twice), table)
        return by_symbol(self.rest(hidden), n_sites)


class SiteTransformer(nn.Module):
    """One token a site, symbol + site + flag + time; blocks of attention between sites; one head for all sites.

    Normalised before every part of a block; no dropout, so that a seed decides the training. Cost a row
    O(layers (D width^2 + D^2 width) + D width S).
    """

    def __init__(self, space: StateSpace, width: int, layers: int, heads: int) -> None:
        super().__init__()
        if width % heads != 0:
            raise InputError(f"the width must be a multiple of the {heads} heads, got {width}")
        self.symbols = SiteEmbedding(space, width)
        self.sites = nn.Parameter(torch.randn(space.n_sites, width))
        self.flags = nn.Embedding(2, width)
        self.time = nn.Linear(N_TIMES, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.last_norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, max(space.alphabet_sizes))

    def forward(self, states: Tensor, times: Tensor, crossed: Tensor) -> Tensor:
        """Logits ``(n, n_sites, most_symbols)``."""
        time = self.time(time_features(times)).unsqueeze(1)
        tokens = self.symbols(states) + self.sites + self.flags(crossed.long()) + time
        return self.head(self.last_norm(self.blocks(tokens)))


class Block(nn.Module):
    """Attention between the tokens of a row, then a perceptron on each; both added to what came in."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.network = perceptron(width, (2 * width,), width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens ``(n, n_sites, width)``."""
        by_head = self.attend(self.first_norm(tokens)).unflatten(2, (3, self.heads, -1))
        query, key, value = by_head.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.mix(seen.transpose(1, 2).flatten(2))
        return tokens + self.network(self.second_norm(tokens))


def one_hot(states: Tensor, most: int) -> Tensor:
    """A one for the symbol of every site, ``(n, n_sites * most)`` float32."""
    n, n_sites = states.shape
    columns = states + most * torch.arange(n_sites, device=states.device)
    return torch.zeros(n, n_sites * most, device=states.device).scatter_(1, columns, 1.0)


def by_symbol(outputs: Tensor, n_sites: int) -> Tensor:
    """Outputs ``(n, n_sites * most)`` as ``(n, n_sites, most)``, with the longer of the two side by side in memory.

    Sums over few symbols are then sums of long rows, which is twice as fast.
    """
    most = outputs.shape[1] // n_sites
    if most >= n_sites:
        return outputs.unflatten(1, (n_sites, most))
    return outputs.unflatten(1, (most, n_sites)).transpose(1, 2)


def time_features(times: Tensor) -> Tensor:
    """The time t and waves of it, cos(pi k t) and sin(pi k t), ``(n, N_TIMES)``."""
    turns = math.pi * times.unsqueeze(1) * torch.tensor(FREQUENCIES, device=times.device)
    return torch.cat([times.unsqueeze(1), turns.cos(), turns.sin()], dim=1)
