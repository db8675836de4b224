import pickle
import struct
import zipfile

import numpy as np
import pytest

from ecd2g.data import read_network, read_samples
from ecd2g.errors import CapacityError, InputError


def saved(tmp_path, array, name="samples.npy"):
    path = tmp_path / name
    np.save(path, array, allow_pickle=array.dtype.hasobject)
    return path


@pytest.mark.parametrize(
    "dtype", ["uint8", "int32", "int64", "uint64", "float16", "float32", "float64", "longdouble"]
)
def test_arrays_of_whole_numbers_of_every_type_are_read(tmp_path, dtype):
    table = read_samples(saved(tmp_path, np.array([[0, 1], [7, 2]], dtype)))
    assert table.symbols.tolist() == [[0, 1], [7, 2]]
    assert table.symbols.dtype == np.int64
    assert table.weights is None
    assert table.alphabet is None


def test_a_flat_array_is_one_site_and_truth_values_are_symbols(tmp_path):
    assert read_samples(saved(tmp_path, np.array([4, 2]))).symbols.tolist() == [[4], [2]]
    assert read_samples(saved(tmp_path, np.array([[True, False]]))).symbols.tolist() == [[1, 0]]


def test_an_archive_gives_its_only_array_or_the_one_named_samples(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, anything=np.array([1, 2]))
    assert read_samples(path).symbols.tolist() == [[1], [2]]
    np.savez(path, other=np.zeros(3), samples=np.array([3, 4]), weights=np.array([0.5, 2]))
    table = read_samples(path)
    assert table.symbols.tolist() == [[3], [4]]
    assert table.counts().tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[0, 1], [2, -1]]), "sample 2, site 1"),
        (np.array([0.0, 1.5]), "got 1.5 in sample 2"),
        (np.array([0.0, np.nan]), "got nan in sample 2"),
        (np.array([0.0, np.inf]), "got inf in sample 2"),
        (np.array([np.inf], np.float16), "got inf"),
        (np.array([np.finfo(np.longdouble).max]), "got inf"),
        (np.array([2**63], np.uint64), "sample 1"),
        (np.zeros((2, 2, 2), int), "shape"),
        (np.zeros((0, 2), int), "shape"),
        (np.zeros((2, 0), int), "shape"),
        (np.array(3), "shape"),
        (np.array(["A"]), "whole numbers"),
        (np.array([1j]), "whole numbers"),
        (np.array([("a", 1)], dtype=[("x", "U1"), ("y", int)]), "whole numbers"),
        (np.array(["2020-01-01"], "datetime64[D]"), "whole numbers"),
    ],
)
def test_arrays_that_are_no_samples_are_refused(tmp_path, array, message):
    with pytest.raises(InputError, match=message) as error:
        read_samples(saved(tmp_path, array))
    assert "samples.npy" in str(error.value)


class Planted:
    """Something whose unpickling would leave a trace."""

    woken = False

    def __reduce__(self):
        return (setattr, (Planted, "woken", True))


def test_pickled_content_is_never_loaded(tmp_path):
    path = saved(tmp_path, np.array([Planted()], dtype=object))
    with pytest.raises(InputError, match="plain numbers"):
        read_samples(path)
    path.write_bytes(pickle.dumps(np.array([1])))
    with pytest.raises(InputError, match="plain numbers"):
        read_samples(path)
    assert not Planted.woken


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_a_file_cut_short_anywhere_is_refused(tmp_path, name):
    path = tmp_path / name
    if name.endswith("y"):
        np.save(path, np.arange(40))
    else:
        np.savez_compressed(path, np.arange(40))
    whole = path.read_bytes()
    assert len(read_samples(path).symbols) == 40
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=name):
            read_samples(path)


def test_an_archive_without_arrays_or_with_too_many_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, a=np.arange(2), b=np.arange(2))
    with pytest.raises(InputError, match="samples"):
        read_samples(path)
    np.savez(path, weights=np.arange(2))
    with pytest.raises(InputError, match="samples"):
        read_samples(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme", "no array")
    with pytest.raises(InputError, match="does not begin like one"):
        read_samples(path)


@pytest.mark.parametrize(
    "weights",
    [[1.0], [1.0, -1.0], [np.nan, 1.0], [0.0, 0.0], [1e308, 1e308], ["a", "b"], [[1.0, 1.0]]],
)
def test_weights_that_do_not_weigh_the_samples_are_refused(tmp_path, weights):
    np.savez(tmp_path / "a.npz", samples=np.arange(2), weights=np.array(weights))
    with pytest.raises(InputError, match="weights"):
        read_samples(tmp_path / "a.npz")


def test_a_file_that_promises_more_memory_than_there_is_is_refused(tmp_path):
    header = b"{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000000,), }"
    header += b" " * (117 - len(header)) + b"\n"
    path = tmp_path / "a.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(InputError, match="intact"):
        read_samples(path)


@pytest.fixture
def small_machine(monkeypatch):
    """A machine with 10 MB of memory, which is asked for every array."""
    monkeypatch.setattr("ecd2g.memory.NEVER_ASKED", 0)
    monkeypatch.setattr("ecd2g.memory.available_memory", lambda: 1e7)


def test_an_archive_that_compresses_a_thousandfold_is_read_where_it_fits(tmp_path, small_machine):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, samples=np.ones((12_000, 100), np.int64))
    assert path.stat().st_size < 9.6e6 / 500
    assert read_samples(path).symbols.shape == (12_000, 100)


@pytest.mark.parametrize("read", [read_samples, lambda path: read_network(path, value="conductance")])
def test_an_archive_that_does_not_fit_into_memory_is_refused_with_both_figures(tmp_path, small_machine, read):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, samples=np.ones((12_600, 100), np.int64))
    with pytest.raises(CapacityError, match=r"a\.npz needs 0\.0101 GB of memory, and 0\.01 GB are available"):
        read(path)


def test_an_archive_that_only_declares_much_is_refused_before_room_is_made(tmp_path, small_machine):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, samples=np.ones(3, np.int64))
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 3_000_000_000)
    path.write_bytes(content)
    with pytest.raises(CapacityError, match=r"needs 3 GB of memory, and 0\.01 GB are available"):
        read_samples(path)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format_is_read(tmp_path, version):
    with open(tmp_path / "a.npy", "wb") as file:
        np.lib.format.write_array(file, np.array([[0, 1], [7, 2]]), version)
    assert read_samples(tmp_path / "a.npy").symbols.tolist() == [[0, 1], [7, 2]]


@pytest.mark.parametrize("content", [b"not an archive", b"\x80\x04objects", b""])
def test_other_files_are_refused_without_advice_to_trust_them(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="does not begin like one") as error:
        read_samples(path)
    assert "pickle" not in str(error.value)
