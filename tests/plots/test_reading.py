"""Figures can be read: nothing hides, legends are complete, selections are named."""

from itertools import pairwise

import numpy as np
import pytest

from ecd2g import plots

EXACT = {"two-way": 4e-16, "two-way, sampled": 0.0077, "forward-only": 0.075}


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def law(n, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(n))


def test_rounding_errors_do_not_stretch_the_axis_of_the_biases():
    ax = plots.rule_bias(EXACT, 0.0082)
    assert ax.get_xlim() == pytest.approx((1e-4, 0.1))
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[1e-4, 0]])
    assert [text.get_text() for text in ax.texts] == ["4e-16", "0.0077", "0.075"]
    assert legend(ax) == ["expected of perfect samples: 0.0082", "below 1e-12: exact to rounding"]


def test_the_expected_level_is_named_by_its_samples_or_in_words():
    assert legend(plots.rule_bias({"a": 0.1}, 0.01, n=20_000)) == ["expected of 20,000 perfect samples: 0.01"]
    assert legend(plots.rule_bias({"a": 0.1}, 0.01, label="noise")) == ["noise: 0.01"]
    assert plots.rule_bias({"a": 0.1}).get_legend() is None


def test_the_expected_level_runs_across_sampled_rows_only():
    ax = plots.rule_bias(EXACT, 0.0082, sampled=["two-way, sampled"])
    np.testing.assert_array_equal(ax.lines[2].get_xydata(), [[0.0082, 0.5], [0.0082, 1.5]])
    assert len(ax.lines) == 3
    assert legend(plots.rule_bias(EXACT, 0.0082, sampled=[])) == ["below 1e-12: exact to rounding"]


def test_many_sites_are_one_block_of_colour_a_law_on_one_scale():
    marginals = {
        name: np.random.default_rng(seed).dirichlet(np.ones(4), 40) for seed, name in enumerate("abc")
    }
    ax = plots.site_marginals(marginals, "ACGU")
    assert not ax.containers
    for image, values in zip(ax.images, marginals.values(), strict=True):
        np.testing.assert_array_equal(image.get_array(), values.T)
        assert image.get_clim() == (0.0, max(array.max() for array in marginals.values()))
    assert [text.get_text() for text in ax.get_yticklabels()] == list("ACGU") * 3
    assert [text.get_text() for text in ax.get_xticklabels()] == [str(site) for site in range(40)]
    assert [text.get_text() for text in ax.texts] == ["a", "b", "c"]


@pytest.mark.parametrize("shape", [(20, 26), (40, 4), (13, 300), (40, 26)])
def test_tick_labels_of_many_sites_and_letters_do_not_overlap(shape):
    marginals = {name: np.full(shape, 1 / shape[1]) for name in ("source", "target", "sampled ends")}
    ax = plots.site_marginals(marginals)
    ax.figure.draw_without_rendering()
    for labels, side in ((ax.get_xticklabels(), "x"), (ax.get_yticklabels(), "y")):
        spans = sorted(
            (getattr(box, f"{side}0"), getattr(box, f"{side}1"))
            for box in (label.get_window_extent() for label in labels)
        )
        overlap = max(end - start for (_, end), (start, _) in pairwise(spans))
        assert overlap < (1.0 if side == "x" else 3.0)  # boxes of letters hold room for accents


def test_walks_explain_their_background():
    tint = np.full((6, 6), 1 / 36)
    ax = plots.sample_paths(np.zeros((1, 1, 2)), tint, tint)
    assert legend(ax) == ["start", "end", "source", "target"]
    assert legend(plots.sample_paths(np.zeros((1, 1, 2)))) == ["start", "end"]


def test_top_states_share_a_row_with_marks_that_fit_into_each_other():
    values = {"source": [0.0, 0.5, 0.5], "target": [0.2, 0.3, 0.5], "ends": [0.2, 0.3, 0.5]}
    ax = plots.top_states("abc", values)
    marks = ax.lines[::2]
    assert all(set(line.get_ydata()) <= {0, 1, 2} for line in ax.lines)
    sizes = [line.get_markersize() for line in marks]
    assert sizes == sorted(set(sizes), reverse=True)
    assert [line.get_markerfacecolor() == "none" for line in marks] == [True, True, False]
    assert legend(ax) == ["source", "target", "ends", "zero"]
    low, high = ax.get_xlim()
    assert 0.1 < low < 0.2
    assert 0.5 < high < 0.7


def test_the_difference_is_named_and_of_the_size_of_the_other_panels():
    for count in (1, 2, 3, 4, 5):
        arrays = {name: law(20, place).reshape(5, 4) for place, name in enumerate("abcde"[:count])}
        axes = plots.side_by_side(arrays, difference=("a", "a"))
        axes[0].figure.draw_without_rendering()
        boxes = [ax.get_position() for ax in axes]
        assert axes[-1].get_title() == "a − a"
        assert len(axes) == count + 1
        np.testing.assert_allclose(
            [box.size for box in boxes], np.tile(boxes[0].size, (count + 1, 1)), rtol=0.02
        )
        row = [box.y0 for ax, box in zip(axes, boxes, strict=True) if same_row(ax, axes[-1])]
        np.testing.assert_allclose(row, row[0], atol=1e-3)


def same_row(one, other):
    return one.get_subplotspec().rowspan == other.get_subplotspec().rowspan


def test_lines_get_thinner_and_markers_fewer_with_the_number_of_states():
    few, many = (plots.laws({"source": law(n), "target": law(n, 1)}).lines for n in (50, 200))
    for thick, thin in zip(few, many, strict=True):
        assert thin.get_linewidth() < 0.8 * thick.get_linewidth()
        assert 200 / thin.get_markevery()[1] < 50 / thick.get_markevery()[1]


@pytest.mark.parametrize(
    ("draw", "things"), [(plots.current_heatmaps, "gaps"), (plots.densities_by_layer, "layers")]
)
def test_a_selection_of_panels_is_named(draw, things):
    assert draw(np.ones((9, 2, 2)))[0].figure.get_suptitle() == f"6 of 9 {things}"
    assert draw(np.ones((9, 2, 2)), [1, 4])[0].figure.get_suptitle() == f"2 of 9 {things}"
    assert not draw(np.ones((6, 2, 2)))[0].figure.get_suptitle()


def test_an_ending_of_the_stem_is_not_doubled(tmp_path):
    ax = plots.laws({"source": [1.0]})
    for ending in (".png", ".svg", ".PNG", ""):
        paths = plots.save(ax, tmp_path / f"x{ending}")
        assert [path.name for path in paths] == ["x.png", "x.svg"]


def test_states_are_called_by_name_where_there_is_room():
    names = ["one", "two", "three"]
    axes = [
        plots.laws({"source": law(3)}, labels=names).xaxis,
        plots.potentials_by_layer(np.ones((2, 3)), labels=names).yaxis,
        plots.circuit_diagram(np.ones((2, 3, 3)), law(3), law(3), labels=names).yaxis,
    ]
    for axis in axes:
        assert [text.get_text() for text in axis.get_ticklabels()] == names
    many = plots.laws({"source": law(31)}, labels=["name"] * 31)
    assert "name" not in [text.get_text() for text in many.get_xticklabels()]
