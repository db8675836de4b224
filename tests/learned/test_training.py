"""The training loop: repeatable to the last bit, averages and schedules as written, and it stops at nonsense."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import ecd2g
from ecd2g.couplings.pairs import IndependentPairs
from ecd2g.errors import DivergedError, InputError
from ecd2g.learned.current_network import CurrentNetwork
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.model_file import save_model
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.training import train

SPACE = ecd2g.StateSpace((5,))
CIRCUIT = ecd2g.LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=0.1, lateral_resistance=0.7)
PAIRS = IndependentPairs(
    *(
        ecd2g.Distribution.from_probabilities(SPACE, np.random.default_rng(seed).dirichlet(np.ones(5)))
        for seed in (0, 1)
    )
)
RECIPE = Recipe(n_steps=12, n_pairs=16, n_points=11, learning_rate=0.01)


def potential():
    return PotentialNetwork(CIRCUIT, hidden=(8, 4))


def weights(model):
    return [one.detach().clone() for one in model.parameters()]


def saved(tmp_path, recipe, make=potential):
    save_model(tmp_path / "one", train(make, PAIRS, recipe).model)
    return (tmp_path / "one").read_bytes()


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize(
    "make", [potential, lambda: CurrentNetwork(CIRCUIT), lambda: MarginalNetwork(CIRCUIT)]
)
def test_the_seed_decides_every_bit(tmp_path, optimiser, make):
    recipe = replace(RECIPE, optimiser=optimiser)
    first = saved(tmp_path, recipe, make)
    torch.rand(3)  # the state of the global generator does not matter
    np.random.default_rng().random()
    assert saved(tmp_path, recipe, make) == first
    assert saved(tmp_path, replace(recipe, seed=1), make) != first


def test_the_global_generator_of_torch_is_left_alone():
    torch.manual_seed(5)
    wanted = torch.rand(4)
    torch.manual_seed(5)
    train(potential, PAIRS, RECIPE)
    assert torch.equal(torch.rand(4), wanted)


def test_threads_and_strictness_are_put_back():
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    during = []

    def listen(_progress, _state):
        during.append((torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()))

    train(potential, PAIRS, RECIPE, listener=listen, threads=2)
    with pytest.raises(ZeroDivisionError):
        train(potential, PAIRS, RECIPE, listener=lambda *_: 1 / 0)
    assert set(during) == {(2, True)}
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before


def test_one_step_of_sgd_by_hand():
    """w - rate * gradient, with the rate of step 0 and the batch that the seed draws first."""
    recipe = replace(RECIPE, n_steps=1, optimiser="sgd", weight_decay=0.1)
    torch.manual_seed(recipe.seed)
    model = potential()
    rng = np.random.default_rng(recipe.seed)
    loss = model(model.examples(PAIRS, recipe.n_pairs, recipe.volume, recipe.n_points, rng))
    loss.backward()
    trained = train(potential, PAIRS, recipe)
    assert trained.losses.tolist() == [loss.item()]
    for new, old in zip(trained.model.parameters(), model.parameters(), strict=True):
        wanted = old - recipe.learning_rate * (old.grad + 0.1 * old)
        torch.testing.assert_close(new, wanted, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_the_rate_of_every_step_is_that_of_the_schedule(schedule):
    recipe, told = replace(RECIPE, schedule=schedule), []

    def listen(progress, state):
        assert {group["lr"] for group in state.optimiser.param_groups} == {progress.learning_rate}
        told.append(progress.learning_rate)

    train(potential, PAIRS, recipe, every=1, listener=listen)
    assert told == [recipe.rate(step) for step in range(recipe.n_steps)]


@pytest.mark.parametrize("decay", [0.3, 0.8, 0.999])
def test_the_average_is_a_moving_average(decay):
    recipe = replace(RECIPE, average=decay)
    torch.manual_seed(recipe.seed)
    average = [one.detach().double() for one in potential().parameters()]

    def listen(progress, state):
        keep = min(decay, progress.step / (progress.step + 2))
        for mean, weight in zip(average, weights(state.model), strict=True):
            mean.mul_(keep).add_(weight.double(), alpha=1 - keep)

    trained = train(potential, PAIRS, recipe, every=1, listener=listen)
    for found, wanted in zip(weights(trained.model), average, strict=True):
        torch.testing.assert_close(found.double(), wanted, rtol=1e-5, atol=1e-7)
    last = train(potential, PAIRS, replace(recipe, average=0.0)).model
    assert not torch.equal(weights(trained.model)[0], weights(last)[0])


def test_a_long_average_weighs_steps_by_their_number():
    torch.manual_seed(RECIPE.seed)
    seen = [weights(potential())]
    train(potential, PAIRS, RECIPE, every=1, listener=lambda _, state: seen.append(weights(state.model)))
    shares = [(step + 1) / sum(range(len(seen) + 1)) for step in range(len(seen))]
    trained = train(potential, PAIRS, replace(RECIPE, average=0.9999))
    for number, found in enumerate(weights(trained.model)):
        wanted = sum(share * one[number].double() for share, one in zip(shares, seen, strict=True))
        torch.testing.assert_close(found.double(), wanted, rtol=1e-5, atol=1e-6)


def test_averaging_does_not_touch_the_training():
    with_average = train(potential, PAIRS, replace(RECIPE, average=0.9))
    assert with_average.losses.tolist() == train(potential, PAIRS, RECIPE).losses.tolist()


def test_losses_are_means_since_the_last_report():
    one = train(potential, PAIRS, RECIPE, every=1).losses
    some = train(potential, PAIRS, RECIPE, every=5)
    assert some.steps.tolist() == [5, 10, 12]
    np.testing.assert_allclose(some.losses, [one[:5].mean(), one[5:10].mean(), one[10:].mean()], rtol=1e-12)


def test_training_lowers_the_loss():
    losses = train(potential, PAIRS, replace(RECIPE, n_steps=300, n_pairs=512), every=50).losses
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("make", [potential, lambda: CurrentNetwork(CIRCUIT, "paper")])
def test_a_loss_that_explodes_is_refused(make):
    with pytest.raises(DivergedError, match="lower the learning rate"):
        train(make, PAIRS, replace(RECIPE, optimiser="sgd", learning_rate=1e30, n_steps=50))


def test_weights_that_explode_in_the_last_step_are_refused():
    recipe = replace(RECIPE, optimiser="sgd", learning_rate=1e300, n_steps=1)
    with pytest.raises(DivergedError, match="no numbers any more"):
        train(potential, PAIRS, recipe)


def test_pairs_of_another_space_are_refused():
    other = ecd2g.Distribution.from_probabilities(ecd2g.StateSpace(6), np.full(6, 1 / 6))
    with pytest.raises(InputError, match="one state space"):
        train(potential, IndependentPairs(other, other), RECIPE)
