"""The picture of a network: what is drawn is what was solved, and every network can be drawn."""

import networkx as nx
import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure

from ecd2g import InputError, ResistorNetwork, plots, solve
from ecd2g.plots.network_layout import STRETCH, network_layout

SQUARE = {"a": (0.0, 1.0), "b": (1.0, 1.0), "c": (1.0, 0.0), "d": (0.0, 0.0)}


def bridge(ohms=(1.0, 1.0, 5.0, 1.0, 1.0)):
    """A Wheatstone bridge from a to c; balanced, so that nothing flows from b to d."""
    pairs = [[0, 1], [0, 3], [1, 3], [1, 2], [3, 2]]
    return ResistorNetwork.from_edges(pairs, resistance=list(ohms), nodes=tuple("abcd"))


def solved(network, source="a", sink="c"):
    return solve(network, source={source: 1.0}, sink={sink: 1.0})


def of_graph(graph):
    nx.set_edge_attributes(graph, 1.0, "siemens")
    return ResistorNetwork.from_networkx(graph, conductance="siemens")


def drawn(ax, kind):
    return {part.get_label(): part for part in ax.collections if isinstance(part, kind)}


def in_pieces():
    pairs = [[0, 1], [1, 2], [3, 4]]
    network = ResistorNetwork.from_edges(pairs, resistance=[1e-9, 1e9, 1.0], n_nodes=7)
    return solve(network, source={0: 1.0, 3: 2.0}, sink={2: 1.0, 4: 2.0})


DRAWINGS = {
    "two nodes": lambda: solved(ResistorNetwork.from_edges([[0, 1]], resistance=2.0), 0, 1),
    "no current anywhere": lambda: solved(ResistorNetwork.from_edges([[0, 1]], resistance=2.0), 0, 0),
    "balanced bridge": lambda: solved(bridge()),
    "long names": lambda: solved(of_graph(nx.florentine_families_graph()), "Medici", "Strozzi"),
    "in pieces, eighteen decades": in_pieces,
    "a node that is source and sink": lambda: solve(
        bridge(), source={"a": 1.0, "b": 1.0}, sink={"b": 0.5, "c": 1.5}
    ),
    "a star": lambda: solved(of_graph(nx.star_graph(12)), 1, 2),
    "many nodes": lambda: solved(of_graph(nx.grid_2d_graph(9, 9)), (0, 0), (8, 8)),
    "larger than the exact layout": lambda: solved(of_graph(nx.random_regular_graph(3, 420, seed=0)), 0, 99),
    "smallest numbers": lambda: solved(bridge((1e-290, 1e-290, 1e-280, 1e-290, 1e-290))),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_network_is_drawn_without_a_warning_and_stays_out_of_pyplot(name):
    ax = plots.network_diagram(DRAWINGS[name]())
    ax.figure.draw_without_rendering()
    assert all(np.isfinite(part.get_offsets()).all() for part in drawn(ax, PathCollection).values())
    assert not _pylab_helpers.Gcf.get_all_fig_managers()


def test_axes_that_are_given_are_drawn_on():
    ax = Figure().add_subplot()
    assert plots.network_diagram(solved(bridge()), ax=ax) is ax
    assert ax.has_data()


def test_edges_lie_where_they_are_and_lead_downstream():
    solution = solved(bridge((1.0, 2.0, 3.0, 4.0, 5.0)))
    ax = plots.network_diagram(solution, positions=SQUARE)
    network, potential = solution.network, dict(zip("abcd", solution.potentials, strict=True))
    ends = {(network.nodes[u], network.nodes[v]) for u, v in zip(network.tails, network.heads, strict=True)}
    node = {place: name for name, place in SQUARE.items()}
    segments = drawn(ax, LineCollection)["flowing"].get_segments()
    assert len(segments) == 5
    for segment in segments:
        upstream, downstream = (node[tuple(place)] for place in segment)
        assert (upstream, downstream) in ends or (downstream, upstream) in ends
        assert potential[upstream] > potential[downstream]


def test_arrow_heads_point_downstream_and_a_flipped_current_turns_them():
    network = bridge((1.0, 2.0, 3.0, 4.0, 5.0))
    for source, sink in ("ac", "ca"):
        ax = plots.network_diagram(solved(network, source, sink), positions=SQUARE)
        segments = np.array(drawn(ax, LineCollection)["flowing"].get_segments())
        heads = drawn(ax, PathCollection)["direction"]
        np.testing.assert_allclose(heads.get_offsets(), segments.mean(axis=1))
        tips = np.array([path.vertices[0] for path in heads.get_paths()])
        step = segments[:, 1] - segments[:, 0]
        along = step / np.linalg.norm(step, axis=1)[:, None]
        np.testing.assert_allclose(tips / np.linalg.norm(tips, axis=1)[:, None], along, atol=1e-12)


def test_widths_grow_with_the_root_of_the_current():
    solution = solved(bridge((1.0, 2.0, 3.0, 4.0, 5.0)))
    widths = drawn(plots.network_diagram(solution), LineCollection)["flowing"].get_linewidths()
    root = np.sqrt(np.sort(np.abs(solution.currents)))
    np.testing.assert_allclose(widths / widths[-1], root / root[-1])


def test_an_edge_without_current_is_dotted_and_has_no_direction():
    ax = plots.network_diagram(solved(bridge()), positions=SQUARE)
    lines = drawn(ax, LineCollection)
    assert len(lines["flowing"].get_segments()) == 4
    idle = lines["idle"].get_segments()
    assert {tuple(place) for place in idle[0]} == {SQUARE["b"], SQUARE["d"]}
    assert len(drawn(ax, PathCollection)["direction"].get_offsets()) == 4
    assert "dotted: 1 " in ax.get_title(loc="left")


def test_a_threshold_of_zero_hides_no_current():
    solution = in_pieces()
    for smallest, count in ((0.0, 3), (0.9, 1)):
        lines = drawn(plots.network_diagram(solution, smallest=smallest), LineCollection)
        assert len(lines["flowing"].get_segments()) == count


def test_nodes_have_the_colour_of_their_potential_and_the_mark_of_their_kind():
    solution = solve(bridge(), source={"a": 1.0, "b": 1.0}, sink={"b": 0.5, "c": 1.5})
    marks = drawn(plots.network_diagram(solution, positions=SQUARE), PathCollection)
    kinds = {"source": "a", "sink": "c", "source and sink": "b", "node": "d"}
    assert set(marks) == {*kinds, "direction"}
    for kind, name in kinds.items():
        assert marks[kind].get_offsets().tolist() == [list(SQUARE[name])]
        assert marks[kind].get_array().tolist() == [solution.potentials[solution.network.place(name)]]
        limits = solution.potentials.min(), solution.potentials.max()
        assert marks[kind].get_clim() == limits


def test_currents_are_written_beside_the_nodes_they_enter_and_leave():
    texts = {
        text.get_text(): text.xy for text in plots.network_diagram(solved(bridge()), positions=SQUARE).texts
    }
    assert texts["+1 A"] == pytest.approx(SQUARE["a"])
    assert texts["−1 A"] == pytest.approx(SQUARE["c"])


def test_few_nodes_are_called_by_name():
    def count(solution, **settings):
        return len(plots.network_diagram(solution, **settings).texts) - 2  # less the two currents

    many = solved(of_graph(nx.cycle_graph(61)), 0, 30)
    assert count(solved(bridge())) == 4
    assert count(solved(bridge()), names=False) == 0
    assert count(many) == 0
    assert count(many, names=True) == 61


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"positions": {"a": (0, 0)}}, "'b' has none"),
        ({"positions": np.zeros((3, 2))}, r"\(4, 2\)"),
        ({"positions": np.full((4, 2), np.nan)}, "finite"),
        ({"positions": "somewhere"}, "real numbers"),
        ({"positions": {"a": (0, 0), "b": (1, 0), "c": (0, 1), "d": 3}}, "real numbers"),
        ({"smallest": -1.0}, "0..1"),
    ],
)
def test_bad_input_is_refused(settings, words):
    with pytest.raises(InputError, match=words):
        plots.network_diagram(solved(bridge()), **settings)


def test_the_same_network_has_the_same_places():
    for network in (bridge(), in_pieces().network, of_graph(nx.random_regular_graph(3, 420, seed=0))):
        np.testing.assert_array_equal(network_layout(network), network_layout(network))


def test_good_conductors_are_short():
    network = ResistorNetwork.from_edges([[0, 1], [1, 2], [2, 3]], conductance=[16.0, 1.0, 1e-9])
    places = network_layout(network)
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    np.testing.assert_allclose(lengths, [1.0, 2.0, STRETCH], rtol=0.05)


def test_a_grid_is_laid_out_without_folds():
    network = of_graph(nx.grid_2d_graph(8, 8))
    places = network_layout(network)
    lengths = np.linalg.norm(places[network.tails] - places[network.heads], axis=1)
    assert lengths.max() < 1.5 * lengths.min()


def test_nodes_with_the_same_neighbours_are_apart():
    places = network_layout(of_graph(nx.star_graph(10)))
    apart = np.linalg.norm(places[:, None] - places, axis=2) + np.eye(11)
    assert apart.min() > 0.3


def test_components_lie_side_by_side():
    graph = nx.disjoint_union_all([nx.cycle_graph(9), nx.path_graph(5), nx.path_graph(2), nx.empty_graph(3)])
    network = of_graph(graph)
    places = network_layout(network)
    boxes = [places[network.labels == part] for part in range(network.n_components)]
    for k, one in enumerate(boxes):
        for other in boxes[:k]:
            gaps = np.maximum(one.min(axis=0) - other.max(axis=0), other.min(axis=0) - one.max(axis=0))
            assert gaps.max() > 0.5
