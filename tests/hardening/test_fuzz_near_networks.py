"""Files of networks that are right, or nearly so: what is accepted is what a slow and independent reading finds.

About half of the files are as they should be, in one of many spellings; the others have one thing wrong.
"""

import io
import os
from collections import Counter

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from near_files import BREAKS, ENCODINGS, archived, broken, said, slow_fields, slow_lines, slow_number, stored

from ecd2g.data import read_network, write_network
from ecd2g.errors import InputError

EXAMPLES = 60 * int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
fuzz = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])

LABELS = st.sampled_from(["0", "1", "2", "3", "a", "b", "c d", "<b>", "07"])
SIEMENS = st.sampled_from(["1", "2", "0.5", "1e-3", "3.", "1e300", "+2", ".25"])


@st.composite
def edge_texts(draw):
    """A suffix, and the bytes of such an edge list."""
    suffix = draw(st.sampled_from([".csv", ".tsv", ".txt", ".edges"]))
    joint = {".csv": ",", ".tsv": "\t"}.get(suffix, " ")
    label = draw(st.sampled_from([st.sampled_from("0123"), LABELS])).filter(
        lambda name: joint != " " or " " not in name
    )
    lines = draw(st.lists(st.tuples(label, label, SIEMENS), min_size=1, max_size=5).map(list))
    lines += [(one,) for one in draw(st.lists(label, max_size=1))]
    if draw(st.booleans()):
        lines = [("tail", "head", "siemens"), *lines]
    end = draw(BREAKS)
    text = end.join(joint.join(line) for line in lines)
    return suffix, draw(broken(text.encode(draw(ENCODINGS))))


def slow_network(content, suffix):
    """Labels, and the siemens between every two of them; None where a wire makes two nodes one."""
    lines = slow_lines(content)
    separator = {".csv": ",", ".tsv": "\t"}.get(suffix, "," if "," in lines[0] else None)
    rows = [slow_fields(line, separator) for line in lines]
    if len(rows[0]) == 3 and rows[0][2][0].isalpha() and all(slow_number(field) is None for field in rows[0]):
        rows = rows[1:]
    labels, siemens = [label for row in rows for label in row[:2]], Counter()
    for tail, head, number in (row for row in rows if len(row) > 1):
        if slow_number(number).is_infinite():
            return None
        siemens[frozenset((tail, head))] += float(slow_number(number))
    return {*labels}, {pair: value for pair, value in siemens.items() if len(pair) == 2 and value > 0}


def found(network):
    """The same of a network that was read."""
    names = [str(node) for node in network.nodes]
    ends = zip(network.tails.tolist(), network.heads.tolist(), network.conductances.tolist(), strict=True)
    return {*names}, {frozenset((names[u], names[v])): value for u, v, value in ends}


def sound(network, again):
    """Conductances of a network that may be; it is the same when it is written and read again."""
    assert np.all((network.conductances > 0) & np.isfinite(network.conductances))
    assert len({*network.nodes}) == network.n_nodes
    try:
        write_network(network, again, value="conductance")
    except InputError:  # labels that would not come back
        return
    twin = read_network(again, value="conductance")
    assert list(twin.nodes) == list(network.nodes)
    assert np.array_equal(twin.conductances, network.conductances)


def read_siemens(path):
    return read_network(path, value="conductance")


@fuzz
@given(edge_texts())
def test_accepted_edge_lists_are_the_networks_that_a_slow_reading_finds(tmp_path, tally, outcome, case):
    suffix, content = case
    path = tmp_path / f"network{suffix}"
    path.write_bytes(content)
    network = outcome(read_siemens, path)
    if network is not None:
        sound(network, tmp_path / "again.csv")
        wanted = slow_network(content, suffix)
        if wanted is not None:
            labels, siemens = found(network)
            assert labels == wanted[0]
            assert siemens == pytest.approx(wanted[1], rel=1e-12)
    tally.add("files", "networks: text, right or nearly so", said(network))


@st.composite
def square_matrices(draw):
    """A symmetric table of siemens, or nearly so."""
    size = draw(st.integers(2, 4))
    table = np.zeros((size, size))
    for _ in range(draw(st.integers(1, 5))):
        u, v = (draw(st.integers(0, size - 1)) for _ in range(2))
        table[u, v] = table[v, u] = draw(st.sampled_from([1.0, 2.5, 1e-9, 1e9]))
    if not draw(st.integers(0, 7)):
        table[draw(st.integers(0, size - 1)), 0] = draw(st.sampled_from([-1.0, np.nan, np.inf, 7.0]))
    return table


@st.composite
def matrix_archives(draw):
    """An archive of a sparse matrix, its parts as SciPy writes them, or one of them another."""
    matrix = sp.coo_array(draw(square_matrices())).asformat(draw(st.sampled_from(["coo", "csr", "csc"])))
    stream = io.BytesIO()
    sp.save_npz(stream, matrix, compressed=draw(st.booleans()))
    with np.load(io.BytesIO(stream.getvalue())) as held:
        parts = {name: held[name] for name in held.files}
    if not draw(st.integers(0, 2)):
        name = draw(st.sampled_from(sorted({*parts} - {"_is_array"})))
        others = [
            np.array(0),
            np.array([0, 1]),
            np.array([5, 5]),
            np.array([2**40, 0]),
            np.array("bsr"),
            np.array([-1, 0]),
        ]
        parts[name] = draw(st.sampled_from(others))
    return archived({name: stored(array) for name, array in parts.items()})


def table_of(network):
    """The conductances of a network as a table."""
    table = np.zeros((network.n_nodes, network.n_nodes))
    table[network.tails, network.heads] = table[network.heads, network.tails] = network.conductances
    return table


def agree(network, wanted):
    """Whether a network has the conductances of a table, where no wire makes two nodes one."""
    off = ~np.eye(len(wanted), dtype=bool)
    return np.isinf(wanted[off]).any() or np.array_equal(table_of(network)[off], wanted[off])


@fuzz
@given(matrix_archives().flatmap(broken))
def test_accepted_matrix_archives_are_what_scipy_reads(tmp_path, tally, outcome, content):
    path = tmp_path / "network.npz"
    path.write_bytes(content)
    network = outcome(read_siemens, path)
    if network is not None:
        sound(network, tmp_path / "again.csv")
        assert agree(network, sp.load_npz(io.BytesIO(content)).toarray())
    tally.add("files", "networks: matrix archive, right or nearly so", said(network))


@st.composite
def markets(draw):
    """A matrix in Matrix Market format, with comments, or one line of it another."""
    table, field = draw(square_matrices()), draw(st.sampled_from(["real", "integer", "double"]))
    symmetry = draw(st.sampled_from(["symmetric", "general"]))
    places = np.argwhere((np.tril(table) if symmetry == "symmetric" else table) != 0)
    entries = [f"{u + 1} {v + 1} {table[u, v].item()!r}" for u, v in places]
    lines = [
        f"%%MatrixMarket matrix coordinate {field} {symmetry}",
        f"{len(table)} {len(table)} {len(entries)}",
        *entries,
    ]
    if draw(st.booleans()):
        lines.insert(1, "% made by hand")
    if not draw(st.integers(0, 7)):
        other = st.sampled_from(
            ["1 2", "1 1 1 1", "9 9 1", "0 1 1", "1 2 nan", "1 2 1e400", "", "1.5 1 2", "-1 -1 0"]
        )
        lines[draw(st.integers(0, len(lines) - 1))] = draw(other)
    return draw(broken(draw(BREAKS).join(lines).encode()))


def slow_market(content):
    """The table of a Matrix Market file, entry by entry."""
    lines = content.decode("latin-1").splitlines()
    body = [line.split() for line in lines if line.strip() and not line.startswith("%")]
    table = np.zeros((int(body[0][0]), int(body[0][1])))
    for row, column, value in body[1:]:
        u, v = int(float(row)) - 1, int(float(column)) - 1
        table[u, v] += float(value)
        if u != v and "symmetric" in lines[0].lower():
            table[v, u] += float(value)
    return table


@fuzz
@given(markets())
def test_accepted_matrix_market_files_are_what_their_lines_say(tmp_path, tally, outcome, content):
    path = tmp_path / "network.mtx"
    path.write_bytes(content)
    network = outcome(read_siemens, path)
    if network is not None and network.n_nodes < 1000:
        sound(network, tmp_path / "again.csv")
        assert agree(network, slow_market(content))
    tally.add("files", "networks: Matrix Market, right or nearly so", said(network))
