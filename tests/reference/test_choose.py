"""What "auto" stands for: the choice follows from size, depth, front and spread of conductances, and says so."""

from importlib import import_module

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

import ecd2g
from ecd2g import ResistorNetwork
from ecd2g.reference.choose import Shape, choose, plans, shape_of
from ecd2g.testing import networks

module = import_module("ecd2g.reference.choose")  # the package has a function of that name


@pytest.fixture(autouse=True)
def _without_cholmod(monkeypatch) -> None:
    monkeypatch.setattr(module, "cholmod_available", lambda: False)


def network(graph: nx.Graph, decades: float = 1.0) -> ResistorNetwork:
    graph = nx.convert_node_labels_to_integers(graph)
    siemens = 10.0 ** np.random.default_rng(0).uniform(-decades, decades, graph.number_of_edges())
    return ResistorNetwork.from_edges(
        np.array(graph.edges), conductance=siemens, n_nodes=graph.number_of_nodes()
    )


GRAPHS = {
    "hubs": (nx.barabasi_albert_graph(3000, 4, seed=0), 1.0, "cg"),
    "expander": (nx.random_regular_graph(4, 3000, seed=0), 1.0, "cg"),
    "mesh": (nx.grid_2d_graph(60, 60), 1.0, "sparse"),
    "wide mesh": (nx.grid_2d_graph(60, 60), 4.0, "sparse"),
    "large block": (nx.grid_graph([40, 24, 24]), 1.0, "amg"),
    "wide block": (nx.grid_graph([40, 24, 24]), 4.0, "sparse"),
    "path": (nx.path_graph(3000), 1.0, "sparse"),
    "star": (nx.star_graph(3000), 1.0, "sparse"),
    "tree": (nx.balanced_tree(2, 10), 1.0, "sparse"),
    "extreme": (nx.grid_2d_graph(20, 20), 8.0, "star-mesh"),
    "small": (nx.grid_2d_graph(10, 10), 1.0, "star-mesh"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_every_family_has_its_method(name: str) -> None:
    graph, decades, method = GRAPHS[name]
    assert choose(network(graph, decades)).method == method


def test_cholmod_takes_the_place_of_superlu_and_goes_further(monkeypatch) -> None:
    mesh, block = (network(GRAPHS[name][0]) for name in ("mesh", "large block"))
    monkeypatch.setattr(module, "cholmod_available", lambda: True)
    assert choose(mesh).method == choose(block).method == "cholmod"
    assert "sparse" not in {choice.method for choice in plans(block)}


def test_layered_circuits() -> None:
    space = ecd2g.StateSpace(60)
    complete = ecd2g.LayeredCircuit.complete(
        space, n_layers=9, forward_resistance=1.0, lateral_resistance=2.0
    )
    assert choose(complete).method == "closed-form"
    mixing, chain = np.ones((60, 60)), np.eye(60) + np.eye(60, k=1) + np.eye(60, k=-1)
    layered = ecd2g.LayeredCircuit.from_conductances
    assert choose(layered(space, mixing, n_layers=9)).method == "cg"
    assert choose(layered(space, chain, n_layers=9)).method == "sparse"
    assert choose(layered(space, chain, n_layers=3)).method == "dense"


def test_the_reason_holds_the_numbers() -> None:
    reason = choose(network(nx.grid_2d_graph(60, 60))).reason
    assert reason.startswith("3,600 nodes, depth 118, front 60, conductances 1 : ")
    for choice in plans(network(nx.barabasi_albert_graph(300, 4, seed=0)))[1:]:
        assert choice.reason.startswith("cg failed; 300 nodes")


@given(networks(max_nodes=12))
def test_plans_name_every_method_once_and_begin_with_the_choice(circuit: ResistorNetwork) -> None:
    found = plans(circuit)
    methods = [choice.method for choice in found]
    assert found[0] == choose(circuit)
    assert len(set(methods)) == len(methods) >= 2


@pytest.mark.parametrize(
    ("graph", "shape"),
    [
        (nx.path_graph(7), Shape(6, 0, 7)),  # no loops, no fill
        (nx.cycle_graph(8), Shape(4, 1, 8)),
        (nx.star_graph(5), Shape(2, 0, 6)),
        (nx.complete_graph(6), Shape(1, 5, 6)),
        (nx.grid_2d_graph(5, 9), Shape(12, 5, 45)),
        (nx.disjoint_union(nx.path_graph(3), nx.grid_2d_graph(4, 4)), Shape(6, 4, 16)),
    ],
)
def test_shapes_known_by_hand(graph: nx.Graph, shape: Shape) -> None:
    assert shape_of(network(graph)) == shape


@given(networks(max_nodes=12))
def test_depths_agree_with_networkx(circuit: ResistorNetwork) -> None:
    """Two searches see at least half of the diameter, and never more than it."""
    graph = nx.Graph(list(zip(circuit.tails.tolist(), circuit.heads.tolist(), strict=True)))
    depth, diameter = shape_of(circuit).depth, nx.diameter(graph)
    assert diameter / 2 <= depth <= diameter
