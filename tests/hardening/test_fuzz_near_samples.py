"""Files of samples that are right, or nearly so: what is accepted is what a slow and independent reading finds.

About half of the files are as they should be, in one of many spellings; the others have one thing wrong.
"""

import io
import os
import zipfile

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from near_files import BREAKS, ENCODINGS, archived, broken, said, slow_fields, slow_lines, slow_number, stored

from ecd2g.data import read_pair, read_samples

EXAMPLES = 60 * int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
fuzz = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])


def slow_table(content, suffix, n_sites):
    """Rows of whole numbers, or of words, as the documentation of `read_samples` says; its widths are given."""
    rows = [slow_fields(line, "," if suffix == ".csv" else None) for line in slow_lines(content)]
    if suffix == ".txt" and {len(row) for row in rows} == {1} and n_sites > 1:
        rows = [list(row[0]) for row in rows]
    if suffix == ".txt" and {len(row) for row in rows} == {1} and all(len(row[0]) == 1 for row in rows):
        rows = [list(row[0]) for row in rows]
    later = [slow_number(field) for row in rows[1:] for field in row]
    named = later and None not in later and all(slow_number(field) is None for field in rows[0])
    rows = rows[1:] if suffix == ".csv" and named else rows
    numbers = [[slow_number(field) for field in row] for row in rows]
    if all(number is not None for row in numbers for number in row):
        assert all(number == int(number) for row in numbers for number in row)
        return [[int(number) for number in row] for row in numbers]
    return rows


def spelled(table):
    """The rows of a table in the words of its file."""
    if table.alphabet is None:
        return table.symbols.tolist()
    return [[table.alphabet[symbol] for symbol in row] for row in table.symbols.tolist()]


def written(draw, rows, suffix):
    """Text of rows of words, with comments, blank lines, spaces and quotation marks where they may be."""
    joint, lines = {".csv": ",", ".txt": " "}[suffix], []
    for row in rows:
        quoted = suffix == ".csv" and draw(st.booleans())
        around = draw(st.sampled_from(["", " ", "\t"]))
        words = [f'"{word}"' if quoted else word for word in row]
        lines += draw(st.sampled_from([[], [], [""], ["# 1,2,3"]]))
        lines.append(around + joint.join(words) + around)
    end = draw(BREAKS)
    return (end.join(lines) + draw(st.sampled_from(["", end]))).encode(draw(ENCODINGS))


@st.composite
def sample_texts(draw):
    """A suffix, and the bytes of such a file."""
    suffix, n_sites = draw(st.sampled_from([".csv", ".txt"])), draw(st.integers(1, 3))
    numbers = st.sampled_from(["0", "1", "2", "11", "+1", "07", "2.0", "1e1", "1.", "2147483647"])
    words = st.sampled_from(["A", "C", "G", "abc", "ß", "$x$", "1a", "=1+1"])
    field = draw(st.sampled_from([numbers, words, st.sampled_from("01"), st.sampled_from("ACG")]))
    rows = draw(st.lists(st.lists(field, min_size=n_sites, max_size=n_sites), min_size=1, max_size=5))
    if suffix == ".csv" and draw(st.booleans()):
        rows = [[f"site{k}" for k in range(n_sites)], *rows]
    return suffix, draw(broken(written(draw, rows, suffix)))


@fuzz
@given(sample_texts())
@example((".txt", b"nan0 0"))
@example((".csv", b"1\n1e-400\n"))
@example((".csv", b"0\n0.99999999999999999999\n"))
@example((".csv", b"0\n0e-9999999999999999999\n"))
def test_accepted_texts_are_the_samples_that_a_slow_reading_finds(tmp_path, tally, outcome, case):
    suffix, content = case
    path = tmp_path / f"samples{suffix}"
    path.write_bytes(content)
    table = outcome(read_samples, path)
    if table is not None:
        assert spelled(table) == slow_table(content, suffix, table.n_sites)
        assert table.alphabet is None or list(table.alphabet) == sorted({*table.alphabet})
    tally.add("files", "samples: text, right or nearly so", said(table))


ROWS = st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=1, max_size=5)
GOOD_TYPES = st.sampled_from(["i8", ">i4", "u1", "f8", ">f4", "f2", "?"])
BAD_TYPES = st.sampled_from(["c16", "U2", "O", "M8[s]", "S2"])


@st.composite
def arrays(draw):
    """An array of samples, of almost any type."""
    array = np.array(draw(ROWS))
    kind = draw(st.sampled_from(["good", "good", "good", "type", "value", "shape"]))
    if kind == "value":
        return np.where(
            array == array.max(), draw(st.sampled_from([-1, 0.5, np.nan, np.inf, 2.0**31])), array
        )
    if kind == "shape":
        return array.reshape(draw(st.sampled_from([(1, 1, -1), (-1,), (-1, 1)])))
    return np.asarray(
        array.astype(draw(BAD_TYPES if kind == "type" else GOOD_TYPES)), order=draw(st.sampled_from("CF"))
    )


def whole_numbers(array):
    """Samples of an array as rows of Python's ints."""
    rows = array.tolist() if array.ndim == 2 else [[value] for value in array.tolist()]
    assert all(value == int(value) for row in rows for value in row)
    return [[int(value) for value in row] for row in rows]


@fuzz
@given(arrays().map(stored).flatmap(broken))
def test_accepted_array_files_are_what_numpy_reads(tmp_path, tally, outcome, content):
    path = tmp_path / "samples.npy"
    path.write_bytes(content)
    table = outcome(read_samples, path)
    if table is not None:
        assert table.symbols.tolist() == whole_numbers(np.load(io.BytesIO(content), allow_pickle=False))
    tally.add("files", "samples: .npy, right or nearly so", said(table))


@st.composite
def archives(draw):
    """An archive of samples, with weights, letters or sizes beside them or not."""
    samples = draw(arrays())
    members = {draw(st.sampled_from(["samples", "samples", "../../x"])): samples}
    if draw(st.booleans()):
        weight = st.sampled_from([0.5, 1.0, 2.0]) | st.sampled_from([0.0, -1.0, np.nan, 1e308])
        members["weights"] = np.array(draw(st.lists(weight, min_size=len(samples), max_size=len(samples))))
    if draw(st.booleans()):
        members["alphabet"] = np.array([*"ACGT"][: draw(st.sampled_from([4, 4, 2]))])
    if draw(st.booleans()):
        members["n_symbols"] = np.array(draw(st.sampled_from([4, 5, [4, 6], 2, -1])))
    compression = draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]))
    return archived({name: stored(array) for name, array in members.items()}, compression)


@fuzz
@given(archives().flatmap(broken))
def test_accepted_archives_are_what_numpy_reads(tmp_path, tally, outcome, content):
    path = tmp_path / "samples.npz"
    path.write_bytes(content)
    table = outcome(read_samples, path)
    if table is not None:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            kept = {name: held[name] for name in held.files}
        (name,) = {*kept} - {"weights", "alphabet", "n_symbols"}
        assert table.symbols.tolist() == whole_numbers(kept[name])
        assert (table.weights is None) == ("weights" not in kept)
        assert table.weights is None or table.weights.tolist() == kept["weights"].tolist()
        assert table.alphabet is None or [*table.alphabet] == kept["alphabet"].tolist()
        sizes = np.broadcast_to(kept.get("n_symbols", 0), table.n_sites).tolist()
        assert table.n_symbols is None or [*table.n_symbols] == sizes
        problem = outcome(lambda file: read_pair(file, file), path)
        assert problem is None or problem.space.n_sites == table.n_sites
    tally.add("files", "samples: .npz, right or nearly so", said(table))
