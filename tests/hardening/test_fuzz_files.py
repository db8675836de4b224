"""Any bytes as files of samples and networks, and known traps: read, or refused in one sentence that names the file."""

import io
import os
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecd2g.data import read_network, read_samples

EXAMPLES = 60 * int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
fuzz = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])

SAMPLES = (".npy", ".npz", ".csv", ".txt")
NETWORKS = (".csv", ".tsv", ".txt", ".edges", ".mtx", ".npz")


def read_siemens(path):
    return read_network(path, value="conductance")


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def header(shape, descr="<i8", length=None):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    content = stream.getvalue()
    return content if length is None else content[:6] + b"\x02\x00" + struct.pack("<I", length) + content[10:]


def archive(members, compression=zipfile.ZIP_DEFLATED):
    """A zip file; the same name may come twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        for number, (name, content) in enumerate(members):
            file.writestr(zipfile.ZipInfo(f"{number:08}"), content, compression)
            file.infolist()[-1].filename = name
    return stream.getvalue()


def lying(content, size):
    """An archive whose list says that every member unpacks to `size` bytes."""
    place = content.index(b"PK\x01\x02")
    return content[: place + 24] + struct.pack("<I", size) + content[place + 28 :]


@pytest.mark.parametrize("read", [read_samples, read_siemens])
def test_random_bytes_are_read_or_refused(tmp_path, tally, outcome, read):
    suffixes = SAMPLES if read is read_samples else NETWORKS

    @fuzz
    @given(st.binary(max_size=300), st.sampled_from(suffixes))
    def holds(content, suffix):
        path = tmp_path / f"bytes{suffix}"
        path.write_bytes(content)
        said = "refused in one sentence" if outcome(read, path) is None else "read as text"
        tally.add("files", "random bytes", said)

    holds()


@fuzz
@given(
    rows=st.lists(st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=2), min_size=1, max_size=9),
    form=st.sampled_from(["csv", "spaces", "npy", "npz", "stored", "fortran", "bool-free floats"]),
    line_break=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.booleans(),
)
def test_what_is_written_in_any_way_is_read_as_it_was(tmp_path, tally, rows, form, line_break, mark):
    array = np.array(rows)
    joint = {"csv": ",", "spaces": " "}.get(form)
    if joint is not None:
        path = tmp_path / ("a.csv" if form == "csv" else "a.txt")
        text = line_break.join(joint.join(map(str, row)) for row in rows)
        path.write_bytes(text.encode("utf-8-sig" if mark else "utf-8"))
    elif form in ("npz", "stored"):
        path = tmp_path / "a.npz"
        (np.savez_compressed if form == "npz" else np.savez)(path, samples=array)
    else:
        path = tmp_path / "a.npy"
        np.save(path, np.asfortranarray(array) if form == "fortran" else array.astype(float))
    assert read_samples(path).symbols.tolist() == rows
    tally.add("files", "samples: good files, written and read", "the same numbers")


@fuzz
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(1e-300, 1e300)), min_size=1),
    st.sampled_from(["csr", "csc", "coo"]),
)
def test_matrices_are_read_as_scipy_reads_them(tmp_path, tally, entries, kind):
    path = tmp_path / "a.npz"
    table = np.zeros((5, 5))
    for u, v, siemens in entries:
        if u != v:
            table[u, v] = table[v, u] = siemens
    sp.save_npz(path, sp.coo_array(table).asformat(kind))
    network = read_network(path, value="conductance")
    found = np.zeros((5, 5))
    found[network.tails, network.heads] = found[network.heads, network.tails] = network.conductances
    assert np.array_equal(found, sp.load_npz(path).toarray())
    tally.add("files", "networks: good matrices, read as SciPy does", "the same numbers")


FRACTIONS = {"format": "coo", "shape": (3, 3), "data": [1.0, 1.0], "row": [0.0, 1.5], "col": [1.5, 0.0]}

BOMBS = {
    "a header of 10^15 numbers": (".npy", lambda: header((10**15,))),
    "a header of 10^9 numbers": (".npy", lambda: header((10**9,))),
    "a header of 4 GB": (".npy", lambda: header((3,), length=2**32 - 1)),
    "a header of nested brackets": (".npy", lambda: b"\x93NUMPY\x01\x00" + struct.pack("<H", 9000) + b"(" * 9000),
    "a header of signs": (".npy", lambda: b"\x93NUMPY\x01\x00" + struct.pack("<H", 9000) + b"-" * 8999 + b"1"),
    "a shape with -1": (".npy", lambda: header((-1,)) + bytes(80)),
    "10^15 numbers in an archive": (".npz", lambda: archive([("samples.npy", header((10**15,)))])),
    "300 MB in 300 kB": (".npz", lambda: archive([("samples.npy", bytes(3 * 10**8))])),
    "more than is declared": (".npz", lambda: lying(archive([("samples.npy", bytes(10**7))]), 10)),
    "less than is declared": (".npz", lambda: lying(archive([("samples.npy", npy(np.arange(3)))]), 2**28)),
    "1 GB by bzip2": (".npz", lambda: archive([("samples.npy", bytes(10**7))], zipfile.ZIP_BZIP2)),
    "a name twice": (".npz", lambda: archive([("samples.npy", npy(np.arange(2)))] * 2)),
    "UTF-16 without a mark": (".txt", lambda: "ACGT\n".encode("utf-16-le")),
    "places that are no whole numbers": (
        ".npz",
        lambda: archive(
            (f"{name}.npy", npy(np.array(value)))
            for name, value in FRACTIONS.items()
        ),
    ),
}  # fmt: skip
"""Small files, each of them a defect that was found, or one that other programs have had."""


@pytest.mark.parametrize("case", BOMBS)
def test_small_files_that_ask_for_much_are_refused_before_anything_is_allocated(
    tmp_path, tally, outcome, case
):
    suffix, make = BOMBS[case]
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(make())
    for read in (read_samples, read_siemens):
        if read is not read_samples and suffix not in NETWORKS:
            continue
        tracemalloc.start()
        try:
            assert outcome(read, path) is None
            assert tracemalloc.get_traced_memory()[1] < 2**24 + 4 * path.stat().st_size
        finally:
            tracemalloc.stop()
        tally.add(
            "files", "small files that ask for gigabytes, and other known traps", "refused in one sentence"
        )


def make_special(folder, case, suffix):
    path = folder / f"special{suffix}"
    if case == "folder":
        path.mkdir()
    elif case == "pipe":
        os.mkfifo(path)
    elif case == "device without end":
        path.symlink_to("/dev/zero")
    elif case == "circle of links":
        path.symlink_to(path)
    elif case == "name too long":
        return folder / ("n" * 300 + suffix)
    elif case == "broken link":
        path.symlink_to(folder / "nowhere")
    elif case == "zero byte in the name":
        return folder / f"a\0b{suffix}"
    return path


@pytest.mark.parametrize(
    "case",
    ["folder", "pipe", "device without end", "circle of links", "name too long", "broken link", "missing",
     "zero byte in the name"],
)  # fmt: skip
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path, tally, outcome, case):
    for read, suffixes in (
        (read_samples, SAMPLES),
        (lambda file: read_network(file, value="resistance"), NETWORKS),
    ):
        for number, suffix in enumerate(suffixes):
            folder = tmp_path / f"{len(suffixes)}-{number}"
            folder.mkdir()
            assert outcome(read, make_special(folder, case, suffix)) is None
            tally.add(
                "files",
                "folders, pipes, devices, circles of links in place of a file",
                "refused in one sentence",
            )
