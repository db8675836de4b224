"""Neural models of currents and of bridges: targets, networks, training, and learned flows that can be walked on.

The only part that needs torch and safetensors: ``pip install "ecd2g[learned]"``.
"""

from importlib.util import find_spec

if find_spec("torch") is None or find_spec("safetensors") is None:
    raise ImportError('ecd2g.learned needs torch and safetensors: pip install "ecd2g[learned]"', name="torch")

from ecd2g.couplings.pairs import Coupling, GivenPairs, IndependentPairs, Pairs, TransportPairs
from ecd2g.learned.bridge_flow import BridgeFlow
from ecd2g.learned.checkpoint import TrainingState
from ecd2g.learned.current_network import CurrentNetwork
from ecd2g.learned.end_network import END_RECIPE, EndNetwork
from ecd2g.learned.estimate import Edges, Estimate
from ecd2g.learned.learned_flow import LearnedFlow
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.model import CurrentModel, Examples, Model
from ecd2g.learned.model_file import load_model, save_model
from ecd2g.learned.named import MODELS, NamedModel
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.recipe import Recipe
from ecd2g.learned.training import Trained, train
from ecd2g.learned.two_sample import TwoSample, classifier_two_sample_test
from ecd2g.learned.volume import draw_edges, draw_states

__all__ = [
    "END_RECIPE",
    "MODELS",
    "BridgeFlow",
    "Coupling",
    "CurrentModel",
    "CurrentNetwork",
    "Edges",
    "EndNetwork",
    "Estimate",
    "Examples",
    "GivenPairs",
    "IndependentPairs",
    "LearnedFlow",
    "MarginalNetwork",
    "Model",
    "NamedModel",
    "Pairs",
    "PotentialNetwork",
    "Recipe",
    "Trained",
    "TrainingState",
    "TransportPairs",
    "TwoSample",
    "classifier_two_sample_test",
    "draw_edges",
    "draw_states",
    "load_model",
    "save_model",
    "train",
]
