"""Training and sampling time against S, D and the number of steps: python benchmarks/cost_high_dim.py --out FOLDER

One thread, uniform random samples as source and target, the default perceptron, 256 pairs a step. Writes a .csv,
a .png and a .svg. Every time is the smallest of three runs; compare lines, not seconds, between machines.
"""

import argparse
import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from tqdm import tqdm

import ecd2g
from ecd2g.couplings import GivenPairs
from ecd2g.experiments.exact.experiment import lateral_resistance
from ecd2g.learned import BridgeFlow, EndNetwork, train
from ecd2g.learned.end_network import END_RECIPE
from ecd2g.plots.cost_curves import CostPanel, cost_curves
from ecd2g.plots.files import save
from ecd2g.reference import walk_between_densities

S, D, STEPS = 8, 16, 8
"""Symbols, sites and steps (network evaluations; one less than layers) where another size varies."""

VARIED = {"S": (2, 4, 8, 16, 32, 64), "D": (2, 4, 8, 16, 32, 64), "steps": (1, 2, 4, 8, 16)}
NAMES = {"S": "symbols S", "D": "sites D", "steps": "steps N − 1 = NFE"}
BRIDGES = ("sweep", "spread", "interval", "mixture")
EXACT = "exact walk"
TRAINING, SAMPLING = "training (ms a step)", "sampling (µs a walker)"


def best(work: Callable[[], float], repeats: int) -> float:
    """The smallest of a few times: what disturbs a measurement only makes it longer."""
    return min(work() for _ in range(repeats))


def train_time(
    space: ecd2g.StateSpace, bridge: str, n_steps: int, training_steps: int
) -> tuple[float, BridgeFlow]:
    """Milliseconds a training step, and the trained walks."""
    rng = np.random.default_rng(0)
    starts, ends = space.draw(5000, rng), space.draw(5000, rng)
    pairs, recipe = GivenPairs.of(space, starts, ends), replace(END_RECIPE, n_steps=training_steps)
    network = EndNetwork(space, bridge, steps=(n_steps,))
    network.examples(pairs, 1, "uniform", 1, rng)  # makes the tables of the bridge, once for an alphabet
    trained = train(lambda: network, pairs, recipe)
    laws = (ecd2g.Distribution.from_samples(space, rows) for rows in (starts, ends))
    return 1e3 * trained.seconds / training_steps, BridgeFlow(trained.model, *laws)


def bridge_times(sizes: dict[str, int], bridge: str, settings: argparse.Namespace) -> tuple[float, float]:
    """Training and sampling of one bridge at one size."""
    space = ecd2g.StateSpace(sizes["S"], sizes["D"])
    flow = train_time(space, bridge, sizes["steps"], 20)[1]
    learn = best(
        lambda: train_time(space, bridge, sizes["steps"], settings.training_steps)[0], settings.repeats
    )

    def walk() -> float:
        begin = perf_counter()
        flow.sample(settings.n, n_steps=sizes["steps"], rng=0)
        return 1e6 * (perf_counter() - begin) / settings.n

    return learn, best(walk, settings.repeats)


def exact_time(sizes: dict[str, int], settings: argparse.Namespace) -> float:
    """Sampling by the exact walk between two empirical measures of 1000 samples; nothing is trained."""
    space, rng = ecd2g.StateSpace(sizes["S"], sizes["D"]), np.random.default_rng(0)
    p, q = (ecd2g.Distribution.from_samples(space, space.draw(1000, rng)) for _ in "pq")
    circuit = ecd2g.LayeredCircuit.complete(
        space,
        n_layers=sizes["steps"] + 1,
        forward_resistance=0.1,
        lateral_resistance=lateral_resistance(space, 0.1),
    )
    starts = p.sample(settings.n, 0)

    def walk() -> float:
        begin = perf_counter()
        walk_between_densities(circuit, p, q, starts, 0)
        return 1e6 * (perf_counter() - begin) / settings.n

    return best(walk, settings.repeats)


def measure(settings: argparse.Namespace) -> list[dict[str, object]]:
    """A row for every varied size, value and method."""
    rows: list[dict[str, object]] = []
    todo = [(size, value) for size, values in VARIED.items() for value in values]
    for size, value in tqdm(todo, disable=None):
        sizes = {"S": S, "D": D, "steps": STEPS} | {size: value}
        label = {"varied": size, **sizes}
        for bridge in BRIDGES:
            if bridge == "sweep" and sizes["steps"] > sizes["D"]:
                continue
            learn, sample = bridge_times(sizes, bridge, settings)
            rows.append({**label, "method": bridge, "train_ms_a_step": learn, "sample_us_a_walker": sample})
        rows.append(
            {
                **label,
                "method": EXACT,
                "train_ms_a_step": "",
                "sample_us_a_walker": exact_time(sizes, settings),
            }
        )
    return rows


def panels(rows: list[dict[str, object]]) -> list[CostPanel]:
    """Two rows of panels, training above sampling, a column a size."""
    found = []
    for cost, column in ((TRAINING, "train_ms_a_step"), (SAMPLING, "sample_us_a_walker")):
        for size in VARIED:
            own = [row for row in rows if row["varied"] == size and row[column] != ""]
            lines = {
                name: tuple(
                    zip(*[(row[size], row[column]) for row in own if row["method"] == name], strict=True)
                )
                for name in dict.fromkeys(row["method"] for row in own)
            }
            held = {"S": f"S = {S}", "D": f"D = {D}", "steps": f"{STEPS} steps"}
            fixed = ", ".join(text for name, text in held.items() if name != size)
            found.append(CostPanel(NAMES[size], cost, lines, fixed))
    return found


def main() -> None:
    """Measure, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/cost_high_dim"))
    parser.add_argument("--n", type=int, default=5000, help="walkers")
    parser.add_argument("--training-steps", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    settings = parser.parse_args()
    torch.set_num_threads(1)
    settings.out.mkdir(parents=True, exist_ok=True)
    rows = measure(settings)
    with (settings.out / "cost_high_dim.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    save(cost_curves(panels(rows), methods=(*BRIDGES, EXACT))[0], settings.out / "cost_high_dim")
    print(f"written to {settings.out}")


if __name__ == "__main__":
    main()
