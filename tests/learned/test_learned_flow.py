"""Learned currents are asked like exact ones."""

import numpy as np
import pytest

import ecd2g
from ecd2g.couplings.pairs import IndependentPairs
from ecd2g.errors import InputError
from ecd2g.learned.learned_flow import LearnedFlow
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.training import train
from ecd2g.metrics import total_variation

SPACE = ecd2g.StateSpace((3, 2))
CIRCUIT = ecd2g.LayeredCircuit.complete(SPACE, n_layers=4, forward_resistance=0.1, lateral_resistance=10.0)


def law(seed):
    return ecd2g.Distribution.from_probabilities(SPACE, np.random.default_rng(seed).dirichlet(np.ones(6)))


def test_a_trained_model_carries_the_source_near_the_target():
    source, target = law(0), law(1)
    recipe = Recipe(n_steps=400, n_pairs=512, learning_rate=0.05)
    trained = train(lambda: MarginalNetwork(CIRCUIT), IndependentPairs(source, target), recipe)
    flow = LearnedFlow.of(trained.model, source, target)
    before = total_variation(source.to_array(), target.to_array())
    after = total_variation(flow.law("two-way"), target.to_array())
    assert after < 0.03 < 0.2 < before
    walks = flow.sample(4000, rng=3)
    ends = np.bincount(SPACE.index(walks.ends), minlength=6) / 4000
    assert total_variation(ends, flow.law("two-way")) < 0.05
    assert repr(flow) == "LearnedFlow(4 layers, 6 states, MarginalNetwork with 12 parameters)"


@pytest.mark.parametrize("name", ["source", "sink"])
def test_ends_of_another_space_are_refused(name):
    ends = {"source": law(0), "sink": law(1)}
    ends[name] = ecd2g.Distribution.from_probabilities(ecd2g.StateSpace(6), np.full(6, 1 / 6))
    with pytest.raises(InputError, match=f"the {name} must live on the space of the model"):
        LearnedFlow.of(MarginalNetwork(CIRCUIT), **ends)
