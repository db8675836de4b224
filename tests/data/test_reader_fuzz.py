"""Whatever bytes a file holds: a valid table, or an InputError of one line; never another exception."""

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes

from ecd2g.data import read_pair, read_samples
from ecd2g.errors import InputError

SUFFIXES = [".npy", ".npz", ".csv", ".txt"]
fuzz = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
table_text = st.text(st.sampled_from("0123456789ab,,, \n\n\t\r\"'-+.eE#\x00\x0b\u2028\u0663é"), max_size=60)
line = st.lists(st.sampled_from(["0", "1", "12", "-1", "x", "", "1.5", "nan"]), min_size=1, max_size=3)


def checked_refusal(path, error):
    assert path.name in str(error)
    assert len(str(error).splitlines()) == 1
    return "refused"


@pytest.fixture
def outcome(tmp_path):
    """Reads bytes as a file of the given suffix and says whether they were a table; checks either answer."""

    def read(content, suffix):
        path = tmp_path / f"file{suffix}"
        path.write_bytes(content)
        try:
            table = read_samples(path)
            assert read_pair(path, path).space.n_sites == table.n_sites
        except InputError as error:
            return checked_refusal(path, error)
        assert table.symbols.dtype == np.int64
        assert table.symbols.ndim == 2
        assert table.symbols.size > 0
        assert table.symbols.min() >= 0
        if table.alphabet is not None:
            assert np.array_equal(np.unique(table.symbols), np.arange(len(table.alphabet)))
        return "read"

    return read


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npz(**arrays_by_name):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays_by_name)
    return stream.getvalue()


def test_the_checker_tells_good_files_from_bad_ones(outcome):
    assert outcome(b"0,1\n", ".csv") == "read"
    assert outcome(b"0,1\n", ".npy") == "refused"
    assert outcome(npy(np.arange(3)), ".npy") == "read"


@fuzz
@given(st.binary(max_size=200), st.sampled_from(SUFFIXES))
def test_any_bytes(outcome, content, suffix):
    outcome(content, suffix)


@fuzz
@given(table_text, st.sampled_from([".csv", ".txt"]))
def test_any_text(outcome, text, suffix):
    outcome(text.encode(), suffix)


@fuzz
@given(st.lists(line, min_size=1, max_size=5), st.sampled_from([",", " "]))
def test_any_table(outcome, lines, separator):
    content = "\n".join(separator.join(fields) for fields in lines).encode()
    outcome(content, ".csv" if separator == "," else ".txt")


@fuzz
@given(scalar_dtypes().flatmap(lambda dtype: arrays(dtype, array_shapes(max_dims=3, max_side=3))))
def test_any_array(outcome, array):
    outcome(npy(array), ".npy")


@fuzz
@given(arrays(np.float64, 2, elements=st.floats()))
def test_any_weights(outcome, weights):
    outcome(npz(samples=np.arange(2), weights=weights), ".npz")


@fuzz
@given(st.data(), st.sampled_from([".npy", ".npz"]))
def test_any_damage_to_a_good_file(outcome, data, suffix):
    content = bytearray(
        npy(np.arange(6)) if suffix == ".npy" else npz(samples=np.arange(6), weights=np.ones(6))
    )
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    outcome(bytes(content), suffix)
