"""Learned currents: walks in 2D, against currents of single edges; and what a step of training costs."""

from dataclasses import replace

import pytest
import torch

import ecd2g
from ecd2g.learned import MODELS, IndependentPairs, LearnedFlow, train

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
