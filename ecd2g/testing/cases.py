"""Circuits with known answers: solved by hand, as fractions, and golden ones, solved in exact rational arithmetic."""

import json
from dataclasses import dataclass
from fractions import Fraction as F
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.state_space import StateSpace
from ecd2g.testing.problems import LayeredProblem, NetworkProblem

Value = F | float
"""A hand-solved answer is a Fraction, a golden one the nearest double."""

Values = tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class NetworkCase:
    """A network problem with its answers: potentials in volt, mean zero, ``(n_nodes,)``, and the power in watt.

    For 1 A between two nodes the power is the effective resistance in ohm. `mean_steps` is None where not known.
    """

    name: str
    problem: NetworkProblem
    potentials: Values
    power: Value
    mean_steps: Value | None = None


@dataclass(frozen=True, eq=False)
class LayeredCase:
    """A layered problem with its answers: potentials ``(n_layers, V)``, mean zero, in volt; laws of the end state.

    `forward_only_law` is None where a walker has no current to the next layer; currents in ampere, power in watt.
    """

    name: str
    problem: LayeredProblem
    potentials: tuple[Values, ...]
    two_way_law: Values
    forward_only_law: Values | None
    mean_steps: Value
    backward_current: Value
    power: Value


def hand_solved_networks() -> tuple[NetworkCase, ...]:
    """Networks small enough to solve on paper.

    >>> case = hand_solved_networks()[0]
    >>> case.name, case.power
    ('series', Fraction(3, 1))
    """
    return (
        # 1 ohm and 2 ohm in a row: 3 ohm; drops of 1 V and 2 V below the first node
        _network("series", [(0, 1, 1), (1, 2, 2)], {0: 1}, {2: 1}, (F(4, 3), F(1, 3), F(-5, 3)), F(3), F(2)),
        # 1 ohm beside 2 ohm: 1 / (1 + 1/2) = 2/3 ohm
        _network("parallel", [(0, 1, 1), (0, 1, 2)], {0: 1}, {1: 1}, (F(1, 3), F(-1, 3)), F(2, 3), F(1)),
        # 1 : 2 = 2 : 4, so nothing flows through the bridge of 5 ohm: 3 ohm beside 6 ohm
        _network(
            "balanced-bridge",
            [(0, 1, 1), (0, 2, 2), (1, 3, 2), (2, 3, 4), (1, 2, 5)],
            {0: 1},
            {3: 1},
            (F(5, 6), F(1, 6), F(1, 6), F(-7, 6)),
            F(2),
            F(2),
        ),
        # by symmetry 3/5 A in the two 1 ohm arms, 2/5 A in the two 2 ohm arms, 1/5 A across
        _network(
            "unbalanced-bridge",
            [(0, 1, 1), (0, 2, 2), (1, 3, 2), (2, 3, 1), (1, 2, 1)],
            {0: 1},
            {3: 1},
            (F(7, 10), F(1, 10), F(-1, 10), F(-7, 10)),
            F(7, 5),
            F(11, 5),
        ),
        # two squares of 1 ohm side by side, corner to corner: 3/5 A and 2/5 A at the first corner
        _network(
            "ladder",
            [(0, 1, 1), (1, 2, 1), (3, 4, 1), (4, 5, 1), (0, 3, 1), (1, 4, 1), (2, 5, 1)],
            {0: 1},
            {5: 1},
            (F(7, 10), F(1, 10), F(-3, 10), F(3, 10), F(-1, 10), F(-7, 10)),
            F(7, 5),
            F(3),
        ),
        # a line with a sink on the way: half of the walkers stop after one step, half after two
        _network(
            "two-sinks",
            [(0, 1, 1), (1, 2, 1)],
            {0: 1},
            {1: F(1, 2), 2: F(1, 2)},
            (F(5, 6), F(-1, 6), F(-2, 3)),
            F(5, 4),
            F(3, 2),
        ),
    )


def hand_solved_layered() -> tuple[LayeredCase, ...]:
    """Layered circuits small enough to solve on paper: every special case of source, sink and resistances.

    Two states and two layers make a ring of four edges r, R, r, R, with 1 A in at one node and out at another.

    >>> case = hand_solved_layered()[0]
    >>> case.name, case.power
    ('ring-same-state', Fraction(5, 6))
    """
    half, third = F(1, 2), F(1, 3)
    return (
        # across r, beside R + r + R = 5 ohm: 5/6 A straight, 1/6 A the long way round, back over the second r
        _layered(
            "ring-same-state", 1, 2, 2, (1, 0), (1, 0),
            ((F(5, 12), F(-1, 12)), (F(-5, 12), F(1, 12))),
            (1, 0), (F(5, 6), F(1, 6)), F(4, 3), F(1, 6), F(5, 6),
        ),
        # across R = 2 ohm, beside r + R + r = 4 ohm: 2/3 A and 1/3 A
        _layered(
            "ring-other-state", 1, 2, 2, (1, 0), (0, 1),
            ((F(2, 3), F(-1, 3)), (F(1, 3), F(-2, 3))),
            (0, 1), (third, F(2, 3)), F(5, 3), third, F(4, 3),
        ),
        # the same ring with R < r: across r = 2 ohm, beside 1 + 2 + 1 = 4 ohm
        _layered(
            "ring-lateral-conducts-better", 2, 1, 2, (1, 0), (1, 0),
            ((F(2, 3), F(-1, 3)), (F(-2, 3), F(1, 3))),
            (1, 0), (F(2, 3), third), F(5, 3), third, F(4, 3),
        ),
        # one state: a chain of three resistors of 3 ohm
        _layered(
            "one-state-chain", 3, 1, 4, (1,), (1,),
            ((F(9, 2),), (F(3, 2),), (F(-3, 2),), (F(-9, 2),)),
            (1,), (1,), F(3), F(0), F(9),
        ),
        # p = q uniform: every layer at one potential, 2 r and 2 R in parallel: 2 (1 + 1/3) = 8/3 siemens
        _layered(
            "uniform-to-uniform", 1, 3, 2, (half, half), (half, half),
            ((F(3, 16), F(3, 16)), (F(-3, 16), F(-3, 16))),
            (half, half), (half, half), F(1), F(0), F(3, 8),
        ),
        # p = q: the mirror n -> N + 1 - n changes the sign of every potential, so the middle layer is at zero
        _layered(
            "same-distribution", 1, 2, 3, (F(3, 4), F(1, 4)), (F(3, 4), F(1, 4)),
            ((half, F(1, 6)), (0, 0), (F(-1, 2), F(-1, 6))),
            (F(3, 4), F(1, 4)), (F(3, 4), F(1, 4)), F(2), F(0), F(5, 6),
        ),
        # R < r over three layers: deviations change sign from layer to layer
        _layered(
            "lateral-conducts-better", 2, 1, 3, (1, 0), (0, 1),
            ((F(17, 24), F(-1, 24)), (F(-1, 8), F(1, 8)), (F(1, 24), F(-17, 24))),
            (0, 1), (F(7, 72), F(65, 72)), F(7, 3), F(1, 6), F(17, 12),
        ),
        # r = R: the next layer does not see the state; the middle layer is at zero and nothing flows back
        _layered(
            "no-memory", 1, 1, 3, (1, 0, 0), (0, half, half),
            ((third, 0, 0), (0, 0, 0), (0, F(-1, 6), F(-1, 6))),
            (0, half, half), (0, half, half), F(2), F(0), half,
        ),
        # three states, source and sink apart: a third of the current takes a detour through the other states
        _layered(
            "three-states", 1, 2, 2, (1, 0, 0), (0, 0, 1),
            ((F(29, 60), F(-1, 20), F(-11, 60)), (F(11, 60), F(1, 20), F(-29, 60))),
            (0, 0, 1), (F(3, 10), F(13, 60), F(29, 60)), F(61, 30), F(31, 60), F(29, 30),
        ),
    )  # fmt: skip


@cache
def golden_layered() -> tuple[LayeredCase, ...]:
    """Complete layered circuits solved in rational arithmetic from the definitions; answers are the nearest doubles.

    >>> len(golden_layered())
    9
    """
    return tuple(_golden_layered(k, entry) for k, entry in enumerate(_golden()["layered"]))


@cache
def golden_networks() -> tuple[NetworkCase, ...]:
    """Networks solved in rational arithmetic; the conductances of `stiff-*` and `wide-*` span 24 decades.

    >>> [case.name for case in golden_networks()][:3]
    ['path-6', 'cycle-7', 'complete-6']
    """
    return tuple(_golden_network(entry) for entry in _golden()["networks"])


def _golden() -> Any:
    return json.loads(files("ecd2g.testing").joinpath("golden.json").read_text(encoding="utf-8"))


def _golden_layered(number: int, entry: Any) -> LayeredCase:
    space = StateSpace(entry["n_symbols"], entry["n_sites"])
    circuit = LayeredCircuit.complete(
        space,
        n_layers=entry["n_layers"],
        forward_resistance=entry["forward_resistance"],
        lateral_resistance=entry["lateral_resistance"],
    )
    problem = LayeredProblem(
        circuit,
        Distribution.from_probabilities(space, entry["source"]),
        Distribution.from_probabilities(space, entry["sink"]),
    )
    forward_only = entry["forward_only_law"]
    return LayeredCase(
        name=f"golden-{number}",
        problem=problem,
        potentials=tuple(map(tuple, entry["potentials"])),
        two_way_law=tuple(entry["two_way_law"]),
        forward_only_law=None if forward_only is None else tuple(forward_only),
        mean_steps=entry["two_way_mean_steps"],
        backward_current=entry["total_backward_current"],
        power=entry["dissipated_power"],
    )


def _golden_network(entry: Any) -> NetworkCase:
    pairs = np.array([edge[:2] for edge in entry["edges"]], dtype=int)
    siemens = [edge[2] for edge in entry["edges"]]
    network = ResistorNetwork.from_edges(pairs, conductance=siemens, n_nodes=entry["n_nodes"])
    source = network.currents_at({entry["source"]: 1.0}, "source")
    sink = network.currents_at({entry["sink"]: 1.0}, "sink")
    problem = NetworkProblem(network, source, sink)
    return NetworkCase(entry["name"], problem, tuple(entry["potentials"]), entry["effective_resistance"])


def _network(
    name: str,
    edges: list[tuple[int, int, float]],
    source: dict[int, Any],
    sink: dict[int, Any],
    potentials: Values,
    power: F,
    mean_steps: F,
) -> NetworkCase:
    """A case from edges (node, node, ohm) and the currents at nodes."""
    pairs = np.array([(u, v) for u, v, _ in edges])
    network = ResistorNetwork.from_edges(pairs, resistance=[ohm for *_, ohm in edges])
    currents = [
        network.currents_at({node: float(amount) for node, amount in side.items()}, "currents")
        for side in (source, sink)
    ]
    return NetworkCase(name, NetworkProblem(network, *currents), potentials, power, mean_steps)


def _layered(
    name: str, r: float, big_r: float, n_layers: int, source: Values, sink: Values, *answers: Any
) -> LayeredCase:
    """A case of the complete circuit, Eq. (11), with the answers in the order of the fields."""
    space = StateSpace(len(source))
    circuit = LayeredCircuit.complete(
        space, n_layers=n_layers, forward_resistance=r, lateral_resistance=big_r
    )
    p, q = (Distribution.from_probabilities(space, [float(v) for v in side]) for side in (source, sink))
    return LayeredCase(name, LayeredProblem(circuit, p, q), *answers)
