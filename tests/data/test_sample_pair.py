import numpy as np
import pytest

from ecd2g.data import read_pair
from ecd2g.errors import InputError


def pair(tmp_path, source, target, suffix="csv"):
    paths = tmp_path / f"p.{suffix}", tmp_path / f"q.{suffix}"
    for path, text in zip(paths, (source, target), strict=True):
        path.write_text(text)
    return paths


def test_the_largest_symbol_of_both_files_sets_the_alphabet_of_every_site(tmp_path):
    problem = read_pair(*pair(tmp_path, "0,1\n0,0\n0,1\n0,1\n", "4,0\n"))
    assert problem.space.alphabet_sizes == (5, 5)
    assert problem.source.to_array()[1] == 0.75
    assert problem.target.to_array()[20] == 1
    assert (problem.name, problem.title, problem.alphabet) == ("p-to-q", "p.csv to q.csv", None)


@pytest.mark.parametrize(("n_symbols", "sizes"), [(7, (7, 7)), ((2, 3), (2, 3))])
def test_n_symbols_sets_the_space(tmp_path, n_symbols, sizes):
    assert read_pair(*pair(tmp_path, "0,1\n", "1,2\n"), n_symbols=n_symbols).space.alphabet_sizes == sizes


def test_words_get_the_union_of_both_alphabets(tmp_path):
    problem = read_pair(*pair(tmp_path, "CAT\n", "TAG\nTAG\nTAC\nTAG\n", "txt"))
    assert problem.alphabet == ("A", "C", "G", "T")
    assert problem.source.support().tolist() == [[1, 0, 3]]
    assert problem.target.support().tolist() == [[3, 0, 1], [3, 0, 2]]
    assert problem.target.probabilities.tolist() == [0.25, 0.75]


def test_weights_of_an_archive_are_the_probabilities(tmp_path):
    np.savez(tmp_path / "p.npz", samples=np.array([0, 1, 0]), weights=np.array([1.0, 2.0, 5.0]))
    np.save(tmp_path / "q.npy", np.array([1]))
    assert read_pair(tmp_path / "p.npz", tmp_path / "q.npy").source.to_array().tolist() == [0.75, 0.25]


def test_spaces_too_large_to_enumerate_are_no_obstacle(tmp_path):
    problem = read_pair(*pair(tmp_path, "AC" * 50, "GT" * 50, "txt"))
    assert problem.space.n_states == 4**100
    assert problem.source.support().shape == (1, 100)


@pytest.mark.parametrize(
    ("source", "target", "n_symbols", "message"),
    [
        ("0,1\n", "0\n", None, "same number of symbols a sample, got 2 in .*p.csv and 1 in .*q.csv"),
        ("0,1\n", "0,x\n", None, "p.csv holds numbers and .*q.csv does not"),
        ("a,b\n", "0,1\n", None, "q.csv holds numbers and .*p.csv does not"),
        ("a\n", "b\n", 2, "n_symbols must be left out"),
        ("0,1\n", "0,0\n0,5\n", 5, "site 1 must lie in 0..4, got 5 in sample 2 of .*q.csv"),
        ("0,1\n", "0,2\n", (3, 2), "site 1 must lie in 0..1, got 2 in sample 1 of .*q.csv"),
        ("0,1\n", "0,2\n", (3, 3, 3), r"one number a site \(2 in the files\), got \(3, 3, 3\)"),
        ("0\n", "0\n", 0, "at least one site and one symbol"),
        ("0\n", "0\n", 2.5, "n_symbols"),
        ("0\n", "0\n", "many", "n_symbols"),
    ],
)
def test_files_that_do_not_match_are_refused(tmp_path, source, target, n_symbols, message):
    with pytest.raises(InputError, match=message):
        read_pair(*pair(tmp_path, source, target), n_symbols=n_symbols)


def test_one_file_in_lower_and_one_in_upper_case_are_refused(tmp_path):
    with pytest.raises(InputError, match="p.txt and .*q.txt .*'A' and 'a' differ only in case"):
        read_pair(*pair(tmp_path, "ac\n", "AC\n", "txt"))


def test_an_archive_may_state_its_alphabet_or_its_number_of_symbols(tmp_path):
    np.savez(tmp_path / "p.npz", samples=[[1, 0]], alphabet=["x", "b", "unused"])
    np.savez(tmp_path / "q.npz", samples=[[0, 0]], n_symbols=[3, 2])
    assert read_pair(tmp_path / "q.npz", tmp_path / "q.npz").space.alphabet_sizes == (3, 2)
    problem = read_pair(tmp_path / "p.npz", tmp_path / "p.npz")
    assert problem.alphabet == ("b", "unused", "x")
    assert problem.source.support().tolist() == [[0, 2]]
    assert problem.read == ("1 sample x 2 sites, 2 symbols: x b",) * 2


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ({"alphabet": ["x", "x"]}, "in its own way"),
        ({"alphabet": ["x"]}, "spell every symbol"),
        ({"alphabet": [1, 2]}, "list of texts"),
        ({"n_symbols": [2, 1]}, "n_symbols in .*p.npz must be whole numbers above"),
        ({"n_symbols": 0.5}, "n_symbols"),
    ],
)
def test_bad_companions_of_the_samples_are_refused(tmp_path, beside, message):
    np.savez(tmp_path / "p.npz", samples=[[0, 1]], **beside)
    with pytest.raises(InputError, match=message):
        read_pair(tmp_path / "p.npz", tmp_path / "p.npz")


def test_files_that_state_different_sizes_are_refused(tmp_path):
    for name, size in (("p", 2), ("q", 3)):
        np.savez(tmp_path / f"{name}.npz", samples=[0, 1], n_symbols=size)
    with pytest.raises(InputError, match="same n_symbols"):
        read_pair(tmp_path / "p.npz", tmp_path / "q.npz")
    assert read_pair(tmp_path / "p.npz", tmp_path / "q.npz", n_symbols=4).space.n_states == 4
