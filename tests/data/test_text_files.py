import numpy as np
import pytest

from ecd2g.data import read_samples
from ecd2g.errors import InputError


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text", "symbols"),
    [
        ("a.csv", "0,1\n2,3\n", [[0, 1], [2, 3]]),
        ("a.CSV", " 0 , 1 \r\n\r\n2,3", [[0, 1], [2, 3]]),
        ("a.csv", "\ufeff# comment\nx,y\n0,1\n", [[0, 1]]),
        ("a.csv", '"first, site","y"\n0,"1"\n', [[0, 1]]),
        ("a.csv", "x\n12\n7\n", [[12], [7]]),
        ("a.csv", "12\n34\n", [[12], [34]]),
        ("a.csv", "1.0,2e1\n", [[1, 20]]),
        ("a.txt", "0 1\n2\t3\n", [[0, 1], [2, 3]]),
        ("a.txt", "# comment\n\n10 11\n", [[10, 11]]),
        ("a.txt", "0110\n1010\n", [[0, 1, 1, 0], [1, 0, 1, 0]]),
        ("a.txt", "3\n1\n", [[3], [1]]),
        ("a.txt", "12\n7\n", [[12], [7]]),
    ],
)
def test_whole_numbers_are_read_as_they_are(tmp_path, name, text, symbols):
    table = read_samples(written(tmp_path, name, text))
    assert table.symbols.tolist() == symbols
    assert table.alphabet is None


@pytest.mark.parametrize(
    ("name", "text", "alphabet", "symbols"),
    [
        ("a.txt", "GATT\nCATG\n", "ACGT", [[2, 0, 3, 3], [1, 0, 3, 2]]),
        ("a.txt", "red green\ngreen green\n", ("green", "red"), [[1, 0], [0, 0]]),
        ("a.txt", "a 1\n", ("1", "a"), [[1, 0]]),
        ("a.csv", "b,a\na,a\n", "ab", [[1, 0], [0, 0]]),
        ("a.csv", '"x, y",z\n', ("x, y", "z"), [[0, 1]]),
        ("a.txt", "äß\nßß\n", "ßä", [[1, 0], [0, 0]]),
        ("a.csv", "x,y\n", "xy", [[0, 1]]),
        ("a.csv", '"New York"\n"a; b"\n', ("New York", "a; b"), [[0], [1]]),
        ("a.csv", "a,A\n", "Aa", [[1, 0]]),
    ],
)
def test_letters_and_words_are_numbered_in_sorted_order(tmp_path, name, text, alphabet, symbols):
    table = read_samples(written(tmp_path, name, text))
    assert table.alphabet == tuple(alphabet)
    assert table.symbols.tolist() == symbols


@pytest.mark.parametrize("width", [1, 3])
def test_what_numpy_writes_as_text_is_read_back(tmp_path, width):
    samples = np.random.default_rng(0).integers(0, 200, (50, width))
    for name, options in [("a.csv", {"delimiter": ","}), ("a.txt", {}), ("b.txt", {"fmt": "%d"})]:
        np.savetxt(tmp_path / name, samples, **options)
        assert np.array_equal(read_samples(tmp_path / name).symbols, samples)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", "at least one sample"),
        ("a.txt", "# only a comment\n\n", "at least one sample"),
        ("a.csv", "0,1\n# skipped\n2\n", "line 3 must have 2 symbols like line 1, got 1"),
        ("a.txt", "0 1\n2 3 4\n", "line 2 must have 2 symbols"),
        ("a.txt", "ACG\nAC\n", "line 2 must have 3 symbols"),
        ("a.csv", "0,1\n2,\n", "line 2 must have a symbol in every field"),
        ("a.csv", "0,1\n2,-3\n", "line 2 must hold whole numbers .* got '-3'"),
        ("a.csv", "0,1\n2,1.5\n", "line 2 .* got '1.5'"),
        ("a.csv", "0,nan\n", "line 1 .* got 'nan'"),
        ("a.csv", "x,y\n0,inf\n", "line 2 .* got 'inf'"),
        ("a.csv", "1,99999999999999999999\n", "line 1 .* got '9999"),
        ("a.csv", "1," + "9" * 5000 + "\n", "line 1 .* got '9999"),
        ("a.txt", "1\n-1\n", "line 2 .* got '-1'"),
        ("a.txt", "12\n34\n", "one number or a word of digits"),
        ("a.csv", "x;y\n0;1\n", "commas, got 'x;y'; .*or save as .txt"),
        ("a.csv", "0;1\n1;1\n", "commas, got '0;1'"),
        ("a.csv", "0,5;1,0\n", "commas, got '5;1'"),
        ("a.csv", "0\t1\n", "separate symbols with commas"),
        ("a.csv", "0 1\n1 1\n", "separate symbols with commas"),
        ("a.txt", "0,1\n", "save as .csv"),
        ("a.txt", "0, 1\n", "save as .csv"),
        ("a.txt", "A;C\n", "put spaces between"),
        ("a.csv", "id,base\n1,A\n2,C\n", "line 1 .* 'id' is a word over numbers; remove the line"),
        ("a.csv", "0,1\nA,C\nG,T\n", "'0' is a number over words"),
        ("a.csv", "x,y\n0,1\n1,NA\n", "'x' is a word over numbers"),
        ("a.csv", ",x,y\n0,1,1\n", "line 1 must have a symbol in every field"),
        ("a.csv", "x,y\n0\n", "line 2 must have 2 symbols"),
        ("a.txt", "x y\n0 1\n", "remove the line if it is a header"),
        ("a.txt", "acgt\nACGT\n", "'A' and 'a' differ only in case"),
        ("a.csv", "0.25\n0.75\n", "if these are probabilities, give them in an .npz file"),
        ("a.txt", "0.25\n0.75\n", "if these are probabilities, give them in an .npz file"),
        ("a.csv", "x,y,p\nA,C,0.5\nG,T,0.5\n", "line 2 .* got '0.5'; if these are probabilities"),
        ("a.csv", "base,Count\nA,10\nC,3\n", "'Count' looks like probabilities or weights"),
        ("a.csv", "site_0,probability\n0,1\n", "looks like probabilities"),
        ("a.csv", 'a,"b\n', "line 1 .* quotation marks"),
        ("a.csv", b"0,1\n\xff,2\n", "UTF-8 text, but line 2"),
    ],
)
def test_malformed_text_is_refused_by_file_and_line(tmp_path, name, text, message):
    with pytest.raises(InputError, match=message) as error:
        read_samples(written(tmp_path, name, text))
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_files_directories_and_unknown_suffixes_are_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_samples(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="directory"):
        read_samples(tmp_path / "folder.csv")
    with pytest.raises(InputError, match=r"\.npy, \.npz, \.csv, \.txt"):
        read_samples(written(tmp_path, "a.xlsx", "0"))
    with pytest.raises(InputError, match="got ''"):
        read_samples(tmp_path)


def test_a_file_that_must_not_be_read_is_refused(tmp_path, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, "a.csv", "0\n")
    monkeypatch.setattr(type(path), "read_bytes", forbidden)
    with pytest.raises(InputError, match="Permission denied"):
        read_samples(path)
