"""Samples of a trained bridge: walkers that predict their ends and take one step towards them, again and again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.bridges.sweep import SweepBridge
from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.sample_size import sample_size
from ecd2g.errors import InputError
from ecd2g.learned.end_network import EndNetwork
from ecd2g.movement import Paths, Walks

USUAL_STEPS = 8
"""Steps of a walk, where the bridge allows so many and the caller names no other number."""

PIECE_NUMBERS = 2**22
"""Walkers times sites times symbols that are under way together."""


@dataclass(frozen=True, eq=False, repr=False)
class BridgeFlow:
    """Walks by the bridge of `model`; they start in `source`, and `sink` is what they should end in.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2, 3)
    >>> p = ecd2g.Distribution.from_samples(space, [[0, 0, 0], [0, 1, 0]])
    >>> BridgeFlow(EndNetwork(space, hidden=(8,)), p, p).sample(4, rng=0).ends.shape
    (4, 3)
    """

    model: EndNetwork
    source: Distribution
    sink: Distribution

    def __post_init__(self) -> None:
        sizes = self.model.space.alphabet_sizes
        for name, distribution in (("source", self.source), ("sink", self.sink)):
            if distribution.space.alphabet_sizes != sizes:
                raise InputError(
                    f"the {name} must live on the space of the model, alphabets {sizes}, "
                    f"got {distribution.space.alphabet_sizes}"
                )

    def __repr__(self) -> str:
        """One line."""
        return (
            f"BridgeFlow({self.model.bridge_name}, {self.model.space.n_sites} sites, {self.model.settings['network']} "
            f"with {self.model.n_parameters} parameters)"
        )

    @property
    def usual_steps(self) -> int:
        """Steps of a walk unless the caller says otherwise: 8, or the most that the bridge can take."""
        most = self.model.bridge.most_steps
        return USUAL_STEPS if most is None else min(USUAL_STEPS, most)

    def sample(
        self,
        n: int | None = None,
        *,
        starts: ArrayLike | None = None,
        n_steps: int | None = None,
        rng: np.random.Generator | int | None = None,
        paths: bool = False,
    ) -> Walks:
        """Walks of `n` walkers that start in the source, or of one walker from each of `starts` ``(n, n_sites)``.

        Every walker takes `n_steps` steps and asks the network once a step; `usual_steps` if not given. `paths` keeps
        the places after 0 .. n_steps steps, ``(n, n_steps + 1, n_sites)``. The first is where the bridge begins: the
        start, and for the diffusion baseline uniform noise, because its walkers do not look at their starts.
        """
        bridge, randomness = self.model.bridge, generator(rng)
        number = bridge.check_steps(self.usual_steps if n_steps is None else n_steps)
        begin = self._starts(n, starts, randomness)
        ends = np.empty_like(begin)
        trace = np.empty((len(begin), number + 1, begin.shape[1]), dtype=np.int64) if paths else None
        for rows in self._pieces(len(begin)):
            places = bridge.begin(begin[rows], randomness)
            for k in range(number):
                if trace is not None:
                    trace[rows, k] = places.states
                drawn = self.model.draw_ends(places, randomness)
                places = bridge.step(places, drawn, number, k, randomness)
            ends[rows] = places.states
        taken = np.full(len(begin), number, dtype=np.intp)
        if trace is None:
            return Walks(begin, ends, taken)
        trace[:, number] = ends
        layers = np.tile(np.arange(number + 1), (len(begin), 1))
        return Walks(begin, ends, taken, Paths(layers, trace))

    def log_likelihood(
        self,
        starts: ArrayLike,
        ends: ArrayLike,
        rng: np.random.Generator | int | None = None,
        n_steps: int | None = None,
    ) -> NDArray[np.float64]:
        """Log p_theta(x_N | x_0, order) in nats, each row for a random order of its sites, ``(n,)``; sweep only.

        The sum over steps, and over the sites d that cross in the step, of log p_theta(x_N,d | x_n, n): the exact
        chance that `sample` goes from `starts` to `ends`, ``(n, n_sites)`` both, in that order and in `n_steps` steps,
        one site a step if not given. The mean over orders, and over starts drawn from the source whatever the end, is a
        lower bound of log q_theta(x_N), by Jensen's inequality. Pairs of the independent coupling are such starts;
        those of other couplings are not. InputError for other bridges than the sweep.
        """
        bridge, randomness = self.model.bridge, generator(rng)
        if not isinstance(bridge, SweepBridge):
            raise InputError(
                f"the log-likelihood needs the sweep, whose steps tell what crossed, got {self.model.bridge_name}"
            )
        number = bridge.check_steps(bridge.most_steps if n_steps is None else n_steps)
        first, last = self.model.space.check(starts), self.model.space.check(ends)
        if first.ndim != 2 or first.shape != last.shape:
            raise InputError(
                f"starts and ends must have one shape (n, {self.model.space.n_sites}), "
                f"got {first.shape} and {last.shape}"
            )
        total = np.zeros(len(first))
        for rows in self._pieces(len(first)):
            places = bridge.begin(first[rows], randomness)
            for k in range(number):
                law = self.model.log_end_law(places)
                after = bridge.step(places, last[rows], number, k, randomness)
                by_site = np.take_along_axis(law, last[rows, :, None], axis=2)[..., 0]
                total[rows] += np.where(after.crossed & ~places.crossed, by_site, 0.0).sum(axis=1)
                places = after
        return total

    def _starts(self, n: int | None, starts: ArrayLike | None, rng: np.random.Generator) -> NDArray[np.int64]:
        if (n is None) == (starts is None):
            raise InputError("give the number of walks n, or their starts, and not both")
        n_sites = self.model.space.n_sites
        if starts is not None:
            begin = self.model.space.check(starts).copy()
            if begin.ndim != 2:
                raise InputError(f"starts must have shape (n, {n_sites})")
            return begin
        return self.source.sample(sample_size(n, n_sites, "walks"), rng)

    def _pieces(self, n: int) -> list[slice]:
        """Rows that are worked on together."""
        sizes = self.model.space.alphabet_sizes
        piece = max(1, PIECE_NUMBERS // (len(sizes) * max(sizes)))
        return [slice(first, first + piece) for first in range(0, n, piece)]
