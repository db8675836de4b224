"""Checkpoints: training goes on from them bit for bit, and one that is not this training's is refused."""

import errno
import os
from dataclasses import replace

import numpy as np
import pytest
import torch

import ecd2g
from ecd2g.couplings.pairs import IndependentPairs
from ecd2g.errors import DivergedError, InputError
from ecd2g.learned.checkpoint import KIND, TrainingState
from ecd2g.learned.current_network import CurrentNetwork
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.tensor_file import read_tensors, write_tensors
from ecd2g.learned.training import train

SPACE = ecd2g.StateSpace((5,))
CIRCUIT = ecd2g.LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=0.1, lateral_resistance=0.7)
P, Q = (
    ecd2g.Distribution.from_probabilities(SPACE, np.random.default_rng(seed).dirichlet(np.ones(5)))
    for seed in (0, 1)
)
PAIRS = IndependentPairs(P, Q)
CPU = torch.device("cpu")
RECIPE = Recipe(n_steps=20, n_pairs=16, n_points=11, learning_rate=0.01, average=0.9, weight_decay=1e-3)

MODELS = {
    "potential": lambda: PotentialNetwork(CIRCUIT, hidden=(8, 4)),
    "current": lambda: CurrentNetwork(CIRCUIT, hidden=(8,)),
    "table": lambda: MarginalNetwork(CIRCUIT),
    "network": lambda: MarginalNetwork(CIRCUIT, density="network", hidden=(8,)),
    "autoregressive": lambda: MarginalNetwork(CIRCUIT, density="autoregressive", hidden=(8,)),
}


def trained_until(path, step, make=MODELS["potential"], recipe=RECIPE):
    """Train to the end, and write a checkpoint on the way; returns the model of the whole training."""

    def listen(progress, state):
        if progress.step == step:
            state.save(path, recipe, {"note": "half way"})

    return train(make, PAIRS, recipe, every=5, listener=listen)


def load(path, make=MODELS["potential"], recipe=RECIPE):
    return TrainingState.load(path, make, recipe, CPU)


def same_weights(one, two):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


@pytest.mark.parametrize("volume", ["uniform", "stratified", "visits"])
@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_training_goes_on_bit_for_bit(tmp_path, volume, optimiser, average):
    recipe = replace(RECIPE, volume=volume, optimiser=optimiser, average=average)
    whole = trained_until(tmp_path / "one", 10, recipe=recipe, make=MODELS["current"])
    state, about = load(tmp_path / "one", recipe=recipe, make=MODELS["current"])
    assert (state.step, about) == (10, {"note": "half way"})
    rest = train(MODELS["current"], PAIRS, recipe, every=5, state=state)
    assert same_weights(rest.model, whole.model)
    assert rest.steps.tolist() == [15, 20]
    assert rest.losses.tolist() == whole.losses[2:].tolist()


@pytest.mark.parametrize("name", MODELS)
def test_every_model_goes_on_bit_for_bit(tmp_path, name):
    whole = trained_until(tmp_path / "one", 5, MODELS[name])
    rest = train(MODELS[name], PAIRS, RECIPE, state=load(tmp_path / "one", MODELS[name])[0])
    assert same_weights(rest.model, whole.model)


def test_a_loaded_state_writes_the_same_file(tmp_path):
    trained_until(tmp_path / "one", 10)
    state, about = load(tmp_path / "one")
    state.save(tmp_path / "two", RECIPE, about)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_state_that_has_not_begun_is_a_checkpoint_too(tmp_path):
    TrainingState.begin(MODELS["potential"], RECIPE, CPU).save(tmp_path / "one", RECIPE, {})
    rest = train(MODELS["potential"], PAIRS, RECIPE, state=load(tmp_path / "one")[0])
    assert same_weights(rest.model, train(MODELS["potential"], PAIRS, RECIPE).model)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("recipe", {"recipe": replace(RECIPE, seed=1)}),
        ("recipe", {"recipe": replace(RECIPE, n_steps=21)}),
        ("recipe", {"recipe": replace(RECIPE, learning_rate=np.nextafter(0.01, 1))}),
        ("model", {"make": MODELS["table"]}),
        ("model", {"make": lambda: PotentialNetwork(CIRCUIT, hidden=(8, 5))}),
        ("model", {"make": lambda: PotentialNetwork(replace(CIRCUIT, n_layers=4), hidden=(8, 4))}),
    ],
)
def test_the_checkpoint_of_another_training_is_refused(tmp_path, name, other):
    trained_until(tmp_path / "one", 10)
    with pytest.raises(InputError, match=f"must belong to this training, but its {name}"):
        load(tmp_path / "one", **other)


DAMAGE = {
    "weight": lambda tensors, _: tensors.pop("model.network.0.bias"),
    "average": lambda tensors, _: tensors.pop("average.1"),
    "average of another shape": lambda tensors, _: tensors.update({"average.1": torch.zeros(3, 7)}),
    "average that could be repeated": lambda tensors, _: tensors.update({"average.1": torch.zeros(1)}),
    "optimiser entry": lambda tensors, _: tensors.pop("optimiser.0.exp_avg"),
    "optimiser of a weight": lambda tensors, _: [
        tensors.pop(name) for name in list(tensors) if name.startswith("optimiser.1.")
    ],
    "optimiser of another shape": lambda tensors, _: tensors.update({"optimiser.0.exp_avg": torch.zeros(2)}),
    "odd optimiser name": lambda tensors, _: tensors.update({"optimiser.odd.exp_avg": torch.zeros(2)}),
    "short optimiser name": lambda tensors, _: tensors.update({"optimiser.0": torch.zeros(2)}),
    "random numbers": lambda _, about: about.pop("rng"),
    "random numbers of another kind": lambda _, about: about["rng"].update(bit_generator="MT19937"),
    "random numbers are a word": lambda _, about: about.update(rng="PCG"),
    "step": lambda _, about: about.pop("step"),
    "step is a word": lambda _, about: about.update(step="ten"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_checkpoint_with_parts_missing_is_refused(tmp_path, case):
    trained_until(tmp_path / "one", 10)
    tensors, about = read_tensors(tmp_path / "one", KIND)
    DAMAGE[case](tensors, about)
    write_tensors(tmp_path / "one", KIND, tensors, about)
    with pytest.raises(InputError, match="must be a whole checkpoint"):
        load(tmp_path / "one")


@pytest.mark.parametrize("share", np.linspace(0, 0.999, 12))
def test_a_truncated_checkpoint_is_refused(tmp_path, share):
    trained_until(tmp_path / "one", 10)
    content = (tmp_path / "one").read_bytes()
    (tmp_path / "one").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="damaged"):
        load(tmp_path / "one")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_replace_no_checkpoint(tmp_path, value):
    trained_until(tmp_path / "one", 10)
    content = (tmp_path / "one").read_bytes()
    state, _ = load(tmp_path / "one")
    with torch.no_grad():
        list(state.model.parameters())[-1].view(-1)[-1] = value
    with pytest.raises(DivergedError, match="no numbers any more after step 10"):
        state.save(tmp_path / "one", RECIPE, {})
    assert (tmp_path / "one").read_bytes() == content


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    trained_until(tmp_path / "one", 10)
    state, _ = load(tmp_path / "one")
    state.step = 11

    def full(_number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        state.save(tmp_path / "one", RECIPE, {})
    assert load(tmp_path / "one")[0].step == 10
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
