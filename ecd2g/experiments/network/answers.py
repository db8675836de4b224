"""What was asked about a network, answered; and every number of the answers."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.experiments.network.nodes import Pair
from ecd2g.metrics import sampling_floor, total_variation
from ecd2g.reference.networks.centrality import Centrality
from ecd2g.reference.networks.resistances import Resistances
from ecd2g.reference.networks.solution import NetworkSolution, NetworkWalks
from ecd2g.reference.networks.tree_bound import WIDENING

LISTED = 20
"""Most pairs, sinks or nodes that are listed one by one; the tables of a run folder hold all of them."""

TABLED = 12
"""Most nodes of a network whose resistances of all pairs are shown as a table."""

TOP = 5
"""Nodes that are named for each centrality."""


@dataclass(frozen=True, eq=False)
class Answers:
    """A network, its solution, walks on it, resistances of pairs (or a matrix of all) and centralities by name."""

    network: ResistorNetwork
    solution: NetworkSolution | None = None
    walks: NetworkWalks | None = None
    pairs: tuple[Pair, ...] = ()
    resistances: Resistances | None = None
    centralities: dict[str, Centrality] | None = None

    def numbers(self) -> dict[str, Any]:
        """Every number, for results.json."""
        numbers: dict[str, Any] = {"network": _network_numbers(self.network)}
        if self.solution is not None:
            numbers |= _solution_numbers(self.solution)
        if self.walks is not None and self.solution is not None:
            numbers["walks"] = _walk_numbers(self.solution, self.walks)
        if self.resistances is not None:
            numbers["resistances"] = (
                _resistance_numbers(self.pairs, self.resistances)
                if self.resistances.values.ndim == 1
                else _matrix_numbers(self.network.nodes, self.resistances)
            )
        for name, found in (self.centralities or {}).items():
            numbers[name] = _centrality_numbers(found)
        return numbers


def end_shares(network: ResistorNetwork, walks: NetworkWalks) -> NDArray[np.float64]:
    """Share of the walks that end at every node, ``(n_nodes,)``."""
    counted = Counter(walks.ends)
    shares = np.zeros(network.n_nodes)
    shares[network.places(counted)] = np.array(list(counted.values())) / len(walks.ends)
    return shares


def sink_shares(solution: NetworkSolution) -> NDArray[np.float64]:
    """Share of the current that leaves at every node: the law of the ends by Corollary 3.3, ``(n_nodes,)``."""
    return solution.field.extracted / solution.field.extracted.sum()


def _network_numbers(network: ResistorNetwork) -> dict[str, Any]:
    least, largest = network.conductance_range if network.n_edges else (None, None)
    return {
        "n_nodes": network.n_nodes,
        "n_edges": network.n_edges,
        "n_components": network.n_components,
        "least_conductance_siemens": least,
        "largest_conductance_siemens": largest,
        "n_self_loops_ignored": network.n_self_loops,
        "n_parallel_edges_combined": network.n_parallel,
        "n_open_edges_dropped": network.n_open,
        "n_zero_ohm_edges_contracted": network.n_shorts,
        "n_labels_merged": len(network.merged),
    }


def _solution_numbers(solution: NetworkSolution) -> dict[str, Any]:
    field, proven = solution.field, solution.certificate
    entry, leave = np.flatnonzero(field.injected), np.flatnonzero(field.extracted)
    total = float(field.injected.sum())
    solved: dict[str, Any] = {
        "n_sources": len(entry),
        "n_sinks": len(leave),
        "current_ampere": total,
        "power_watt": {"value": solution.power, "lower": proven.lower, "upper": proven.upper},
    }
    if len(entry) == len(leave) == 1:
        # the two quotients are rounded, the bracket of the power is not
        solved["effective_resistance"] = {
            "u": solution.network.nodes[entry[0]],
            "v": solution.network.nodes[leave[0]],
            "resistance_ohm": solution.effective_resistance,
            "lower_ohm": proven.lower / total / total * (1 - WIDENING),
            "upper_ohm": proven.upper / total / total * (1 + WIDENING),
        }
    return {"solution": solved, "certificate": asdict(proven)}


def _walk_numbers(solution: NetworkSolution, walks: NetworkWalks) -> dict[str, Any]:
    """Distance of the sampled ends from the exact law, beside the distance that as many perfect samples would show."""
    shares, law, sinks = end_shares(solution.network, walks), solution.exact_law(), sink_shares(solution)
    floor = sampling_floor(sinks, len(walks.ends))
    distance = total_variation(shares, sinks)
    return {
        "n_walks": len(walks.ends),
        "total_variation": distance,
        "floor_expected": floor.expected,
        "floor_bound": floor.bound,
        "floor_error_rate": floor.error_rate,
        "within_floor": bool(distance <= floor.bound),
        "exact_law_total_variation": total_variation(law.ends, sinks),
        "mean_steps": float(walks.n_steps.mean()),
        "exact_mean_steps": law.mean_steps,
        "most_steps": int(walks.n_steps.max()),
        "ends": _listed(solution.network.nodes, np.flatnonzero(sinks), exact=law.ends, sampled=shares),
    }


def _resistance_numbers(pairs: tuple[Pair, ...], found: Resistances) -> dict[str, Any]:
    columns = (found.values.tolist(), found.lower.tolist(), found.upper.tolist())
    listed = [_bracket(*pair, *bracket) for pair, *bracket in zip(pairs, *columns, strict=True)]
    return {
        "method": found.method,
        "n_pairs": len(pairs),
        "widest_relative_bracket": found.widest,
        "pairs": listed if len(listed) <= LISTED else [],
    }


def _matrix_numbers(nodes: Sequence[Hashable], found: Resistances) -> dict[str, Any]:
    """The smallest, the median and the largest finite resistance of two nodes; every one of a small network."""
    n = len(nodes)
    values = found.values[np.tri(n, k=-1, dtype=bool)]  # pair (v, u), v < u, stands at u (u - 1) / 2 + v
    n_finite = int(np.isfinite(values).sum())

    def bracket(place: int) -> dict[str, Any]:
        u = (1 + isqrt(1 + 8 * place)) // 2
        v = place - u * (u - 1) // 2
        return _bracket(
            nodes[v], nodes[u], *(float(m[v, u]) for m in (found.values, found.lower, found.upper))
        )

    ranks = {"smallest": 0, "median": (n_finite - 1) // 2, "largest": n_finite - 1} if n_finite else {}
    order = np.argpartition(values, [*ranks.values()]) if ranks else values
    return {
        "method": found.method,
        "n_pairs": len(values),
        "widest_relative_bracket": found.widest,
        "n_infinite": len(values) - n_finite,
        **{name: bracket(int(order[rank])) for name, rank in ranks.items()},
        "pairs": [bracket(place) for place in range(len(values))] if n <= TABLED else [],
    }


def _bracket(u: Hashable, v: Hashable, value: float, lower: float, upper: float) -> dict[str, Any]:
    return {"u": u, "v": v, "resistance_ohm": value, "lower_ohm": lower, "upper_ohm": upper}


def _centrality_numbers(found: Centrality) -> dict[str, Any]:
    top = np.argsort(-found.values, kind="stable")[:TOP]
    largest = _listed(found.network.nodes, top, value=found.values)
    return {"method": found.method, "error": found.error, "largest": largest}


def _listed(
    nodes: Any, places: NDArray[np.intp], **columns: NDArray[np.float64]
) -> list[dict[str, Hashable]]:
    """One mapping for each of these nodes; none where they are too many to be read."""
    if len(places) > LISTED:
        return []
    return [
        {"node": nodes[place]} | {name: float(column[place]) for name, column in columns.items()}
        for place in places.tolist()
    ]
