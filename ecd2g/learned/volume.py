"""Training volume: which edges or states a step looks at, the first question that the paper leaves open.

Every strategy costs the same number of network evaluations. What a step looks at never depends on the batch behind
its targets: an edge chosen because its estimate (13) came out large would be learned too large. Strategies that look
where the current flows therefore find it with a batch of their own, the *scouts*.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.couplings.pairs import Coupling
from ecd2g.errors import InputError
from ecd2g.learned.estimate import Edges, Estimate
from ecd2g.movement import Paths, sample_walks

Volume = Literal["uniform", "stratified", "visits"]
VOLUMES: tuple[str, ...] = get_args(Volume)

SCOUTS = 256
"""Fewest pairs behind the estimate that scouts walk on."""


def check_volume(volume: str) -> None:
    """Raise InputError unless the volume is one of the three."""
    if volume not in VOLUMES:
        raise InputError(f"volume must be one of {', '.join(map(repr, VOLUMES))}, got {volume!r}")


def draw_edges(
    volume: Volume, circuit: LayeredCircuit, coupling: Coupling, n: int, rng: np.random.Generator
) -> Edges:
    """`n` edges to train on.

    uniform     gap and both states uniform, as in the paper: one edge in V is a forward edge
    stratified  every other edge is a forward edge; weighted so that the expected loss stays that of `uniform`
    visits      every other edge is one that scouts cross, unweighted: the loss stresses where the traffic is

    >>> import numpy as np
    >>> import ecd2g
    >>> from ecd2g.learned import IndependentPairs
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> edges = draw_edges("stratified", circuit, IndependentPairs(p, q), 8, np.random.default_rng(0))
    >>> int(np.sum(edges.before == edges.after)) >= 4  # every other one is a forward edge
    True
    """
    check_volume(volume)
    if volume == "stratified" and n < 2:
        raise InputError(f"stratified edges must be 2 or more, one of them lateral, got {n}; raise n_points")
    gaps = rng.integers(circuit.n_gaps, size=n)
    before, after = circuit.space.draw(n, rng), circuit.space.draw(n, rng)
    if volume == "visits":
        crossed = _crossed_edges(circuit, coupling, len(gaps[::2]), rng)
        gaps[::2], before[::2], after[::2] = crossed
    if volume != "stratified":
        return Edges(gaps, before, after, np.ones(n))
    after[::2] = before[::2]
    same = np.all(before == after, axis=1)
    # law of uniform edges, 1/V^2 each, over that of stratified ones: h/V + (1 - h)/V^2 forward, (1 - h)/V^2 lateral
    made = len(gaps[::2]) / n
    weights = np.where(same, 1.0 / (made * float(circuit.n_states) + 1.0 - made), 1.0 / (1.0 - made))
    return Edges(gaps, before, after, weights)


def draw_states(
    volume: Volume, circuit: LayeredCircuit, coupling: Coupling, n: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """`n` states to train potentials on, ``(n, n_sites)``; all count one.

    uniform     uniform states
    stratified  half of them uniform, the others starts and ends of scouts in equal parts
    visits      states that scouts visit

    >>> import numpy as np
    >>> import ecd2g
    >>> from ecd2g.learned import IndependentPairs
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> draw_states("uniform", circuit, IndependentPairs(p, q), 8, np.random.default_rng(0)).shape
    (8, 1)
    """
    check_volume(volume)
    if volume == "visits":
        paths = _scout(circuit, coupling, n, rng)
        walk, step = _draw_among(paths.layers >= 0, n, rng)
        return paths.states[walk, step]
    states = circuit.space.draw(n, rng)
    if volume == "stratified":
        scouts = coupling.draw(n // 2, rng)
        at_end = rng.random(n // 2) < 0.5
        states[: n // 2] = np.where(at_end[:, None], scouts.ends, scouts.starts)
    return states


def _crossed_edges(
    circuit: LayeredCircuit, coupling: Coupling, n: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    paths = _scout(circuit, coupling, n, rng)
    walk, step = _draw_among(paths.layers[:, 1:] >= 0, n, rng)
    here, there = paths.layers[walk, step], paths.layers[walk, step + 1]
    left, reached = paths.states[walk, step], paths.states[walk, step + 1]
    onward = (there > here)[:, None]
    before, after = np.where(onward, left, reached), np.where(onward, reached, left)
    return np.minimum(here, there).astype(np.int64), before, after


def _scout(circuit: LayeredCircuit, coupling: Coupling, n: int, rng: np.random.Generator) -> Paths:
    """Two-way walks through the circuit of a batch, enough of them for about `n` steps."""
    n_walks = 1 + n // circuit.n_gaps
    pairs = coupling.draw(max(SCOUTS, n_walks), rng)
    walks = sample_walks(Estimate.from_pairs(circuit, pairs).field, pairs.starts[:n_walks], rng, paths=True)
    if walks.paths is None:
        raise RuntimeError("walks were asked for their paths")
    return walks.paths


def _draw_among(found: NDArray[np.bool_], n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """`n` of the places that are marked, as row and column numbers ``(2, n)``."""
    places = np.argwhere(found)
    return places[rng.integers(len(places), size=n)].T
