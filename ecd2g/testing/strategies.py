"""Hypothesis strategies for state spaces, distributions, circuits and networks, with what enters and what leaves.

Sizes are small by default, where mistakes are easy to read; every limit is an argument. Conductances are spread
log-uniformly over stated decades. Totals are one to within 1e-15, so every example is a legal input.

A general solver loses digits where resistances are wide apart. For r and R over 10^+-d ohm, d = `decades`, numpy's
pinv was seen to miss laws by 6e-14 (d = 2, the default), 4e-11 (3), 2e-9 (4) and 5e-6 (6) on 300 circuits each: the
allowance of 1e-12 suits d <= 2; pass ``allowance=`` 1e-9 for 3, 1e-7 for 4, 1e-4 for 6. ecd2g's closed form needs none.
"""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.state_space import StateSpace
from ecd2g.testing.problems import LayeredProblem, NetworkProblem

LARGEST_WEIGHT = 1000
"""Weights of states are whole numbers up to this, before they are divided by their sum."""


@st.composite
def state_spaces(
    draw: st.DrawFn, *, min_states: int = 1, max_states: int = 12, max_sites: int = 3
) -> StateSpace:
    """A space of `min_states` to `max_states` states on 1 to `max_sites` sites with alphabets of their own."""
    sizes = [draw(st.integers(min_states, max_states))]
    while len(sizes) < max_sites and draw(st.booleans()):
        sizes.append(draw(st.integers(1, max(1, max_states // int(np.prod(sizes))))))
    return StateSpace(tuple(sizes))


@st.composite
def distributions(draw: st.DrawFn, space: StateSpace, *, max_support: int | None = None) -> Distribution:
    """A distribution on a space that can be listed: uniform, one state, dense (some zeros), or a list of states.

    At most `max_support` states have a probability; in a larger space, only one state or a list of states are drawn.
    """
    limit = space.n_states if max_support is None else min(max_support, space.n_states)
    kinds = ["dense", "uniform", "point", "sparse"] if limit == space.n_states else ["point", "sparse"]
    kind = draw(st.sampled_from(kinds))
    if kind == "uniform":
        return Distribution.uniform(space)
    if kind == "point":
        return Distribution.point(space, space.states(draw(st.integers(0, space.n_states - 1))))
    weights = st.integers(0, LARGEST_WEIGHT) if kind == "dense" else st.integers(1, LARGEST_WEIGHT)
    if kind == "dense":
        values = draw(st.lists(weights, min_size=space.n_states, max_size=space.n_states).filter(any))
        return Distribution.from_weights(space, values)
    chosen = draw(st.lists(st.integers(0, space.n_states - 1), min_size=1, max_size=limit, unique=True))
    values = draw(st.lists(weights, min_size=len(chosen), max_size=len(chosen)))
    return Distribution.from_weights(space, values, space.states(chosen))


def resistances(decades: float = 2.0) -> st.SearchStrategy[float]:
    """10^u ohm with u uniform in +-`decades`; a fifth of them powers of ten."""
    powers = st.integers(-int(decades), int(decades)).map(float)
    exponents = st.floats(-decades, decades, allow_nan=False)
    return st.one_of(powers, exponents, exponents, exponents, exponents).map(lambda u: 10.0**u)


@st.composite
def layered_circuits(
    draw: st.DrawFn,
    *,
    min_states: int = 1,
    max_states: int = 12,
    max_layers: int = 6,
    decades: float = 2.0,
    equal: bool = True,
) -> LayeredCircuit:
    """A complete circuit, Eq. (11); r and R over 10^+-`decades` ohm each, so that r <= R and r > R occur.

    So does r = R, unless `equal` is False. The module says what to allow a general solver for how many decades.
    """
    space = draw(state_spaces(min_states=min_states, max_states=max_states))
    forward, lateral = draw(resistances(decades)), draw(resistances(decades))
    if equal:
        lateral = draw(st.sampled_from([lateral, lateral, lateral, forward]))
    elif 1 / lateral == 1 / forward:
        lateral = forward * 10**decades if forward < 1 else forward / 10**decades
    return LayeredCircuit.complete(
        space,
        n_layers=draw(st.integers(2, max_layers)),
        forward_resistance=forward,
        lateral_resistance=lateral,
    )


@st.composite
def dense_kernel_circuits(
    draw: st.DrawFn, *, max_states: int = 8, max_layers: int = 5, decades: float = 1.5
) -> LayeredCircuit:
    """A connected circuit with a random symmetric kernel, conductances over 10^+-`decades` siemens and some absent.

    Every state keeps its forward edge, and a chain of lateral edges joins all states, so the circuit is connected.
    """
    space = draw(state_spaces(max_states=max_states))
    n = space.n_states
    matrix = np.zeros((n, n))
    conductance = resistances(decades)
    for x in range(n):
        for y in range(x, n):
            if y <= x + 1 or draw(st.booleans()):
                matrix[x, y] = matrix[y, x] = draw(conductance)
    return LayeredCircuit.from_conductances(space, matrix, n_layers=draw(st.integers(2, max_layers)))


@st.composite
def layered_problems(
    draw: st.DrawFn,
    circuits: st.SearchStrategy[LayeredCircuit] | None = None,
    *,
    max_pairs: int | None = None,
) -> LayeredProblem:
    """A circuit (complete or dense-kernel unless given) with a source and a sink; now and then the two are equal.

    At most `max_pairs` pairs of a source and a sink state, where that is given.
    """
    if circuits is None:
        circuits = st.one_of(layered_circuits(), dense_kernel_circuits())
    circuit = draw(circuits)
    largest = None if max_pairs is None else draw(st.integers(1, max_pairs))
    source = draw(distributions(circuit.space, max_support=largest))
    n_source = int(np.count_nonzero(source.probabilities))
    rest = None if max_pairs is None else max_pairs // n_source
    sinks = [distributions(circuit.space, max_support=rest)] * 2
    if rest is None or n_source <= rest:
        sinks.append(st.just(source))
    sink = draw(st.one_of(sinks))
    return LayeredProblem(circuit, source, sink)


@st.composite
def networks(
    draw: st.DrawFn, *, max_nodes: int = 12, decades: float = 1.5, extra_edges: int = 12
) -> ResistorNetwork:
    """A connected network of 2 to `max_nodes` nodes: a random tree and up to `extra_edges` more (also parallel) edges.

    Conductances lie in 10^+-`decades` siemens.
    """
    n = draw(st.integers(2, max_nodes))
    edges = [(draw(st.integers(0, v - 1)), v) for v in range(1, n)]
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda uv: uv[0] != uv[1])
    edges += draw(st.lists(pair, max_size=extra_edges))
    siemens = draw(st.lists(resistances(decades), min_size=len(edges), max_size=len(edges)))
    return ResistorNetwork.from_edges(np.array(edges), conductance=siemens, n_nodes=n)


@st.composite
def network_problems(
    draw: st.DrawFn, circuits: st.SearchStrategy[ResistorNetwork] | None = None
) -> NetworkProblem:
    """A network with sources and sinks at one or more nodes, disjoint or not, equal totals of 0.1 to 10 A."""
    network = draw(networks() if circuits is None else circuits)
    total = draw(st.sampled_from([1.0, 0.1, 10.0]))
    injected = draw(_node_currents(network.n_nodes, total))
    extracted = draw(_node_currents(network.n_nodes, total))
    if np.allclose(injected, extracted):  # nothing would flow but rounding
        extracted = np.roll(extracted, 1)
    if np.allclose(injected, extracted):
        injected, extracted = (np.eye(network.n_nodes)[k] * total for k in (0, 1))
    return NetworkProblem(network, injected, extracted)


@st.composite
def _node_currents(draw: st.DrawFn, n_nodes: int, total: float) -> NDArray[np.float64]:
    count = draw(st.integers(1, n_nodes))
    nodes = draw(st.lists(st.integers(0, n_nodes - 1), min_size=count, max_size=count, unique=True))
    weights = draw(st.lists(st.integers(1, LARGEST_WEIGHT), min_size=count, max_size=count))
    currents = np.zeros(n_nodes)
    currents[nodes] = np.array(weights) * (total / sum(weights))
    return currents
