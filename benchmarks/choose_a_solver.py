"""Every solver on every kind of network, as a Markdown table: python benchmarks/choose_a_solver.py [--quick]

1 A between two nodes far apart: preparing, solving and refining, without the certificate. Every solver runs in a
process of its own, which is ended at the cap. Processor times are multiples of the best of the row; residuals are of
Kirchhoff's law, in ampere. In bold: what "auto" chooses.
"""

import argparse
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import process_time
from typing import NamedTuple

import networkx as nx
import numpy as np
from tqdm import tqdm

import ecd2g
from ecd2g.reference import cholmod_available, choose
from ecd2g.reference.laws import kirchhoff_residual
from ecd2g.reference.networks.solver import network_field

GRAPHS: dict[str, Callable[[], nx.Graph]] = {
    "grid 30 x 30": lambda: nx.grid_2d_graph(30, 30),
    "grid 100 x 100": lambda: nx.grid_2d_graph(100, 100),
    "grid 300 x 300": lambda: nx.grid_2d_graph(300, 300),
    "grid 20 x 20 x 20": lambda: nx.grid_graph([20, 20, 20]),
    "grid 30 x 30 x 30": lambda: nx.grid_graph([30, 30, 30]),
    "random geometric, 2e4": lambda: nx.random_geometric_graph(20_000, 0.0126, seed=0),
    "Barabasi-Albert, 1e3": lambda: nx.barabasi_albert_graph(1000, 5, seed=0),
    "Barabasi-Albert, 1e4": lambda: nx.barabasi_albert_graph(10_000, 5, seed=0),
    "4-regular, 1e4": lambda: nx.random_regular_graph(4, 10_000, seed=0),
    "path, 1e4": lambda: nx.path_graph(10_000),
}
QUICK = ("grid 30 x 30", "Barabasi-Albert, 1e3", "path, 1e4")

METHODS = ("star-mesh", "dense", "sparse", "cholmod", "cg", "amg")
SMALL = ecd2g.ResistorNetwork.from_edges([[0, 1]], conductance=[1.0])
LARGEST = {"star-mesh": 2500, "dense": 5000}
"""Most nodes of the solvers in O(n^3)."""


class Case(NamedTuple):
    """A graph by name, and the decades its conductances spread over, log-uniformly about 1 S."""

    name: str
    decades: float

    def network(self) -> ecd2g.ResistorNetwork:
        graph = GRAPHS[self.name]()
        graph = graph.subgraph(max(nx.connected_components(graph), key=len))
        graph = nx.convert_node_labels_to_integers(graph)
        spread = np.random.default_rng(0).uniform(-0.5, 0.5, graph.number_of_edges())
        return ecd2g.ResistorNetwork.from_edges(
            np.array(graph.edges), conductance=10 ** (self.decades * spread)
        )


class Figures(NamedTuple):
    """Processor seconds, and the largest Kirchhoff residual in ampere."""

    seconds: float
    residual: float


def measure(network: ecd2g.ResistorNetwork, method: str, report: Connection) -> None:
    """Solve and send the figures, or None where the method refuses."""
    network_field(SMALL, *np.eye(2), method)  # imports are not measured
    report.send("ready")
    p, q = np.zeros((2, network.n_nodes))
    p[0] = q[-1] = 1.0
    begin = process_time()
    try:
        field = network_field(network, p, q, method)
    except ecd2g.SolverError:
        report.send(None)
        return
    seconds = process_time() - begin
    report.send(Figures(seconds, float(np.abs(kirchhoff_residual(field)).max())))


def measured(network: ecd2g.ResistorNetwork, method: str, cap: float) -> Figures | str:
    """Figures of a process of its own, or why there are none."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=measure, args=(network, method, sender))
    process.start()
    receiver.recv()  # everything is loaded, the clock starts
    found = receiver.recv() if receiver.poll(cap) else "too slow"
    process.kill()
    process.join()
    return "refuses" if found is None else found


def line(case: Case, methods: tuple[str, ...], cap: float) -> str:
    """One row of the table."""
    network = case.network()
    choice = choose(network)
    found = {
        method: measured(network, method, cap)
        if network.n_nodes <= LARGEST.get(method, network.n_nodes)
        else "too large"
        for method in methods
    }
    best = min(figures.seconds for figures in found.values() if isinstance(figures, Figures))
    cells = [case.name, f"{case.decades:g}", f"{best:.3g}"]
    for method, figures in found.items():
        text = figures if isinstance(figures, str) else cell(figures, best)
        cells.append(f"**{text}**" if method == choice.method else text)
    return f"| {' | '.join([*cells, choice.reason])} |"


def cell(figures: Figures, best: float) -> str:
    return f"{figures.seconds / best:.1f}x, {figures.residual:.0e} A"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few small networks, under a minute")
    parser.add_argument("--cap", type=float, default=40.0, help="seconds after which a solver is stopped")
    args = parser.parse_args()
    names, cap = (QUICK, min(args.cap, 3.0)) if args.quick else (tuple(GRAPHS), args.cap)
    methods = tuple(name for name in METHODS if name != "cholmod" or cholmod_available())
    print(f"| network | decades | best, s | {' | '.join(methods)} | auto |")
    print("|---" * (len(methods) + 4) + "|")
    for case in tqdm([Case(name, decades) for name in names for decades in (2.0, 8.0)], leave=False):
        print(line(case, methods, cap), flush=True)


if __name__ == "__main__":
    main()
