"""The two-way walk without a sum over states: for densities that can be evaluated and sampled, in any space.

The denominator of Eq. (9) runs over all states. On the complete circuit it can be avoided: a step is proposed by the
uniform law or by q, with weights that lie above the currents, and accepted with the ratio of current and weight; after
a rejection the whole event is drawn again (thinning), so that the steps follow (9) and (10) exactly. `density_events`
has the formulas.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.randomness import generator
from ecd2g.errors import InputError, SolverError
from ecd2g.movement.sampling import Paths, Walks
from ecd2g.reference.densities.density import Density, as_density
from ecd2g.reference.densities.events import BY_SINK, EXIT, UNIFORM, Events

ROUNDS = 1000
"""Most events a walker and a layer, on average; walks between normalised densities take about one."""

PATIENCE = 100
"""How many times as many a single walker may take: events are many where it starts on next to no current."""

BATCH = 2**15
"""Walkers that move together; more would only need more memory."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DensityWalks(Walks):
    """Walks, and what each of them cost: ``(n,)`` each.

    n_events : events drawn, steps, rejected proposals and the exit
    n_evaluations : states at which both densities were evaluated, the start included
    n_draws : states drawn from the sink
    """

    n_events: NDArray[np.intp]
    n_evaluations: NDArray[np.intp]
    n_draws: NDArray[np.intp]

    def __repr__(self) -> str:
        """One line."""
        costs = (self.n_events, self.n_evaluations, self.n_draws)
        total = "{} events, {} evaluations, {} draws".format(*(int(cost.sum()) for cost in costs))
        return f"Density{super().__repr__()[:-1]}; {total})"


def walk_between_densities(
    circuit: LayeredCircuit,
    source: Density | Distribution,
    sink: Density | Distribution,
    starts: ArrayLike,
    rng: np.random.Generator | int | None = None,
    *,
    paths: bool = False,
) -> DensityWalks:
    """Two-way walks from `starts` ``(n, n_sites)`` through the exact circuit from `source` to `sink`, in any space.

    Walks that start in `source` end distributed as `sink` (Corollary 3.3). They take N + 2 events each on average, or
    fewer (6 where N = 2). A lateral one costs one evaluation of both densities; one of those a walk, at most, is a draw
    from q. All others cost O(1). `paths` keeps every layer and state visited: ``n * (steps + 1) * n_sites`` numbers.

    InputError where R is less than r, so that the envelope of the thinning does not hold, for starts without source
    density, and for densities that are no numbers or live in another space; SolverError where walks do not end, as
    between densities that are not normalised.

    >>> import ecd2g
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> walks = walk_between_densities(circuit, p, q, [[0]] * 5, rng=0)
    >>> walks.ends.ravel()  # all of the sink is in state 1
    array([1, 1, 1, 1, 1])
    """
    random, states = generator(rng), circuit.space.check(starts).copy()
    if states.ndim != 2:
        raise InputError(f"starts must have shape (n, {circuit.space.n_sites}), got {states.shape}")
    events = Events.of(circuit, as_density(source), as_density(sink))
    walkers = _Walkers.at(states.copy(), events.densities(states), paths)
    if np.any(walkers.here[0] <= 0.0):
        raise InputError(
            "walks between densities must start where the source is positive, but some starts have probability 0; "
            "leave them out, no current enters there"
        )
    for first in range(0, len(states), BATCH):
        _walk(events, walkers, np.arange(first, min(first + BATCH, len(states))), random)
    return walkers.walks(states)


@dataclass(frozen=True, eq=False)
class _Walkers:
    """Where the walkers stand, p and q there ``(2, n)``, and what they have done; changed in place."""

    states: NDArray[np.int64]
    here: NDArray[np.float64]
    layers: NDArray[np.intp]
    n_steps: NDArray[np.intp]
    n_events: NDArray[np.intp]
    n_evaluations: NDArray[np.intp]
    n_draws: NDArray[np.intp]
    trace: "_Trace | None"

    @classmethod
    def at(cls, states: NDArray[np.int64], here: NDArray[np.float64], keep: bool) -> "_Walkers":
        layers, steps, events, draws = (np.zeros(len(states), dtype=np.intp) for _ in range(4))
        evaluations = np.ones(len(states), dtype=np.intp)  # of the start
        trace = _Trace() if keep else None
        walkers = cls(states, here, layers, steps, events, evaluations, draws, trace)
        walkers.note(np.arange(len(states)))
        return walkers

    def note(self, who: NDArray[np.intp]) -> None:
        if self.trace is not None and len(who):
            self.trace.frames.append((who, self.n_steps[who], self.layers[who], self.states[who]))

    def walks(self, starts: NDArray[np.int64]) -> DensityWalks:
        kept = None if self.trace is None else self.trace.paths(len(starts), self.n_steps, starts.shape[1])
        costs = {name: getattr(self, name) for name in ("n_events", "n_evaluations", "n_draws")}
        return DensityWalks(starts, self.states, self.n_steps, kept, **costs)


Frame = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]
"""Walkers, the number of steps they have made, and the layers and states they reached."""


@dataclass(frozen=True, eq=False)
class _Trace:
    """Steps in the order they were made: walkers that are rejected fall behind the others."""

    frames: list[Frame] = field(default_factory=list)

    def paths(self, n: int, n_steps: NDArray[np.intp], n_sites: int) -> Paths:
        length = int(n_steps.max(initial=0)) + 1
        layers = np.full((n, length), -1, dtype=np.intp)
        states = np.full((n, length, n_sites), -1, dtype=np.int64)
        for who, step, layer, state in self.frames:
            layers[who, step], states[who, step] = layer, state
        return Paths(layers, states)


def _walk(events: Events, walkers: _Walkers, active: NDArray[np.intp], rng: np.random.Generator) -> None:
    """Move the `active` walkers to their ends."""
    n, most = len(active), ROUNDS * events.n_layers
    left = most * max(n, PATIENCE)
    for _ in range(most * PATIENCE):
        if not len(active) or left <= 0:
            break
        left -= len(active)
        event = events.draw(walkers.layers[active], walkers.here[:, active], rng)
        walkers.n_events[active] += 1
        straight, lateral = event < UNIFORM, (event >= UNIFORM) & (event < EXIT)
        _move(walkers, active[straight], event[straight] % 2)
        _jump(events, walkers, active[lateral], event[lateral], rng)
        active = active[event != EXIT]
    if len(active):
        raise SolverError(
            f"walks must end after about {events.n_layers + 2} events, but {len(active)} of {n} have not after "
            f"{walkers.n_events[active].max()}; the densities may not be normalised, or starts lie where the source "
            f"is next to nothing",
            reached=len(active) / n,
            tolerance=0.0,
        )


def _jump(
    events: Events,
    walkers: _Walkers,
    who: NDArray[np.intp],
    event: NDArray[np.intp],
    rng: np.random.Generator,
) -> None:
    """Propose states and go where they are accepted."""
    if not len(who):
        return
    side, proposed = event % 2, events.propose(event, rng)
    there = events.densities(proposed)
    walkers.n_evaluations[who] += 1
    walkers.n_draws[who] += event >= BY_SINK
    goes = events.accept(walkers.layers[who], side, walkers.here[:, who], there, rng)
    walkers.states[who[goes]], walkers.here[:, who[goes]] = proposed[goes], there[:, goes]
    _move(walkers, who[goes], side[goes])


def _move(walkers: _Walkers, who: NDArray[np.intp], side: NDArray[np.intp]) -> None:
    walkers.layers[who] += 1 - 2 * side
    walkers.n_steps[who] += 1
    walkers.note(who)
