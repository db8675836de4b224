"""Figures of growing dimension: lines hold the numbers given, panels the cuts asked for."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from ecd2g.errors import InputError
from ecd2g.plots.dimensions import costs_by_dimension, resources_by_states
from ecd2g.plots.dimensions_layers import mass_by_layer


def columns(factor=1.0):
    return {
        "n_sites": [1, 2, 3],
        "n_states": [50, 125_000, 100_000],
        "solve_s": [0.1 * factor, 2.0, 3.0],
        "peak_bytes": [1e6, 4e6, 5e6],
        "formula_bytes": [5e5, 2e6, 3e6],
        "cost": [0.2 * factor, 0.3, 0.4],
    }


REFERENCES = {
    "independent": [0.4, 0.5, 0.6],
    "lower bound": [0.1, 0.1, 0.2],
    "optimal": [0.1, np.nan, np.nan],
    "assigned": [np.nan, 0.12, 0.25],
    "assigned deviation": [0.0, 0.01, 0.02],
}


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def test_time_and_memory_by_number_of_states():
    time, memory = resources_by_states({"local": columns(), "complete": columns(2.0)})
    time.figure.draw_without_rendering()
    assert np.array_equal(lines(time)["complete"].get_xydata(), [[50, 0.2], [100_000, 3.0], [125_000, 2.0]])
    assert np.array_equal(lines(memory)["local"].get_ydata(), [1.0, 5.0, 4.0])
    assert np.array_equal(lines(memory)["4 N V numbers"].get_ydata(), [0.5, 3.0, 2.0])
    assert [text.get_text() for text in time.texts] == ["D = 1", "D = 2, 3"]
    assert (time.get_xscale(), time.get_yscale()) == ("log", "log")


def test_costs_are_shown_over_the_lower_bound():
    ax = costs_by_dimension({"local": columns(), "complete": columns(2.0)}, REFERENCES)
    ax.figure.draw_without_rendering()
    found = lines(ax)
    np.testing.assert_allclose(found["local"].get_ydata(), [2.0, 3.0, 2.0])
    np.testing.assert_allclose(found["independent coupling"].get_ydata(), [4.0, 5.0, 3.0])
    np.testing.assert_allclose(found["optimal, exact"].get_ydata(), [1.0, np.nan, np.nan])
    assert to_hex(found["local"].get_color()) != to_hex(found["complete"].get_color())
    assert ax.get_ylim()[0] == 0.0


def test_the_legend_of_costs_covers_no_point():
    ax = costs_by_dimension({"local": columns(), "complete": columns(2.0)}, REFERENCES)
    ax.figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().y0 >= ax.get_window_extent().y1 - 1e-6


def test_what_is_unknown_everywhere_gets_no_entry_in_the_legend():
    nothing = [np.nan] * 3
    ax = costs_by_dimension({"local": columns()}, REFERENCES | {"optimal": nothing, "assigned": nothing})
    ax.figure.draw_without_rendering()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["independent coupling", "local"]


def test_cuts_and_radii_of_every_layer():
    rng = np.random.default_rng(0)
    flows = {1: rng.random((2, 4)), 2: rng.random((2, 4, 4)), 3: rng.random((2, 4, 4, 4))}
    figure = mass_by_layer(flows, [0, 7], 8)
    figure.draw_without_rendering()
    panels = figure.axes[:9]
    image = panels[7].images[0].get_array()  # D = 3, the later layer: columns first, then rows
    cut = flows[3][1][:, :, 2]
    np.testing.assert_allclose(image, cut.T / cut.max())
    for column, flow in enumerate(flows.values()):
        radial = panels[3 * column + 2]
        for line, one in zip(radial.lines, flow, strict=True):
            assert 0.5 * line.get_ydata().sum() == pytest.approx(one.sum())  # a cell is half of a half side
    assert panels[3].get_title() == "D = 2"
    assert panels[6].get_title() == "D = 3, cut"


def test_one_dimension_alone_needs_no_colours():
    figure = mass_by_layer({1: np.ones((2, 3))}, [0, 1], 2)
    figure.draw_without_rendering()
    assert not any(ax.images for ax in figure.axes)


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: resources_by_states({}), "at least one circuit"),
        (lambda: costs_by_dimension({"a": {"n_sites": [1]}}, REFERENCES), "column 'cost'"),
        (lambda: costs_by_dimension({"a": columns()}, {"independent": [1.0]}), "column 'lower bound'"),
        (lambda: mass_by_layer({}, [0], 2), "at least one dimension"),
        (lambda: mass_by_layer({2: np.ones((1, 3))}, [0], 2), "must have shape"),
        (lambda: mass_by_layer({1: np.ones((1, 3))}, [0, 1], 2), "2 layers, got 1"),
        (lambda: mass_by_layer({1: -np.ones((1, 3))}, [0], 2), "must not be negative"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, words):
    with pytest.raises(InputError, match=words):
        draw()
