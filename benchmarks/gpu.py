"""What a GPU gives: closed forms, exact laws and walks there and on the CPU, in one run and on the same problems.

    python benchmarks/gpu.py                        needs an NVIDIA GPU and CuPy
    python benchmarks/gpu.py --library torch-cpu    a dry run on the CPU

Every time is the shortest of several, after one run to warm up, with the device idle before and after. The floor is the
time in which the device copies as many bytes as the task must read and write at least.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

import ecd2g
from ecd2g.circuit import Atoms, CompleteField
from ecd2g.circuit.array_library import device_name, library, moved, uniforms
from ecd2g.movement import propagate, sample_walks, walk_nodes
from ecd2g.movement.sampling import draw_source
from ecd2g.reference.closed_form import closed_form, potentials_and_drops

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

    def copy(xp: Any) -> Callable[[], object]:
        values = moved(np.ones(given.copied), xp)
        return lambda: xp.asarray(values, copy=True)

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
        Task(f"copy of {given.copied:,} numbers", copy, "GB", 1, 16 * given.copied),
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
    parser.add_argument("--states", type=int, default=10_000, metavar="V")
    parser.add_argument("--layers", type=int, default=30, metavar="N")
    parser.add_argument("--problems", type=int, default=100, metavar="K", help="right-hand sides at once")
    parser.add_argument("--walks", type=int, default=1_000_000)
    parser.add_argument("--copied", type=int, default=2**24, help="numbers copied to measure the bandwidth")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    try:
        xp = functions(given.library)
        rows = tasks(given)
    except ecd2g.InputError as refused:
        print(refused, file=sys.stderr)
        return 2
    device = device_name(given.library) if given.library in ("cupy", "numpy") else "cpu"
    print(f"{given.library} on {device}: V = {given.states:,}, N = {given.layers}, k = {given.problems}\n")
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
