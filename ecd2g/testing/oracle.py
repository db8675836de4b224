"""The slow, exact twin: circuits solved in rational arithmetic straight from the definitions, never from a closed form.

Node-voltage equation by integer elimination, currents by Ohm's law, laws of the walk by one sweep over the nodes in
descending potential. Everything is a Fraction, so answers carry no rounding at all. A few dozen nodes at most.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import InputError

Number = int | float | Fraction
Row = tuple[Fraction, ...]
Table = tuple[Row, ...]
Edge = tuple[int, int, Fraction]
"""Two nodes and the conductance between them, in siemens."""


@dataclass(frozen=True)
class ExactNetwork:
    """Exact answers for a network that carries 1 A from `source` to `sink`; per node, or per edge from tail to head.

    potentials in volt, mean zero in each component; currents in ampere; law, the probability to end at each node by
    Eq. (9), (10); visits, the expected visits of each node; mean_steps of the walk; power in watt.
    """

    potentials: Row
    currents: Row
    law: Row
    visits: Row
    mean_steps: Fraction
    power: Fraction


@dataclass(frozen=True)
class ExactLayered:
    """Exact answers for a layered circuit: potentials [layer][state], currents [gap][x][y], laws of the end state.

    `forward_only_law` is None where a walker reaches a node that no current leaves towards the next layer.
    """

    potentials: Table
    currents: tuple[Table, ...]
    two_way_law: Row
    forward_only_law: Row | None
    mean_steps: Fraction
    visits: Table
    backward_current: Fraction
    power: Fraction


def exact_network(
    n_nodes: int, edges: Sequence[tuple[int, int, Number]], source: Sequence[Number], sink: Sequence[Number]
) -> ExactNetwork:
    """Solve G phi = J, Eq. (18), and the walk, Definition 3.1, exactly; `edges` are (node, node, siemens).

    `source` and `sink` ``(n_nodes,)`` are divided by their exact sums, so that rounded totals agree, Eq. (3).

    >>> exact_network(3, [(0, 1, 1), (1, 2, Fraction(1, 2))], [1, 0, 0], [0, 0, 1]).power
    Fraction(3, 1)
    """
    resistors = [(u, v, Fraction(g)) for u, v, g in edges]
    p, q = _normalised(source), _normalised(sink)
    potentials = _potentials(n_nodes, resistors, [a - b for a, b in zip(p, q, strict=True)])
    currents = tuple(g * (potentials[u] - potentials[v]) for u, v, g in resistors)
    visits, law = _sweep(potentials, resistors, currents, p, q)
    power = sum((i * i / g for i, (_, _, g) in zip(currents, resistors, strict=True)), Fraction(0))
    return ExactNetwork(potentials, currents, law, visits, sum(visits, Fraction(-1)), power)


def exact_layered(
    n_layers: int,
    source: Sequence[Number],
    sink: Sequence[Number],
    *,
    kernel: NDArray[np.float64] | Sequence[Sequence[Number]] | None = None,
    forward_resistance: Number | None = None,
    lateral_resistance: Number | None = None,
) -> ExactLayered:
    """Exact answers for a layered circuit with a V x V `kernel` in siemens, or with the resistances of Eq. (11).

    `source` and `sink` ``(V,)`` are divided by their exact sums. Floats are taken at their exact binary value.
    InputError where kernel, source and sink differ in V, the kernel is not symmetric, or a resistance is missing.

    >>> answer = exact_layered(2, [1, 0], [0, 1], forward_resistance=1, lateral_resistance=1)
    >>> answer.currents[0][0], answer.two_way_law, answer.forward_only_law
    ((Fraction(1, 4), Fraction(3, 4)), (Fraction(0, 1), Fraction(1, 1)), (Fraction(1, 4), Fraction(3, 4)))
    """
    n_states = len(source)
    if kernel is None:
        if forward_resistance is None or lateral_resistance is None:
            raise InputError("give a kernel, or both forward_resistance and lateral_resistance")
        forward, lateral = 1 / Fraction(forward_resistance), 1 / Fraction(lateral_resistance)
        table = [[forward if x == y else lateral for y in range(n_states)] for x in range(n_states)]
    else:
        rows = kernel.tolist() if isinstance(kernel, np.ndarray) else kernel
        table = [[Fraction(g) for g in row] for row in rows]
    square = {len(table), len(sink), *map(len, table)} == {n_states}
    if not square or table != [list(column) for column in zip(*table, strict=True)]:
        raise InputError("kernel must be symmetric, V x V, and source and sink must have V numbers each")
    return _layered(table, n_layers, source, sink)


def _layered(
    kernel: list[list[Fraction]], n_layers: int, source: Sequence[Number], sink: Sequence[Number]
) -> ExactLayered:
    n = len(kernel)
    edges = list(_layered_edges(kernel, n_layers))
    rest = [0] * (n * (n_layers - 1))
    flow = exact_network(n * n_layers, edges, [*source, *rest], [*rest, *sink])
    tables = [[[Fraction(0)] * n for _ in range(n)] for _ in range(n_layers - 1)]
    for (u, v, _), current in zip(edges, flow.currents, strict=True):
        tables[u // n][u % n][v % n] = current
    currents = tuple(tuple(tuple(row) for row in table) for table in tables)
    return ExactLayered(
        potentials=tuple(flow.potentials[k : k + n] for k in range(0, n * n_layers, n)),
        currents=currents,
        two_way_law=flow.law[-n:],
        forward_only_law=_forward_only(currents, _normalised(source)),
        mean_steps=flow.mean_steps,
        visits=tuple(flow.visits[k : k + n] for k in range(0, n * n_layers, n)),
        backward_current=-sum((min(i, Fraction(0)) for i in flow.currents), Fraction(0)),
        power=flow.power,
    )


def _layered_edges(kernel: list[list[Fraction]], n_layers: int) -> Iterator[Edge]:
    """Eq. (11): the edges (n, x)-(n + 1, y) of every gap; node (n, x) has number n V + x."""
    n = len(kernel)
    for gap in range(n_layers - 1):
        for x in range(n):
            for y in range(n):
                if kernel[x][y]:
                    yield gap * n + x, (gap + 1) * n + y, kernel[x][y]


def _normalised(values: Sequence[Number]) -> Row:
    exact = [Fraction(value) for value in values]
    total = sum(exact, Fraction(0))
    return tuple(value / total for value in exact)


def _potentials(n_nodes: int, edges: list[Edge], net: list[Fraction]) -> Row:
    """Solve G phi = J with one node of each component grounded, then take the mean of each component off."""
    labels = _components(n_nodes, edges)
    grounded = {labels.index(label) for label in set(labels)}
    for label in set(labels):
        if sum((j for j, k in zip(net, labels, strict=True) if k == label), Fraction(0)) != 0:
            raise InputError("source and sink totals must agree in every connected component")
    free = [v for v in range(n_nodes) if v not in grounded]
    row = {v: k for k, v in enumerate(free)}
    matrix = [[Fraction(0)] * len(free) + [net[v]] for v in free]
    for u, v, g in edges:
        for here, there in ((u, v), (v, u)):
            if here in row:
                matrix[row[here]][row[here]] += g
                if there in row:
                    matrix[row[here]][row[there]] -= g
    potentials = [Fraction(0)] * n_nodes
    for v, value in zip(free, _eliminate(matrix), strict=True):
        potentials[v] = value
    means = {
        label: sum((f for f, k in zip(potentials, labels, strict=True) if k == label), Fraction(0))
        / labels.count(label)
        for label in set(labels)
    }
    return tuple(f - means[label] for f, label in zip(potentials, labels, strict=True))


def _components(n_nodes: int, edges: list[Edge]) -> list[int]:
    labels = list(range(n_nodes))
    for u, v, _ in edges:
        old, new = labels[u], labels[v]
        if old != new:
            labels = [new if label == old else label for label in labels]
    return labels


def _eliminate(rows: list[list[Fraction]]) -> list[Fraction]:
    """Gaussian elimination of a positive definite system [A | b], free of fractions on the way (Bareiss 1968)."""
    n = len(rows)
    matrix: list[list[int]] = []
    for row in rows:
        scale = lcm(*(value.denominator for value in row))
        matrix.append([int(value * scale) for value in row])
    previous = 1
    for k in range(n - 1):
        pivot_row, pivot = matrix[k], matrix[k][k]
        for lower in matrix[k + 1 :]:
            factor = lower[k]
            for j in range(k + 1, n + 1):
                lower[j] = (pivot * lower[j] - factor * pivot_row[j]) // previous
        previous = pivot
    solution = [Fraction(0)] * n
    for k in reversed(range(n)):
        known = sum((matrix[k][j] * solution[j] for j in range(k + 1, n)), Fraction(0))
        solution[k] = (matrix[k][n] - known) / matrix[k][k]
    return solution


def _sweep(potentials: Row, edges: list[Edge], currents: Row, source: Row, sink: Row) -> tuple[Row, Row]:
    """Expected visits and end law by Eq. (9), (10): from high potential to low, all arrivals precede all departures."""
    outgoing: list[list[tuple[int, Fraction]]] = [[] for _ in potentials]
    for (u, v, _), current in zip(edges, currents, strict=True):
        if current > 0:
            outgoing[u].append((v, current))
        elif current < 0:
            outgoing[v].append((u, -current))
    visits, law = list(source), [Fraction(0)] * len(source)
    for v in sorted(range(len(potentials)), key=lambda node: -potentials[node]):
        if visits[v] == 0:
            continue
        share = visits[v] / (sink[v] + sum((current for _, current in outgoing[v]), Fraction(0)))
        law[v] = share * sink[v]
        for u, current in outgoing[v]:
            visits[u] += share * current
    return tuple(visits), tuple(law)


def _forward_only(currents: tuple[Table, ...], source: Row) -> Row | None:
    """End law of the paper's shortcut: Eq. (9) over the currents to the next layer only, stop in the last layer."""
    law = source
    for table in currents:
        arrived = [Fraction(0)] * len(source)
        for mass, row in zip(law, table, strict=True):
            forward = [max(current, Fraction(0)) for current in row]
            total = sum(forward, Fraction(0))
            if mass and not total:
                return None
            for y, current in enumerate(forward):
                arrived[y] += mass * current / total if mass else 0
        law = tuple(arrived)
    return law


def chebyshev_potential(
    n_states: int,
    n_layers: int,
    *,
    forward_resistance: Number,
    lateral_resistance: Number,
    start: int,
    end: int,
) -> Table:
    """Lemma 3.5 as printed: potentials [layer][state] of 1 A from `start` to `end`, for both cases of Table 1.

    phi_n(x) = -(n - 1) / (V s)
               + { T_{N-n}(t) ([x = x0] - 1/V) - T_{n-1}(t) ([x = xN] - 1/V) } / { (a - b)(t^2 - 1) U_{N-2}(t) },

    less their mean, n = 1..N; a = 1/r, b = 1/R, s = a + (V - 1) b, t = s / (a - b), T and U the Chebyshev
    polynomials of the first and second kind. InputError where r = R, for there t is infinite.

    >>> chebyshev_potential(2, 2, forward_resistance=1, lateral_resistance=2, start=0, end=1)[0]
    (Fraction(2, 3), Fraction(-1, 3))
    """
    a, b = 1 / Fraction(forward_resistance), 1 / Fraction(lateral_resistance)
    if a == b:
        raise InputError("Lemma 3.5 divides by 1/r - 1/R; for r = R use exact_layered")
    s, share = a + (n_states - 1) * b, Fraction(1, n_states)
    t = s / (a - b)
    first, second = _chebyshev(t, t, n_layers), _chebyshev(t, 2 * t, n_layers)
    scale = (a - b) * (t * t - 1) * second[n_layers - 2]
    rows = [
        [
            -(n - 1) * share / s
            + (
                0
                if n_states == 1
                else (first[n_layers - n] * ((x == start) - share) - first[n - 1] * ((x == end) - share))
                / scale
            )
            for x in range(n_states)
        ]
        for n in range(1, n_layers + 1)
    ]
    mean = sum((sum(row, Fraction(0)) for row in rows), Fraction(0)) / (n_states * n_layers)
    return tuple(tuple(value - mean for value in row) for row in rows)


def _chebyshev(t: Fraction, first: Fraction, count: int) -> list[Fraction]:
    """P_0 = 1, P_1 = `first`, P_{k+1} = 2 t P_k - P_{k-1}: the first kind with P_1 = t, the second with P_1 = 2 t."""
    values = [Fraction(1), first]
    while len(values) < count:
        values.append(2 * t * values[-1] - values[-2])
    return values
