"""The two-way walk without a sum over states: for densities that can be evaluated and sampled, in any space.

The denominator of Eq. (9) runs over all states. On the complete circuit it can be avoided. With the potentials of
Lemma 3.5, c_nm the drop between states outside both supports, and m = n + 1 or n - 1, a lateral step from (n, x) to
(m, y) has the rate

    b (A - alpha_m p(y) + beta_m q(y))+,   A = c_nm + alpha_n p(x) - beta_n q(x),   beta_n = alpha_{N-1-n},

which lies below b (A+ + beta_m q(y)): a uniform proposal of weight b V A+ and one drawn from q of weight b beta_m. A
proposal is accepted with the ratio of the two rates; after a rejection the whole event is drawn again (thinning), so
that the steps follow (9) and (10) exactly.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.randomness import generator
from ecd2g.errors import InputError, SolverError
from ecd2g.movement.sampling import Walks
from ecd2g.reference.closed_form import alpha, chain_response, complete_kernel

UP, DOWN = 1, -1

ROUNDS = 1000
"""Most events of a walk, a layer; walks between normalised densities take a few."""


class Density(Protocol):
    """A normalised density over the states of a space."""

    def probability(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """p(x) of states ``(n, n_sites)``, ``(n,)``."""

    def sample(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """`n` independent states, ``(n, n_sites)``."""


def walk_between_densities(
    circuit: LayeredCircuit,
    source: Density,
    sink: Density,
    starts: ArrayLike,
    rng: np.random.Generator | int | None = None,
) -> Walks:
    """Two-way walks from `starts` ``(n, n_sites)`` through the exact circuit from `source` to `sink`, in any space.

    An event costs one evaluation of both densities; there are about N of them, a few more where rho is large. Walks
    that start in `source` end distributed as `sink` (Corollary 3.3). InputError where R is less than r, so that the
    envelope of the thinning does not hold, for starts without source density, and for densities that are no numbers;
    SolverError where walks do not end, as between densities that are not normalised.
    """
    random, states = generator(rng), circuit.space.check(starts).copy()
    if states.ndim != 2:
        raise InputError(f"starts must have shape (n, {circuit.space.n_sites}), got {states.shape}")
    walk = _Walk.of(circuit, source, sink)
    first = states.copy()
    layers, n_steps = np.zeros(len(states), dtype=np.intp), np.zeros(len(states), dtype=np.intp)
    here = walk.densities(states)
    if np.any(here[0] <= 0.0):
        raise InputError(
            "walks between densities must start where the source is positive, but some starts have probability 0; "
            "leave them out, no current enters there"
        )
    active = np.arange(len(states))
    for _ in range(ROUNDS * circuit.n_layers):
        if not len(active):
            break
        event = walk.draw_events(layers[active], here[:, active], random)
        stopped = event == EXIT
        for kind in (k for k in STEPS if np.any(event == k.number)):
            who = active[event == kind.number]
            there = walk.propose(kind, layers[who], states[who], here[:, who], random)
            moved = there.accepted
            layers[who[moved]] += kind.direction
            n_steps[who[moved]] += 1
            states[who[moved]], here[:, who[moved]] = there.states[moved], there.densities[:, moved]
        active = active[~stopped]
    if len(active):
        raise SolverError(
            f"walks must end after a few events a layer, but {len(active)} of {len(states)} have not after {ROUNDS} a "
            f"layer; the densities may not be normalised",
            reached=len(active) / len(states),
            tolerance=0.0,
        )
    return Walks(first, states, n_steps)


@dataclass(frozen=True)
class Step:
    """A kind of event: straight or lateral, its direction, and, if lateral, whether it is proposed by the sink."""

    number: int
    direction: int
    straight: bool = False
    by_sink: bool = False


STEPS = (
    Step(0, UP, straight=True),
    Step(1, DOWN, straight=True),
    Step(2, UP),
    Step(3, DOWN),
    Step(4, UP, by_sink=True),
    Step(5, DOWN, by_sink=True),
)
EXIT = 6


@dataclass(frozen=True, eq=False)
class Proposal:
    """Proposed states ``(n, n_sites)``, their densities ``(2, n)``, and which of them are accepted."""

    states: NDArray[np.int64]
    densities: NDArray[np.float64]
    accepted: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Walk:
    """The rates of all events; `densities` are p(x) and q(x), rows of ``(2, n)``.

    alpha, beta : (N,) response to p and to q, zero beyond the last layer
    drop : (N + 1,) c_nm from layer n - 1 to n, zero at both ends;  source_drop, sink_drop likewise
    """

    circuit: LayeredCircuit
    source: Density
    sink: Density
    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    drop: NDArray[np.float64]
    source_drop: NDArray[np.float64]
    sink_drop: NDArray[np.float64]

    @classmethod
    def of(cls, circuit: LayeredCircuit, source: Density, sink: Density) -> "_Walk":
        kernel = complete_kernel(circuit)
        if kernel.lateral > kernel.forward:
            raise InputError(
                "walks between densities need a lateral resistance R of at least the forward resistance r; "
                "where the states can be listed, solve the circuit instead"
            )
        response, from_source = chain_response(kernel, circuit.n_layers), alpha(kernel, circuit.n_layers)
        drops = (response.base_drop, response.drop, response.drop[::-1])
        return cls(circuit, source, sink, from_source, from_source[::-1], *map(_padded, drops))

    def densities(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        both = np.stack([self.source.probability(states), self.sink.probability(states)])
        if not np.all(np.isfinite(both) & (both >= 0.0)):
            raise InputError(
                "densities must be finite and not negative at every state, but some values are not"
            )
        return both

    def draw_events(
        self, layers: NDArray[np.intp], here: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.intp]:
        """The next event of every walker, ``(n,)``, by the envelopes of the rates."""
        weights = np.stack([*(self._weight(kind, layers, here) for kind in STEPS), self._exit(layers, here)])
        height = np.cumsum(weights, axis=0)
        return np.sum(rng.random(len(layers)) * height[-1] >= height, axis=0).clip(max=EXIT)

    def propose(
        self,
        kind: Step,
        layers: NDArray[np.intp],
        states: NDArray[np.int64],
        here: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> Proposal:
        """Where the event leads, and whether it happens."""
        if kind.straight:
            return Proposal(states, here, np.ones(len(states), dtype=bool))
        n = len(states)
        proposed = self.sink.sample(n, rng) if kind.by_sink else self.circuit.space.draw(n, rng)
        there, target = self.densities(proposed), layers + kind.direction
        level = self._level(kind, layers, here)
        gain = self.beta[target] * there[1]
        rate = level - self.alpha[target] * there[0] + gain
        accepted = rng.random(n) * (np.maximum(level, 0.0) + gain) < rate
        return Proposal(proposed, there, accepted)

    def _weight(self, kind: Step, layers: NDArray[np.intp], here: NDArray[np.float64]) -> NDArray[np.float64]:
        kernel, n_states = complete_kernel(self.circuit), float(self.circuit.n_states)
        gap = layers + (kind.direction == UP)
        inside = (gap > 0) & (gap < self.circuit.n_layers)
        if kind.straight:
            fall = self.drop[gap] + self.source_drop[gap] * here[0] + self.sink_drop[gap] * here[1]
            weight = (kernel.forward - kernel.lateral) * np.maximum(kind.direction * fall, 0.0)
        elif kind.by_sink:
            weight = kernel.lateral * self.beta.take(layers + kind.direction, mode="clip")
        else:
            weight = kernel.lateral * n_states * np.maximum(self._level(kind, layers, here), 0.0)
        return np.where(inside, weight, 0.0)

    def _level(self, kind: Step, layers: NDArray[np.intp], here: NDArray[np.float64]) -> NDArray[np.float64]:
        """A: the drop from (n, x) to a state outside both supports in the neighbouring layer."""
        base = kind.direction * self.drop[layers + (kind.direction == UP)]
        return base + self.alpha[layers] * here[0] - self.beta[layers] * here[1]

    def _exit(self, layers: NDArray[np.intp], here: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(layers == self.circuit.n_layers - 1, here[1], 0.0)


def _padded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A zero before and behind, for the gaps that the first and the last layer do not have."""
    return np.concatenate([[0.0], values, [0.0]])
