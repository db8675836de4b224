"""The events of a walk between densities: their envelopes, and the exact ratio by which proposals are accepted.

With the potentials of Lemma 3.5 the drop from (n, x) to (m, y), m = n + 1 or n - 1, is

    A - alpha_m p(y) + beta_m q(y),   A = c_nm + alpha_n p(x) - beta_n q(x),   beta_n = alpha_{N-1-n},

c_nm being the drop between states outside both supports. A straight event has the conductance a - b, a lateral one b
to *every* y, x included, so that both together are the a siemens of the forward edge. The lateral rate

    b (A - alpha_m p(y) + beta_m q(y))+   lies below   b (A+ + beta_m q(y)),

the envelope: a uniform proposal of weight b V A+, and one drawn from q of weight b beta_m. The last layer adds an exit
of weight q(x).

Expected visits are throughflows, so the expected number of events of a kind is the sum of its envelopes over all nodes
that are visited. What the deviation chain leaks is the unit it was given, V b sum_n (alpha_{n-1} + alpha_{n+1}) = 1: q
is drawn from once a walk at most, on average, and there are at most N + 2 events where N >= 3, whatever p and q.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.errors import InputError
from ecd2g.movement.rules import stranded
from ecd2g.reference.densities.checks import checked_rows, require_space
from ecd2g.reference.densities.density import Density, UniformDensity
from ecd2g.reference.layered.closed_form import alpha, chain_response, complete_kernel

STRAIGHT, UNIFORM, BY_SINK, EXIT = 0, 2, 4, 6
"""Numbers of the events upward; the same downward is one more, and the exit has no other side."""


@dataclass(frozen=True, eq=False)
class Events:
    """What a walker may do at (n, x); `here` are p(x) and q(x), rows of ``(2, n)``, all in ohm, siemens and volt.

    alpha, beta : (N,) response to p and to q
    drop, source_drop, sink_drop : (N + 1,) drop from layer n - 1 to n of a state outside both supports, and what a
        unit of p and of q adds to it; zero at both ends
    straight : a - b
    uniform, by_sink : (2, N) b V and b beta_m for the layers above and below, zero where there is none
    """

    source: Density
    sink: Density
    noise: UniformDensity
    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    drop: NDArray[np.float64]
    source_drop: NDArray[np.float64]
    sink_drop: NDArray[np.float64]
    straight: float
    uniform: NDArray[np.floating]
    by_sink: NDArray[np.floating]

    @classmethod
    def of(cls, circuit: LayeredCircuit, source: Density, sink: Density) -> "Events":
        """The events of a circuit; InputError where R < r, for the envelope does not hold there."""
        kernel, n_layers = complete_kernel(circuit), circuit.n_layers
        if kernel.lateral > kernel.forward:
            raise InputError(
                "walks between densities need a lateral resistance R of at least the forward resistance r; "
                "where the states can be listed, solve the circuit instead"
            )
        for density in (source, sink):
            require_space(density, circuit.space, "the circuit and both densities")
        response, from_source = chain_response(kernel, n_layers), alpha(kernel, n_layers)
        from_sink, layers = from_source[::-1], np.arange(n_layers)
        exists = np.stack([layers < n_layers - 1, layers > 0])
        beyond = np.stack([np.roll(from_sink, -1), np.roll(from_sink, 1)])
        return cls(
            source,
            sink,
            UniformDensity(circuit.space),
            from_source,
            from_sink,
            _padded(response.base_drop),
            _padded(response.drop),
            _padded(response.drop[::-1]),
            kernel.forward - kernel.lateral,
            exists * (kernel.lateral * float(circuit.n_states)),
            exists * (kernel.lateral * beyond),
        )

    @property
    def n_layers(self) -> int:
        """Number of layers N."""
        return len(self.alpha)

    def densities(self, states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Values of p and q at the states, ``(2, n)``; InputError where they are no densities."""
        both = np.stack([self.source.probability(states), self.sink.probability(states)])
        if both.shape != (2, len(states)):
            raise InputError(
                f"densities must give one number a state, {len(states)}, got shape {both.shape[1:]}"
            )
        if not np.all(np.isfinite(both) & (both >= 0.0)):
            raise InputError(
                "densities must be finite and not negative at every state, but some values are not"
            )
        return both

    def weights(self, layers: NDArray[np.intp], here: NDArray[np.float64]) -> NDArray[np.float64]:
        """Envelopes of all events, ``(7, n)``, in ampere, in the order of their numbers."""
        p, q = here
        values = np.empty((EXIT + 1, len(layers)))
        for side, gap in enumerate((layers + 1, layers)):
            fall = self.drop[gap] + self.source_drop[gap] * p + self.sink_drop[gap] * q
            values[STRAIGHT + side] = self.straight * np.maximum(-fall if side else fall, 0.0)
            level = np.maximum(self.level(layers, np.full(len(layers), side), here), 0.0)
            values[UNIFORM + side] = self.uniform[side][layers] * level
            values[BY_SINK + side] = self.by_sink[side][layers]
        values[EXIT] = np.where(layers == self.n_layers - 1, q, 0.0)
        return values

    def level(
        self, layers: NDArray[np.intp], side: NDArray[np.intp], here: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """A: the drop from (n, x) to a state outside both supports in the layer above (side 0) or below (1)."""
        base = (1 - 2 * side) * self.drop[layers + 1 - side]
        return base + self.alpha[layers] * here[0] - self.beta[layers] * here[1]

    def draw(
        self, layers: NDArray[np.intp], here: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.intp]:
        """The next event of every walker, ``(n,)``, by the envelopes; beyond EXIT: none, rounding hit the total."""
        height = np.cumsum(self.weights(layers, here), axis=0)
        if not np.all(height[-1] > 0.0):
            raise stranded(False, float(np.mean(~(height[-1] > 0.0))))
        return np.sum(rng.random(len(layers)) * height[-1] >= height, axis=0)

    def propose(self, event: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.int64]:
        """States for lateral events, ``(n, n_sites)``: uniform ones, or drawn from the sink."""
        asked = event >= BY_SINK
        n_asked = int(np.count_nonzero(asked))
        noise = self.noise.sample(len(event) - n_asked, rng)
        if not n_asked:
            return noise
        drawn = checked_rows(self.noise.space, self.sink.sample(n_asked, rng))
        if len(drawn) != n_asked:
            raise InputError(
                f"the sink must give as many states as it is asked for, {n_asked}, got {len(drawn)}"
            )
        states = np.empty((len(event), drawn.shape[1]), dtype=np.int64)
        states[~asked], states[asked] = noise, drawn
        return states

    def accept(
        self,
        layers: NDArray[np.intp],
        side: NDArray[np.intp],
        here: NDArray[np.float64],
        there: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> NDArray[np.bool_]:
        """Which lateral proposals happen: with the ratio of the rate to its envelope."""
        level, target = self.level(layers, side, here), layers + 1 - 2 * side
        gain = self.beta[target] * there[1]
        rate = level - self.alpha[target] * there[0] + gain
        return rng.random(len(layers)) * (np.maximum(level, 0.0) + gain) < rate


def _padded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A zero before and behind, for the gaps that the first and the last layer do not have."""
    return np.concatenate([[0.0], values, [0.0]])
