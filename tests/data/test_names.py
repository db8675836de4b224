"""First names: the lists of the census, and their words of six symbols."""

import numpy as np
import pytest

from ecd2g.data import NAME_SYMBOLS, first_names, name_states
from ecd2g.errors import InputError

COUNTS = {"female": (4275, 2694, "MARY"), "male": (1219, 868, "JAMES")}


@pytest.mark.parametrize("sex", COUNTS)
def test_lists_are_whole_and_in_the_order_of_the_census(sex):
    n_all, n_short, first = COUNTS[sex]
    names = first_names(sex)
    assert len(names) == len(set(names)) == n_all
    assert names[0] == first
    assert name_states(sex).shape == (n_short, 6)


@pytest.mark.parametrize("sex", COUNTS)
@pytest.mark.parametrize("n_letters", [4, 6, 11])
def test_states_spell_the_names_that_fit_with_blanks_behind(sex, n_letters):
    spelled = [
        "".join(NAME_SYMBOLS[symbol] for symbol in state) for state in name_states(sex, n_letters).tolist()
    ]
    assert spelled == [name.ljust(n_letters) for name in first_names(sex) if len(name) <= n_letters]


def test_no_letter_follows_a_blank():
    states = name_states("female")
    assert not np.any((states[:, :-1] == 0) & (states[:, 1:] > 0))
    assert states.min() == 0
    assert states.max() == 26


def test_some_names_are_on_both_lists():
    both = {tuple(state) for state in name_states("female").tolist()} & set(
        map(tuple, name_states("male").tolist())
    )
    assert len(both) == 270


@pytest.mark.parametrize("sex", ["Female", "", None])
def test_another_list_is_refused(sex):
    with pytest.raises(InputError, match="'female' or 'male'"):
        first_names(sex)


@pytest.mark.parametrize("n_letters", [1, 0, -3, 2.0, True, "6"])
def test_unusable_lengths_are_refused(n_letters):
    with pytest.raises(InputError, match="at least 2"):
        name_states("male", n_letters)
