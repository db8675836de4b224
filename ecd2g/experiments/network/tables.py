"""The answers about a network as .csv: one line a node, an edge or a pair, every float in all its digits."""

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.experiments.network.nodes import Pair
from ecd2g.experiments.records.csv_table import write_csv
from ecd2g.reference.networks.resistances import Resistances
from ecd2g.reference.networks.solution import NetworkSolution

Columns = dict[str, NDArray[np.float64]]
"""Name, with its unit, to values."""


def write_nodes(path: Path, network: ResistorNetwork, columns: Columns) -> None:
    """Write columns ``(n_nodes,)``; a label that a zero-ohm edge merged into another has a line with its values."""
    labels = [*enumerate(network.nodes), *((place, label) for label, place in network.merged.items())]
    places = np.array([place for place, _ in labels])
    rows = zip(
        (label for _, label in labels), *(column[places].tolist() for column in columns.values()), strict=True
    )
    write_csv(path, ["node", *columns], rows)


def write_currents(path: Path, solution: NetworkSolution) -> None:
    """Write the conductance of every edge and its current from tail to head."""
    network = solution.network
    nodes = network.nodes
    rows = zip(
        (nodes[tail] for tail in network.tails.tolist()),
        (nodes[head] for head in network.heads.tolist()),
        network.conductances.tolist(),
        solution.currents.tolist(),
        strict=True,
    )
    write_csv(path, ["tail", "head", "conductance_siemens", "current_ampere"], rows)


def write_resistances(
    path: Path, network: ResistorNetwork, pairs: Sequence[Pair], found: Resistances
) -> None:
    """Write the bracket of every pair asked for; of every two nodes where it is a matrix."""
    rows = _matrix_rows(network.nodes, found) if found.values.ndim == 2 else _pair_rows(pairs, found)
    write_csv(path, ["u", "v", "resistance_ohm", "lower_ohm", "upper_ohm"], rows)


def _pair_rows(pairs: Sequence[Pair], found: Resistances) -> Iterator[Sequence[object]]:
    brackets = (found.values.tolist(), found.lower.tolist(), found.upper.tolist())
    for (u, v), *bracket in zip(pairs, *brackets, strict=True):
        yield u, v, *bracket


def _matrix_rows(nodes: Sequence[Hashable], found: Resistances) -> Iterator[Sequence[object]]:
    """Row by row, for as Python floats all of them would need ten times the memory of the matrix."""
    for u, node in enumerate(nodes):
        part = (values[u, u + 1 :].tolist() for values in (found.values, found.lower, found.upper))
        for other, *bracket in zip(nodes[u + 1 :], *part, strict=True):
            yield node, other, *bracket
