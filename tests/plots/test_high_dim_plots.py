"""Figures of spaces too large to enumerate: walks of images and words, and methods compared."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.colors import to_hex, to_rgb
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from ecd2g import plots
from ecd2g.errors import InputError
from ecd2g.plots import CostPanel, FidelityPanel, FidelityPoint, StepsCurve
from ecd2g.plots.image_sheet import PLAIN, TINTED
from ecd2g.plots.method_looks import METHOD_COLORS
from ecd2g.plots.word_paths import CHANGED


def walks(n=3, k=5, n_sites=6, n_symbols=2, seed=0):
    return np.random.default_rng(seed).integers(0, n_symbols, (n, k, n_sites))


def texts(ax):
    return [text.get_text() for text in ax.texts]


def images(ax):
    """Images by the column and row of their places, from the left and the top."""
    spots = {}
    for image in ax.images:
        left, _, _, top = image.get_extent()
        spots[round(left, 6), round(top, 6)] = np.asarray(image.get_array())
    xs, ys = (sorted({spot[axis] for spot in spots}) for axis in (0, 1))
    return {(xs.index(x), ys.index(y)): image for (x, y), image in spots.items()}


def shades(state, shape, most=1):
    return np.repeat(1 - np.reshape(state, shape)[..., None] / most, 3, axis=2)


def test_a_row_of_images_is_the_walk_of_a_walker():
    states = walks()
    found = images(plots.image_paths(states, (2, 3)))
    assert len(found) == 15
    for (column, row), image in found.items():
        np.testing.assert_array_equal(image, shades(states[row, column], (2, 3)))


def test_levels_are_shades_from_white_to_black():
    states = walks(n_symbols=4)
    states[0, 0, 0] = 3
    for n_symbols, most in ((None, 3), (6, 5)):
        found = images(plots.image_paths(states, (3, 2), n_symbols=n_symbols))
        np.testing.assert_allclose(found[2, 1], shades(states[1, 2], (3, 2), most))


def test_long_walks_show_some_places_by_name_and_many_walkers_are_counted():
    states = walks(n=9, k=17)
    ax = plots.image_paths(
        states, (2, 3), labels=[f"layer {n}" for n in range(17)], columns=[0, 4, 8], at_most=4
    )
    assert [word for word in texts(ax) if word] == ["start", "layer 4", "layer 8", "end"]
    found = images(ax)
    assert len(found) == 16
    np.testing.assert_array_equal(found[1, 3], shades(states[3, 4], (2, 3)))
    np.testing.assert_array_equal(found[3, 3], shades(states[3, 16], (2, 3)))
    assert ax.figure.get_suptitle() == "4 of 9 walkers"
    assert len(plots.image_paths(states[:1], (2, 3)).images) == 10
    assert not plots.image_paths(states[:1], (2, 3)).figure.get_suptitle()


def test_a_walk_that_ended_early_has_its_end_in_the_last_column_only():
    states = walks(n=2)
    states[0, 3:] = -1
    found = images(plots.image_paths(states, (2, 3)))
    assert (3, 0) not in found
    assert (3, 1) in found
    np.testing.assert_array_equal(found[4, 0], shades(states[0, 2], (2, 3)))


def test_training_images_and_sources_stand_apart_with_their_distances():
    states = np.zeros((3, 2, 6), dtype=int)
    states[:, 1] = [[1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]]
    nearest = np.zeros((3, 6), dtype=int)
    nearest[1, 0] = 1
    sources = np.ones((3, 6), dtype=int)
    ax = plots.image_paths(states, (2, 3), starts=sources, nearest=nearest)
    words = texts(ax)
    assert words == ["start", "end", "source", "nearest\ntraining\nimage", "Hamming 2", "a copy", "Hamming 4"]
    found = images(ax)
    np.testing.assert_array_equal(found[0, 2], shades(sources[2], (2, 3)))
    np.testing.assert_array_equal(found[1, 2], shades(states[2, 0], (2, 3)))
    np.testing.assert_array_equal(found[3, 1], shades(nearest[1], (2, 3)))


def test_pixels_are_tinted_where_told_or_where_they_changed():
    states = np.array([[[0, 1, 0, 1], [0, 1, 1, 0], [1, 1, 1, 0]]])
    flags = np.zeros(states.shape, dtype=bool)
    flags[0, 2, :3] = True
    by_flags = images(plots.image_paths(states, (1, 4), tinted=flags))
    plain, tint = [to_rgb(color) for color in PLAIN], [to_rgb(color) for color in TINTED]
    np.testing.assert_allclose(by_flags[1, 0][0], [plain[0], plain[1], plain[1], plain[0]])
    np.testing.assert_allclose(by_flags[2, 0][0], [tint[1], tint[1], tint[1], plain[0]])
    ax = plots.image_paths(states, (1, 4), tinted="changed")
    np.testing.assert_allclose(images(ax)[1, 0][0], [plain[0], plain[1], tint[1], tint[0]])
    np.testing.assert_allclose(images(ax)[2, 0][0], [tint[1], plain[1], plain[1], plain[0]])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "changed since the column before: 0",
        "changed since the column before: 1",
    ]
    assert plots.image_paths(states, (1, 4)).get_legend() is None


def test_pairs_have_the_start_above_the_end_above_the_nearest():
    pairs, nearest = walks(n=5, k=2), walks(n=5, k=1, seed=1)[:, 0]
    nearest[3] = pairs[3, 1]
    ax = plots.image_pairs(pairs[:, 0], pairs[:, 1], (2, 3), nearest=nearest, per_row=3, at_most=4)
    found = images(ax)
    assert len(found) == 12
    for place in range(4):
        row, column = divmod(place, 3)
        for kind, state in enumerate((pairs[place, 0], pairs[place, 1], nearest[place])):
            np.testing.assert_array_equal(found[column, 3 * row + kind], shades(state, (2, 3)))
    distances = [word for word in texts(ax) if word.isdigit() or word == "a copy"]
    assert distances == [*(str(np.sum(pairs[n, 1] != nearest[n])) for n in range(3)), "a copy"]
    assert ax.figure.get_suptitle() == "4 of 5 walkers"


WORDS = [["anna", "anno", "otto"], ["eva", "eva", "evan"]]


def letters(ax):
    """Letters by row and then from left to right, with a star after those that are marked."""
    found = [text for text in ax.texts if text.get_fontfamily() == ["monospace"]]
    rows = sorted({round(text.get_position()[1], 3) for text in found})
    lines = {row: [] for row in rows}
    for text in sorted(found, key=lambda text: text.get_position()[0]):
        marked = to_hex(text.get_color()) == CHANGED and text.get_weight() == "bold"
        lines[round(text.get_position()[1], 3)].append(text.get_text() + "*" * marked)
    return ["".join(line) for line in lines.values()]


def test_words_are_written_with_changed_letters_marked():
    ax = plots.word_paths(WORDS)
    assert letters(ax) == ["annaanno*o*t*t*o", "eva·eva·evan*"]
    assert [word for word in texts(ax) if len(word) > 1][:3] == ["start", "step 1", "end"]


def test_states_are_written_with_their_alphabet():
    alphabet = "aenotv "
    states = np.array(
        [[[alphabet.index(letter) for letter in word.ljust(4)] for word in row] for row in WORDS]
    )
    assert letters(plots.word_paths(states, alphabet)) == letters(plots.word_paths(WORDS))
    states[1, 2] = -1
    ended = letters(plots.word_paths(states, alphabet))
    assert ended == ["annaanno*o*t*t*o", "eva·eva·eva·"]
    assert ended == letters(plots.word_paths([WORDS[0], ["eva", "eva", None]]))
    assert letters(plots.word_paths([WORDS[0], ["eva", None, None]]))[1] == "eva·eva·"


def test_the_nearest_words_are_written_with_their_distance():
    ax = plots.word_paths(WORDS, nearest=["otto", "ivo"], nearest_name="nearest name")
    assert [line[-4:] for line in letters(ax)] == ["otto", "ivo·"]
    assert "nearest name\n(letters that differ)" in texts(ax)
    assert [word for word in texts(ax) if word[0].isdigit()] == ["0, a copy", "3"]


@pytest.mark.parametrize("n_letters", [1, 3, 9, 30, 60])
def test_tables_of_words_fit_a_page_and_nothing_overlaps(n_letters):
    states = walks(n=2, k=17, n_sites=n_letters, n_symbols=4)
    ax = plots.word_paths(states, "ACGU", nearest=states[:, 3])
    width = ax.figure.get_figwidth()
    assert width <= 1.01 * plots.PAGE or n_letters > 30
    assert min(text.get_fontsize() for text in ax.texts) >= 6.5
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    heads = sorted(
        (box.x0, box.x1) for box, text in zip(boxes, ax.texts, strict=True) if "step" in text.get_text()
    )
    assert all(end < start for (_, end), (start, _) in pairwise(heads))
    assert all(box.x0 > -1 and box.x1 < 72 * width * ax.figure.dpi / 72 + 1 for box in boxes)


POINTS = (
    FidelityPoint("sweep", "independent", [8.0, 8.2, 8.4], [0.10, 0.12, 0.14]),
    FidelityPoint("sweep", "electric", [6.0, 6.0, 6.0], [0.2, 0.2, np.nan]),
    FidelityPoint("flow matching", "electric", [6.1], [0.3], is_circuit=False),
)
CURVES = (
    StepsCurve("sweep", "electric", [4, 2, 8], [[0.2, 0.4, 0.1], [0.3, 0.5, np.nan]]),
    StepsCurve("flow matching", "independent", [2, 4], [[0.5, 0.3]], is_circuit=False),
)


def panel(**changes):
    base = {"title": "digits", "measure": "total variation", "points": POINTS, "curves": CURVES}
    base |= {"cost_unit": "changed pixels", "floor": 0.05, "floor_deviation": 0.01}
    return FidelityPanel(**(base | {"optimal_cost": 5.0, "independent_cost": 7.5} | changes))


def test_every_method_has_a_marker_at_its_mean_with_its_deviations():
    (ax,) = plots.fidelity_scatter([panel()])
    bars = [item for item in ax.containers if isinstance(item, ErrorbarContainer)]
    middles = [tuple(np.ravel(bar[0].get_xydata())) for bar in bars]
    assert middles == [pytest.approx(spot) for spot in [(8.2, 0.12), (6.0, 0.2), (6.1, 0.3)]]
    across, upright = (np.ptp(bars[0][2][axis].get_segments()[0], axis=0)[axis] for axis in (0, 1))
    assert across == pytest.approx(2 * np.std([8.0, 8.2, 8.4], ddof=1))
    assert upright == pytest.approx(2 * np.std([0.10, 0.12, 0.14], ddof=1))
    looks = [bar[0] for bar in bars]
    assert looks[0].get_markerfacecolor() == looks[1].get_markerfacecolor() == METHOD_COLORS[0]
    assert looks[2].get_markerfacecolor() == "white"
    assert looks[2].get_markeredgecolor() == METHOD_COLORS[1]
    assert looks[1].get_marker() == looks[2].get_marker() != looks[0].get_marker()
    assert ax.get_title() == "digits\n(1 without a number)"
    assert ax.get_xlabel() == "transport cost\n(changed pixels)"
    assert ax.get_yscale() == "log"


def test_costs_of_couplings_and_the_floor_are_lines_with_names():
    (ax,) = plots.fidelity_scatter([panel()])
    upright = [
        line.get_xdata()[0]
        for line in ax.lines
        if np.ptp(line.get_xdata()) == 0 and len(line.get_xdata()) == 2
    ]
    assert upright == [5.0, 7.5]
    assert [line.get_ydata()[0] for line in ax.lines if list(line.get_xdata()) == [0, 1]] == [0.05]
    methods, below = ([text.get_text() for text in key.get_texts()] for key in ax.figure.legends)
    assert methods == ["sweep", "flow matching"]
    lines = [
        "optimal-transport cost",
        "independent cost",
        "perfect samples, or training data against held-out data",
    ]
    assert below == ["independent", "electric", *lines]
    bare = panel(optimal_cost=None, independent_cost=None, floor=None, floor_deviation=None)
    (ax,) = plots.fidelity_scatter([bare])
    assert [text.get_text() for text in ax.figure.legends[1].get_texts()] == ["independent", "electric"]


def test_the_optimal_cost_has_the_name_that_the_panels_give_it():
    named = panel(optimal_name="optimal assignment of samples")
    for panels, label in (
        ([named], "optimal assignment of samples"),
        ([panel(), named], "optimal-transport cost or optimal assignment of samples"),
        ([panel(), replace(named, optimal_cost=None)], "optimal-transport cost"),
    ):
        ax = plots.fidelity_scatter(panels)[0]
        assert [text.get_text() for text in ax.figure.legends[1].get_texts()][2] == label


def test_spreads_are_promised_where_there_are_several_seeds():
    for draw, spreads in ((plots.fidelity_scatter, "bars"), (plots.fidelity_by_steps, "bands")):
        (ax,) = draw([panel()])
        title = ax.figure.legends[1].get_title().get_text()
        assert title == f"marker: coupling; {spreads}: standard deviation over seeds"
        (ax,) = draw([panel(points=POINTS[2:], curves=CURVES[1:])])
        assert ax.figure.legends[1].get_title().get_text() == "marker: coupling"


def test_a_distance_of_zero_makes_the_axis_linear():
    point = FidelityPoint("sweep", "none", [1.0], [0.0])
    (ax,) = plots.fidelity_scatter([panel(points=(*POINTS, point))])
    assert ax.get_yscale() == "linear"
    assert ax.get_ylim()[0] == 0.0


def test_curves_are_means_by_number_of_evaluations():
    (ax,) = plots.fidelity_by_steps([panel()])
    sweep, flow = (line for line in ax.lines if line.get_marker() != "None")
    assert sweep.get_xdata().tolist() == [2, 4, 8]
    np.testing.assert_allclose(sweep.get_ydata(), [0.45, 0.25, 0.1])
    assert (sweep.get_linestyle(), flow.get_linestyle()) == ("-", "--")
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2", "4", "8"]
    band = ax.collections[0].get_paths()[0].vertices
    spread = np.std([0.4, 0.5], ddof=1)
    assert sorted(band[band[:, 0] == 2.0][:, 1])[0] == pytest.approx(0.45 - spread)
    assert ax.get_title() == "digits\n(1 without a number)"


def test_one_order_of_methods_gives_one_colour_in_all_figures():
    order = ["flow matching", "sweep", "unused"]
    scatter, steps = (
        plots.fidelity_scatter([panel()], methods=order),
        plots.fidelity_by_steps([panel()], methods=order),
    )
    costs = plots.cost_curves([CostPanel("S", "ms", {"sweep": ([1, 2], [1, 2])})], methods=order)
    marks = [
        scatter[0].containers[0][0].get_markeredgecolor(),
        *(axes[0].lines[0].get_color() for axes in (steps, costs)),
    ]
    assert marks == [METHOD_COLORS[1]] * 3
    assert "unused" not in [text.get_text() for text in scatter[0].figure.legends[0].get_texts()]


def test_measures_are_written_at_every_panel_where_they_differ():
    other = panel(measure="1 − trend", title="names")
    assert [ax.get_ylabel() for ax in plots.fidelity_scatter([panel(), other])] == [
        "total variation",
        "1 − trend",
    ]
    assert [ax.get_ylabel() for ax in plots.fidelity_scatter([panel(), panel()])] == ["total variation", ""]


COSTS = [
    CostPanel(
        "symbols S",
        "training (ms)",
        {"sweep": ([4, 2], [9.0, 5.0]), "flow": ([2, 4], [6.0, np.nan])},
        "D = 9",
    ),
    CostPanel("symbols S", "sampling (µs)", {"sweep": ([2, 4], [50.0, 90.0])}),
    CostPanel("evaluations", "sampling (µs)", {"sweep": ([1, 16], [10.0, 150.0])}),
]


def test_costs_stand_in_a_column_a_size_and_a_row_a_cost():
    axes = plots.cost_curves(COSTS)
    places = [(ax.get_subplotspec().rowspan.start, ax.get_subplotspec().colspan.start) for ax in axes]
    assert places == [(0, 0), (1, 0), (1, 1)]
    assert [ax.get_xlabel() for ax in axes] == ["", "symbols S", "evaluations"]
    assert [ax.get_ylabel() for ax in axes] == ["training (ms)", "sampling (µs)", ""]
    assert {ax.get_xscale() + ax.get_yscale() for ax in axes} == {"loglog"}
    assert axes[1].get_ylim() == axes[2].get_ylim() != axes[0].get_ylim()
    sweep, flow = axes[0].lines[:2]
    assert (sweep.get_xdata().tolist(), sweep.get_ydata().tolist()) == ([2, 4], [5.0, 9.0])
    np.testing.assert_array_equal(flow.get_ydata(), [6.0, np.nan])
    assert axes[0].get_title() == "D = 9"
    names = [text.get_text() for text in axes[0].figure.legends[0].get_texts()]
    assert names == ["sweep", "flow", "growing like x"]
    guide = axes[2].lines[-1].get_xydata()
    assert guide[1, 1] / guide[0, 1] == pytest.approx(guide[1, 0] / guide[0, 0])


def test_figures_are_saved_and_none_stays_open(tmp_path):
    drawn = {
        "images": plots.image_paths(walks(n=2, k=3), (2, 3), nearest=walks(n=2)[:, 0], tinted="changed"),
        "words": plots.word_paths(WORDS),
        "scatter": plots.fidelity_scatter([panel()])[0],
        "costs": plots.cost_curves(COSTS)[0],
    }
    for name, ax in drawn.items():
        for path in plots.save(ax, tmp_path / name):
            assert path.stat().st_size > 3_000
    assert not _pylab_helpers.Gcf.figs


def test_figures_of_the_caller_are_used():
    one, two, three = Figure(), Figure(), Figure(figsize=(6, 4), layout="constrained")
    assert plots.image_paths(walks(), (2, 3), one.add_subplot()).figure is one
    assert plots.image_pairs(walks()[:, 0], walks()[:, 1], (2, 3), two.add_subplot()).figure is two
    assert plots.fidelity_scatter([panel()], three.subfigures(1, 2)[0])[0].get_figure(root=True) is three


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.image_paths(walks(), (2, 2)), "product is 6"),
        (lambda: plots.image_paths(walks()[0], (2, 3)), "states must have shape"),
        (lambda: plots.image_paths(walks(k=1), (2, 3)), "two places"),
        (lambda: plots.image_paths(walks() - 1, (2, 3)), "-1 only after the end"),
        (lambda: plots.image_paths(walks() + 0.5, (2, 3)), "whole symbols"),
        (lambda: plots.image_paths(walks(), (2, 3), n_symbols=1), "above every symbol"),
        (lambda: plots.image_paths(walks(), (2, 3), labels=["a"]), "labels must name 5"),
        (lambda: plots.image_paths(walks(), (2, 3), columns=[7]), "columns must be whole numbers in 0..4"),
        (lambda: plots.image_paths(walks(), (2, 3), nearest=walks()[:2, 0]), "nearest must be symbols"),
        (lambda: plots.image_paths(walks(), (2, 3), starts=walks()), "starts must have shape"),
        (lambda: plots.image_paths(walks(), (2, 3), tinted=walks()), "tinted must be truth values"),
        (lambda: plots.image_paths(walks(), (2, 3), tinted="crossed"), 'or "changed"'),
        (lambda: plots.image_paths(walks(), (2, 3), at_most=0), "at_most"),
        (lambda: plots.image_pairs(walks()[:, 0], walks()[:2, 0], (2, 3)), "starts and ends"),
        (lambda: plots.image_pairs(walks()[:, 0], walks()[:, 1], (2, 3), per_row=0), "per_row"),
        (lambda: plots.word_paths(["anna", "otto"]), "rows of strings"),
        (lambda: plots.word_paths(walks()), "words must be strings"),
        (lambda: plots.word_paths([["a", "b"], ["a"]]), "same number of places"),
        (lambda: plots.word_paths([["a", None, "b"]]), "None only after the end"),
        (lambda: plots.word_paths(WORDS, nearest=["otto"]), "nearest must be 2 strings"),
        (lambda: plots.word_paths(walks(n_symbols=4), "AC"), "alphabet must name 4"),
        (lambda: plots.word_paths(walks(), ["ab", "c"]), "single letters"),
        (lambda: plots.fidelity_scatter([]), "points, one at least"),
        (lambda: plots.fidelity_scatter([panel(points=())]), "'digits' has none"),
        (lambda: plots.fidelity_by_steps([panel(curves=())]), "curves, one at least"),
        (lambda: plots.fidelity_scatter([panel(floor=np.nan)]), "finite"),
        (
            lambda: plots.fidelity_scatter([panel(points=(FidelityPoint("a", "b", [1.0], [1.0, 2.0]),))]),
            "a seed",
        ),
        (
            lambda: plots.fidelity_scatter([panel(points=(FidelityPoint("a", "b", [1.0], [-1.0]),))]),
            "not be negative",
        ),
        (lambda: plots.fidelity_scatter([panel()], methods=["sweep"]), "'flow matching' is missing"),
        (
            lambda: plots.fidelity_by_steps([panel(curves=(StepsCurve("a", "b", [2, 4], [[0.1]]),))]),
            "number of steps",
        ),
        (
            lambda: plots.fidelity_scatter(
                [panel(points=(*POINTS, FidelityPoint("sweep", "x", [1], [1], is_circuit=False)))]
            ),
            "baseline everywhere",
        ),
        (lambda: plots.cost_curves([]), "one at least"),
        (lambda: plots.cost_curves([COSTS[0], COSTS[0]]), "no two of the same"),
        (lambda: plots.cost_curves([CostPanel("S", "ms", {})]), "a line at least"),
        (lambda: plots.cost_curves([CostPanel("S", "ms", {"a": ([1, 2], [1])})]), "a y value an x value"),
        (lambda: plots.cost_curves([CostPanel("S", "ms", {"a": ([1, 2], [1, 0])})]), "positive"),
    ],
)
def test_bad_input_is_refused(draw, words):
    with pytest.raises(InputError, match=words):
        draw()
