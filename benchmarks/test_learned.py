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
    recipe = replace(MODELS[name].recipe, n_steps=100)
    pairs = IndependentPairs(problem.source, problem.target)
    model = train(lambda: MODELS[name].make(circuit), pairs, recipe).model

    def sample() -> None:
        LearnedFlow.of(model, problem.source, problem.target).sample(N_WALKS, rng=0)

    benchmark.pedantic(sample, rounds=5, warmup_rounds=1)
    rate = N_WALKS / benchmark.stats.stats.median
    benchmark.extra_info["walks a second"] = round(rate)
    print(f"\n{name}: {rate:,.0f} walks a second, {rate / PAPER_RATE:.0f} x the paper's {PAPER_RATE:,.0f}")


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
