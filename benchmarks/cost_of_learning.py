"""Cost of training and sampling as S, D and N grow, as a Markdown table: python benchmarks/cost_of_learning.py

Source and target are random; one thread. Training is measured over a few hundred steps of 256 pairs, walks over 20,000.
"""

import argparse
from dataclasses import replace
from time import perf_counter

import numpy as np
import torch
from tqdm import tqdm

import ecd2g
from ecd2g.learned import MODELS, IndependentPairs, LearnedFlow, train

SIZES = (
    *((n_symbols, 1, 10) for n_symbols in (10, 50, 250, 2500)),
    *((10, n_sites, 10) for n_sites in (2, 3, 4)),
    *((50, 2, n_layers) for n_layers in (5, 10, 20, 40)),
)
"""S, D and N of every line."""

TABLE_STATES = 2500
"""Most states whose edges are all asked of a network for single currents."""


def problem(n_symbols: int, n_sites: int, n_layers: int) -> tuple:
    """A circuit with rho = 0.049, and a random source and target."""
    space = ecd2g.StateSpace(n_symbols, n_sites)
    rng = np.random.default_rng(0)
    source, target = (
        ecd2g.Distribution.from_weights(space, rng.exponential(size=space.n_states)) for _ in "pq"
    )
    circuit = ecd2g.LayeredCircuit.complete(
        space,
        n_layers=n_layers,
        forward_resistance=0.1,
        lateral_resistance=0.1 * (space.n_states - 1) / 0.049,
    )
    return circuit, source, target


def line(name: str, sizes: tuple[int, int, int], n_steps: int, n_walks: int) -> str:
    """One row of the table."""
    circuit, source, target = problem(*sizes)
    if name == "current" and circuit.n_states > TABLE_STATES:
        return ""
    model = MODELS[name]
    trained = train(
        lambda: model.make(circuit), IndependentPairs(source, target), replace(model.recipe, n_steps=n_steps)
    )
    begin = perf_counter()
    flow = LearnedFlow.of(trained.model, source, target)
    currents = perf_counter() - begin
    begin = perf_counter()
    try:
        flow.sample(n_walks, rng=0)
        speed = f"{n_walks / (perf_counter() - begin):,.0f}"
    except ecd2g.StrandedWalkerError:
        speed = "stranded"
    n_symbols, n_sites, n_layers = sizes
    cells = (
        name,
        n_symbols,
        n_sites,
        f"{circuit.n_states:,}",
        n_layers,
        f"{trained.model.n_parameters:,}",
        f"{trained.seconds / n_steps * 1e3:.2f}",
        f"{currents:.3g}",
        speed,
    )
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--walks", type=int, default=20_000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    print("| model | S | D | V | N | parameters | ms a step | all currents, s | walks a second |")
    print("|---|---|---|---|---|---|---|---|---|")
    line("marginal", (10, 1, 10), 10, 10)  # the first use of torch is slower than all others
    for name in ("potential", "marginal", "current"):
        for sizes in tqdm(SIZES, desc=name, leave=False):
            if row := line(name, sizes, args.steps, args.walks):
                print(row, flush=True)


if __name__ == "__main__":
    main()
