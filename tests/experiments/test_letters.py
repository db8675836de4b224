import numpy as np
import pytest

from ecd2g.data import read_samples
from ecd2g.experiments.records.letters import letters, spell, write_states

STATES = np.array([[0, 2], [1, 1], [2, 0]])


@pytest.mark.parametrize(
    "alphabet",
    [None, ("A", "C", "G"), ("a,b", 'say "x"', "two words"), ("#", "##", "c"), ("é", "…", "\u4e00")],
)
def test_states_are_read_back_in_the_alphabet_of_their_owner(tmp_path, alphabet):
    path = tmp_path / "states.csv"
    write_states(path, STATES, alphabet)
    table = read_samples(path)
    assert letters(table.symbols, table.alphabet) == letters(STATES, alphabet)


def test_words_are_spelled():
    assert spell(np.array([0, 1]), ("A", "C")) == "AC"
    assert spell(np.array([10, 1]), None) == "10 1"
