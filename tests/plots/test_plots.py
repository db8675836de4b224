"""Figures: what is drawn matches the arrays, and nothing is left open or half written."""

import matplotlib
import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ecd2g import plots
from ecd2g.errors import InputError
from ecd2g.plots.style import BACKWARD, TOWARDS_LATER


def small_currents():
    """Two gaps, three states: five currents towards the later layer, two backward, the rest zero."""
    currents = np.zeros((2, 3, 3))
    currents[0, [0, 1, 2], [0, 1, 2]] = [0.5, 0.2, 0.3]
    currents[1, [0, 2], [0, 1]] = [0.4, 0.01]
    currents[0, 0, 1] = -0.05
    currents[1, 1, 2] = -1e-6
    return currents


def law(n, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(n))


def grid(rows, columns, seed=0):
    return law(rows * columns, seed).reshape(rows, columns)


def walks(n_walks=5, n_places=4, size=6):
    paths = np.random.default_rng(1).integers(0, size, (n_walks, n_places, 2))
    paths[0, 2:] = -1
    return paths


def edges(ax):
    """Drawn segments and their colour, by direction."""
    return {
        collection.get_label(): collection
        for collection in ax.collections
        if isinstance(collection, LineCollection)
    }


def laid_out(result):
    """The axes of a result, after everything but the pixels is done, so that late warnings show too."""
    axes = result if isinstance(result, list) else [result]
    axes[0].figure.draw_without_rendering()
    return axes


DRAWINGS = {
    "circuit, tiny": lambda: plots.circuit_diagram(np.ones((1, 1, 1)), [1.0], [1.0]),
    "circuit, no current": lambda: plots.circuit_diagram(np.zeros((2, 3, 3)), np.zeros(3), np.zeros(3)),
    "circuit, dense": lambda: plots.circuit_diagram(
        np.random.default_rng(0).normal(size=(9, 50, 50)), law(50), law(50, 1)
    ),
    "potentials, tiny": lambda: plots.potentials_by_layer([[0.0], [0.0]]),
    "potentials": lambda: plots.potentials_by_layer(np.random.default_rng(0).normal(size=(10, 50))),
    "heatmaps, tiny": lambda: plots.current_heatmaps(np.zeros((1, 1, 1))),
    "heatmaps": lambda: plots.current_heatmaps(np.random.default_rng(0).normal(size=(9, 50, 50)) ** 5),
    "heatmaps, equal sizes": lambda: plots.current_heatmaps(np.ones((4, 2, 2)), gaps=[3]),
    "laws, tiny": lambda: plots.laws({"source": [1.0]}),
    "laws": lambda: plots.laws({name: law(300) for name in ("source", "target", "a", "b", "c")}),
    "layers, tiny": lambda: plots.densities_by_layer(np.zeros((2, 1, 1))),
    "layers": lambda: plots.densities_by_layer(np.stack([grid(20, 30, seed) for seed in range(10)])),
    "side by side, tiny": lambda: plots.side_by_side({"a": [[1.0]]}, difference=("a", "a")),
    "side by side": lambda: plots.side_by_side({name: grid(9, 7) for name in "abcde"}, difference=("a", "b")),
    "paths, tiny": lambda: plots.sample_paths(np.zeros((1, 1, 2))),
    "paths": lambda: plots.sample_paths(walks(30, 12, 50), grid(50, 50), grid(50, 50, 1)),
    "paths by layer": lambda: plots.sample_paths(walks(), layers=np.tile([0, 1, 0, 1], (5, 1))),
    "sites, tiny": lambda: plots.site_marginals({"source": [[1.0]]}),
    "sites": lambda: plots.site_marginals(
        {name: np.full((9, 4), 0.25) for name in ("source", "target", "ends")}, "ACGU"
    ),
    "top states, tiny": lambda: plots.top_states(["A"], {"source": [0.0]}),
    "top states": lambda: plots.top_states(
        [f"s{i}" for i in range(99)], {"target": law(99), "b": law(99, 1)}
    ),
    "side by side, two rows": lambda: plots.side_by_side(
        {name: grid(9, 7) for name in "abcd"}, difference=("a", "b")
    ),
    "sites, many": lambda: plots.site_marginals({name: np.full((40, 4), 0.25) for name in "abc"}, "ACGU"),
    "sites, many letters": lambda: plots.site_marginals({name: np.full((20, 26), 0.1) for name in "abc"}),
    "top states, flat": lambda: plots.top_states(list("abc"), {"source": [1 / 3] * 3, "b": [0.3, 0.4, 0.3]}),
    "bias, tiny": lambda: plots.rule_bias({"two-way": 0.0}),
    "bias": lambda: plots.rule_bias({"two-way": 4e-16, "first-passage": 0.0, "forward-only": 0.075}, 0.01),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_figure_renders_without_a_warning_and_stays_out_of_pyplot(name):
    before = dict(matplotlib.rcParams)
    for ax in laid_out(DRAWINGS[name]()):
        if ax.get_subplotspec().is_first_col():
            assert ax.get_ylabel() or ax.get_yticklabels()
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.get_all_fig_managers()


@pytest.mark.parametrize(
    ("plot", "arrays"),
    [
        (plots.circuit_diagram, (small_currents(), law(3), law(3))),
        (plots.potentials_by_layer, ([[1.0, -2.0]],)),
        (plots.laws, ({"source": law(4)},)),
        (plots.sample_paths, (walks(),)),
        (plots.site_marginals, ({"source": [[0.5, 0.5]]},)),
        (plots.top_states, (["a", "b"], {"source": [0.5, 0.5]})),
        (plots.rule_bias, ({"two-way": 0.1},)),
    ],
)
def test_axes_that_are_given_are_drawn_on(plot, arrays):
    ax = Figure().add_subplot()
    assert plot(*arrays, ax=ax) is ax
    assert ax.has_data()


@pytest.mark.parametrize("plot", [plots.current_heatmaps, plots.densities_by_layer])
def test_a_figure_that_is_given_holds_the_panels(plot):
    figure = Figure(layout="constrained").subfigures(1, 2)[0]
    assert all(ax.figure is figure for ax in plot(np.ones((3, 2, 2)), figure=figure))


def test_edges_are_coloured_by_the_sign_of_their_current():
    found = edges(plots.circuit_diagram(small_currents(), law(3), law(3)))
    assert len(found["towards later layer"].get_segments()) == 5
    assert len(found["backward"].get_segments()) == 1  # the other one is below the threshold
    np.testing.assert_array_equal(found["backward"].get_segments()[0], [[0, 0], [1, 1]])
    assert tuple(found["towards later layer"].get_colors()[0][:3]) == pytest.approx(to_rgb(TOWARDS_LATER))
    assert tuple(found["backward"].get_colors()[0][:3]) == pytest.approx(to_rgb(BACKWARD))


def test_a_flipped_sign_changes_the_colour_of_the_same_edges():
    plain = edges(plots.circuit_diagram(small_currents(), law(3), law(3)))
    flipped = edges(plots.circuit_diagram(-small_currents(), law(3), law(3)))
    np.testing.assert_array_equal(
        plain["towards later layer"].get_segments(), flipped["backward"].get_segments()
    )
    np.testing.assert_array_equal(
        plain["backward"].get_segments(), flipped["towards later layer"].get_segments()
    )


def test_the_width_of_an_edge_grows_with_the_root_of_its_current():
    lines = edges(plots.circuit_diagram(small_currents(), law(3), law(3)))["towards later layer"]
    np.testing.assert_allclose(
        lines.get_linewidths() / np.max(lines.get_linewidths()), np.sqrt([0.02, 0.4, 0.6, 0.8, 1.0])
    )


def test_the_title_says_how_much_of_the_current_is_drawn():
    ax = plots.circuit_diagram(small_currents(), law(3), law(3), smallest=0.5)
    held = np.floor(1000 * (0.5 + 0.3 + 0.4) / np.abs(small_currents()).sum()) / 10
    assert f"3 of 18 edges drawn (at least 0.5 of the largest): {held} % of the current" in ax.get_title(
        "left"
    )
    assert "0.0 % of the backward current" in ax.get_title("left")
    everything = plots.circuit_diagram(small_currents(), law(3), law(3), smallest=0)
    assert "7 of 18" in everything.get_title("left")
    assert "100 % of the current, 100 % of the backward" in everything.get_title("left")


def test_node_areas_are_in_proportion_to_source_and_target():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.1, 0.8])
    *_, first, last = plots.circuit_diagram(small_currents(), p, q).collections
    np.testing.assert_allclose(first.get_sizes() / last.get_sizes()[2], p / 0.8)
    np.testing.assert_allclose(last.get_sizes() / last.get_sizes()[2], q / 0.8)


def test_potentials_lie_on_a_scale_symmetric_about_zero_with_layers_to_the_right():
    values = np.array([[1.0, 2.0, 3.0], [-5.0, 0.0, 1.0]])
    image = plots.potentials_by_layer(values).images[0]
    assert image.get_clim() == (-5.0, 5.0)
    np.testing.assert_array_equal(image.get_array(), values.T)
    assert image.origin == "lower"


def test_all_heat_maps_share_one_scale_symmetric_about_zero():
    axes = plots.current_heatmaps(small_currents())
    scale = axes[0].images[0].norm
    assert all(ax.images[0].norm is scale for ax in axes)
    assert (scale.vmin, scale.vmax) == (-0.5, 0.5)
    assert scale(0.0) == pytest.approx(0.5)
    assert scale(-0.2) + scale(0.2) == pytest.approx(1.0)
    np.testing.assert_array_equal(axes[0].images[0].get_array(), small_currents()[0].T)


def test_heat_maps_show_lateral_currents_a_thousand_times_below_the_forward_ones():
    currents = np.full((1, 20, 20), -1e-4)
    np.fill_diagonal(currents[0], 0.1)
    scale = plots.current_heatmaps(currents)[0].images[0].norm
    assert scale(-1e-4) < 0.4


def test_at_most_six_panels_are_chosen_evenly_with_both_ends():
    titles = [ax.get_title() for ax in plots.densities_by_layer(np.ones((11, 2, 2)))]
    assert titles == ["layer 0", "layer 2", "layer 4", "layer 6", "layer 8", "layer 10"]
    assert [ax.get_title() for ax in plots.densities_by_layer(np.ones((11, 2, 2)), [3])] == ["layer 3"]


def test_densities_share_one_scale_and_site_0_runs_to_the_right():
    arrays = {"a": grid(3, 4), "b": grid(3, 4, 1)}
    first, second, difference = plots.side_by_side(arrays, difference=("b", "a"))
    most = max(array.max() for array in arrays.values())
    assert first.images[0].get_clim() == second.images[0].get_clim() == (0.0, most)
    np.testing.assert_array_equal(first.images[0].get_array(), arrays["a"].T)
    np.testing.assert_array_equal(difference.images[0].get_array(), (arrays["b"] - arrays["a"]).T)
    low, high = difference.images[0].get_clim()
    assert -low == high == np.abs(arrays["b"] - arrays["a"]).max()


def test_coincident_laws_differ_in_width_marker_and_marker_places():
    lines = plots.laws({name: law(50) for name in ("target", "two-way", "ends")}).lines
    for look in (lambda line: line.get_linewidth(), lambda line: line.get_marker()):
        assert len({look(line) for line in lines}) == 3
    assert len({line.get_color() for line in lines}) == 3


def test_walks_start_and_end_where_they_do_and_padding_is_not_drawn():
    paths = np.array([[[0, 0], [3, 1], [-1, -1]], [[2, 2], [2, 2], [4, 5]]])
    ax = plots.sample_paths(paths)
    starts, ends = (line.get_xydata() for line in ax.lines)
    np.testing.assert_array_equal(starts, [[0, 0], [2, 2]])
    np.testing.assert_array_equal(ends, [[3, 1], [4, 5]])
    moves, dots = ax.collections
    np.testing.assert_array_equal(dots.get_offsets(), [[0, 0], [2, 2]])
    np.testing.assert_array_equal(moves.get_segments(), [[[0, 0], [3, 1]], [[2, 2], [4, 5]]])
    np.testing.assert_array_equal(moves.get_array(), [0, 1])


def test_walks_left_out_are_counted_in_the_legend():
    assert plots.sample_paths(walks(30), at_most=7).get_legend().get_title().get_text() == "7 of 30 walks"
    assert plots.sample_paths(walks(5)).get_legend().get_title().get_text() == "5 of 5 walks"


def test_moves_are_coloured_by_the_layer_they_leave_when_layers_are_given():
    paths = np.array([[[0, 0], [1, 1], [2, 2], [3, 3]]])
    moves, _ = plots.sample_paths(paths, layers=[[0, 1, 0, 1]]).collections
    np.testing.assert_array_equal(moves.get_array(), [0, 1, 0])


def test_site_marginals_draw_one_bar_for_every_law_site_and_letter():
    marginals = {"source": np.full((9, 4), 0.25), "ends": np.arange(36.0).reshape(9, 4)}
    ax = plots.site_marginals(marginals, "ACGU")
    np.testing.assert_array_equal([bar.get_height() for bar in ax.patches[36:]], np.arange(36.0))
    assert [text.get_text() for text in ax.get_xticklabels()][:5] == ["A", "C", "G", "U", "A"]
    lefts = np.sort([bar.get_x() for bar in ax.patches])
    assert np.diff(lefts).min() >= ax.patches[0].get_width() - 1e-9  # no bar hides another


def test_top_states_are_those_of_the_target_in_falling_order():
    ax = plots.top_states("abcd", {"source": [0.7, 0.1, 0.1, 0.1], "target": [0.0, 0.2, 0.5, 0.3]}, count=3)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["c", "d", "b"]
    assert ax.get_xscale() == "log"


def test_a_distance_of_zero_is_an_open_mark_at_the_edge_and_the_floor_a_line():
    ax = plots.rule_bias({"two-way": 0.0, "forward-only": 0.07}, 0.01)
    filled, zero, floor = ax.lines
    np.testing.assert_array_equal(filled.get_xydata(), [[0.07, 1]])
    np.testing.assert_array_equal(zero.get_xydata(), [[ax.get_xlim()[0], 0]])
    assert list(floor.get_xdata()) == [0.01, 0.01]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.circuit_diagram(
            np.sin(np.arange(5880.0)).reshape(15, 14, 28)[:, :, :14], law(14), law(14)
        ),
        lambda: plots.sample_paths(walks(), grid(6, 6)),
    ],
)
def test_the_same_figure_is_saved_to_the_same_bytes(draw, tmp_path):
    first = plots.save(draw(), tmp_path / "a.b")
    second = plots.save(draw().figure, tmp_path / "new" / "b")
    assert [path.name for path in first] == ["a.b.png", "a.b.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.b.png", "a.b.svg", "new"]


def test_many_edges_are_an_image_inside_the_svg(tmp_path):
    few, many = np.ones((1, 3, 3)), np.ones((1, 50, 50))
    _, small = plots.save(plots.circuit_diagram(few, law(3), law(3)), tmp_path / "few")
    _, large = plots.save(plots.circuit_diagram(many, law(50), law(50)), tmp_path / "many")
    assert "<image" not in small.read_text()
    assert "<image" in large.read_text()


def test_a_path_that_cannot_be_written_is_an_input_error(tmp_path):
    (tmp_path / "file").write_text("")
    ax = plots.laws({"source": [1.0]})
    with pytest.raises(InputError, match="cannot write"):
        plots.save(ax, tmp_path / "file" / "figure")
    with pytest.raises(InputError, match="only a figure"):
        plots.save("figure", tmp_path / "figure")


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.circuit_diagram(np.ones((2, 3, 4)), law(3), law(3)), "n_gaps, V, V"),
        (lambda: plots.circuit_diagram(np.ones((2, 3, 3)), law(3), law(4)), "3 states"),
        (lambda: plots.circuit_diagram(np.ones((2, 3, 3)), law(3), -law(3)), "negative"),
        (lambda: plots.circuit_diagram(np.ones((2, 3, 3)), law(3), law(3), smallest=2), "0..1"),
        (lambda: plots.potentials_by_layer([1.0]), "n_layers, V"),
        (lambda: plots.potentials_by_layer([[np.nan]]), "finite"),
        (lambda: plots.potentials_by_layer([["a"]]), "real numbers"),
        (lambda: plots.current_heatmaps(np.ones((0, 3, 3))), "not empty"),
        (lambda: plots.current_heatmaps(np.ones((2, 3, 3)), gaps=[2]), "0..1"),
        (lambda: plots.laws({}), "non-empty mapping"),
        (lambda: plots.laws({"a": law(3), "b": law(4)}), "one shape"),
        (lambda: plots.densities_by_layer(np.ones((2, 3))), "n_layers, S0, S1"),
        (lambda: plots.side_by_side({"a": grid(2, 2)}, difference=("a", "b")), "difference"),
        (lambda: plots.sample_paths(np.zeros((2, 3))), "n_walks, n_places, 2"),
        (lambda: plots.sample_paths([[[0, 0], [-1, -1], [1, 1]]]), "after the end"),
        (lambda: plots.sample_paths([[[-1, -1]]]), "first place"),
        (lambda: plots.sample_paths(walks(), layers=[[0]]), "layers must have shape"),
        (lambda: plots.sample_paths(walks(), at_most=0), "at_most"),
        (lambda: plots.site_marginals({"a": [[0.5, 0.5]]}, "ABC"), "2 symbols"),
        (lambda: plots.top_states(["a"], {"a": [0.5, 0.5]}), "2 states"),
        (lambda: plots.top_states(["a"], {"a": [1.0]}, order_by="b"), "order_by"),
        (lambda: plots.top_states(["a"], {"a": [1.0]}, count=0), "count"),
        (lambda: plots.rule_bias({}), "non-empty"),
        (lambda: plots.rule_bias({"a": -1.0}), "negative"),
        (lambda: plots.rule_bias({"a": 1.0}, 0.1, sampled=["b"]), "sampled must name"),
        (lambda: plots.laws({"a": law(3)}, labels="ab"), "labels must name 3 states"),
    ],
)
def test_input_that_cannot_be_drawn_raises_one_clear_sentence(draw, words):
    with pytest.raises(InputError, match=words.replace(".", r"\.")) as caught:
        draw()
    assert "\n" not in str(caught.value)
