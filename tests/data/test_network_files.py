"""Networks from files and back: formats, exact round trips, refusals of one line, and any bytes at all."""

import io
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import scipy.io
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecd2g import Ecd2gError, InputError, ResistorNetwork
from ecd2g.data import read_network, write_network
from ecd2g.data.network_files import EDGE_LISTS, MATRICES
from ecd2g.testing.strategies import networks

INF = float("inf")
in_tmp = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def read(tmp_path):
    """Reads text as an edge list of the given name, as resistances unless said otherwise."""

    def from_text(text, name="net.csv", value="resistance", **chosen):
        (tmp_path / name).write_bytes(text.encode())
        return read_network(tmp_path / name, value=value, **chosen)

    return from_text


def edges_of(network):
    ends = zip(network.tails.tolist(), network.heads.tolist(), strict=True)
    labels = ((network.nodes[u], network.nodes[v]) for u, v in ends)
    return dict(zip(labels, network.conductances.tolist(), strict=True))


def same(one, other):
    """Whether nodes, their types, edges to the last bit, and merged labels agree."""
    return (
        [*map(repr, one.nodes)] == [*map(repr, other.nodes)]
        and edges_of(one) == edges_of(other)
        and dict(one.merged) == dict(other.merged)
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("net.csv", "a,b,4\nb, c ,0.5\n"),
        ("net.tsv", "a\tb\t4\nb\tc\t.5"),
        ("net.txt", "# ohms\n\na b 4\r\n  b   c 5e-1  \n"),
        ("NET.EDGES", "from, to, R\na,b,4\nb,c,0.5"),
        ("net.edges", "u v R\na b 4\nb c 0.5"),
        ("bom.csv", '\ufeff"a","b",4\n"b","c",0.5'),
    ],
)
def test_edge_lists_in_every_spelling(read, name, text):
    network = read(text, name)
    assert network.nodes == ("a", "b", "c")
    assert edges_of(network) == {("a", "b"): 0.25, ("b", "c"): 2.0}
    assert edges_of(read(text, name, "conductance")) == {("a", "b"): 4.0, ("b", "c"): 0.5}


def test_columns_are_chosen_by_name_or_place(read):
    text = "u,v,length,ohm\na,b,7,4\n"
    assert edges_of(read(text, column="ohm")) == {("a", "b"): 0.25}
    assert edges_of(read(text, column=3)) == {("a", "b"): 0.25}
    assert edges_of(read(text, column=2, value="conductance")) == {("a", "b"): 7.0}
    assert edges_of(read(text, column="ohm", value="conductance")) == {("a", "b"): 4.0}
    assert edges_of(read("a b 7 4", "net.txt", column=3)) == {("a", "b"): 0.25}


def test_labels_are_ints_where_all_of_them_are_whole_numbers(read):
    assert read("2 0 1\n1 2 1", "net.txt").nodes == range(3)
    assert read("30 10 1\n10 -20 1", "net.txt").nodes == (-20, 10, 30)
    assert read("01 2 1", "net.txt").nodes == ("01", "2")
    assert read("x 2 1\n0 2 1", "net.txt").nodes == ("x", "2", "0")


def test_lines_with_one_label_are_nodes(read):
    alone = read("b\na,b,1\nc\n")
    assert alone.nodes == ("b", "c", "a")
    assert alone.n_components == 2
    assert read("2\n0\n1 0 1", "net.txt").nodes == (2, 0, 1)
    assert read("only", "net.txt").nodes == ("only",)


def test_the_rules_for_values_hold_in_files(read):
    network = read("a,a,1\na,b,0\nb,c,2\na,c,2\nc,d,inf\n")
    counts = network.n_self_loops, network.n_shorts, network.n_parallel, network.n_open
    assert counts == (1, 1, 1, 1)
    assert edges_of(network) == {("a", "c"): 1.0}
    assert network.place("b") == 0


@pytest.mark.parametrize(
    ("text", "chosen", "message"),
    [
        ("", {}, "empty"),
        ("u,v,ohm\n", {}, "only a header"),
        ("a,b,1\nb,c,-1\n", {}, r"got -1.0 at .*net.csv, line 2"),
        ("a,b,1\nb,c,nan\n", {}, r"got nan at .*net.csv, line 2"),
        (
            "a,b,1\nb,c,1e400\n",
            {},
            "line 2 must have a number that a float can hold in column 2, got '1e400'",
        ),
        ("a,b,1\nb,c,1e-400\n", {}, "line 2 must have a number that a float can hold"),
        ("a,b,1\n\nb,c,one\n", {}, "line 3 must have a number"),
        ("1,2,x\n2,3,1\n", {}, "line 1 must have a number"),
        ("a,b,x\na,c,1\n", {}, "line 1 reads like a header but names a node"),
        ("a,b,1o0\nd,c,1\n", {}, "line 1 must have a number"),
        ("a,b,1\nb,c\n", {}, "line 2 must hold two labels and a number in 3 columns, got 2"),
        ("a,b\n", {}, "line 1 must hold two labels and a number"),
        ("a,,1\n", {}, "line 1 must have something in every field"),
        ('a,"b,1\n', {}, "line 1 cannot be split; check its quotation marks"),
        ("a,b,1,2\n", {}, "has 4 columns; say which"),
        ("u,v,R,C\na,b,1,2\n", {"column": "G"}, "one column 'G'"),
        ("u,v,R,C\na,b,1,2\n", {"column": "u"}, "one column 'u'"),
        ("u,v,R,R\na,b,1,2\n", {"column": "R"}, "one column 'R'"),
        ("a,b,1\n", {"column": 1}, "column must be a name, or a place from 2"),
        ("a,b,1\n", {"column": True}, "column must be a name"),
        ("a,b,1\n", {"column": 3}, "in 4 columns, got 3"),
        ("u,v,Siemens\na,b,1\n", {}, "its column is named 'Siemens'; use value='conductance'"),
        ("a,b,4e-308\nb,a,4e-308\n", {}, "cannot be read as a network: .* add up"),
        ("a,b,1\n", {"value": "ohm"}, 'value must be "resistance"'),
    ],
)
def test_unusable_edge_lists_are_refused_with_their_line(read, text, chosen, message):
    with pytest.raises(InputError, match=message) as caught:
        read(text, **chosen)
    assert len(str(caught.value).splitlines()) == 1


def test_files_that_are_no_text_or_no_files_are_refused(tmp_path):
    (tmp_path / "net.csv").write_bytes(b"a,b,1\n\xff,b,1\n")
    with pytest.raises(InputError, match="line 2 is not"):
        read_network(tmp_path / "net.csv", value="resistance")
    (tmp_path / "folder.csv").mkdir()
    for name, message in [("folder.csv", "directory"), ("none.csv", "not exist"), ("net.xls", "must end in")]:
        with pytest.raises(InputError, match=message):
            read_network(tmp_path / name, value="resistance")


@pytest.mark.parametrize(
    ("name", "text", "meant", "found"),
    [
        ("net.csv", "a;b;1\nb;c;2\n", "commas, as .csv", "semicolons"),
        ("net.csv", "a\tb\t1\n", "commas, as .csv", "tabs"),
        ("net.csv", "a b 1\n", "commas, as .csv", "white space"),
        ("net.csv", "a|b|1\n", "commas, as .csv", "vertical bars"),
        ("net.csv", "from;to;ohm;x\na;b;7;1\n", "commas, as .csv", "semicolons"),
        ("net.tsv", "a;b;1\n", "tabs, as .tsv", "semicolons"),
        ("net.tsv", "a,b,1\n", "tabs, as .tsv", "commas"),
        ("net.tsv", "a b 1\n", "tabs, as .tsv", "white space"),
        ("net.txt", "a;b;1\n", "white space (or commas", "semicolons"),
        ("net.txt", "a; b; 1\n", "white space (or commas", "semicolons"),
        ("net.txt", "from to ohm\na, b, 1\n", "white space (or commas", "commas"),
        ("net.edges", "a|b|1\n", "white space (or commas", "vertical bars"),
        ("net.csv", "a,b,1\nb;c;2\n", "line 2 must have its fields", "semicolons"),
        ("net.txt", "a,b,1\nb c 2\n", "line 2 must have its fields", "white space"),
        ("net.csv", "a;b\nb;c\n", "line 1 must have its fields", "semicolons"),
        ("net.csv", "a\nNew York\n", "line 2 must have its fields", "white space"),
    ],
)
def test_the_work_of_another_separator_is_refused(read, name, text, meant, found):
    with pytest.raises(InputError) as caught:
        read(text, name)
    assert meant in str(caught.value)
    assert f"has {found}; separate the fields so" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_labels_that_only_look_separated_are_read(read):
    assert read('"a;b;1"\n"New York"\n').nodes == ("a;b;1", "New York")
    assert read("a,b,1\nNew York\nx;y\n").nodes == ("New York", "x;y", "a", "b")
    assert read("St. John;s,New York,1\n").nodes == ("St. John;s", "New York")
    assert read("a;x b|c 1\n", "net.txt").nodes == ("a;x", "b|c")


@pytest.mark.parametrize("label", ["a;b;1", "a|b|1", "a;"])
def test_labels_that_would_be_refused_are_not_written(tmp_path, label):
    network = ResistorNetwork.from_edges([[0, 1]], resistance=1.0, nodes=[label, "b"])
    with pytest.raises(InputError, match="cannot hold the label"):
        write_network(network, tmp_path / "net.txt", value="resistance")
    write_network(network, tmp_path / "net.csv", value="resistance")
    assert read_network(tmp_path / "net.csv", value="resistance").nodes == network.nodes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be an intact sparse matrix"),
        ("%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n", "got coordinate pattern"),
        ("%%MatrixMarket matrix array real general\n1 1\n2\n", "got array real"),
        ("%%MatrixMarket matrix coordinate real general\n2 2 9999999999999\n1 2 1\n", "must hold 99999"),
        ("%%MatrixMarket matrix coordinate real general\n2 2 1\n5 5 1\n", "coordinates from 1 to 2"),
        ("%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 1\n", r"entry \(0, 1\) is stored"),
        ("%%MatrixMarket matrix coordinate real general\n2 3 1\n1 2 1\n", "square"),
        ("%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n2 1 1e400\n", "line 3 must hold a number"),
        ("%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n2 1 -1\n", "Laplacian"),
    ],
)
def test_unusable_matrix_files_are_refused(read, text, message):
    with pytest.raises(InputError, match=message) as caught:
        read(text, "net.mtx")
    assert "net.mtx" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_matrices_of_other_programs_are_read(tmp_path):
    matrix = sp.coo_array(([2.0, 2.0, 5.0], ([0, 2, 1], [2, 0, 1])), shape=(3, 3))
    scipy.io.mmwrite(tmp_path / "net.mtx", matrix)
    sp.save_npz(tmp_path / "net.npz", matrix)
    for name in ("net.mtx", "net.npz"):
        network = read_network(tmp_path / name, value="resistance")
        assert (network.n_nodes, network.n_self_loops) == (3, 1)
        assert edges_of(network) == {(0, 2): 0.5}
        with pytest.raises(InputError, match="no column"):
            read_network(tmp_path / name, value="resistance", column=2)


@in_tmp
@given(networks(), st.sampled_from([*EDGE_LISTS, *MATRICES]), st.integers(0, 2))
def test_numbered_networks_come_back_bit_for_bit(tmp_path, network, suffix, lonely):
    pairs = np.stack([network.tails, network.heads], axis=1)
    n = network.n_nodes + lonely
    network = ResistorNetwork.from_edges(pairs, conductance=network.conductances, n_nodes=n)
    path = tmp_path / f"net{suffix}"
    write_network(network, path, value="conductance")
    again = read_network(path, value="conductance")
    assert same(network, again)
    assert again.nodes == range(n)
    write_network(network, path, value="resistance")
    rounded = read_network(path, value="resistance")
    assert np.allclose(rounded.conductances, network.conductances, rtol=3e-16, atol=0)
    assert [*tmp_path.iterdir()] == [path]
    path.unlink()


label = st.one_of(
    st.integers(-5, 10**19),
    st.text(st.sampled_from("ab12 ,;\t\"'#.-é\n\u2028\x00\x85\ufeff\ud800"), max_size=4),
    st.sampled_from(["tail", "head", "conductance", "nan", "inf", "#", "007", "-0", (1, 2), True, None]),
)


@in_tmp
@given(st.data(), st.sampled_from(EDGE_LISTS))
def test_labels_come_back_or_are_refused(tmp_path, data, suffix):
    kind = data.draw(
        st.sampled_from([label, st.integers(-5, 30), st.text("ab1 ,\"'#", min_size=1, max_size=3)])
    )
    nodes = data.draw(st.lists(kind, min_size=2, max_size=6, unique_by=lambda each: str(each)))
    node = st.integers(0, len(nodes) - 1)
    edges = data.draw(st.lists(st.tuples(node, node), max_size=6))
    siemens = st.sampled_from([1 / 3, 2.0, 1e-300, 0.0, INF])
    values = data.draw(st.lists(siemens, min_size=len(edges), max_size=len(edges)))
    try:
        network = ResistorNetwork.from_edges(edges, conductance=values, nodes=nodes)
    except InputError:
        return  # 1 and True are one label
    path = tmp_path / f"net{suffix}"
    try:
        write_network(network, path, value="conductance")
    except InputError:
        assert not path.exists()
        return
    assert same(network, read_network(path, value="conductance"))
    path.unlink()


@pytest.mark.parametrize("suffix", EDGE_LISTS)
def test_ordinary_labels_are_not_refused(tmp_path, suffix):
    graph = nx.les_miserables_graph()
    network = ResistorNetwork.from_networkx(graph, conductance="weight")
    write_network(network, tmp_path / f"net{suffix}", value="conductance")
    assert same(network, read_network(tmp_path / f"net{suffix}", value="conductance"))


def test_quotation_marks_carry_separators(tmp_path):
    names = ["New York, NY", 'the "Loop"', "#1", "a\tb"]
    network = ResistorNetwork.from_edges([[0, 1], [1, 2], [3, 2]], resistance=[1.0, 0.0, 3.0], nodes=names)
    for suffix in (".csv", ".tsv"):
        write_network(network, tmp_path / f"net{suffix}", value="resistance")
        again = read_network(tmp_path / f"net{suffix}", value="resistance")
        assert again.nodes == network.nodes
        assert dict(again.merged) == {"#1": 1}
    with pytest.raises(InputError, match="separators or a leading #"):
        write_network(network, tmp_path / "net.txt", value="resistance")


@pytest.mark.parametrize("nodes", [["a", 1], ["1", "2"], [(0,), (1,)], [True, False], [10**18, 0]])
def test_labels_that_would_come_back_as_others_are_refused(tmp_path, nodes):
    network = ResistorNetwork.from_edges([[0, 1]], resistance=1.0, nodes=nodes)
    for suffix in EDGE_LISTS:
        with pytest.raises(InputError, match="relabel the nodes|use ints or texts"):
            write_network(network, tmp_path / f"net{suffix}", value="resistance")
    for suffix in MATRICES:
        with pytest.raises(InputError, match=r"lose their labels; write .csv"):
            write_network(network, tmp_path / f"net{suffix}", value="resistance")


def test_writing_is_atomic_and_refuses_with_the_reason(tmp_path, monkeypatch):
    network = ResistorNetwork.from_edges([[0, 1]], resistance=1.0)
    path = tmp_path / "new" / "net.csv"
    write_network(network, path, value="resistance")
    before = path.read_bytes()

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="cannot write .*No space left"):
        write_network(network, path, value="resistance")
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]
    with pytest.raises(InputError, match="must end in"):
        write_network(network, tmp_path / "net", value="resistance")


def checked_refusal(path, error):
    assert path.name in str(error)
    assert len(str(error).splitlines()) == 1
    return "refused"


def outcome(tmp_path, content, suffix):
    """Whether bytes are a network; if not, they must be refused in one line that names the file."""
    path = tmp_path / f"net{suffix}"
    path.write_bytes(content)
    try:
        network = read_network(path, value="resistance")
    except Ecd2gError as error:
        return checked_refusal(path, error)
    assert network.n_nodes >= 1
    assert np.all(network.conductances > 0)
    return "read"


def saved(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


MARKET = b"%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 1.5\n3 2 2.5\n"
MATRIX = io.BytesIO()
sp.save_npz(MATRIX, sp.csr_array([[0, 1.5, 0], [1.5, 0, 2], [0, 2, 0]]), compressed=False)
tokens = st.lists(
    st.sampled_from(
        ["a", "b", "1", "-2", "0", "inf", "nan", "1e400", '"', ",", " ", "\t", "\n", "\r", "#", "\x00"]
    ),
    max_size=30,
)


def test_the_checker_tells_good_files_from_bad_ones(tmp_path):
    assert outcome(tmp_path, MARKET, ".mtx") == "read"
    assert outcome(tmp_path, MATRIX.getvalue(), ".npz") == "read"
    assert outcome(tmp_path, b"0,1,1\n", ".csv") == "read"
    assert outcome(tmp_path, b"0,1,1\n", ".mtx") == "refused"
    assert outcome(tmp_path, saved(samples=np.arange(3)), ".npz") == "refused"
    outside = {"indices": np.array([10**6]), "indptr": np.array([0, 1]), "format": b"csr", "shape": [1, 1]}
    assert outcome(tmp_path, saved(data=np.ones(1), **outside), ".npz") == "refused"


@in_tmp
@given(st.binary(max_size=120), st.sampled_from([*EDGE_LISTS, *MATRICES]))
def test_any_bytes(tmp_path, content, suffix):
    outcome(tmp_path, content, suffix)


@in_tmp
@given(tokens, st.sampled_from(EDGE_LISTS))
def test_any_tokens(tmp_path, parts, suffix):
    outcome(tmp_path, "".join(parts).encode(), suffix)


@in_tmp
@given(
    st.data(), st.sampled_from([(MARKET, ".mtx"), (MATRIX.getvalue(), ".npz"), (b'u,v,R\n"a",b,1\n', ".csv")])
)
def test_any_damage_to_a_good_file(tmp_path, data, file):
    content = bytearray(file[0])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    outcome(tmp_path, bytes(content), file[1])
