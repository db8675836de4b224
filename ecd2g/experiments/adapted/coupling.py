"""Which start goes to which end in an adapted circuit, exactly, and how far."""

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from ecd2g.metrics.optimal_transport import pair_costs
from ecd2g.reference.adapted.circuit import AdaptedCircuit

CARRIED = 0.99
"""Share of the current that the counted edges carry."""


def coupling_of(circuit: AdaptedCircuit) -> NDArray[np.float64]:
    """Joint law of first and last state of the two-way walk, ``(m, k)``.

    With T(u, v) = I(u, v)+ / through(u) and stop(v) = extracted(v) / through(v), Eq. (9) and (10), it is
    p(x) [(I - T)^-1](x, y) stop(y). Dense: O((m + k)^3), a second for 1,300 states; no walk is drawn.
    """
    field = circuit.solution.field
    n, m = field.network.n_nodes, len(circuit.source_states)
    through = field.outflow() + field.extracted
    currents, tails, heads = field.edge_currents, field.network.tails, field.network.heads
    steps = np.zeros((n, n))
    steps[tails, heads], steps[heads, tails] = np.maximum(currents, 0.0), np.maximum(-currents, 0.0)
    steps /= -through[:, None]
    steps[np.diag_indices(n)] += 1.0
    exits = np.diag(field.extracted / through)[:, m:]
    ends = scipy.linalg.solve(steps, exits, overwrite_a=True, overwrite_b=True, check_finite=False)
    return np.asarray(field.injected[:m, None] * ends[:m])


def displacements(circuit: AdaptedCircuit) -> NDArray[np.float64]:
    """Distance |x - y| of every pair of a source and a sink state in symbols, ``(m, k)``."""
    return pair_costs(circuit.source_states, circuit.sink_states, "euclidean")


def current_table(circuit: AdaptedCircuit) -> NDArray[np.float64]:
    """Current from every source state to every sink state in ampere, ``(m, k)``; zero where there is no edge."""
    net, m = circuit.solution.network, len(circuit.source_states)
    table = np.zeros((m, len(circuit.sink_states)))
    table[net.tails, net.heads - m] = circuit.solution.currents
    return table


def edges_that_carry(circuit: AdaptedCircuit, share: float = CARRIED) -> int:
    """Fewest edges whose currents add up to this share of all currents."""
    sizes = np.sort(np.abs(circuit.solution.currents))[::-1]
    totals = np.cumsum(sizes)
    return int(np.searchsorted(totals, share * totals[-1])) + 1
