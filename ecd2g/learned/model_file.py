"""Trained models as files: the weights, the circuit or bridge they belong to, and the settings of the network."""

from pathlib import Path
from typing import Any, overload

import torch

from ecd2g.circuit.kernels.kernel import CompleteKernel
from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.circuit.state_space import StateSpace
from ecd2g.errors import InputError
from ecd2g.learned.current_network import CurrentNetwork
from ecd2g.learned.end_network import EndNetwork
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.model import CurrentModel, Model
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.tensor_file import read_tensors, write_tensors
from ecd2g.reference.layered.closed_form import complete_kernel

KIND = "trained model"

CLASSES: dict[str, type[CurrentModel]] = {
    model.__name__: model for model in (CurrentNetwork, PotentialNetwork, MarginalNetwork)
}


def save_model(path: Path, model: Model) -> None:
    """Write a model; the same weights give the same bytes.

    >>> import pathlib
    >>> import tempfile
    >>> import ecd2g
    >>> from ecd2g.learned import MarginalNetwork, load_model
    >>> space = ecd2g.StateSpace(2)
    >>> circuit = ecd2g.LayeredCircuit.complete(space, n_layers=2, forward_resistance=1.0, lateral_resistance=1.0)
    >>> p, q = (ecd2g.Distribution.from_probabilities(space, law) for law in ([1.0, 0.0], [0.0, 1.0]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "model.safetensors")
    ...     save_model(file, MarginalNetwork(circuit))
    ...     type(load_model(file, circuit)).__name__
    'MarginalNetwork'
    """
    write_tensors(Path(path), KIND, dict(model.state_dict()), describe(model))


@overload
def load_model(path: Path | str, circuit: LayeredCircuit) -> CurrentModel: ...


@overload
def load_model(path: Path | str, circuit: None = None) -> Model: ...


def load_model(path: Path | str, circuit: LayeredCircuit | None = None) -> Model:
    """Read a model; InputError where the file is damaged or the model belongs to another circuit than the given one."""
    tensors, about = read_tensors(Path(path), KIND)
    try:
        with torch.device("meta"):  # shapes without memory: few bytes may describe a network of any size
            _made(about).load_state_dict(tensors, assign=True)
        model = _made(about)
        model.load_state_dict(tensors)
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise InputError(f"{path} holds no model that this release can make ({error}); train again") from None
    if circuit is not None and circuit_dict(circuit) != about.get("circuit"):
        raise InputError(
            f"{path} must be trained on the circuit in question, {circuit_dict(circuit)}, "
            f"but it was trained on {about.get('circuit', 'a bridge')}; train again, or take the circuit of the model"
        )
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise InputError(f"{path} must hold finite weights, but some are not; train again")
    return model.eval()


def describe(model: Model) -> dict[str, Any]:
    """Everything but the weights, in plain numbers and words; models are of a circuit or of a bridge."""
    about: dict[str, Any] = {"model": type(model).__name__, "settings": model.settings}
    if isinstance(model, CurrentModel):
        about["circuit"] = circuit_dict(model.circuit)
    if isinstance(model, EndNetwork):
        about["bridge"] = bridge_dict(model)
    return about


def bridge_dict(model: EndNetwork) -> dict[str, Any]:
    """The bridge of a model in plain numbers and words."""
    return {
        "alphabet_sizes": list(model.space.alphabet_sizes),
        "name": model.bridge_name,
        "settings": model.bridge_settings,
    }


def circuit_dict(circuit: LayeredCircuit) -> dict[str, Any]:
    """The circuit in plain numbers; conductances in siemens, in all their digits."""
    kernel = complete_kernel(circuit)
    return {
        "alphabet_sizes": list(circuit.space.alphabet_sizes),
        "n_layers": int(circuit.n_layers),
        "forward_siemens": float(kernel.forward),
        "lateral_siemens": float(kernel.lateral),
    }


def circuit_from(numbers: dict[str, Any]) -> LayeredCircuit:
    """The circuit that `circuit_dict` describes."""
    space = StateSpace(tuple(numbers["alphabet_sizes"]))
    kernel = CompleteKernel(space.n_states, numbers["forward_siemens"], numbers["lateral_siemens"])
    return LayeredCircuit(space, numbers["n_layers"], kernel)


def _made(about: dict[str, Any]) -> Model:
    """The untrained model that `describe` describes."""
    settings = _settings(about["settings"])
    if about["model"] != EndNetwork.__name__:
        return CLASSES[about["model"]](circuit_from(about["circuit"]), **settings)
    bridge = about["bridge"]
    space = StateSpace(tuple(bridge["alphabet_sizes"]))
    return EndNetwork(space, bridge["name"], _settings(bridge["settings"]), **settings)


def _settings(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in numbers.items()}
