"""The figure of an adapted circuit: what is drawn, and what is refused."""

from collections import namedtuple

import numpy as np
import pytest

from ecd2g.errors import InputError
from ecd2g.plots.adapted import draw_adaptation

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
