import numpy as np
import pytest

from ecd2g.data import read_pair, read_starts, uniform_to_gaussian
from ecd2g.errors import InputError


def test_starts_keep_their_order_and_get_the_symbols_of_the_problem(tmp_path):
    (tmp_path / "pair.csv").write_text("1,b\nb,a\n1,b\n")
    problem = read_pair(tmp_path / "pair.csv", tmp_path / "pair.csv")
    assert problem.alphabet == ("1", "a", "b")
    (tmp_path / "starts.csv").write_text("b,a\na,a\nb,a\n")
    assert read_starts(tmp_path / "starts.csv", problem).tolist() == [[2, 1], [1, 1], [2, 1]]
    (tmp_path / "ones.csv").write_text("1,1\n")
    assert read_starts(tmp_path / "ones.csv", problem).tolist() == [[0, 0]]
    np.savez(tmp_path / "starts.npz", samples=[[1, 1]], alphabet=["unknown", "b"])
    assert read_starts(tmp_path / "starts.npz", problem).tolist() == [[2, 2]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0,1\n", "1 symbols each"),
        ("50\n", "site 0 must lie in 0..49, got 50 in sample 1"),
        ("a\n", "are words"),
    ],
)
def test_starts_outside_the_space_are_refused(tmp_path, text, message):
    (tmp_path / "starts.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_starts(tmp_path / "starts.csv", uniform_to_gaussian())


def test_weighted_starts_are_refused(tmp_path):
    np.savez(tmp_path / "starts.npz", samples=[0, 1], weights=[1, 2])
    with pytest.raises(InputError, match="no weights"):
        read_starts(tmp_path / "starts.npz", uniform_to_gaussian())


@pytest.mark.parametrize(("n_symbols", "shown"), [(27, 27), (40, 40), (41, 40)])
def test_an_unknown_symbol_is_told_with_the_alphabet(tmp_path, n_symbols, shown):
    tokens = [f"t{number:02d}" for number in range(n_symbols)]
    (tmp_path / "pair.csv").write_text("\n".join(tokens) + "\n")
    problem = read_pair(tmp_path / "pair.csv", tmp_path / "pair.csv")
    (tmp_path / "starts.csv").write_text("other\n")
    with pytest.raises(InputError) as caught:
        read_starts(tmp_path / "starts.csv", problem)
    listed = " ".join(tokens[:shown]) + " ..." * (shown < n_symbols)
    assert f"target, {listed}, got 'other'" in str(caught.value)
