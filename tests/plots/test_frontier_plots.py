"""Figures of compared circuits: every number where it belongs, and nothing left out in silence."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from ecd2g import plots
from ecd2g.errors import InputError
from ecd2g.plots.frontier import by_knob, cost_frontier

COST, BIAS, STEPS = [1.2, 3.0, 2.0, 8.0], [0.4, 0.1, 0.3, 0.05], [30.0, 4.0, 9.0, 2.0]
FAMILIES = ["gaussian", "gaussian", "complete", "complete"]


def spots(ax, size):
    """Places of the marks of one size."""
    lines = [line for line in ax.lines if line.get_marker() != "None" and line.get_markersize() == size]
    return sorted((float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in lines)


def test_every_circuit_has_a_mark_at_its_bias_and_cost():
    ax = cost_frontier(COST, BIAS, STEPS, FAMILIES, best=[0, 1], recommended=0, levels={"optimal": 1.0})
    assert spots(ax, 6) == [(0.1, 3.0), (0.4, 1.2)]
    assert spots(ax, 4) == [(0.05, 8.0), (0.3, 2.0)]
    assert spots(ax, 12) == [(0.4, 1.2)]
    assert ax.get_yscale() == "log"
    assert "optimal" in [text.get_text() for text in ax.texts]
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["gaussian", "complete", "beaten by none", "recommended", "least cost up to a bias"]


def test_more_steps_are_lighter_and_families_have_markers_of_their_own():
    ax = cost_frontier(COST, BIAS, STEPS, FAMILIES)
    marks = {float(line.get_xdata()[0]): line for line in ax.lines if line.get_markersize() == 4}
    light = [np.sum(marks[bias].get_markerfacecolor()[:3]) for bias in BIAS]
    assert np.array_equal(np.argsort(light), np.argsort(STEPS))
    assert marks[0.4].get_marker() == marks[0.1].get_marker() != marks[0.3].get_marker()


def test_the_staircase_is_the_least_cost_up_to_a_bias():
    ax = cost_frontier([2.0, 5.0, 3.0], [0.1, 0.05, 0.2], [2.0, 2.0, 2.0], ["a"] * 3)
    stairs = next(line for line in ax.lines if line.get_drawstyle() == "steps-post")
    assert stairs.get_xdata().tolist() == [0.05, 0.1, 0.2]
    assert stairs.get_ydata().tolist() == [5.0, 2.0, 2.0]


def test_biases_of_rounding_are_not_blown_up():
    ax = cost_frontier(COST, [1e-16, 3e-16, 0.0, 2e-16], STEPS, FAMILIES)
    assert ax.get_xlim()[1] == 0.01
    assert cost_frontier(COST, BIAS, STEPS, FAMILIES).get_xlim()[1] > 0.4  # negative control


@pytest.mark.parametrize("highest", [1.3, 2.0, 3.3, 8.0])
def test_the_optimum_has_a_tick_and_no_tick_lacks_a_number(highest):
    ax = cost_frontier([1.0, highest], BIAS[:2], STEPS[:2], FAMILIES[:2], levels={"optimal coupling": 1.0})
    ax.figure.draw_without_rendering()
    assert any(tick == pytest.approx(1.0) for tick in ax.get_yticks())
    if highest < 3.5:
        assert len(ax.get_yticks(minor=True)) == 0


def test_circuits_without_a_number_are_counted():
    ax = cost_frontier(
        [1.0, np.nan, 2.0], [0.1, 0.2, np.nan], [3.0, 3.0, 3.0], ["a", "a", "b"], recommended=1
    )
    assert spots(ax, 4) == [(0.1, 1.0)]
    assert spots(ax, 12) == []
    assert "2 without a number" in [text.get_text() for text in ax.texts]


def test_panels_have_a_line_a_label_and_a_gap_where_there_is_no_number():
    curves = {
        "complete": {"N = 3": ([0.1, 1.0], [2.0, 4.0]), "N = 9": ([0.1, 1.0], [3.0, np.nan])},
        "gaussian": {"N = 9": ([0.5, 2.0], [1.5, 1.6])},
    }
    axes = by_knob(curves, knobs={"complete": "rho"}, levels={"optimal": 1.0}, ylabel="cost")
    assert [ax.get_title() for ax in axes] == ["complete", "gaussian"]
    assert axes[0].get_xlabel() == "rho"
    first = [line for line in axes[0].lines if len(line.get_xdata()) == 2 and line.get_marker() != "None"]
    assert [line.get_ydata().tolist()[0] for line in first] == [2.0, 3.0]
    second = next(line for line in axes[1].lines if line.get_marker() != "None")
    assert second.get_color() == pytest.approx(first[1].get_color())
    assert axes[0].get_ylim() == axes[1].get_ylim()
    assert axes[0].get_ylim()[0] < 1.0
    labels = [text.get_text() for text in axes[0].figure.legends[0].get_texts()]
    assert labels == ["N = 3", "N = 9"]


def test_panels_of_different_numbers_have_axes_of_their_own():
    curves = {"staying": {"a": ([1, 2], [0.1, 0.2])}, "steps": {"a": ([1, 2], [10.0, 20.0])}}
    first, second = by_knob(curves, logarithmic=False)
    assert first.get_ylim()[1] < 1.0 < second.get_ylim()[0]
    assert first.get_yscale() == "linear"


def test_figures_are_saved(tmp_path):
    ax = cost_frontier(COST, BIAS, STEPS, FAMILIES)
    axes = by_knob({name: {"a": ([1, 2], [1, 2])} for name in "abcd"}, ylabel="cost")
    for name, drawn in (("one", ax), ("two", axes[0])):
        png, svg = plots.save(drawn, tmp_path / name)
        assert min(png.stat().st_size, svg.stat().st_size) > 5_000
    figure = Figure()
    assert cost_frontier(COST, BIAS, STEPS, FAMILIES, figure.add_subplot()).figure is figure


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: cost_frontier(COST, BIAS, STEPS, ["a"]), "must name 4 circuits"),
        (lambda: cost_frontier([], [], [], []), "one at least"),
        (lambda: cost_frontier([[1.0]], [1.0], [1.0], ["a"]), "shape"),
        (lambda: cost_frontier(["x"], [1.0], [1.0], ["a"]), "cost must be numbers"),
        (lambda: by_knob({}), "a panel at least"),
        (lambda: by_knob({"a": {}}), "one line at least"),
        (lambda: by_knob({"a": {"b": ([1, 2], [1])}}), "as many numbers"),
    ],
)
def test_bad_input_is_refused(draw, words):
    with pytest.raises(InputError, match=words):
        draw()


def test_every_circuit_needs_all_numbers():
    with pytest.raises(InputError, match=r"one number a circuit, got \[1, 2, 1\]"):
        plots.cost_frontier([1.0], [0.1, 0.2], [3.0], ["complete"])
