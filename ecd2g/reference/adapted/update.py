"""How conductances follow the currents they carry, towards minimum-cost flow.

Edge e from x to y costs c_e = |x - y|^2 or |x - y|, plus an offset that is the same for all: every unit of mass crosses
the one gap once, so it changes no plan. After each solution

    g_e <- g_e (drop_e / c_e)_+^step,        the volt such that the power, sum f drop, is the cost sum |f| c.

With step = 1 that is g_e = f_e / c_e, Physarum dynamics in steps of one unit of time, the iteratively reweighted least
squares of minimum-cost flow. It rests where drop = c on the edges with current and drop < c on the others: where the
potentials are Kantorovich's. An edge that carries its own current settles by the factor 1 - step an iteration, so step
must lie below 2, and 1.5 is faster than 1.

Currents against the gap count as none, as transport is directed. With |drop| in place of (drop)_+ the squared cost
would shrink by going x -> y -> x' -> y', whose three short hops have smaller squares than one long step, and the walk
would not approach the optimum.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.fields.network_field import NetworkField
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.reference.adapted.ends import TransportEnds
from ecd2g.reference.adapted.pattern import missed, with_edges

SHARE = 1e-3
"""What an edge that is joined later would first carry at drop = c, as a share of the smaller mass at its ends."""


@dataclass(frozen=True)
class Update:
    """The rule by which conductances follow currents; the parameters are those of `adapted_circuit`."""

    step: float
    floor: float
    offset: float
    joining: bool


def adapted(ends: TransportEnds, field: NetworkField, rule: Update) -> ResistorNetwork:
    """The next circuit."""
    network = field.network
    costs = ends.costs(network.tails, network.heads) + rule.offset
    volt = volt_of(field, costs)
    pull = np.maximum(volt * field.drops / costs, 0.0)
    g = network.conductances * pull**rule.step
    largest = (
        g.max()
    )  # becomes 1 siemens: units do not matter, but where no plan fits the edges g would grow for ever
    network = replace(network, conductances=np.maximum(g / largest, rule.floor))
    if not rule.joining or network.n_edges == ends.n_pairs:
        return network
    pairs = missed(ends, network, volt * field.potentials, rule.offset)
    if not len(pairs):
        return network
    x, y = pairs.T
    share = SHARE * np.minimum(ends.p[x], ends.q[y - len(ends.xs)])
    new = volt * share / (ends.costs(x, y) + rule.offset) / largest
    return with_edges(network, pairs, np.maximum(new, rule.floor))


def volt_of(field: NetworkField, costs: NDArray[np.float64]) -> float:
    """Factor of all drops that makes the power, sum f drop, the cost sum |f| c."""
    return float(np.abs(field.edge_currents) @ costs) / field.power()
