"""The models that have a name, each with the recipe it is trained by."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ecd2g.circuit.layered import LayeredCircuit
from ecd2g.errors import InputError
from ecd2g.learned.current_network import CurrentNetwork
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.model import CurrentModel
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.recipe import Recipe


@dataclass(frozen=True)
class NamedModel:
    """How to make a model for a circuit, and the recipe that fits it; `about` says in a few words what it is."""

    make: Callable[[LayeredCircuit], CurrentModel]
    recipe: Recipe
    about: str


MODELS: dict[str, NamedModel] = {
    "potential": NamedModel(
        PotentialNetwork,
        Recipe(n_points=4096, learning_rate=3e-3, average=0.998),
        "a network for the potentials, currents by Ohm's law",
    ),
    "marginal": NamedModel(
        MarginalNetwork,
        Recipe(learning_rate=1e-2, schedule="constant", average=0.9995),
        "a table of p and q, potentials by Lemma 3.5",
    ),
    "marginal-network": NamedModel(
        partial(MarginalNetwork, density="network"),
        Recipe(),
        "networks for p and q over the listed states, potentials by Lemma 3.5",
    ),
    "marginal-autoregressive": NamedModel(
        partial(MarginalNetwork, density="autoregressive"),
        Recipe(),
        "autoregressive networks for p and q, potentials by Lemma 3.5",
    ),
    "current": NamedModel(
        CurrentNetwork, Recipe(volume="stratified"), "the paper's network, scaled inputs and outputs, Adam"
    ),
    "current-paper": NamedModel(
        partial(CurrentNetwork, variant="paper"),
        Recipe(optimiser="sgd", learning_rate=0.3, weight_decay=1e-4, schedule="constant"),
        "the paper's network and recipe",
    ),
}


def named_model(name: str) -> NamedModel:
    """The model of that name; InputError where there is none."""
    if name not in MODELS:
        raise InputError(f"model must be one of {', '.join(MODELS)}, got {name!r}")
    return MODELS[name]
