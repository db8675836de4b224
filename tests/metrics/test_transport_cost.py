import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g.errors import InputError
from ecd2g.metrics import mean_hamming_distance, mean_squared_distance, probability_of_staying

COSTS = [mean_squared_distance, mean_hamming_distance, probability_of_staying]
rows = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=20)


@given(rows)
def test_costs_agree_with_a_sum_written_out(table):
    starts, ends = table[:-1], table[1:]
    squares = [
        sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) for a, b in zip(starts, ends, strict=True)
    ]
    changes = [sum(x != y for x, y in zip(a, b, strict=True)) for a, b in zip(starts, ends, strict=True)]
    assert mean_squared_distance(starts, ends) == pytest.approx(np.mean(squares))
    assert mean_hamming_distance(starts, ends) == pytest.approx(np.mean(changes))
    assert probability_of_staying(starts, ends) == pytest.approx(changes.count(0) / len(changes))


def test_unsigned_symbols_do_not_wrap_around():
    assert mean_squared_distance(np.array([[0]], np.uint8), np.array([[3]], np.uint8)) == 9


def test_the_scale_divides_lengths():
    assert mean_squared_distance([[0, 0]], [[10, 0]], scale=5) == 4


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize(
    ("starts", "ends", "message"),
    [
        ([[0, 1]], [[0]], "same walks"),
        ([[0], [1]], [[0]], "same walks"),
        ([0, 1], [0, 1], "shape"),
        (np.zeros((0, 2), int), np.zeros((0, 2), int), "shape"),
        ([[0.5]], [[0.5]], "whole numbers"),
        ([[0], [1, 2]], [[0], [1]], "starts"),
    ],
)
def test_what_are_no_walks_is_refused(cost, starts, ends, message):
    with pytest.raises(InputError, match=message):
        cost(starts, ends)


@pytest.mark.parametrize("scale", [0, -1.0, np.inf, np.nan])
def test_a_scale_that_is_not_positive_and_finite_is_refused(scale):
    with pytest.raises(InputError, match="scale"):
        mean_squared_distance([[0]], [[1]], scale=scale)
