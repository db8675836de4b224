"""The network of a bridge: p_theta(x_N,d | x_n, n), the law of the end of every site, from where a walker stands."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecd2g.bridges.bridge import Places
from ecd2g.bridges.named import make_bridge
from ecd2g.circuit.state_space import StateSpace
from ecd2g.couplings.pairs import Coupling
from ecd2g.errors import InputError
from ecd2g.learned.end_layers import SitePerceptron, SiteTransformer
from ecd2g.learned.model import Examples, Model
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.volume import Volume

Network = Literal["mlp", "transformer"]
NETWORKS: tuple[str, ...] = get_args(Network)

END_RECIPE = Recipe(n_steps=3000, n_pairs=256, learning_rate=3e-3)
"""How an `EndNetwork` is trained unless its user says otherwise."""

PIECE_NUMBERS = 2**22
"""Numbers of one layer of the network that are in memory together."""


class EndNetwork(Model):
    """The law of the ends, site by site, of walkers of a bridge; trained by cross-entropy on the ends of pairs.

    bridge, bridge_settings : name and settings of the bridge, see `ecd2g.bridges.BRIDGES`
    network : "mlp", a perceptron with `hidden` layers, or "transformer", `layers` blocks of `heads` heads
    width : numbers an embedded symbol has; 32 in a perceptron of up to 8 sites, 16 of more, 64 in a transformer
    steps : numbers of steps to train for, one of them for each batch; those above the bridge's most are replaced by it

    Sites are independent given where the walker stands: that is the only approximation, and with one site a step there
    is none. Sites may have different alphabets.

    >>> import ecd2g
    >>> network = EndNetwork(ecd2g.StateSpace(2, 3), "sweep", hidden=(8,))
    >>> type(network.bridge).__name__, network.space.n_sites
    ('SweepBridge', 3)
    """

    missing: Tensor | None

    def __init__(
        self,
        space: StateSpace,
        bridge: str = "sweep",
        bridge_settings: Mapping[str, Any] | None = None,
        *,
        network: Network = "mlp",
        hidden: tuple[int, ...] = (128, 128, 128),
        width: int | None = None,
        layers: int = 2,
        heads: int = 4,
        steps: tuple[int, ...] = (2, 4, 8, 16),
    ) -> None:
        if network not in NETWORKS:
            raise InputError(f"network must be one of {', '.join(map(repr, NETWORKS))}, got {network!r}")
        wide = _width(network, space) if width is None else width
        _check_sizes(width=(wide,), layers=(layers,), heads=(heads,), hidden=hidden)
        super().__init__(network=network, hidden=hidden, width=wide, layers=layers, heads=heads, steps=steps)
        self.bridge = make_bridge(bridge, space, **(bridge_settings or {}))
        self.bridge_name, self.bridge_settings = bridge, dict(bridge_settings or {})
        self.steps = _clipped(steps, self.bridge.most_steps)
        for number in self.steps:
            self.bridge.check_steps(number)
        self.network: nn.Module = (
            SitePerceptron(space, wide, hidden)
            if network == "mlp"
            else SiteTransformer(space, wide, layers, heads)
        )
        sizes = space.alphabet_sizes
        missing = torch.arange(max(sizes)) >= torch.tensor(sizes)[:, None]
        self.register_buffer("missing", missing if len({*sizes}) > 1 else None, persistent=False)
        self.piece = max(1, PIECE_NUMBERS // (space.n_sites * max(wide, *space.alphabet_sizes)))

    @property
    def space(self) -> StateSpace:
        """The space of the bridge."""
        return self.bridge.space

    def examples(
        self, coupling: Coupling, n_pairs: int, volume: Volume, n_points: int, rng: np.random.Generator
    ) -> Examples:
        """Places on the bridges of `n_pairs` pairs, one each, and the ends to predict; no volume and points to choose.

        The number of steps is one of `steps` for the whole batch, and the steps that are done are uniform. Weights
        ``(n, n_sites)`` share one among the sites of a row that have not crossed.
        """
        pairs = coupling.draw(n_pairs, rng)
        n_steps = self.steps[rng.integers(len(self.steps))]
        places = self.bridge.between(pairs, n_steps, rng.integers(n_steps, size=n_pairs), rng)
        open_sites = ~places.crossed
        # a row may have crossed everywhere: it has nothing to predict, and no weight
        weights = open_sites / np.maximum(open_sites.sum(axis=1, keepdims=True), 1)
        return Examples(tuple(places), pairs.ends, weights)

    def forward(self, examples: Examples) -> Tensor:
        """Mean over rows of the mean over open sites d of -log p_theta(x_N,d | x_n, n), in nats."""
        logits = self.logits(*map(self.tensor, examples.inputs))
        ends, weights = self.tensor(examples.targets), self.tensor(examples.weights)
        # not cross_entropy: its softmax is slow over many sites of few symbols
        surprise = logits.logsumexp(-1) - logits.gather(-1, ends.unsqueeze(-1)).squeeze(-1)
        return (surprise * weights).sum() / len(weights)

    def logits(self, states: Tensor, times: Tensor, crossed: Tensor) -> Tensor:
        """Logits of the end of every site, ``(n, n_sites, most_symbols)``; -inf for symbols a site lacks."""
        logits = self.network(states, times, crossed)
        return logits if self.missing is None else logits.masked_fill(self.missing, -torch.inf)

    def log_end_law(self, places: Places) -> NDArray[np.float64]:
        """Log p_theta(x_N,d = y | places) in nats, ``(n, n_sites, most_symbols)``."""
        return self.in_pieces(self._log_law, *places, piece=self.piece)

    def end_law(self, places: Places) -> NDArray[np.float64]:
        """Probabilities p_theta(x_N,d = y | places), ``(n, n_sites, most_symbols)``; zero for symbols a site lacks."""
        return np.exp(self.log_end_law(places))

    def draw_ends(self, places: Places, rng: np.random.Generator) -> NDArray[np.int64]:
        """One end for every walker, ``(n, n_sites)``, its sites independent; one evaluation of the network each."""
        heights = rng.random(places.states.shape)
        return self.in_pieces(self._drawn, *places, heights, piece=self.piece)

    def _log_law(self, states: Tensor, times: Tensor, crossed: Tensor) -> Tensor:
        logits = self.logits(states, times, crossed).double()
        return logits - logits.logsumexp(-1, keepdim=True)

    def _drawn(self, states: Tensor, times: Tensor, crossed: Tensor, heights: Tensor) -> Tensor:
        """The first symbol whose cumulated chance exceeds the height; float32 resolves chances of 1e-7."""
        logits = self.logits(states, times, crossed)
        cumulated = (logits - logits.amax(-1, keepdim=True)).exp().cumsum(-1)
        whole = cumulated[..., -1:]
        # a height that rounding has made one would lie above every symbol
        below = (heights.unsqueeze(-1) * whole).minimum(whole.nextafter(torch.zeros_like(whole)))
        return (cumulated <= below).sum(-1)


def _width(network: str, space: StateSpace) -> int:
    if network == "transformer":
        return 64
    return 32 if space.n_sites <= 8 else 16


def _check_sizes(**sizes: tuple[int, ...]) -> None:
    for name, numbers in sizes.items():
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, int) or number < 1:
                raise InputError(f"{name} must be a whole number, 1 or more, got {number!r}")


def _clipped(steps: tuple[int, ...], most: int | None) -> tuple[int, ...]:
    """Distinct numbers of steps, in order, that the bridge can take."""
    if not steps:
        raise InputError("there must be a number of steps to train for, got none")
    return tuple(sorted({one if most is None else min(one, most) for one in steps}))
