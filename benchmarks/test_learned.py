"""Learned currents: walks in 2D, against currents of single edges; and what a step of training costs."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import ecd2g
from ecd2g.learned import (
    END_RECIPE,
    MODELS,
    BridgeFlow,
    EndNetwork,
    GivenPairs,
    IndependentPairs,
    LearnedFlow,
    train,
)
from ecd2g.learned.estimate import Estimate
from ecd2g.metrics.current_error import current_error
from ecd2g.movement import propagate

N_WALKS = 20_000
PAPER_RATE = 256 / 0.13
"""Samples a second that the paper reports in 2D, on an A100."""


@pytest.fixture(scope="module")
def two_dimensions() -> tuple:
    torch.set_num_threads(1)
    problem = ecd2g.data.moons_to_swiss_roll(50, 20_000, rng=0)
    circuit = ecd2g.LayeredCircuit.complete(
        problem.space, n_layers=10, forward_resistance=0.1, lateral_resistance=5100.0
    )
    return problem, circuit


@pytest.mark.parametrize("name", ["potential", "marginal"])
def test_walks_on_learned_currents(benchmark, two_dimensions, name: str) -> None:
    """Currents of all edges included; the rate is printed beside the one that the paper reports."""
    problem, circuit = two_dimensions
    recipe = replace(MODELS[name].recipe, n_steps=1_000)  # with 100, walkers are stranded
    pairs = IndependentPairs(problem.source, problem.target)
    model = train(lambda: MODELS[name].make(circuit), pairs, recipe).model

    def sample() -> None:
        LearnedFlow.of(model, problem.source, problem.target).sample(N_WALKS, rng=0)

    benchmark.pedantic(sample, rounds=5, warmup_rounds=1)
    rate = N_WALKS / benchmark.stats.stats.median
    benchmark.extra_info["walks a second"] = round(rate)
    benchmark.extra_info["the paper's rate"] = PAPER_RATE
    print(f"\n{name}: {rate:,.0f} walks a second, {rate / PAPER_RATE:.0f} x the paper's {PAPER_RATE:,.0f}")


def test_plain_frequencies(benchmark) -> None:
    """The peer without a network in 1D: the exact circuit between frequencies of the 5,000 x 256 pairs of a training.

    Walks start in the exact source, as those of every learned flow do.
    """
    problem = ecd2g.data.uniform_to_gaussian()
    circuit = ecd2g.LayeredCircuit.complete(
        problem.space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0
    )
    exact = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
    pairs = IndependentPairs(problem.source, problem.target)

    def score(seed: int) -> tuple[float, float]:
        sides = pairs.draw(5_000 * 256, np.random.default_rng(seed))
        counts = (np.bincount(problem.space.index(side), minlength=problem.space.n_states) for side in sides)
        p, q = (ecd2g.Distribution.from_weights(problem.space, count) for count in counts)
        field = Estimate.from_marginals(circuit, p, q).field
        field = replace(field, atoms=replace(field.atoms, source=problem.source.to_array()))
        ends = field.atoms.expand(propagate(field, tolerance=1e-9, max_steps=1_000).ends[-1])
        target = problem.target.to_array()
        return (
            current_error(field, exact.field).all_edges,
            ecd2g.metrics.total_variation(ends, target),
        )

    found = np.array(benchmark.pedantic(lambda: [score(seed) for seed in range(5)], rounds=1))
    for name, values in zip(("error", "tv"), found.T, strict=True):
        benchmark.extra_info[name] = {
            "mean": float(values.mean()),
            "standard_deviation": float(values.std(ddof=1)),
        }
    nothing = ecd2g.metrics.total_variation(problem.source.to_array(), problem.target.to_array())
    benchmark.extra_info.update({"seeds": len(found), "no current at all": float(nothing)})


@pytest.mark.parametrize("name", ["potential", "marginal", "current", "current-paper"])
def test_a_hundred_steps_of_training_in_one_dimension(benchmark, name: str) -> None:
    problem = ecd2g.data.uniform_to_gaussian()
    circuit = ecd2g.LayeredCircuit.complete(
        problem.space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0
    )
    pairs = IndependentPairs(problem.source, problem.target)
    recipe = replace(MODELS[name].recipe, n_steps=100, learning_rate=1e-3)
    benchmark.pedantic(
        lambda: train(lambda: MODELS[name].make(circuit), pairs, recipe), rounds=3, warmup_rounds=1
    )


END_NETWORKS = pytest.mark.parametrize(
    ("n_sites", "n_symbols", "network"),
    [(2, 50, "mlp"), (9, 4, "mlp"), (64, 2, "mlp"), (6, 27, "transformer")],
)


def given_pairs(n_sites: int, n_symbols: int) -> GivenPairs:
    """Uniform pairs: what a step costs does not depend on what they are."""
    space, rng = ecd2g.StateSpace(n_symbols, n_sites), np.random.default_rng(0)
    return GivenPairs.of(space, space.draw(N_WALKS, rng), space.draw(N_WALKS, rng))


@END_NETWORKS
def test_a_hundred_steps_of_training_of_an_end_network(
    benchmark, n_sites: int, n_symbols: int, network: str
) -> None:
    """Batches of 256 pairs, one thread; the milliseconds a step are printed."""
    pairs, recipe = given_pairs(n_sites, n_symbols), replace(END_RECIPE, n_steps=100)
    benchmark.pedantic(
        lambda: train(lambda: EndNetwork(pairs.space, network=network), pairs, recipe),
        rounds=3,
        warmup_rounds=1,
    )
    per_step = 10.0 * benchmark.stats.stats.min
    benchmark.extra_info["ms a step"] = per_step
    print(f"\n{network}, {n_symbols}^{n_sites}: {per_step:.2f} ms a step")


@END_NETWORKS
def test_walks_on_a_trained_bridge(benchmark, n_sites: int, n_symbols: int, network: str) -> None:
    """The usual number of steps, one evaluation of the network each."""
    torch.set_num_threads(1)
    space = ecd2g.StateSpace(n_symbols, n_sites)
    zeros = ecd2g.Distribution.point(space, np.zeros(n_sites, dtype=np.int64))
    flow = BridgeFlow(EndNetwork(space, network=network), zeros, zeros)
    benchmark.pedantic(lambda: flow.sample(N_WALKS, rng=0), rounds=3, warmup_rounds=1)
    rate = N_WALKS / benchmark.stats.stats.median
    benchmark.extra_info["walks a second"] = round(rate)
    print(f"\n{network}, {n_symbols}^{n_sites}: {rate:,.0f} walks a second in {flow.usual_steps} steps")
