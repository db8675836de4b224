"""What "auto" stands for: the choice follows from size, depth, front and spread of conductances, and says so."""

import sys
from importlib import import_module

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

import ecd2g
from ecd2g import ResistorNetwork
from ecd2g.reference.choose import Shape, choose, conductance_ratio, plans, shape_of
from ecd2g.reference.solvers.cholmod import cholmod_available
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


def test_cholmod_takes_the_place_of_superlu_where_it_is_installed(monkeypatch) -> None:
    mesh, block = (network(GRAPHS[name][0]) for name in ("mesh", "large block"))
    monkeypatch.setattr(module, "cholmod_available", lambda: True)
    assert choose(mesh).method == "cholmod"
    assert choose(block).method == "amg"
    assert {"cholmod", "sparse"} & {choice.method for choice in plans(block)} == {"cholmod"}


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
    for circuit in (complete, *(layered(space, chain, n_layers=n) for n in (3, 9))):
        assert plans(circuit) == (choose(circuit),)  # `solve` tries no other


def test_the_reason_holds_the_numbers() -> None:
    reason = choose(network(nx.grid_2d_graph(60, 60))).reason
    assert reason.startswith("3,600 nodes, depth 118, front 60, conductances 1 : ")


def test_every_plan_has_a_reason_of_its_own() -> None:
    first, second, third, *_ = plans(network(nx.barabasi_albert_graph(300, 4, seed=0)))
    assert first.reason.endswith(": few iterations")
    measured = first.reason.removesuffix(": few iterations")
    assert second.reason == f"cg failed; {measured}"
    assert third.reason == f"cg and amg failed; {measured}"
    assert plans(network(nx.path_graph(3)))[1].reason == "star-mesh failed; 3 nodes"
    alone = ResistorNetwork.from_edges([], resistance=[], n_nodes=1)
    assert choose(alone).reason == "1 node: star-mesh elimination, exact to rounding"


def test_ratios_of_conductances() -> None:
    assert conductance_ratio(ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=[2.0, 8.0])) == 4.0
    assert conductance_ratio(ResistorNetwork.from_edges([], conductance=[], n_nodes=2)) == 1.0
    widest = ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=[1e-300, 1e300])
    assert conductance_ratio(widest) == float("inf")


@pytest.fixture
def _broken_scikit_sparse(monkeypatch, tmp_path):
    package = tmp_path / "sksparse"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "cholmod.py").write_text("raise ValueError('numpy.dtype size changed')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("sksparse", "sksparse.cholmod"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    cholmod_available.cache_clear()
    monkeypatch.setattr(module, "cholmod_available", cholmod_available)
    yield
    for name in ("sksparse", "sksparse.cholmod"):  # SciPy would import what is left here
        sys.modules.pop(name, None)
    cholmod_available.cache_clear()


@pytest.mark.usefixtures("_broken_scikit_sparse")
def test_a_scikit_sparse_that_cannot_be_imported_is_not_chosen() -> None:
    mesh = network(nx.grid_2d_graph(20, 20))
    solution = ecd2g.solve(mesh, source={0: 1.0}, sink={399: 1.0})
    assert solution.certificate.method == "sparse"
    with pytest.raises(ecd2g.InputError, match=r"could not be imported \(numpy.dtype size changed\)"):
        ecd2g.solve(mesh, source={0: 1.0}, sink={399: 1.0}, method="cholmod")


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
