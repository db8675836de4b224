"""What a GPU gives: the same problems solved and walked there and on the CPU, in one run.

    python benchmarks/gpu.py                        needs an NVIDIA GPU and CuPy
    python benchmarks/gpu.py --networks             solvers of resistor networks
    python benchmarks/gpu.py --library torch-cpu    a dry run on the CPU

Every time is the shortest of several, after one run to warm up, with the device idle before and after. The floor is the
time in which the device copies as many bytes as the task must read and write at least.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg

import ecd2g
from ecd2g.circuit import Atoms, CompleteField
from ecd2g.circuit.array_library import device_name, library, moved, uniforms
from ecd2g.movement import propagate, sample_walks, walk_nodes
from ecd2g.movement.sampling import draw_source
from ecd2g.reference.layered.closed_form import closed_form, potentials_and_drops
from ecd2g.reference.matrix import centring, conductance_product, in_memory
from ecd2g.reference.solvers.assembled import sparse_solver
from ecd2g.reference.solvers.conjugate_gradients import cg_solver, conjugate_gradients
from ecd2g.reference.solvers.gpu import Device, cg_solver_on, cupy_device, jacobi, sparse_solver_on

LIBRARIES = ("cupy", "torch-cpu", "numpy")


@dataclass(frozen=True)
class Task:
    """Something to time: how to do it with arrays of a library, how many of what it makes, and the bytes it moves."""

    name: str
    make: Callable[[Any], Callable[[], object]]
    unit: str
    count: int
    n_bytes: int | None = None


def functions(name: str) -> Any:
    """The functions of a library; InputError where there is no GPU."""
    return (
        import_module("array_api_compat.torch") if name == "torch-cpu" else library(name.removesuffix("-cpu"))
    )


def wait(xp: Any) -> None:
    """Let the device finish; the CPU has already."""
    if xp.__name__.endswith("cupy"):
        import_module("cupy").cuda.get_current_stream().synchronize()


def seconds(action: Callable[[], object], xp: Any, repeats: int) -> float:
    """Shortest time of several runs."""
    times = []
    for _ in range(repeats + 1):
        wait(xp)
        began = time.perf_counter()
        action()
        wait(xp)
        times.append(time.perf_counter() - began)
    return min(times[1:])


def copying(count: int) -> Task:
    """The first task of a table, which measures the bandwidth."""

    def copy(xp: Any) -> Callable[[], object]:
        values = moved(np.ones(count), xp)
        return lambda: xp.asarray(values, copy=True)

    return Task(f"copy of {count:,} numbers", copy, "GB", 1, 16 * count)


def device(xp: Any) -> Device:
    """Where networks are solved with the arrays of a library."""
    if xp.__name__.endswith("cupy"):
        return cupy_device()
    if xp is np:
        return Device(in_memory, scipy.sparse.linalg.spsolve)
    return Device(  # a dry run: matrices are small
        lambda values: moved(values.toarray() if sp.issparse(values) else values, xp), xp.linalg.solve
    )


def grid(side: int) -> ecd2g.ResistorNetwork:
    """A square grid, conductances log-uniform over two decades."""
    nodes = np.arange(side * side).reshape(side, side)
    edges = np.concatenate([np.stack([t[:-1].ravel(), t[1:].ravel()], axis=1) for t in (nodes, nodes.T)])
    siemens = 10.0 ** np.random.default_rng(side).uniform(-1, 1, len(edges))
    return ecd2g.ResistorNetwork.from_edges(edges, conductance=siemens)


def steps_of_cg(network: ecd2g.ResistorNetwork, side: int, k: int, steps: int) -> Task:
    """A fixed number of iterations: on the CPU columns are solved one after another, as `method="cg"` does there."""
    current = centring(network.labels)(np.random.default_rng(k).normal(size=(network.n_nodes, k)))

    def make(xp: Any) -> Callable[[], object]:
        place = device(xp).place
        product, preconditioner = conductance_product(network, place), jacobi(network, place)
        blocks = [np.ascontiguousarray(c) for c in current.T] if xp is np or k == 1 else [current]
        placed = [place(block) for block in blocks]

        def act() -> None:
            for block in placed:
                with suppress(ecd2g.SolverError):  # it stops before the end
                    conjugate_gradients(product, preconditioner, block, max_iterations=steps)

        return act

    entries = 2 * network.n_edges + network.n_nodes
    a_step = 12 * entries + 64 * network.n_nodes * k  # x, r, p read and written, G p written and read
    return Task(f"{steps} steps of cg, {side} x {side}, k = {k}", make, "step", steps * k, steps * a_step)


def whole_solve(network: ecd2g.ResistorNetwork, side: int, method: str) -> Task:
    """One problem, from and to NumPy, everything included."""
    there = {"cg": cg_solver_on, "sparse": sparse_solver_on}[method]
    here = {"cg": cg_solver, "sparse": sparse_solver}[method]
    current = np.zeros(network.n_nodes)
    current[[0, -1]] = 1.0, -1.0

    def make(xp: Any) -> Callable[[], object]:
        return lambda: (here(network) if xp is np else there(device(xp), network))(current)

    return Task(f"{method}, {side} x {side}, from and to NumPy", make, "problem", 1)


def network_tasks(given: argparse.Namespace) -> Iterator[Task]:
    """The tasks of the table of networks, one at a time, as they are large."""
    yield copying(given.copied)
    for side in given.grids:
        for k in given.columns:
            yield steps_of_cg(grid(side), side, k, given.iterations)
    for method in ("cg", "sparse"):
        yield whole_solve(grid(min(given.grids)), min(given.grids), method)


def tasks(given: argparse.Namespace) -> list[Task]:
    """The tasks of the table; every one computes with the arrays of whatever library it is given."""
    rng, n_layers, n_states = np.random.default_rng(0), given.layers, given.states
    circuit = ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(n_states),
        n_layers=n_layers,
        forward_resistance=0.1,
        lateral_resistance=0.4 * max(n_states - 1, 1),
    )
    p, q = (rng.dirichlet(np.ones(n_states), given.problems) for _ in "pq")
    atoms = Atoms(circuit.space, None, np.ones(n_states), p[0], q[0])
    solved = closed_form(circuit, atoms)
    if not isinstance(solved, CompleteField):
        raise ecd2g.InputError("the benchmark needs at least 3 states")
    solved_bytes = 8 * (2 * n_layers - 1 + 2) * n_states  # potentials and drops written, p and q read

    def solve(xp: Any, k: int) -> Callable[[], object]:
        sources, sinks = (moved(rows[0] if k == 1 else rows, xp) for rows in (p, q))
        return lambda: potentials_and_drops(circuit, sources, sinks)

    def round_trip(xp: Any) -> Callable[[], object]:
        return lambda: CompleteField(circuit, atoms.on(xp), *solve(xp, 1)()).on(np)

    def law(xp: Any) -> Callable[[], object]:
        field = solved.on(xp)
        return lambda: propagate(field)

    def walk(xp: Any) -> Callable[[], object]:
        field, seeds = solved.on(xp), np.random.default_rng(1)
        return lambda: walk_nodes(field, draw_source(field, given.walks, seeds), uniforms(seeds, xp))

    def sample(xp: Any) -> Callable[[], object]:
        field, seeds = solved.on(xp), np.random.default_rng(1)
        starts = circuit.space.states(np.arange(given.walks) % n_states)
        return lambda: sample_walks(field, starts, seeds)

    return [
        copying(given.copied),
        Task("closed form", lambda xp: solve(xp, 1), "problem", 1, solved_bytes),
        Task("closed form, from and to NumPy", round_trip, "problem", 1, solved_bytes),
        Task(
            f"{given.problems} problems at once",
            lambda xp: solve(xp, given.problems),
            "problem",
            given.problems,
            given.problems * solved_bytes,
        ),
        Task("exact law", law, "law", 1),
        Task("walks", walk, "walk", given.walks),
        Task("walks, from and to NumPy", sample, "walk", given.walks),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", choices=LIBRARIES, default="cupy")
    parser.add_argument("--networks", action="store_true", help="resistor networks, not layered circuits")
    parser.add_argument("--grids", type=int, nargs="+", default=[300, 1000], metavar="N", help="N x N nodes")
    parser.add_argument("--columns", type=int, nargs="+", default=[1, 64], metavar="K")
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--states", type=int, default=10_000, metavar="V")
    parser.add_argument("--layers", type=int, default=30, metavar="N")
    parser.add_argument("--problems", type=int, default=100, metavar="K", help="right-hand sides at once")
    parser.add_argument("--walks", type=int, default=1_000_000)
    parser.add_argument("--copied", type=int, default=2**24, help="numbers copied to measure the bandwidth")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    try:
        xp = functions(given.library)
        rows = network_tasks(given) if given.networks else tasks(given)
    except ecd2g.InputError as refused:
        print(refused, file=sys.stderr)
        return 2
    name = device_name(given.library) if given.library in ("cupy", "numpy") else "cpu"
    sizes = f"V = {given.states:,}, N = {given.layers}, k = {given.problems}"
    print(f"{given.library} on {name}: {'resistor networks' if given.networks else sizes}\n")
    print(
        "| task | time | a second | times NumPy's speed | times the floor |\n|---|---|---|---|---|",
        flush=True,
    )
    bandwidth = None
    for task in rows:
        here, numpy = (seconds(task.make(each), each, given.repeats) for each in (xp, np))
        if bandwidth is None:
            bandwidth = (task.n_bytes or 0) / here
            rate = f"{bandwidth / 1e9:.3g} GB"
        else:
            rate = f"{task.count / here:,.3g} {task.unit}s"
        floor = "" if task.n_bytes is None else f"{here * bandwidth / task.n_bytes:.1f}"
        print(f"| {task.name} | {1e3 * here:.3g} ms | {rate} | {numpy / here:.2f} | {floor} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
