"""Every public name is explained where it stands, and shown by an example that runs, or a reason says why not."""

import importlib
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest

MODULES = (
    "ecd2g",
    "ecd2g.bridges",
    "ecd2g.circuit",
    "ecd2g.circuit.kernels",
    "ecd2g.couplings",
    "ecd2g.data",
    "ecd2g.experiments.verify",
    "ecd2g.learned",
    "ecd2g.metrics",
    "ecd2g.movement",
    "ecd2g.plots",
    "ecd2g.reference",
    "ecd2g.testing",
)

SHOWN_BY = "given to, or returned by: see the example of "
ERROR = "raised with a sentence of its own; the tests of what raises it say when"
PROTOCOL = "a protocol or base class: the examples are those of what follows it"
STRATEGY = "a Hypothesis strategy: random circuits have no one answer, docs/testing.md shows them at work"
WITHOUT_EXAMPLE = {
    "reference.SpreadChain": SHOWN_BY + "reference.linear_spread_chain",
    "CapacityError": ERROR,
    "DivergedError": ERROR,
    "Ecd2gError": ERROR,
    "SolverError": ERROR,
    "StrandedWalkerError": ERROR,
    "bridges.Bridge": PROTOCOL,
    "bridges.NamedBridge": SHOWN_BY + "bridges.named_bridge",
    "bridges.Places": SHOWN_BY + "bridges.MaskedBridge",
    "bridges.SiteBridge": PROTOCOL,
    "circuit.CurrentField": PROTOCOL,
    "circuit.Kernel": PROTOCOL,
    "circuit.LayeredField": PROTOCOL,
    "circuit.Move": SHOWN_BY + "movement.walk_nodes",
    "circuit.SpectralKernel": PROTOCOL,
    "circuit.StructuredKernel": PROTOCOL,
    "couplings.Coupling": PROTOCOL,
    "couplings.Pairs": SHOWN_BY + "couplings.GivenPairs",
    "data.GaussianMixture": SHOWN_BY + "data.mixture_law",
    "data.SplitProblem": SHOWN_BY + "data.draw_training",
    "experiments.verify.verify": "takes seconds: docs/testing.md and tests/testing/test_verify.py run it",
    "learned.CurrentModel": PROTOCOL,
    "learned.Edges": SHOWN_BY + "learned.draw_edges",
    "learned.Examples": SHOWN_BY + "learned.train",
    "learned.Model": PROTOCOL,
    "learned.NamedModel": SHOWN_BY + "learned.MarginalNetwork",
    "learned.Trained": SHOWN_BY + "learned.train",
    "learned.TrainingState": SHOWN_BY + "learned.train",
    "learned.TwoSample": SHOWN_BY + "learned.classifier_two_sample_test",
    "learned.load_model": SHOWN_BY + "learned.save_model",
    "metrics.CurrentError": SHOWN_BY + "metrics.current_error",
    "metrics.MMD": SHOWN_BY + "metrics.hamming_mmd",
    "metrics.SamplingFloor": SHOWN_BY + "metrics.sampling_floor",
    "metrics.SimulatedFloor": SHOWN_BY + "metrics.simulated_floor",
    "movement.Coupling": SHOWN_BY + "movement.coupling",
    "movement.ExactCost": SHOWN_BY + "movement.exact_cost",
    "movement.ExactLaw": SHOWN_BY + "movement.propagate",
    "movement.FirstPassage": SHOWN_BY + "movement.first_passage",
    "movement.Paths": SHOWN_BY + "movement.sample_walks",
    "movement.Walks": SHOWN_BY + "movement.sample_walks",
    "plots.CostPanel": SHOWN_BY + "plots.cost_curves",
    "plots.FidelityPanel": SHOWN_BY + "plots.fidelity_scatter",
    "plots.FidelityPoint": SHOWN_BY + "plots.fidelity_scatter",
    "plots.StepsCurve": SHOWN_BY + "plots.fidelity_by_steps",
    "reference.AdaptedCircuit": SHOWN_BY + "reference.adapted_circuit",
    "reference.AdaptedStep": SHOWN_BY + "reference.adapted_circuit",
    "reference.Centrality": SHOWN_BY + "reference.current_flow_closeness",
    "reference.Certificate": SHOWN_BY + "solve",
    "reference.ChainResponse": SHOWN_BY + "reference.chain_response",
    "reference.Choice": SHOWN_BY + "reference.choose",
    "reference.Density": PROTOCOL,
    "reference.DensityWalks": SHOWN_BY + "reference.walk_between_densities",
    "reference.DeviationChain": SHOWN_BY + "reference.deviation_chain",
    "reference.EdgeCentrality": SHOWN_BY + "reference.edge_current_flow_betweenness",
    "reference.NetworkCertificate": SHOWN_BY + "solve",
    "reference.Potentials": SHOWN_BY + "reference.closed_form_batch",
    "reference.Resistances": SHOWN_BY + "reference.resistance_matrix",
    "reference.Table1": SHOWN_BY + "reference.table_1",
    "testing.ExactLayered": SHOWN_BY + "testing.exact_layered",
    "testing.ExactNetwork": SHOWN_BY + "testing.exact_network",
    "testing.Law": SHOWN_BY + "testing.broken_laws",
    "testing.LayeredCase": SHOWN_BY + "testing.hand_solved_layered",
    "testing.NetworkCase": SHOWN_BY + "testing.hand_solved_networks",
    "testing.Solved": SHOWN_BY + "testing.ecd2g_solver",
    "testing.WalkLaw": SHOWN_BY + "testing.walk_law",
    "testing.dense_kernel_circuits": STRATEGY,
    "testing.distributions": STRATEGY,
    "testing.kernel_circuits": STRATEGY,
    "testing.layered_circuits": STRATEGY,
    "testing.layered_problems": STRATEGY,
    "testing.network_problems": STRATEGY,
    "testing.networks": STRATEGY,
    "testing.spectral_kernels": STRATEGY,
    "testing.state_spaces": STRATEGY,
    "testing.structured_kernels": STRATEGY,
}


def is_alias(value: Any) -> bool:
    """Whether a name stands for a type that other code spells."""
    return typing.get_origin(value) is not None


def public() -> Iterator[tuple[str, Any]]:
    """Every public function and class once, by the first module that exports it."""
    seen: list[Any] = []
    for name in MODULES:
        if name == "ecd2g.learned" and find_spec("torch") is None:
            continue
        module = importlib.import_module(name)
        for exported in module.__all__:
            value = getattr(module, exported)
            if isinstance(value, ModuleType) or is_alias(value) or not callable(value):
                continue
            if not any(value is other for other in seen):
                seen.append(value)
                yield f"{name}.{exported}", value


PUBLIC = dict(public())
CLASSES = {name: value for name, value in PUBLIC.items() if isinstance(value, type)}


def members(kind: type) -> dict[str, Callable[..., Any]]:
    """The public methods and properties that a class defines itself."""
    found = {}
    for name, value in vars(kind).items():
        if isinstance(value, property):
            value = value.fget
        elif isinstance(value, classmethod | staticmethod):
            value = value.__func__
        value = getattr(value, "func", value)  # cached properties
        if inspect.isfunction(value) and not name.startswith("_") and name not in fields(kind):
            found[name] = value
    return found


def fields(kind: type) -> tuple[str, ...]:
    return tuple(getattr(kind, "__dataclass_fields__", ()))


def has_example(value: Any) -> bool:
    texts = [value.__doc__ or ""]
    if isinstance(value, type):
        texts += [member.__doc__ or "" for member in members(value).values()]
    return any(">>>" in text for text in texts)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_a_docstring(name):
    value = PUBLIC[name]
    assert inspect.getdoc(value), name
    if isinstance(value, type):
        assert value.__doc__
        assert not value.__doc__.startswith(f"{value.__name__}("), (
            f"{name} has what a dataclass writes by itself"
        )
        bare = [member for member, function in members(value).items() if not function.__doc__]
        inherited = [member for member in bare if inspect.getdoc(getattr(value, member))]
        assert bare == inherited, f"{name} does not explain {bare}"


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_an_example_or_a_reason(name):
    short = name.removeprefix("ecd2g.")
    assert has_example(PUBLIC[name]) != (short in WITHOUT_EXAMPLE), name


def test_reasons_name_what_exists():
    known = {name.removeprefix("ecd2g.") for name in PUBLIC}
    for name, reason in WITHOUT_EXAMPLE.items():
        if name.startswith("learned.") and find_spec("torch") is None:
            continue
        assert name in known
        if reason.startswith(SHOWN_BY):
            assert has_example(PUBLIC["ecd2g." + reason.removeprefix(SHOWN_BY)]), name


def takes_arrays(function: Callable[..., Any]) -> bool:
    """Whether a parameter is annotated as an array."""
    annotations = [str(parameter.annotation) for parameter in inspect.signature(function).parameters.values()]
    return any(
        word in text for text in annotations for word in ("NDArray", "ArrayLike", "ndarray", "_SupportsArray")
    )


def constructors(kind: type) -> dict[str, Callable[..., Any]]:
    """Class methods that make an instance."""
    return {name: found for name, found in members(kind).items() if isinstance(vars(kind)[name], classmethod)}


MAKERS = {name: value for name, value in PUBLIC.items() if name not in CLASSES}
MAKERS |= {
    f"{name}.{maker}": made for name, kind in CLASSES.items() for maker, made in constructors(kind).items()
}


@pytest.mark.parametrize("name", [name for name, value in MAKERS.items() if takes_arrays(value)])
def test_functions_and_constructors_of_arrays_name_their_shapes(name):
    assert re.search(r"``\(|as (in|for) `", inspect.getdoc(MAKERS[name]) or "")


@pytest.mark.parametrize(
    "name", [name for name, value in MAKERS.items() if takes_arrays(value) and name in PUBLIC]
)
def test_functions_of_arrays_say_what_they_raise(name):
    assert re.search(r"Error|[Ee]rrors", inspect.getdoc(MAKERS[name]) or "")
