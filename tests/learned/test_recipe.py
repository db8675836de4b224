"""Recipes: the schedule as it is written, and every setting that makes no sense is refused."""

import math

import pytest
import torch

from ecd2g.errors import InputError
from ecd2g.learned.recipe import Recipe


def test_defaults_are_those_of_the_paper():
    recipe = Recipe()
    assert (recipe.n_steps, recipe.n_pairs, recipe.volume) == (5000, 256, "uniform")


@pytest.mark.parametrize("n_steps", [1, 7, 5000])
def test_cosine_falls_from_the_learning_rate_to_zero(n_steps):
    recipe = Recipe(n_steps=n_steps, learning_rate=0.3)
    assert recipe.rate(0) == 0.3
    assert recipe.rate(n_steps) == pytest.approx(0.0, abs=1e-15)
    rates = [recipe.rate(step) for step in range(n_steps + 1)]
    assert rates == sorted(rates, reverse=True)


def test_cosine_is_half_way_in_the_middle():
    assert Recipe(n_steps=10, learning_rate=0.3).rate(5) == pytest.approx(0.15)
    assert Recipe(n_steps=12, learning_rate=0.3).rate(4) == pytest.approx(0.3 * (1 + 0.5) / 2)


def test_a_constant_rate_is_constant():
    recipe = Recipe(n_steps=9, learning_rate=0.2, schedule="constant")
    assert {recipe.rate(step) for step in range(10)} == {0.2}


def test_the_average_begins_short_and_ends_as_long_as_asked():
    recipe = Recipe(average=0.99)
    assert recipe.decay(0) == pytest.approx(1 / 3)
    assert recipe.decay(7) == pytest.approx(0.8)
    assert recipe.decay(10**6) == 0.99
    assert Recipe(average=0.05).decay(0) == 0.05


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"n_steps": 0}, "n_steps"),
        ({"n_pairs": -1}, "n_pairs"),
        ({"n_points": 0}, "n_points"),
        ({"learning_rate": 0.0}, "learning rate"),
        ({"learning_rate": math.inf}, "learning rate"),
        ({"learning_rate": math.nan}, "learning rate"),
        ({"weight_decay": -1e-9}, "weight decay"),
        ({"weight_decay": math.nan}, "weight decay"),
        ({"average": 1.0}, "average"),
        ({"average": -0.1}, "average"),
        ({"average": math.nan}, "average"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"volume": "loud"}, "volume"),
        ({"optimiser": "lion"}, "optimiser"),
        ({"schedule": "linear"}, "schedule"),
    ],
)
def test_nonsense_is_refused(settings, word):
    with pytest.raises(InputError, match=word):
        Recipe(**settings)


@pytest.mark.parametrize(("name", "kind"), [("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)])
def test_the_optimiser_is_the_fused_one_with_the_settings_of_the_recipe(name, kind):
    recipe = Recipe(optimiser=name, learning_rate=0.02, weight_decay=0.1)
    made = recipe.make_optimiser(torch.nn.Linear(2, 1))
    assert type(made) is kind
    group = made.param_groups[0]
    assert (group["lr"], group["weight_decay"], group["fused"]) == (0.02, 0.1, True)


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_fused_steps_are_the_textbook_steps(name):
    """One weight w, loss 3 w: SGD takes lr (3 + wd w); the first step of Adam is lr times the sign."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, 2.0)
    optimiser = Recipe(optimiser=name, learning_rate=0.1, weight_decay=0.5).make_optimiser(model)
    model(torch.tensor([[3.0]])).sum().backward()
    optimiser.step()
    wanted = 2.0 - 0.1 * (3.0 + 0.5 * 2.0) if name == "sgd" else 2.0 - 0.1
    assert model.weight.item() == pytest.approx(wanted, abs=1e-6)
