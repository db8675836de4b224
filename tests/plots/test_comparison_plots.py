"""Figures that hold learned models against the exact flow: same scales, true numbers, nothing lost in silence."""

from itertools import chain, pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.figure import Figure

from ecd2g import plots
from ecd2g.errors import InputError


def tables(n_gaps=3, n_states=4, n_models=2):
    rng = np.random.default_rng(0)
    exact = 1e-3 * rng.normal(size=(n_gaps, n_states, n_states)) + 0.25 * np.eye(n_states)
    return {"exact": exact} | {
        f"model {place}": exact + 1e-3 * (place + 1) * rng.normal(size=exact.shape)
        for place in range(n_models)
    }


def fields(n_layers=2, shape=(5, 3), n_models=2):
    rng = np.random.default_rng(0)
    return {name: rng.random((n_layers, *shape)) for name in ("exact", "one", "two", "three")[: 1 + n_models]}


def curve(n=200, seed=0):
    noise = np.random.default_rng(seed).normal(size=n)
    return np.arange(n) * 10, np.exp(-np.arange(n) / 50 + 0.2 * noise)


def flat(*args, **kwargs):
    return list(chain.from_iterable(plots.grid_comparison(*args, **kwargs)))


DISTANCES = {
    "exact": {"two-way": [4e-16], "forward-only": [0.075]},
    "net": {"two-way": [0.01, 0.02, 0.03], "first-passage": "stranded", "forward-only": [0.1, None, np.nan]},
    "wild": {"two-way": [0.02, np.inf]},
}

DRAWINGS = {
    "currents": lambda: plots.current_comparison(tables()),
    "currents, many": lambda: plots.current_comparison(tables(n_models=5, n_states=50)),
    "currents, tiny": lambda: plots.current_comparison({"a": np.zeros((1, 1, 1)), "b": np.zeros((1, 1, 1))}),
    "currents, named": lambda: plots.current_comparison(tables(), labels=["one", "two", "three", "four"]),
    "currents, crowded": lambda: plots.current_comparison(tables(n_states=25, n_models=5), labels=["s"] * 25),
    "curves": lambda: [plots.training_curves({"a": curve(), "b": curve(seed=1)}, floor=1e-2)],
    "curves, one point": lambda: [plots.training_curves({"a": ([0], [1.0])})],
    "curves, no loss": lambda: [plots.training_curves({"a": ([0, 1], [0.0, np.inf]), "b": ([0], [np.nan])})],
    "curves, eight": lambda: [plots.training_curves({f"net {seed}": curve(seed=seed) for seed in range(8)})],
    "distances": lambda: [plots.model_distances(DISTANCES, 0.008, n=20_000)],
    "distances, none": lambda: [plots.model_distances({"net": {"two-way": "stranded"}}, 0.0, n=1)],
    "distances, zero": lambda: [plots.model_distances({"net": {"two-way": [0.0, 0.0]}}, 0.0, n=1)],
    "grid": lambda: flat(fields(), layers=[0, 7]),
    "grid, difference": lambda: flat(fields(6), layers=range(6), difference=True),
    "grid, zero": lambda: flat(dict.fromkeys("ab", np.zeros((1, 1, 1))), layers=[0], difference=True),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_figure_renders_without_a_warning_and_stays_out_of_pyplot(name):
    before = dict(matplotlib.rcParams)
    axes = DRAWINGS[name]()
    axes[0].figure.draw_without_rendering()
    assert axes[0].get_ylabel() or axes[0].get_yticklabels()
    assert any(ax.get_xlabel() for ax in axes) or axes[0].figure.get_supxlabel()
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.get_all_fig_managers()


def test_a_figure_or_axes_that_are_given_are_drawn_on():
    one, other = Figure().subplots(1, 2)
    assert plots.training_curves({"a": curve()}, one) is one
    assert plots.model_distances({"a": {"rule": [0.1]}}, 0.1, other, n=9) is other
    figure = Figure(layout="constrained").subfigures(1, 2)[0]
    assert all(ax.figure is figure for ax in plots.current_comparison(tables(), figure))
    assert plots.grid_comparison(fields(), figure, layers=[0, 1])[0][0].figure is figure


def test_currents_share_one_scale_and_errors_another_both_symmetric():
    given = tables()
    axes = plots.current_comparison(given, gap=2)
    images = [ax.images[0] for ax in axes]
    for image, table in zip(images[:3], given.values(), strict=True):
        assert image.norm is images[0].norm
        np.testing.assert_array_equal(image.get_array(), table[2].T)
    for image, name in zip(images[3:], ("model 0", "model 1"), strict=True):
        assert image.norm is images[3].norm
        np.testing.assert_array_equal(image.get_array(), (given[name] - given["exact"])[2].T)
    for norm, values in (
        (images[0].norm, [table[2] for table in given.values()]),
        (images[3].norm, [given[name][2] - given["exact"][2] for name in ("model 0", "model 1")]),
    ):
        assert -norm.vmin == norm.vmax == np.abs(values).max()
        assert norm(0.0) == pytest.approx(0.5)


def test_the_number_above_an_error_is_relative_to_the_exact_currents_of_the_gap():
    exact = np.stack([np.eye(3), 2 * np.eye(3), 0 * np.eye(3)])
    given = {"net": 1.1 * exact, "truth": exact}
    titles = [ax.get_title() for ax in plots.current_comparison(given, exact="truth")]
    assert titles == ["truth", "net", "error 0.1"]
    assert plots.current_comparison(given, exact="truth", gap=2)[2].get_title() == "error (no exact current)"
    assert plots.current_comparison(given, exact="net")[2].get_title() == "error 0.091"


def test_the_gap_is_named_and_the_middle_one_by_default():
    words = plots.current_comparison(tables(9))[0].figure.axes[3].texts[0].get_text()
    assert words.startswith("gap 4 of 0..8:\nstate $x$ in layer 4\nto $y$ in layer 5")


def test_the_raw_curve_is_faint_and_its_running_mean_on_top():
    steps, losses = curve(500)
    raw, mean, floor = plots.training_curves({"net": (steps, losses)}, floor=0.001, label="noise").lines
    np.testing.assert_array_equal(raw.get_xydata(), np.column_stack([steps, losses]))
    assert raw.get_alpha() < 0.5
    assert raw.get_color() == mean.get_color()
    np.testing.assert_allclose(mean.get_ydata()[100], losses[95:106].mean())
    np.testing.assert_allclose(mean.get_ydata()[0], losses[:6].mean())
    assert list(floor.get_ydata()) == [0.001, 0.001]
    assert raw.axes.get_yscale() == "log"


def test_curves_are_named_where_they_end_without_overlap():
    ends = {f"net {place}": (np.arange(9), np.full(9, 1 + place / 1e3)) for place in range(4)}
    ax = plots.training_curves(ends, floor=1.0005, label="noise")
    ax.figure.draw_without_rendering()
    assert [text.get_text() for text in ax.texts] == ["net 0", "noise: 1", "net 1", "net 2", "net 3"]
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(low.y1 <= high.y0 + 2 for low, high in pairwise(boxes))


def test_losses_without_a_place_on_the_axis_are_counted():
    losses = np.array([1.0, 0.0, np.inf, np.nan, 0.5])
    ax = plots.training_curves({"net": (np.arange(5), losses), "other": curve()})
    assert "not drawn, zero or not finite: net (3 of 5)" in ax.get_title("left")
    raw, mean = ax.lines[:2]
    np.testing.assert_array_equal(raw.get_xydata(), [[0, 1.0], [1, np.nan], [4, 0.5]])
    np.testing.assert_allclose(mean.get_ydata(), 0.5)
    assert "not drawn" not in plots.training_curves({"other": curve()}).get_title("left")


def marks(ax, size):
    """Places of the marks of this size."""
    found = [line.get_xydata() for line in ax.lines if line.get_ls() == "None" and line.get_ms() == size]
    return np.concatenate(found)


def test_every_seed_and_every_mean_is_a_mark_and_the_floor_a_named_line():
    values = {"net": {"two-way": [0.01, 0.03], "forward-only": [0.2]}, "other": {"two-way": [0.5]}}
    ax = plots.model_distances(values, 0.008, n=20_000)
    np.testing.assert_allclose(marks(ax, 3.0)[:, 0], [0.01, 0.03, 0.2, 0.5])
    np.testing.assert_allclose(marks(ax, 6.0), [[0.02, -0.2], [0.2, 0.2], [0.5, 1.0]])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["net", "other"]
    assert ax.lines[-1].get_label() == "expected of 20,000 perfect samples: 0.008"
    assert list(ax.lines[-1].get_xdata()) == [0.008, 0.008]
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["two-way", "forward-only", "small: one seed; large: the mean", ax.lines[-1].get_label()]


def test_rules_and_seeds_without_a_number_are_written_and_extremes_stand_at_the_edges():
    ax = plots.model_distances(DISTANCES, 0.008, n=20_000, measure="divergence")
    assert [text.get_text() for text in ax.texts] == [
        "4e-16",
        "0.075",
        "0.02",
        "stranded",
        "0.1 (2 of 3 without a number)",
        "inf",
    ]
    low, high = ax.get_xlim()
    small = marks(ax, 3.0)
    assert low < 0.008 / 5
    assert [x for x, _ in small if x in (low, high)] == [low, high]
    assert len(small) == 8
    assert ax.get_xlabel() == "divergence from the target"
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "below 1e-12: exact to rounding" in words
    assert "infinite" in words


def test_a_rule_keeps_its_colour_in_all_models():
    ax = plots.model_distances({"a": {"x": [0.1], "y": [0.1]}, "b": {"y": [0.1]}}, 0.0, n=1)
    color = {tuple(text.get_position())[1]: text.get_color() for text in ax.texts}
    assert color[1.0] == color[0.2] != color[-0.2]


def test_all_visits_share_one_scale_from_zero_and_all_differences_another():
    given = fields()
    rows = plots.grid_comparison(given, layers=[3, 9], difference=True)
    assert [ax.get_title() for ax in rows[0]] == ["layer 3", "layer 9"]
    assert [row[0].get_ylabel().split("\n") for row in rows] == [
        ["exact"],
        ["one"],
        ["two"],
        ["one", "− exact"],
        ["two", "− exact"],
    ]
    wanted = [*given.values(), given["one"] - given["exact"], given["two"] - given["exact"]]
    for place, (row, values) in enumerate(zip(rows, wanted, strict=True)):
        for ax, array in zip(row, values, strict=True):
            np.testing.assert_array_equal(ax.images[0].get_array(), array.T)
            assert ax.images[0].norm is rows[0 if place < 3 else 3][0].images[0].norm
    assert rows[0][0].images[0].get_clim() == (0.0, max(array.max() for array in given.values()))
    low, high = rows[3][0].images[0].get_clim()
    assert -low == high == np.abs(wanted[3:]).max()


def test_the_exact_visits_are_in_the_first_row_wherever_they_are_given():
    rows = plots.grid_comparison(fields(), layers=[0, 1], exact="two")
    assert [row[0].get_ylabel() for row in rows] == ["two", "exact", "one"]
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.current_comparison({"exact": np.ones((1, 2, 2))}), "at least one learned"),
        (lambda: plots.current_comparison(np.ones((1, 2, 2))), "at least one learned"),
        (lambda: plots.current_comparison(tables(), exact="no"), "exact must be one of"),
        (lambda: plots.current_comparison(tables(), gap=3), "gap must be whole numbers in 0..2"),
        (lambda: plots.current_comparison(tables(), labels=["a"]), "labels must name 4 states"),
        (lambda: plots.current_comparison(tables() | {"bad": np.full((3, 4, 4), np.nan)}), "finite"),
        (lambda: plots.current_comparison(tables() | {"bad": np.ones((2, 4, 4))}), "one shape"),
        (lambda: plots.current_comparison(tables() | {"bad": np.ones((3, 4, 5))}), "n_gaps, V, V"),
        (lambda: plots.training_curves({}), "non-empty mapping"),
        (lambda: plots.training_curves({"a": [1.0, 2.0, 3.0]}), "pair"),
        (lambda: plots.training_curves({"a": ([0, 1], [1.0])}), "2, one a step"),
        (lambda: plots.training_curves({"a": ([0, 0], [1.0, 1.0])}), "must grow"),
        (lambda: plots.training_curves({"a": ([0, np.nan], [1.0, 1.0])}), "finite"),
        (lambda: plots.training_curves({"a": ([0, 1], [1.0, -1.0])}), "negative"),
        (lambda: plots.training_curves({"a": ([0, 1], ["x", "y"])}), "real numbers"),
        (lambda: plots.training_curves({"a": curve()}, floor=0.0), "above zero"),
        (lambda: plots.model_distances({}, 0.1, n=1), "non-empty mapping"),
        (lambda: plots.model_distances({"net": {}}, 0.1, n=1), "'net'.* non-empty mapping"),
        (lambda: plots.model_distances({"net": {"a": []}}, 0.1, n=1), "number a seed"),
        (lambda: plots.model_distances({"net": {"a": ["x"]}}, 0.1, n=1), "a word, or a number a seed"),
        (lambda: plots.model_distances({"net": {"a": [-0.1]}}, 0.1, n=1), "negative"),
        (lambda: plots.model_distances({"net": {"a": [0.1]}}, -0.1, n=1), "floor must not be negative"),
        (lambda: plots.model_distances({"net": {"a": [0.1]}}, 0.1, n=0), "n must be at least 1"),
        (lambda: plots.grid_comparison({"exact": np.ones((1, 2, 2))}, layers=[0]), "at least one learned"),
        (lambda: plots.grid_comparison(fields(), layers=[0]), "layers must be 2 whole numbers"),
        (lambda: plots.grid_comparison(fields(), layers=[0.5, 1]), "layers must be 2 whole numbers"),
        (lambda: plots.grid_comparison(fields(), layers=[0, 1], exact="no"), "exact must be one of"),
        (
            lambda: plots.grid_comparison({"a": -np.ones((1, 2, 2)), "b": np.ones((1, 2, 2))}, layers=[0]),
            "negative",
        ),
    ],
)
def test_bad_input_is_named_in_one_sentence(draw, words):
    with pytest.raises(InputError, match=words) as caught:
        draw()
    assert "\n" not in str(caught.value)
