"""The named models: each can be made, trained for a step by its own recipe, and saved."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import ecd2g
from ecd2g.couplings.pairs import IndependentPairs
from ecd2g.errors import InputError
from ecd2g.learned.model_file import load_model, save_model
from ecd2g.learned.named import MODELS, named_model
from ecd2g.learned.training import train

SPACE = ecd2g.StateSpace(5)
CIRCUIT = ecd2g.LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=0.1, lateral_resistance=10.0)


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="current-paper"):
        named_model("transformer")


def test_the_recipe_of_the_paper():
    recipe = named_model("current-paper").recipe
    assert (recipe.optimiser, recipe.volume, recipe.n_steps, recipe.n_pairs) == ("sgd", "uniform", 5000, 256)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_trains_by_its_recipe_and_is_saved(tmp_path, name):
    rng = np.random.default_rng(1)
    source, target = (
        ecd2g.Distribution.from_probabilities(SPACE, rng.dirichlet(np.ones(5))) for _ in range(2)
    )
    named = named_model(name)
    trained = train(
        lambda: named.make(CIRCUIT), IndependentPairs(source, target), replace(named.recipe, n_steps=3)
    )
    assert named.about
    save_model(tmp_path / "one", trained.model)
    again = load_model(tmp_path / "one", CIRCUIT)
    for gap in range(CIRCUIT.n_gaps):
        assert np.array_equal(again.field(source).currents(gap), trained.model.field(source).currents(gap))
    assert all(torch.isfinite(one).all() for one in again.parameters())
