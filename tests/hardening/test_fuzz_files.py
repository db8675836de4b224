"""Almost valid files of samples and networks: a right table or network, or one sentence that names the file."""

import io
import os
import signal
import struct
import tracemalloc
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecd2g.data import read_network, read_pair, read_samples, write_network
from ecd2g.errors import Ecd2gError, InputError

EXAMPLES = 60 * int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
fuzz = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])

SAMPLES = (".npy", ".npz", ".csv", ".txt")
NETWORKS = (".csv", ".tsv", ".txt", ".edges", ".mtx", ".npz")
SECONDS = 20
"""No small file may take longer; most take a thousandth of a second."""

CHARACTERS = st.sampled_from("0123456789abA,;|\t  \n\n\r\"'#-+.eE%\ufeff\u2028\u0663\x00\x0b\x1c\x85é😀")
FIELDS = st.sampled_from(
    ["0", "1", "2", "07", "a", "b", "", "-1", "1.5", "1e400", "-0", "nan", "inf", "1e-400", "9" * 25, "\u0663", "1_0",
     '"', '"a,b"', "#", "\x00", "\ufeff", "x" * 200, "source", "weight", "1e2", "0x10", "2147483648"]
)  # fmt: skip
JOINTS = st.sampled_from([",", " ", "\t", ";", "|", ", "])
BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\x0b", "\u2028"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
DTYPES = [
    "<i8",
    ">i4",
    "|u1",
    "|i1",
    "<u8",
    "<f8",
    "<f2",
    ">f4",
    "|b1",
    "<U2",
    "|S2",
    "<c8",
    "<M8[s]",
    "|O",
    "|V4",
]


@contextmanager
def in_time():
    """Raise where a file takes too long to be read."""

    def late(number, frame):
        raise AssertionError(f"reading took longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(read, path):
    """What a file gives, or None where it is refused as it should be; warnings are errors in this suite."""
    with in_time():
        try:
            return read(path)
        except Ecd2gError as error:
            text = str(error)
            assert path.name in text, text
            assert len(text.splitlines()) == 1, text
            assert len(text) > 30
            return None


def checked_samples(path):
    """A table that is what it says it is; its problem on the same file twice must agree."""
    table = outcome(read_samples, path)
    if table is None:
        return False
    assert table.symbols.dtype == np.int64
    assert table.symbols.ndim == 2
    assert table.symbols.size
    assert table.symbols.min() >= 0
    if table.alphabet is not None:
        assert len({*table.alphabet}) == len(table.alphabet) > table.symbols.max()
    if table.weights is not None:
        assert table.weights.shape == (len(table.symbols),)
        assert np.all(np.isfinite(table.weights) & (table.weights >= 0))
        assert table.weights.sum() > 0
    problem = outcome(lambda file: read_pair(file, file), path)
    if problem is not None:
        assert problem.space.n_sites == table.n_sites
    return True


def checked_network(path, again):
    """A network whose conductances are sound, and the same when it is written and read again."""
    network = outcome(lambda file: read_network(file, value="conductance"), path)
    if network is None:
        return False
    assert np.all((network.conductances > 0) & np.isfinite(network.conductances))
    assert np.all((network.tails >= 0) & (network.tails < network.n_nodes))
    assert np.all((network.heads >= 0) & (network.heads < network.n_nodes))
    assert len({*network.nodes}) == network.n_nodes
    try:
        write_network(network, again, value="conductance")
    except InputError:  # labels that would not come back
        return True
    twin = read_network(again, value="conductance")
    assert list(twin.nodes) == list(network.nodes)
    assert np.array_equal(twin.conductances, network.conductances)
    return True


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


@st.composite
def texts(draw):
    rows = draw(st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=6))
    joint, line_break = draw(JOINTS), draw(BREAKS)
    text = line_break.join(joint.join(row) for row in rows)
    if draw(st.booleans()):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.text(CHARACTERS, max_size=4)) + text[place:]
    return text.encode(draw(ENCODINGS), "replace")


@st.composite
def stored_arrays(draw):
    """The bytes of a .npy file, or of what is not quite one."""
    shape = tuple(draw(st.lists(st.sampled_from([0, 1, 2, 3]), max_size=3)))
    descr = draw(st.sampled_from(DTYPES))
    body = draw(st.binary(min_size=0, max_size=64)) * 10
    kind = draw(st.sampled_from(["good", "good", "bytes", "shape", "pickle"]))
    if kind == "good":
        return npy(draw(st.sampled_from([np.arange(6), np.eye(3), np.array([["7"]]), np.array(2.5)])).astype(
            draw(st.sampled_from(["i8", "u1", "f4", "U3", "?"])), order=draw(st.sampled_from("CF"))
        ))  # fmt: skip
    if kind == "pickle":
        return npy(np.array([{}], dtype=object))
    if kind == "shape":
        shape = tuple(
            draw(st.lists(st.sampled_from([-1, 0, 1, 10**6, 10**15, 2**63, 2**64]), min_size=1, max_size=3))
        )
    return header(shape, descr) + body


NAMES = st.sampled_from(["samples", "weights", "alphabet", "n_symbols", "../../x", "/etc/x", "", "x", "samples.npy",
                         "data", "row", "col", "shape", "format", "indices", "indptr"])  # fmt: skip


@st.composite
def archives(draw):
    members = draw(st.lists(st.tuples(NAMES, stored_arrays() | st.binary(max_size=20)), max_size=4))
    compression = draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2]))
    suffix = draw(st.sampled_from([".npy", ".npy", ""]))
    return archive([(f"{name}{suffix}", content) for name, content in members], compression)


SHAPES = [(3, 3), (3, 4), (-3, -3), (3.0, 3.0), (3,), (3, 3, 3), (10**12, 10**12)]
DATA = [[1.0, 1.0], [np.nan, 1], [1j, 1], ["a", "b"], [True, True], [], [2, 2]]


@st.composite
def matrices(draw):
    """An archive of a sparse matrix of three nodes, with one thing wrong or none."""
    kind = draw(st.sampled_from(["coo", "csr", "csc", "bsr", "dia", b"coo", "x" * 50]))
    places = st.lists(st.sampled_from([0, 1, 2, 3, -1, 2**40, 1.5]), min_size=1, max_size=4)
    arrays = {
        "format": np.array(kind),
        "shape": np.array(draw(st.sampled_from(SHAPES))),
        "data": np.array(draw(st.sampled_from(DATA))),
        "row": np.array(draw(st.just([0, 1]) | places)),
        "col": np.array(draw(st.just([1, 0]) | places)),
        "indices": np.array(draw(st.just([1, 0]) | places)),
        "indptr": np.array(draw(st.just([0, 1, 2, 2]) | places)),
    }  # fmt: skip
    arrays.pop(draw(st.sampled_from([None, None, None, *arrays])), None)
    return archive([(f"{name}.npy", npy(array)) for name, array in arrays.items()])


@st.composite
def markets(draw):
    """Text in Matrix Market format, with one thing wrong or none."""
    number = st.sampled_from(
        ["1", "2", "3", "0", "-1", "1.5", "nan", "inf", "1e400", "1e-400", "99999999999999999999", "x"]
    )
    head = draw(
        st.sampled_from(
            ["real symmetric", "real general", "integer symmetric", "complex general", "pattern symmetric"]
        )
    )
    entries = draw(
        st.lists(st.lists(number, min_size=2, max_size=4), max_size=4) | st.just([["2", "1", "1.5"]])
    )
    count = draw(st.just(str(len(entries))) | number)
    size = draw(st.sampled_from(["3 3", "3 4", "-3 -3", "1000000000000 1000000000000", "3", ""]))
    lines = [
        f"%%MatrixMarket matrix coordinate {head}",
        f"{size} {count}",
        *(" ".join(row) for row in entries),
    ]
    return draw(BREAKS).join(lines).encode()  # fmt: skip


def damaged(contents):
    """The same files, some of them cut or with bytes changed."""

    def damage(content, cut, flips):
        content = bytearray(content)
        for place, bit in flips:
            if content:
                content[place % len(content)] ^= 1 << bit
        return bytes(content[: max(0, len(content) - cut)])

    flips = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 7)), max_size=4)
    return contents | st.builds(damage, contents, st.integers(0, 40), flips)


CONTENTS = {
    "random bytes": st.binary(max_size=300),
    "text": damaged(texts()),
    "numpy array": damaged(stored_arrays()),
    "archive": damaged(archives()),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_any_file_is_samples_or_is_refused(tmp_path, tally, kind):
    @fuzz
    @given(CONTENTS[kind], st.sampled_from(SAMPLES))
    def holds(content, suffix):
        path = tmp_path / f"samples{suffix}"
        path.write_bytes(content)
        accepted = checked_samples(path)
        tally.add(
            "files", f"samples: {kind}", "accepted and sound" if accepted else "refused in one sentence"
        )

    holds()


@pytest.mark.parametrize("kind", [*CONTENTS, "matrix archive", "matrix market"])
def test_any_file_is_a_network_or_is_refused(tmp_path, tally, kind):
    contents = CONTENTS | {"matrix archive": damaged(matrices()), "matrix market": damaged(markets())}
    suffixes = {"matrix archive": [".npz"], "matrix market": [".mtx"]}.get(kind, NETWORKS)

    @fuzz
    @given(contents[kind], st.sampled_from(suffixes))
    def holds(content, suffix):
        path = tmp_path / f"network{suffix}"
        path.write_bytes(content)
        accepted = checked_network(path, tmp_path / "again.csv")
        tally.add(
            "files", f"networks: {kind}", "accepted and sound" if accepted else "refused in one sentence"
        )

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
def test_small_files_that_ask_for_much_are_refused_before_anything_is_allocated(tmp_path, tally, case):
    suffix, make = BOMBS[case]
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(make())
    for read in (read_samples, lambda file: read_network(file, value="conductance")):
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
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path, tally, case):
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
