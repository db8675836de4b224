"""State spaces: numbering, membership, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g import CapacityError, InputError, StateSpace

alphabets = st.lists(st.integers(1, 6), min_size=1, max_size=5).map(tuple)


@given(alphabets, st.data())
def test_index_and_states_are_inverse(sizes: tuple[int, ...], data: st.DataObject) -> None:
    space = StateSpace(sizes)
    number = data.draw(st.integers(0, space.n_states - 1))
    assert space.index(space.states([number]))[0] == number


@given(alphabets)
def test_all_states_are_distinct_and_in_row_major_order(sizes: tuple[int, ...]) -> None:
    states = StateSpace(sizes).all_states()
    assert len(np.unique(states, axis=0)) == len(states) == np.prod(sizes)
    assert np.array_equal(states, states[np.lexsort(states.T[::-1])])


def test_first_site_is_the_slowest() -> None:
    assert StateSpace(n_symbols=3, n_sites=2).index([1, 2]) == 5


def test_number_of_states_is_exact_beyond_64_bits() -> None:
    space = StateSpace(17, 64)
    assert space.n_states == 17**64
    assert not space.is_enumerable


def test_spaces_too_large_to_number_say_so() -> None:
    with pytest.raises(CapacityError, match="cannot be numbered in 64 bits"):
        StateSpace(17, 64).index(np.zeros((1, 64), dtype=int))
    with pytest.raises(CapacityError, match="listing all states"):
        StateSpace(50, 5).all_states()


def test_spaces_beyond_float64_are_refused() -> None:
    with pytest.raises(InputError, match="at most 1e300 states"):
        StateSpace(4, 520)


@pytest.mark.parametrize(
    ("n_symbols", "n_sites", "message"),
    [
        (0, 1, "at least one symbol|one symbol per site"),
        (3, 0, "n_sites must be at least 1"),
        (2.5, 1, "whole number"),
        ((2, 3), 3, "lists 2 sites but n_sites is 3"),
        ((), None, "at least one site"),
        (True, 1, "whole number"),
        ((2, -1), None, "at least 1"),
        ("ab", None, "whole number"),
        ((2.5, 2), None, "n_symbols must be a whole number, got 2.5"),
        (2, 1.5, "n_sites must be a whole number, got 1.5"),
        (2**31, None, "at most 2147483647 symbols"),
    ],
)
def test_unusable_sizes_are_refused(n_symbols: object, n_sites: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        StateSpace(n_symbols, n_sites)


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ([[0, 3]], r"symbols of site 1 must lie in 0..2, got 3 in row 0"),
        ([[0, 0], [-1, 0]], r"symbols of site 0 must lie in 0..2, got -1 in row 1"),
        ([[0, 1, 2]], r"shape \(..., 2\)"),
        ([[0.5, 1.0]], "whole numbers"),
        ([["a", "b"]], "whole numbers"),
        (3, "shape"),
    ],
)
def test_states_outside_the_space_are_refused(states: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        StateSpace(3, 2).check(states)


def test_floats_that_are_whole_are_states() -> None:
    assert StateSpace(3).check([[2.0]]).dtype == np.int64


def test_indices_outside_the_space_are_refused() -> None:
    with pytest.raises(InputError, match=r"0..8"):
        StateSpace(3, 2).states([9])


def test_spaces_compare_by_their_alphabets() -> None:
    assert StateSpace(3, 2) == StateSpace((3, 3))
    assert len({StateSpace(3, 2), StateSpace((3, 3)), StateSpace((3, 2))}) == 2
