"""Model files: the same weights give the same bytes, and a file that does not fit is refused in one sentence."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.errors import InputError
from ecd2g.learned.current_network import CurrentNetwork
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.model_file import KIND, circuit_dict, circuit_from, describe, load_model, save_model
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.tensor_file import read_tensors, write_tensors

SPACE = ecd2g.StateSpace((3, 2))
CIRCUIT = ecd2g.LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=0.1, lateral_resistance=0.7)

MODELS = {
    "potential": lambda: PotentialNetwork(CIRCUIT, hidden=(8, 4)),
    "current": lambda: CurrentNetwork(CIRCUIT, variant="scaled", hidden=(8,)),
    "current-paper": lambda: CurrentNetwork(CIRCUIT, variant="paper", hidden=(8,)),
    "table": lambda: MarginalNetwork(CIRCUIT),
    "network": lambda: MarginalNetwork(CIRCUIT, density="network", hidden=(8,)),
    "autoregressive": lambda: MarginalNetwork(CIRCUIT, density="autoregressive", hidden=(8,)),
}


def made(name="potential", seed=0):
    torch.manual_seed(seed)
    return MODELS[name]()


def refused(path, word, circuit=None):
    with pytest.raises(InputError, match=word) as caught:
        load_model(path, circuit)
    assert str(path) in str(caught.value)


def rewrite(path, change):
    """The file again, after a change of its tensors and of what is written about them."""
    tensors, about = read_tensors(path, KIND)
    change(tensors, about)
    write_tensors(path, KIND, tensors, about)


@pytest.mark.parametrize("name", MODELS)
def test_what_is_saved_is_loaded(tmp_path, name):
    model = made(name, 3)
    save_model(tmp_path / "one", model)
    again = load_model(tmp_path / "one", CIRCUIT)
    assert type(again) is type(model)
    assert not again.training
    assert describe(again) == describe(model)
    assert again.settings == model.settings
    for key, tensor in model.state_dict().items():
        assert torch.equal(again.state_dict()[key], tensor)
    save_model(tmp_path / "two", again)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@settings(max_examples=50)
@given(
    sizes=st.lists(st.integers(2, 9), min_size=1, max_size=4),
    n_layers=st.integers(2, 50),
    forward=st.floats(1e-6, 1e6),
    lateral=st.floats(1e-6, 1e6),
)
def test_circuits_survive_as_numbers(sizes, n_layers, forward, lateral):
    circuit = ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(tuple(sizes)),
        n_layers=n_layers,
        forward_resistance=forward,
        lateral_resistance=lateral,
    )
    numbers = json.loads(json.dumps(circuit_dict(circuit)))
    assert circuit_dict(circuit_from(numbers)) == numbers


@pytest.mark.parametrize(
    "other",
    [
        replace(CIRCUIT, n_layers=4),
        ecd2g.LayeredCircuit.complete(
            SPACE, n_layers=3, forward_resistance=0.1, lateral_resistance=np.nextafter(0.7, 1)
        ),
        ecd2g.LayeredCircuit.complete(
            ecd2g.StateSpace((2, 3)), n_layers=3, forward_resistance=0.1, lateral_resistance=0.7
        ),
        ecd2g.LayeredCircuit.complete(
            ecd2g.StateSpace(6), n_layers=3, forward_resistance=0.1, lateral_resistance=0.7
        ),
    ],
    ids=["layers", "resistance", "sites", "space"],
)
def test_a_model_of_another_circuit_is_refused(tmp_path, other):
    save_model(tmp_path / "one", made())
    refused(tmp_path / "one", "trained on the circuit in question", other)


def test_weights_of_other_shapes_missing_and_foreign_ones_are_refused(tmp_path):
    path, names = tmp_path / "one", list(made().state_dict())
    changes = {
        "size mismatch": lambda tensors, _: tensors.update({names[0]: torch.zeros(1, 1)}),
        "Missing key": lambda tensors, _: tensors.pop(names[-1]),
        "Unexpected key": lambda tensors, _: tensors.update({"more": torch.zeros(1)}),
    }
    for word, change in changes.items():
        save_model(path, made())
        rewrite(path, change)
        refused(path, word)


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    for value in (float("nan"), float("inf")):
        model = made()
        with torch.no_grad():
            next(model.parameters()).view(-1)[0] = value
        save_model(tmp_path / "one", model)
        refused(tmp_path / "one", "finite weights")


ODD = {
    "no model": lambda about: about.pop("model"),
    "unknown model": lambda about: about.update(model="Transformer"),
    "model is a list": lambda about: about.update(model=[]),
    "no settings": lambda about: about.pop("settings"),
    "settings are a list": lambda about: about.update(settings=[1]),
    "unknown setting": lambda about: about["settings"].update(depth=3),
    "hidden is a word": lambda about: about["settings"].update(hidden="wide"),
    "hidden is negative": lambda about: about["settings"].update(hidden=[-8, 4]),
    "hidden is empty": lambda about: about["settings"].update(hidden=[]),
    "no circuit": lambda about: about.pop("circuit"),
    "circuit is a word": lambda about: about.update(circuit="round"),
    "no alphabet": lambda about: about["circuit"].update(alphabet_sizes=[]),
    "alphabet is a number": lambda about: about["circuit"].update(alphabet_sizes=6),
    "alphabet is a word": lambda about: about["circuit"].update(alphabet_sizes=["a"]),
    "one layer": lambda about: about["circuit"].update(n_layers=1),
    "layers are a word": lambda about: about["circuit"].update(n_layers="three"),
    "negative conductance": lambda about: about["circuit"].update(forward_siemens=-1.0),
    "conductance is a word": lambda about: about["circuit"].update(lateral_siemens="1"),
}


@pytest.mark.parametrize("case", ODD)
def test_descriptions_that_make_no_model_are_refused(tmp_path, case):
    save_model(tmp_path / "one", made())
    rewrite(tmp_path / "one", lambda _, about: ODD[case](about))
    refused(tmp_path / "one", "no model that this release can make")


def test_a_checkpoint_is_no_model(tmp_path):
    write_tensors(tmp_path / "one", "training checkpoint", dict(made().state_dict()), describe(made()))
    refused(tmp_path / "one", "trained model")


def test_a_truncated_model_is_refused_at_every_length(tmp_path):
    save_model(tmp_path / "one", made("table"))
    content = (tmp_path / "one").read_bytes()
    for length in range(0, len(content), 7):
        (tmp_path / "one").write_bytes(content[:length])
        refused(tmp_path / "one", "damaged")
