"""Resistor networks: every rule for values, exactly; conversions there and back; refusals."""

from decimal import Decimal
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from ecd2g import CapacityError, InputError, ResistorNetwork
from ecd2g.testing.oracle import exact_network
from ecd2g.testing.strategies import networks

INF = float("inf")
EDGES = [[0, 1], [1, 0], [1, 1], [1, 2], [2, 3], [3, 1], [0, 4]]
OHMS = [2.0, 2.0, 5.0, 0.0, 4.0, 4.0, INF]


def small() -> ResistorNetwork:
    """Nodes 1 and 2 are one; 2-3 and 3-1 are parallel then; node 4 is left alone."""
    return ResistorNetwork.from_edges(EDGES, resistance=OHMS)


def edges_of(network: ResistorNetwork) -> dict:
    ends = zip(network.tails.tolist(), network.heads.tolist(), strict=True)
    labels = ((network.nodes[u], network.nodes[v]) for u, v in ends)
    return dict(zip(labels, network.conductances.tolist(), strict=True))


def test_each_kind_of_edge_meets_its_fate_and_is_counted() -> None:
    network = small()
    assert network.nodes == (0, 1, 3, 4)
    assert edges_of(network) == {(0, 1): 1.0, (1, 3): 0.5}
    assert dict(network.merged) == {2: 1}
    counts = network.n_self_loops, network.n_parallel, network.n_open, network.n_shorts
    assert counts == (1, 2, 1, 1)
    assert network.n_edges + sum(counts) == len(EDGES)


def test_edges_that_contraction_closes_are_self_loops() -> None:
    triangle = ResistorNetwork.from_edges([[0, 1], [1, 2], [2, 0]], resistance=[0.0, 0.0, 3.0])
    assert (triangle.n_nodes, triangle.n_edges) == (1, 0)
    assert (triangle.n_shorts, triangle.n_self_loops) == (2, 1)
    assert triangle.places([0, 1, 2]).tolist() == [0, 0, 0]


def test_shorts_in_a_circle_open_and_shorted_loops_are_counted_once() -> None:
    circle = ResistorNetwork.from_edges(
        [[0, 1], [1, 2], [2, 0], [1, 1], [2, 2]], conductance=[INF] * 4 + [0.0]
    )
    assert (circle.n_shorts, circle.n_self_loops, circle.n_open, circle.n_edges) == (3, 2, 0, 0)


def test_ohms_and_siemens_mean_what_they_say() -> None:
    as_siemens = ResistorNetwork.from_edges(EDGES, conductance=[0.5, 0.5, 0.2, INF, 0.25, 0.25, 0.0])
    assert edges_of(as_siemens) == edges_of(small())
    assert edges_of(ResistorNetwork.from_edges([[0, 1]], resistance=4)) == {(0, 1): 0.25}


@pytest.mark.parametrize("number", [np.float32(0.5), Fraction(1, 2), Decimal("0.5"), np.longdouble(0.5)])
def test_numbers_of_every_type_are_taken(number: object) -> None:
    assert ResistorNetwork.from_edges([[0, 1]], conductance=[number]).conductances.tolist() == [0.5]
    assert ResistorNetwork.from_edges([[0, 1]], conductance=number).conductances.tolist() == [0.5]


def test_networks_know_their_components_degrees_and_range() -> None:
    network = small()
    assert network.labels.tolist() == [0, 0, 0, 1]
    assert network.n_components == 2
    assert network.degrees.tolist() == [1, 2, 1, 0]
    assert network.conductance_range == (0.5, 1.0)
    assert network.values("resistance").tolist() == [1.0, 2.0]


def test_networks_without_edges_are_networks() -> None:
    for network in (
        ResistorNetwork.from_edges([], conductance=[], n_nodes=3),
        ResistorNetwork.from_networkx(nx.empty_graph(3), resistance="ohm"),
        ResistorNetwork.from_sparse(conductance=sp.csr_array((3, 3))),
        ResistorNetwork.from_edges([[0, 1], [1, 2]], conductance=0.0),
    ):
        assert (network.n_nodes, network.n_edges, network.n_components) == (3, 0, 3)
        with pytest.raises(InputError, match="without edges"):
            _ = network.conductance_range


def test_the_arrays_of_a_network_are_locked() -> None:
    network = small()
    for values in (network.tails, network.heads, network.conductances, network.labels, network.degrees):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 2


def test_the_arrays_that_a_network_is_made_of_are_not() -> None:
    tails, heads, siemens = np.array([0, 1]), np.array([1, 2]), np.array([1.0, 2.0])
    ResistorNetwork(range(3), tails, heads, siemens)
    for values in (tails, heads, siemens):
        values[0] += 1


def test_networks_describe_themselves() -> None:
    assert repr(small()) == (
        "<ResistorNetwork: 4 nodes, 2 edges, 2 components, 0.5 S to 1 S; 1 self-loop ignored, "
        "2 parallel edges combined, 1 open edge dropped, 1 zero-ohm edge contracted>"
    )
    plain = ResistorNetwork.from_edges([[0, 1]], resistance=2.0)
    assert str(plain) == "<ResistorNetwork: 2 nodes, 1 edge, 1 component, 0.5 S>"
    assert str(ResistorNetwork.from_edges([], resistance=[], n_nodes=1)) == (
        "<ResistorNetwork: 1 node, 0 edges, 1 component>"
    )


def test_currents_at_merged_labels_add_up() -> None:
    network = small()
    assert network.currents_at({1: 1.0, 2: 0.5, np.int64(3): 2.0}, "source").tolist() == [0.0, 1.5, 2.0, 0.0]
    assert network.currents_at([1, 0, 0, 2], "source").tolist() == [1.0, 0.0, 0.0, 2.0]
    with pytest.raises(InputError, match=r"shape \(4,\).* merged 1 labels into others, so give a mapping"):
        network.currents_at([1.0, 0.0, 0.0, 0.0, 0.0], "source")


@pytest.mark.parametrize(
    ("amperes", "message"),
    [
        ({"1": 1.0}, "source must name nodes, but '1' is not a node of the network; did you mean 1?"),
        ({1: -1.0, 2: 2.0}, "not negative"),
        ({1: "much"}, "must be numbers"),
        ({1: None}, "must be"),
        (["much"] * 4, "must be numbers"),
        ([np.nan] * 4, "finite"),
    ],
)
def test_unusable_currents_are_refused(amperes: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        small().currents_at(amperes, "source")
    assert message in str(caught.value)


def test_labels_are_looked_up_by_value_and_near_ones_are_suggested() -> None:
    cities = ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=1.0, nodes=["Bonn", "Berlin", "Rome"])
    assert cities.place("Rome") == 2
    with pytest.raises(InputError, match="did you mean 'Berlin'"):
        cities.place("Berlim")
    with pytest.raises(InputError, match=r"\[1\] is not a node of the network$"):
        cities.place([1])
    many = ResistorNetwork.from_edges([[0, 10**6]], resistance=1.0)
    assert many.place(np.uint8(7)) == 7
    for unknown in (-1, 10**6 + 1, 0.5, None):
        with pytest.raises(InputError, match="is not a node"):
            many.place(unknown)
    assert many.nodes == range(10**6 + 1)


THREE = {
    "range": ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=1.0),
    "tuple": ResistorNetwork.from_edges([[0, 1], [1, 2]], resistance=1.0, nodes=(0, 1, 2)),
    "merged": ResistorNetwork.from_edges([[0, 1], [1, 2], [2, 3]], resistance=[1.0, 1.0, 0.0]),
}


@pytest.mark.parametrize("network", THREE.values(), ids=THREE)
def test_node_numbers_are_whole_numbers_of_any_type(network: ResistorNetwork) -> None:
    for one in (1, np.int8(1), np.uint64(1)):
        assert network.place(one) == 1
    for other in (True, False, np.True_, 1.0, 2.0, 3.0, np.float32(1), Fraction(1), Decimal(1), 1 + 0j):
        with pytest.raises(InputError, match="is not a node"):
            network.place(other)


def test_labels_that_are_no_whole_numbers_name_their_nodes() -> None:
    labels = [True, 0.5, 2.0, Fraction(3), "4"]
    edges = [[0, 1], [1, 2], [2, 3], [3, 4]]
    for siemens, last in ((1.0, 4), ([1.0, 1.0, 1.0, INF], 3)):
        network = ResistorNetwork.from_edges(edges, conductance=siemens, nodes=labels)
        assert [network.place(label) for label in labels] == [0, 1, 2, 3, last]
        assert network.place(np.True_) == 0


def test_networkx_attributes_are_read_as_named() -> None:
    graph = nx.Graph()
    graph.add_edge("a", "b", ohm=4.0)
    graph.add_edge("b", "c", ohm=0.5)
    as_ohms = ResistorNetwork.from_networkx(graph, resistance="ohm")
    as_siemens = ResistorNetwork.from_networkx(graph, conductance="ohm")
    assert as_ohms.nodes == ("a", "b", "c")
    assert np.array_equal(as_ohms.conductances, [0.25, 2.0])
    assert np.array_equal(as_siemens.conductances, [4.0, 0.5])
    assert nx.utils.graphs_equal(as_ohms.to_networkx(resistance="ohm"), graph)
    with pytest.raises(InputError, match="exactly one"):
        as_ohms.to_networkx()


def test_every_edge_of_a_multigraph_counts() -> None:
    graph = nx.MultiGraph()
    graph.add_edges_from([("a", "b", {"S": 1}), ("b", "a", {"S": 2}), ("b", "b", {"S": 9})])
    network = ResistorNetwork.from_networkx(graph, conductance="S")
    assert edges_of(network) == {("a", "b"): 3.0}
    assert (network.n_parallel, network.n_self_loops) == (1, 1)


@pytest.mark.parametrize("form", [sp.coo_array, sp.csr_array, sp.csc_matrix, sp.lil_array, sp.dok_array])
def test_sparse_matrices_of_every_format_are_read(form: type) -> None:
    matrix = form(sp.coo_array(([2.0, 4.0, 4.0], ([0, 0, 2], [0, 2, 0])), shape=(3, 3)))
    network = ResistorNetwork.from_sparse(resistance=matrix)
    assert edges_of(network) == {(0, 2): 0.25}
    assert network.n_self_loops == 1
    assert network.n_nodes == 3


def test_stored_zeros_are_shorts_or_open_edges() -> None:
    stored = sp.coo_array(([0.0, 0.0, 2.0, 2.0], ([0, 1, 1, 2], [1, 0, 2, 1])), shape=(3, 3))
    assert ResistorNetwork.from_sparse(resistance=stored).n_shorts == 1
    assert ResistorNetwork.from_sparse(conductance=stored).n_open == 1


def test_reading_a_matrix_leaves_it_as_it_was() -> None:
    twice = sp.csr_array((np.ones(4), np.array([1, 1, 0, 0]), np.array([0, 2, 4])), shape=(2, 2))
    assert edges_of(ResistorNetwork.from_sparse(conductance=twice)) == {(0, 1): 2.0}
    assert twice.nnz == 4
    with pytest.raises(InputError, match="store every entry once"):
        ResistorNetwork.from_sparse(resistance=twice)


LAPLACIAN = nx.laplacian_matrix(nx.path_graph(3)).astype(float)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.eye(2), "SciPy sparse array, got ndarray"),
        (sp.csr_array((2, 3)), "square"),
        (sp.csr_array([[0, 1j], [1j, 0]]), "real numbers, got complex128"),
        (sp.csr_array([[0.0, 1.0], [2.0, 0.0]]), r"entry \(0, 1\) is 1.0 and \(1, 0\) is 2.0"),
        (sp.csr_array([[0.0, 1.0], [0.0, 0.0]]), r"entry \(0, 1\) is stored and \(1, 0\) is not"),
        (sp.csr_array([[0.0, -1.0, 2], [-1.0, 0, 0], [2, 0, 0]]), r"got -1.0 at entry \(0, 1\)"),
        (sp.csr_array([[0.0, np.nan], [np.nan, 0.0]]), r"got nan at entry \(0, 1\)"),
        (LAPLACIAN, "this one is a Laplacian; pass conductance="),
        (sp.bsr_array(np.ones((2, 2))), "format bsr"),
    ],
)
def test_unusable_matrices_are_refused(matrix: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ResistorNetwork.from_sparse(resistance=matrix)


def test_the_advice_about_laplacians_works() -> None:
    advised = sp.diags_array(LAPLACIAN.diagonal()) - LAPLACIAN
    assert edges_of(ResistorNetwork.from_sparse(conductance=advised)) == {(0, 1): 1.0, (1, 2): 1.0}


def test_unusable_graphs_are_refused() -> None:
    graph = nx.path_graph(3)
    with pytest.raises(InputError, match="exactly one"):
        ResistorNetwork.from_networkx(graph)
    with pytest.raises(InputError, match=r"edge \(0, 1\) has no attribute 'ohm'"):
        ResistorNetwork.from_networkx(graph, resistance="ohm")
    with pytest.raises(InputError, match="no direction"):
        ResistorNetwork.from_networkx(nx.DiGraph([(0, 1)]), resistance="ohm")
    with pytest.raises(InputError, match="networkx graph, got list"):
        ResistorNetwork.from_networkx([1], resistance="ohm")
    with pytest.raises(InputError, match="at least one node"):
        ResistorNetwork.from_networkx(nx.Graph(), resistance="ohm")
    for bad in ("4.0", -1.0, np.nan, True, 1j):
        graph = nx.Graph([("a", "b", {"ohm": bad})])
        with pytest.raises(InputError, match="every resistance must be .* at edge .'a', 'b'."):
            ResistorNetwork.from_networkx(graph, resistance="ohm")


@pytest.mark.parametrize(
    ("edges", "named", "message"),
    [
        ([[0, 1]], {"resistance": [1.0], "conductance": [1.0]}, "exactly one"),
        ([[0, 1]], {}, "exactly one"),
        ([0, 1], {"resistance": [1.0]}, "shape"),
        ([[0.0, 1.0]], {"resistance": [1.0]}, "whole numbers"),
        ([[0, 5]], {"resistance": [1.0], "n_nodes": 2}, r"nodes 0\.\.1, got node 5"),
        ([[0, -1]], {"resistance": [1.0]}, "got node -1"),
        ([[0, 1], [1, 2], [2, 3]], {"resistance": [1.0, 2.0]}, "one per edge"),
        ([[0, 1], [1, 2]], {"resistance": [[1.0], [1.0, 2.0]]}, "one per edge"),
        ([[0, 1]], {"resistance": ["thick"]}, r"a number, got 'thick' at edge 0, \(0, 1\)"),
        ([[0, 1]], {"resistance": [True]}, "a number"),
        ([[0, 1]], {"resistance": [1.0], "nodes": ["a", "a"]}, "'a' names two"),
        ([[0, 1]], {"resistance": [1.0], "nodes": [["a"], "b"]}, "hashable"),
        ([[0, 1]], {"resistance": [1.0], "nodes": "ab", "n_nodes": 2}, "not both"),
        ([[0, 1]], {"resistance": [1.0], "nodes": 3}, "labels, one a node, got 3; their number is n_nodes"),
        ([[0, 1]], {"resistance": [1.0], "n_nodes": 2.5}, "whole number"),
        ([], {"resistance": []}, "at least one node"),
        ([[0, 1], [1, 0]], {"conductance": [4e307, 4e307]}, "add up to at most"),
    ],
)
def test_unusable_edges_are_refused(edges: object, named: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ResistorNetwork.from_edges(edges, **named)


@pytest.mark.parametrize("name", ["resistance", "conductance"])
@pytest.mark.parametrize(
    "bad", [-1.0, np.nan, -INF, 1e-310, 1e308, Fraction(1, 10**400), 10**400, np.longdouble("1e400")]
)
def test_values_without_a_reciprocal_are_refused_and_never_rounded(name: str, bad: object) -> None:
    labelled = {"nodes": ["a", "b", "c"], name: [1.0, bad]}
    with pytest.raises(
        InputError, match=rf"every {name} must be 0, infinite or between .* edge 1, \('b', 'c'\)"
    ):
        ResistorNetwork.from_edges([[0, 1], [1, 2]], **labelled)


def test_far_too_many_nodes_are_refused() -> None:
    with pytest.raises(CapacityError, match="at most 1e"):
        ResistorNetwork.from_edges([[0, 10**9]], resistance=[1.0])
    with pytest.raises(CapacityError, match="at most 1e"):
        ResistorNetwork.from_edges(np.array([[0, 2**64 - 2]], dtype=np.uint64), resistance=[1.0])


@st.composite
def raw_edges(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], list[float]]:
    """Edges as users have them: loops, parallel ones, 0 and infinite ohms; a path keeps ends 0 and n - 1 joined."""
    n = draw(st.integers(2, 7))
    path = [(v, v + 1) for v in range(n - 1)]
    node = st.integers(0, n - 1)
    edges = path + draw(st.lists(st.tuples(node, node), max_size=10))
    usual = st.sampled_from([0.25, 0.5, 1.0, 2.0, 8.0])
    first = [draw(st.one_of(usual, st.just(0.0))) for _ in path]
    anything = st.one_of(usual, st.sampled_from([0.0, INF]))
    rest = [draw(anything) for _ in edges[len(path) :]]
    order = draw(st.permutations(range(len(edges))))
    ohms = first + rest
    return n, [edges[k] for k in order], [ohms[k] for k in order]


@settings(max_examples=150)
@given(raw_edges())
def test_contraction_agrees_with_networkx(raw: tuple) -> None:
    n, edges, ohms = raw
    network = ResistorNetwork.from_edges(edges, resistance=ohms, n_nodes=n)
    wires = nx.Graph()
    wires.add_nodes_from(range(n))
    wires.add_edges_from(edge for edge, ohm in zip(edges, ohms, strict=True) if ohm == 0)
    first = {node: min(group) for group in nx.connected_components(wires) for node in group}
    expected: dict[tuple[int, int], float] = {}
    for (u, v), ohm in zip(edges, ohms, strict=True):
        key = min(first[u], first[v]), max(first[u], first[v])
        if key[0] != key[1] and ohm < INF:
            expected[key] = expected.get(key, 0.0) + 1 / ohm
    assert edges_of(network) == expected
    assert list(network.nodes) == sorted(set(first.values()))
    assert [network.nodes[network.place(v)] for v in range(n)] == [first[v] for v in range(n)]
    counted = network.n_self_loops + network.n_parallel + network.n_open + network.n_shorts
    assert network.n_edges + counted == len(edges)


@settings(max_examples=60)
@given(raw_edges())
def test_contraction_is_the_limit_of_small_resistances(raw: tuple) -> None:
    """Exactly: 1 A loses at most `tiny` watt in a wire of `tiny` ohms, for an acyclic flow crosses it at most once."""
    n, edges, ohms = raw
    network = ResistorNetwork.from_edges(edges, resistance=ohms, n_nodes=n)
    u, v = network.place(0), network.place(n - 1)
    contracted = Fraction(0) if u == v else effective(network.n_nodes, indexed(network), u, v)
    tiny = Fraction(1, 10**9)
    kept = [
        (*edge, 1 / (Fraction(ohm) or tiny))
        for edge, ohm in zip(edges, ohms, strict=True)
        if ohm < INF and edge[0] != edge[1]
    ]
    loose = effective(n, kept, 0, n - 1)
    assert contracted <= loose <= contracted + tiny * network.n_shorts


def indexed(network: ResistorNetwork) -> list[tuple[int, int, float]]:
    columns = network.tails.tolist(), network.heads.tolist(), network.conductances.tolist()
    return list(zip(*columns, strict=True))


def effective(n: int, edges: list, u: int, v: int) -> Fraction:
    ends = [[int(k == node) for k in range(n)] for node in (u, v)]
    return exact_network(n, edges, *ends).power


def same(one: ResistorNetwork, other: ResistorNetwork) -> bool:
    return list(one.nodes) == list(other.nodes) and edges_of(one) == edges_of(other)


@settings(max_examples=60)
@given(networks())
def test_networks_survive_every_conversion(network: ResistorNetwork) -> None:
    graph = network.to_networkx(conductance="S")
    assert same(network, ResistorNetwork.from_networkx(graph, conductance="S"))
    assert same(network, ResistorNetwork.from_sparse(conductance=network.to_sparse("conductance")))
    arrays = np.stack([network.tails, network.heads], axis=1), network.conductances
    again = ResistorNetwork.from_edges(arrays[0], conductance=arrays[1], n_nodes=network.n_nodes)
    assert same(network, again)
    ohms = ResistorNetwork.from_sparse(resistance=network.to_sparse("resistance"))
    assert np.allclose(ohms.conductances, network.conductances, rtol=3e-16)
    assert (nx.to_scipy_sparse_array(graph, weight="S") != network.to_sparse("conductance")).nnz == 0
    assert network.n_components == nx.number_connected_components(graph)
    assert network.degrees.tolist() == [degree for _, degree in graph.degree]


def test_matrices_are_asked_for_by_name() -> None:
    with pytest.raises(InputError, match='must be "resistance"'):
        small().to_sparse("ohm")
