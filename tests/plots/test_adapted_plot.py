"""The figure of an adapted circuit: what is drawn, and what is refused."""

from collections import namedtuple

import numpy as np
import pytest

from ecd2g.errors import InputError
from ecd2g.plots.adapted import draw_adaptation
from ecd2g.plots.adapted_costs import adaptation_costs
from ecd2g.plots.adapted_currents import WIDEST, adapted_currents
from ecd2g.plots.adapted_displacements import displacement_laws

Step = namedtuple("Step", "iteration cost bound")
HISTORY = [Step(0, 12.0, 0.0), Step(1, 6.0, 2.0), Step(2, 4.5, 4.0)]


def curves(ax):
    return [line.get_ydata() for line in ax.get_lines()]


def test_cost_and_bound_are_drawn_in_units_of_the_reference() -> None:
    ax = draw_adaptation(HISTORY, 4.0, label="$W_2^2$")
    cost, bound, unit = curves(ax)
    assert list(cost) == [3.0, 1.5, 1.125]
    assert np.isnan(bound[0])  # zero has no place on a logarithmic axis
    assert list(bound[1:]) == [0.5, 1.0]
    assert list(unit) == [1.0, 1.0]
    assert ax.get_yscale() == "log"
    words = [text.get_text() for text in ax.texts]
    assert words == ["cost, at last 1.125", "proven lower bound, at last 1", "$W_2^2$"]
    assert ax.get_ylabel() == "transport cost / $W_2^2$"


def test_without_a_reference_the_last_bound_is_the_unit() -> None:
    ax = draw_adaptation(HISTORY)
    assert curves(ax)[0][0] == 3.0
    assert ax.get_ylabel() == "transport cost / last bound"


def test_axes_that_are_given_are_used_and_a_single_iteration_is_enough() -> None:
    ax = draw_adaptation(HISTORY)
    assert draw_adaptation(HISTORY[:1], 4.0, ax) is ax
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    ("history", "reference", "words"),
    [
        ([], None, "at least one iteration"),
        (HISTORY[:1], None, "last bound"),
        (HISTORY, 0.0, "reference"),
        (HISTORY, float("inf"), "reference"),
        ([Step(0, 0.0, 0.0)], 1.0, "positive"),
    ],
)
def test_what_cannot_be_drawn_is_refused(history, reference, words) -> None:
    with pytest.raises(InputError, match=words):
        draw_adaptation(history, reference)


def test_costs_of_several_starts_have_a_panel_a_kind() -> None:
    histories = {"squared": {"one": HISTORY, "other": HISTORY[1:]}, "distance": {"one": HISTORY}}
    axes = adaptation_costs(histories, {"squared": (4.0, "W_2^2"), "distance": (2.0, "best lower bound")})
    assert [ax.get_ylabel() for ax in axes] == ["cost / $W_2^2$", "cost / best lower bound"]
    cost, bound, *_ = curves(axes[0])
    assert list(cost) == [3.0, 1.5, 1.125]
    assert np.isnan(bound[0])
    words = [text.get_text() for text in axes[0].get_legend().get_texts()]
    assert words[0] == "one: cost, at last 1.125"
    assert len(words) == 4
    axes[0].figure.canvas.draw()


@pytest.mark.parametrize(
    ("histories", "unit", "words"),
    [
        ({}, 1.0, "at least one"),
        ({"squared": {}}, 1.0, "at least one"),
        ({"squared": {"a": HISTORY}}, 0.0, "unit"),
    ],
)
def test_costs_that_cannot_be_drawn_are_refused(histories, unit, words) -> None:
    with pytest.raises(InputError, match=words):
        adaptation_costs(histories, {"squared": (unit, "W")})


def test_currents_are_as_wide_as_they_are_strong_on_one_scale() -> None:
    xs, ys = [[0, 0], [1, 1]], [[2, 0], [0, 2], [3, 3]]
    first = np.array([[0.4, 0.1, 0.0], [-0.1, 0.5, 0.1]])
    second = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    figure = adapted_currents(xs, ys, {"before": first, "after": second})
    one, two = (ax.collections[0] for ax in figure.axes)
    assert sorted(one.get_linewidths()) == pytest.approx(sorted(WIDEST * np.abs(first[first != 0])))
    assert list(two.get_linewidths()) == [WIDEST]
    assert [len(lines.get_segments()) for lines in (one, two)] == [5, 1]
    assert figure.axes[1].get_title() == "after\n1 edges carry 99 %"
    assert "from sink to source" in [text.get_text() for text in figure.legends[0].get_texts()]
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("tables", "words"), [({}, "at least one"), ({"a": np.ones((2, 2))}, "a row a source state")]
)
def test_currents_that_do_not_fit_are_refused(tables, words) -> None:
    with pytest.raises(InputError, match=words):
        adapted_currents(np.zeros((2, 2)), np.zeros((3, 2)), tables)


def test_displacements_are_shares_per_symbol() -> None:
    ax = displacement_laws({"far": ([0.0, 3.5, 60.0], [0.25, 0.25, 0.5]), "near": ([0.0, 1.0], [1.0, 1.0])})
    steps = [patch.get_data() for patch in ax.patches if not patch.get_fill()]
    assert all((data.values * np.diff(data.edges)).sum() == pytest.approx(1.0) for data in steps)
    assert np.array_equal(steps[0].edges, steps[1].edges)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["far: mean 30.9", "near: mean 0.5"]


@pytest.mark.parametrize(
    ("laws", "words"), [({}, "at least one"), ({"a": ([1.0, 2.0], [1.0])}, "one mass a distance")]
)
def test_displacements_that_do_not_fit_are_refused(laws, words) -> None:
    with pytest.raises(InputError, match=words):
        displacement_laws(laws)
