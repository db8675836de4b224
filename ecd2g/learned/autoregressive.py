"""An autoregressive density: p(x) = prod_i p(x_i | x_1 .. x_{i-1}), for spaces that cannot be listed."""

import torch
from torch import Tensor, nn

from ecd2g.circuit.state_space import StateSpace
from ecd2g.learned.densities import Density
from ecd2g.learned.layers import perceptron


class AutoregressiveDensity(Density):
    """Every site has a vector that sums the embedded symbols of the sites before it; one perceptron reads them all.

    Site i enters as its own learned vector, so that the sites share the perceptron and not its answer. Alphabets may
    differ: symbols that a site lacks have probability zero. Cost O(n_sites) evaluations of the perceptron a state.
    """

    missing: Tensor

    def __init__(self, space: StateSpace, hidden: tuple[int, ...]) -> None:
        super().__init__(space)
        sizes = torch.tensor(space.alphabet_sizes)
        width, n_sites, most = hidden[0], space.n_sites, max(space.alphabet_sizes)
        self.symbols = nn.Parameter(torch.randn(n_sites, most, width) * n_sites**-0.5)
        self.sites = nn.Parameter(torch.randn(n_sites, width))
        self.network = perceptron(width, hidden, width)
        self.heads = nn.Parameter(torch.randn(n_sites, width, most) * width**-0.5)
        self.biases = nn.Parameter(torch.zeros(n_sites, most))
        missing = torch.arange(most) >= sizes[:, None]
        self.register_buffer("missing", missing, persistent=False)

    def forward(self, states: Tensor) -> Tensor:
        """Sum over sites of log p(x_i | x_<i)."""
        by_site = self.conditionals(states).gather(-1, states.unsqueeze(-1))
        return by_site.squeeze(-1).sum(-1)

    def conditionals(self, states: Tensor) -> Tensor:
        """Log p(. | x_<i) of every site, ``(m, n_sites, most_symbols)``; -inf for symbols a site lacks."""
        n_sites = self.space.n_sites
        embedded = self.symbols[torch.arange(n_sites, device=states.device), states]
        before = nn.functional.pad(embedded[:, :-1].cumsum(1), (0, 0, 1, 0))
        hidden = self.network(before + self.sites)
        logits = torch.einsum("msw,swk->msk", hidden, self.heads) + self.biases
        return logits.masked_fill(self.missing, -torch.inf).log_softmax(-1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Site after site, O(n_sites^2) evaluations of the perceptron a state."""
        states = torch.zeros(n, self.space.n_sites, dtype=torch.int64, device=self.sites.device)
        for site in range(self.space.n_sites):
            chances = self.conditionals(states)[:, site].exp()
            states[:, site] = torch.multinomial(chances, 1, generator=generator).squeeze(-1)
        return states
