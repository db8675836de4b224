import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g.data import to_grid
from ecd2g.errors import InputError


@given(st.lists(st.floats(-2.0, 3.0), min_size=1, max_size=30), st.integers(1, 60))
def test_every_point_lies_in_its_cell(coordinates, n_symbols):
    cells = to_grid(np.array(coordinates)[:, None], n_symbols, -2.0, 3.0)[:, 0]
    edges = np.linspace(-2.0, 3.0, n_symbols + 1)
    assert np.all((cells >= 0) & (cells < n_symbols))
    assert np.all(edges[cells] - 1e-12 <= coordinates)
    assert np.all(coordinates <= edges[cells + 1] + 1e-12)


def test_sites_may_differ_in_symbols_and_box():
    assert to_grid([[0.5, 15.0]], (2, 4), [0.0, 10.0], [1.0, 20.0]).tolist() == [[1, 2]]


def test_corners_belong_to_the_first_and_the_last_cell():
    assert to_grid([[0.0], [1.0]], 5, 0.0, 1.0).tolist() == [[0], [4]]


@pytest.mark.parametrize(
    ("points", "n_symbols", "lower", "upper", "message"),
    [
        ([[0.5], [1.0000001]], 5, 0.0, 1.0, "row 1; enlarge the box"),
        ([[-1e-9]], 5, 0.0, 1.0, "enlarge the box"),
        ([[np.nan]], 5, 0.0, 1.0, "finite"),
        ([["a"]], 5, 0.0, 1.0, "real numbers"),
        ([0.5], 5, 0.0, 1.0, "shape"),
        ([[0.5]], 5, 1.0, 1.0, "below"),
        ([[0.5]], 0, 0.0, 1.0, "n_symbols"),
        ([[0.5]], 2.5, 0.0, 1.0, "n_symbols"),
        ([[0.5]], (2, 2), 0.0, 1.0, "n_symbols"),
        ([[0.5]], 2, [0.0, 0.0], 1.0, "lower"),
    ],
)
def test_points_outside_and_bad_boxes_are_refused(points, n_symbols, lower, upper, message):
    with pytest.raises(InputError, match=message):
        to_grid(points, n_symbols, lower, upper)
