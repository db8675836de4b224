from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecd2g.errors import CapacityError, InputError
from ecd2g.metrics import matched_cost, mean_hamming_distance, mean_squared_distance
from ecd2g.metrics.matched_cost import ROW_LIMIT

rows = arrays(np.int64, (4, 3), elements=st.integers(-3, 3))
costs = pytest.mark.parametrize(
    ("ground", "cost"), [("squared", mean_squared_distance), ("hamming", mean_hamming_distance)]
)


@costs
@settings(max_examples=50)
@given(starts=rows, ends=rows)
def test_it_is_the_cheapest_of_all_pairings(ground, cost, starts, ends):
    cheapest = min(cost(starts, ends[list(order)]) for order in permutations(range(4)))
    assert matched_cost(starts, ends, ground) == pytest.approx(cheapest, abs=1e-12)
    assert matched_cost(starts, ends[::-1], ground) == pytest.approx(cheapest, abs=1e-12)
    assert matched_cost(ends, starts, ground) == pytest.approx(cheapest, abs=1e-12)


@costs
def test_a_shuffled_pairing_costs_more_and_a_sorted_one_does_not(ground, cost):
    rng = np.random.default_rng(0)
    starts = rng.integers(20, size=(60, 1))
    ends = starts + 1 if ground == "squared" else starts
    assert cost(starts, ends) == matched_cost(starts, ends, ground)  # a ratio of 1
    shuffled = rng.permutation(ends)
    assert cost(starts, shuffled) > matched_cost(starts, shuffled, ground) + 0.5
    assert matched_cost(starts, shuffled, ground) == matched_cost(starts, ends, ground)


def test_too_many_walks_are_refused():
    walks = np.zeros((ROW_LIMIT + 1, 1), int)
    with pytest.raises(CapacityError, match="take fewer"):
        matched_cost(walks, walks)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0]], [[0], [1]]), "same walks"),
        (([0], [0]), "starts must have shape"),
        (([[0]], [[0.5]]), "ends must be whole numbers"),
        (([[0]], [[0]], "euclidean"), "ground"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        matched_cost(*arguments)
