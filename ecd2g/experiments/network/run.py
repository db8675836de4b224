"""A resistor network from a file: solved, walked on and measured; everything into a run folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecd2g.circuit.array_library import Backend, device_name, require_backend
from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.networks.values import Value
from ecd2g.data import read_network
from ecd2g.errors import InputError
from ecd2g.experiments.network.answers import Answers, end_shares, sink_shares
from ecd2g.experiments.network.nodes import pair_of, terminals_of
from ecd2g.experiments.network.summary import network_summary
from ecd2g.experiments.network.tables import write_currents, write_nodes, write_resistances
from ecd2g.experiments.records.origin import default
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.stages import Stages
from ecd2g.reference.methods import Method
from ecd2g.reference.networks.centrality import Centrality, current_flow_betweenness, current_flow_closeness
from ecd2g.reference.networks.effective_resistance import effective_resistances, resistance_matrix
from ecd2g.reference.networks.solution import NetworkSolution
from ecd2g.reference.solve import solve

DRAWN_NODES, DRAWN_EDGES = 300, 3000
"""Larger networks get no picture of every single edge."""

CENTRALITIES: dict[str, Callable[..., Centrality]] = {
    "betweenness": current_flow_betweenness,
    "closeness": current_flow_closeness,
}


@dataclass(frozen=True)
class NetworkQuestion:
    """A file of a network, whose numbers are ohms or siemens, and what is asked about it; nodes as they are spelled.

    `source` and `sink` hold ``NODE=AMPERE`` or ``NODE``, `pairs` ``U,V``. Every answer has its own tolerance unless
    one is given. `backend` is where currents are solved; all else is computed on the CPU.
    """

    file: str
    value: Value
    column: str | None = None
    source: tuple[str, ...] = default(())
    sink: tuple[str, ...] = default(())
    pairs: tuple[str, ...] = default(())
    all_pairs: bool = default(False)
    betweenness: bool = default(False)
    closeness: bool = default(False)
    n_walks: int = default(0)
    method: Method = default("auto")  # noqa: RUF009 - a frozen field
    backend: Backend = default("numpy")  # noqa: RUF009 - a frozen field
    tolerance: float | None = default(None)
    seed: int = default(0)

    def check(self) -> None:
        """Raise InputError for questions that make no sense together, or a back end that does not work here."""
        require_backend(self.backend)
        if bool(self.source) != bool(self.sink):
            here, missing = ("--source", "--sink") if self.source else ("--sink", "--source")
            raise InputError(
                f"what enters a network must leave it, but only {here} is given; add {missing} NODE"
            )
        if self.n_walks and not self.source:
            raise InputError("walks go from sources to sinks; add --source NODE and --sink NODE")
        if self.backend != "numpy" and not self.source:
            raise InputError(
                f"backend {self.backend!r} solves currents only; add --source NODE and --sink NODE, or leave it out"
            )
        if self.pairs and self.all_pairs:
            raise InputError("give either --pairs or --all-pairs, which holds all of them, not both")

    def network(self) -> ResistorNetwork:
        """Read the network; a column that is a number is a place."""
        column = int(self.column) if self.column is not None and self.column.isdecimal() else self.column
        return read_network(self.file, value=self.value, column=column)

    def how(self) -> dict[str, Any]:
        """Method and tolerance, as solvers take them."""
        return {"method": self.method} | ({} if self.tolerance is None else {"tolerance": self.tolerance})


def network_run(asked: NetworkQuestion, folder: Path | None, command: str, *, quiet: bool = False) -> str:
    """Answer every question, and write tables, figure and record where there is a folder; returns the summary."""
    asked.check()
    kinds = [name for name in CENTRALITIES if getattr(asked, name)]
    n_stages = (
        1 + 2 * bool(asked.source) + bool(asked.n_walks) + bool(asked.pairs or asked.all_pairs) + len(kinds)
    )
    stages = Stages(n_stages, quiet=quiet)
    answers = _answered(asked, kinds, stages)
    numbers = {"title": f"resistor network of {asked.file}"} | answers.numbers()
    if folder is not None:
        _write_tables(answers, folder)
        with stages("draw"):
            numbers |= _draw(answers.solution, folder)
    timing = stages.close()
    if folder is not None:
        write_record(
            folder,
            command=command,
            config=asked,
            numbers=numbers,
            timing=timing,
            device=device_name(asked.backend),
        )
    return network_summary(asked.file, answers, numbers, timing)


def _answered(asked: NetworkQuestion, kinds: list[str], stages: Stages) -> Answers:
    with stages("read"):
        network = asked.network()
        source, sink = terminals_of(network, asked.source, asked.sink)
        pairs = tuple(pair_of(network, text) for text in asked.pairs)
    solution = walks = resistances = None
    if source:
        with stages("solve"):
            solution = solve(network, source=source, sink=sink, backend=asked.backend, **asked.how())
    if solution is not None and asked.n_walks:
        with stages("walk"):
            walks = solution.sample(asked.n_walks, rng=asked.seed)
    if pairs or asked.all_pairs:
        with stages("resistances"):
            resistances = (
                resistance_matrix(network, **asked.how())
                if asked.all_pairs
                else effective_resistances(network, pairs, **asked.how())
            )
    centralities = {}
    for name in kinds:
        with stages(name):
            centralities[name] = CENTRALITIES[name](network, **asked.how())
    return Answers(network, solution, walks, pairs, resistances, centralities)


def _write_tables(answers: Answers, folder: Path) -> None:
    network, solution = answers.network, answers.solution
    if solution is not None:
        field = solution.field
        at_nodes = {
            "potential_volt": field.potentials,
            "source_ampere": field.injected,
            "sink_ampere": field.extracted,
        }
        write_nodes(folder / "potentials.csv", network, at_nodes)
        write_currents(folder / "currents.csv", solution)
    if solution is not None and answers.walks is not None:
        ends = {
            "sink_share": sink_shares(solution),
            "exact_law": solution.law(),
            "sampled_share": end_shares(network, answers.walks),
        }
        write_nodes(folder / "ends.csv", network, ends)
    if answers.resistances is not None:
        write_resistances(folder / "resistances.csv", network, answers.pairs, answers.resistances)
    if answers.centralities:
        columns = {name: found.values for name, found in answers.centralities.items()}
        write_nodes(folder / "centralities.csv", network, columns)


def _draw(solution: NetworkSolution | None, folder: Path) -> dict[str, Any]:
    """Name of the figure drawn, or the reason why it is left out."""
    if solution is None:
        return {}
    network = solution.network
    if network.n_nodes > DRAWN_NODES or network.n_edges > DRAWN_EDGES:
        reason = f"up to {DRAWN_NODES} nodes and {DRAWN_EDGES:,} edges"
        return {
            "figures_left_out": f"network: {reason}, here {network.n_nodes:,} and {network.n_edges:,}",
        }
    from ecd2g.plots import network_diagram, save  # noqa: PLC0415 - runs without a folder need no matplotlib

    save(network_diagram(solution), folder / "network")
    return {"figures": ["network"]}
