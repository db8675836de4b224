"""A run on a network writes what the library answers, and reads nodes as they are spelled."""

import csv
import json
import tomllib
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest

from ecd2g import InputError, ResistorNetwork, solve
from ecd2g.data import write_network
from ecd2g.experiments.network import run as runs
from ecd2g.experiments.network.nodes import node_of, pair_of, terminals_of
from ecd2g.experiments.network.run import NetworkQuestion, network_run
from ecd2g.reference.networks.centrality import current_flow_betweenness, current_flow_closeness
from ecd2g.reference.networks.effective_resistance import effective_resistances, resistance_matrix


@pytest.fixture
def club(tmp_path, monkeypatch):
    """The karate club as a file, with node 34 shorted to node 33."""
    monkeypatch.chdir(tmp_path)
    graph = nx.karate_club_graph()
    graph.add_edge(33, 34, weight=float("inf"))
    network = ResistorNetwork.from_networkx(graph, conductance="weight")
    write_network(network, "club.csv", value="conductance")
    (tmp_path / "run").mkdir()
    return tmp_path


def asked(**settings):
    return NetworkQuestion("club.csv", "conductance", **settings)


def run(folder, question):
    text = network_run(question, folder / "run", "ecd2g test", quiet=True)
    return text, json.loads((folder / "run" / "results.json").read_text())["numbers"]


def table(path):
    with path.open(newline="") as stream:
        header, *rows = csv.reader(stream, quoting=csv.QUOTE_NONNUMERIC)
    return header, rows


def test_solution_in_the_files_is_that_of_the_library(club):
    question = asked(source=("0",), sink=("33=0.75", "16=0.25"), n_walks=500, seed=3)
    _, numbers = run(club, question)
    network = question.network()
    solution = solve(network, source={0: 1.0}, sink={33: 0.75, 16: 0.25})
    walks = solution.sample(500, rng=3)

    header, rows = table(club / "run" / "potentials.csv")
    assert header == ["node", "potential_volt", "source_ampere", "sink_ampere"]
    assert [row[0] for row in rows] == [*network.nodes, *network.merged]
    columns = np.array(rows)[: network.n_nodes, 1:].T
    assert np.array_equal(columns, [solution.potentials, solution.field.injected, solution.field.extracted])
    assert rows[-1][1:] == rows[network.place(34)][1:]  # the merged label has the values of its node

    header, rows = table(club / "run" / "currents.csv")
    assert header == ["tail", "head", "conductance_siemens", "current_ampere"]
    edges = np.column_stack([network.tails, network.heads, network.conductances, solution.currents])
    assert np.array_equal(rows, edges)

    header, rows = table(club / "run" / "ends.csv")
    assert header == ["node", "sink_share", "exact_law", "sampled_share"]
    shares = {row[0]: row[1:] for row in rows}
    assert shares[33] == [0.75, float(solution.law()[33]), walks.ends.count(33) / 500]
    assert sum(row[3] for row in rows[: network.n_nodes]) == pytest.approx(1)
    assert numbers["certificate"]["upper"] == solution.certificate.upper
    assert numbers["solution"]["power_watt"]["value"] == solution.power
    assert "effective_resistance" not in numbers["solution"]
    assert numbers["walks"]["within_floor"] is True
    assert numbers["walks"]["exact_law_total_variation"] < 1e-14
    assert numbers["figures"] == ["network"]


def test_measures_in_the_files_are_those_of_the_library(club):
    question = asked(pairs=("0,33", "5,16", "34,0"), betweenness=True, closeness=True)
    _, numbers = run(club, question)
    network = question.network()
    found = effective_resistances(network, [(0, 33), (5, 16), (34, 0)])
    _, rows = table(club / "run" / "resistances.csv")
    assert np.array_equal(np.array(rows)[:, 2:].T, [found.values, found.lower, found.upper])
    assert [pair["resistance_ohm"] for pair in numbers["resistances"]["pairs"]] == found.values.tolist()
    assert rows[0][2] == pytest.approx(rows[2][2], rel=1e-12)  # 34 is 33

    header, rows = table(club / "run" / "centralities.csv")
    assert header == ["node", "betweenness", "closeness"]
    columns = np.array(rows)[: network.n_nodes, 1:].T
    expected = [current_flow_betweenness(network).values, current_flow_closeness(network).values]
    assert np.array_equal(columns, expected)
    theirs = nx.current_flow_betweenness_centrality(nx.karate_club_graph(), weight="weight")
    largest = numbers["betweenness"]["largest"]
    assert [entry["node"] for entry in largest] == sorted(theirs, key=theirs.get, reverse=True)[:5]
    assert not list((club / "run").glob("*.png"))


def test_all_pairs_are_every_pair_once(club):
    question = asked(all_pairs=True)
    text, numbers = run(club, question)
    found = resistance_matrix(question.network())
    _, rows = table(club / "run" / "resistances.csv")
    upper = np.triu_indices(34, 1)
    ends, brackets = np.array(rows)[:, :2].T, np.array(rows)[:, 2:].T
    assert np.array_equal(ends, upper)
    assert np.array_equal(brackets, [found.values[upper], found.lower[upper], found.upper[upper]])
    assert numbers["resistances"]["n_pairs"] == len(rows) == 561
    ranked = sorted(found.values[upper].tolist())
    for name, rank in (("smallest", 0), ("median", 280), ("largest", 560)):
        pair = numbers["resistances"][name]
        assert pair["resistance_ohm"] == ranked[rank] == found.values[pair["u"], pair["v"]]
    assert "561 pairs" in text


def test_the_bracket_holds_the_exact_resistance_for_any_current(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "DRAWN_NODES", 0)
    (tmp_path / "run").mkdir()
    (tmp_path / "club.csv").write_text("a,b,3\na,b,7\nb,c,11\n")
    for ampere in ("0.1", "1", "7e-5", "3e9"):
        _, numbers = run(tmp_path, asked(source=(f"a={ampere}",), sink=("c",)))
        found = numbers["solution"]["effective_resistance"]
        exact = Fraction(1, 10) + Fraction(1, 11)
        assert Fraction(found["lower_ohm"]) <= exact <= Fraction(found["upper_ohm"])
        assert found["upper_ohm"] - found["lower_ohm"] < 1e-14
        assert (found["u"], found["v"]) == ("a", "c")


def test_settings_are_recorded_with_their_origin(club):
    run(club, asked(source=("0",), sink=("33",), tolerance=1e-9))
    text = (club / "run" / "config.toml").read_text()
    config = tomllib.loads(text)
    assert (config["source"], config["sink"], config["tolerance"]) == (["0"], ["33"], 1e-9)
    assert 'source = ["0"]  # given' in text
    assert "seed = 0  # our default" in text
    assert "resistor network of club.csv" in (club / "run" / "report.html").read_text()


def test_large_networks_are_not_drawn_and_the_run_says_so(club, monkeypatch):
    monkeypatch.setattr(runs, "DRAWN_NODES", 33)
    text, numbers = run(club, asked(source=("0",), sink=("33",)))
    assert "figures left out" in text
    assert "here 34 and 78" in numbers["figures_left_out"]
    assert not list((club / "run").glob("network.*"))


def test_nothing_asked_says_what_was_read(club):
    text, numbers = run(club, asked())
    assert "34 nodes, 78 edges, 1 component" in text
    assert "1 zero-ohm edge contracted" in text
    assert (numbers["network"]["n_zero_ohm_edges_contracted"], numbers["network"]["n_labels_merged"]) == (
        1,
        1,
    )


def test_a_pair_that_no_path_joins_is_infinite(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "club.csv").write_text("a,b,1\nc,d,1\n")
    text, numbers = run(tmp_path, asked(pairs=("a,c", "a,b")))
    assert "infinite: no path joins them" in text
    assert [pair["resistance_ohm"] for pair in numbers["resistances"]["pairs"]] == [
        "infinity",
        pytest.approx(1, rel=1e-14),
    ]


def test_all_pairs_without_any_path_and_without_any_pair(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    for text, n_infinite in (("a\nb\nc\n", 3), ("a\n", 0)):
        (tmp_path / "club.csv").write_text(text)
        _, numbers = run(tmp_path, asked(all_pairs=True))
        assert numbers["resistances"]["n_infinite"] == n_infinite
        assert "smallest" not in numbers["resistances"]


def line(*labels):
    pairs = [[k, k + 1] for k in range(len(labels) - 1)]
    return ResistorNetwork.from_edges(pairs, resistance=1.0, nodes=labels)


def test_nodes_are_texts_or_whole_numbers():
    assert node_of(line(7, -3), "-3") == -3
    assert node_of(line("7", "a"), "7") == "7"
    assert node_of(line("007", "a"), "007") == "007"
    for text in ("007", "7.0", "1_0", "٧"):
        with pytest.raises(InputError, match="is not a node"):
            node_of(line(7, 10), text)


@pytest.mark.parametrize(
    ("sources", "sinks", "source", "sink"),
    [
        (["a"], ["c"], {"a": 1.0}, {"c": 1.0}),
        (["a=2.5"], ["c"], {"a": 2.5}, {"c": 2.5}),
        (["a"], ["c=3", "b=1"], {"a": 4.0}, {"c": 3.0, "b": 1.0}),
        (["a=3"], ["b", "c"], {"a": 3.0}, {"b": 1.5, "c": 1.5}),
        (["a=1"], ["b=2"], {"a": 1.0}, {"b": 2.0}),  # refused by the solver, not here
        (["x=1"], ["a"], {"x=1": 1.0}, {"a": 1.0}),  # a label that holds a sign of its own
        (["x=1=2"], ["a"], {"x=1": 2.0}, {"a": 2.0}),
        ([], [], {}, {}),
    ],
)
def test_amperes_are_shared_where_none_are_given(sources, sinks, source, sink):
    assert terminals_of(line("a", "b", "c", "x=1"), sources, sinks) == (source, sink)


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (["q"], "--source must be NODE or NODE=AMPERE, but 'q' is not a node"),
        (["mid=one"], "positive finite number of amperes, got 'one'"),
        (["mid=-1"], "got '-1'"),
        (["mid=0"], "got '0'"),
        (["mid=nan"], "got 'nan'"),
        (["mid=inf"], "got 'inf'"),
        (["mid="], "got ''"),
        (["mdi=2"], "did you mean 'mid'"),
        (["mid", "mid"], "names 'mid' twice"),
        (["mid=1", "end"], "to all of its nodes or to none"),
    ],
)
def test_bad_currents_are_refused(sources, words):
    with pytest.raises(InputError, match=words):
        terminals_of(line("begin", "mid", "end"), sources, ["end"])


def test_pairs_are_split_at_the_comma_that_leaves_two_nodes():
    network = line("a", "b,c", "d", "b", "c,d")
    assert pair_of(network, "a,d") == ("a", "d")
    assert pair_of(network, "a,b,c") == ("a", "b,c")
    assert pair_of(network, "b,c,a") == ("b,c", "a")
    with pytest.raises(InputError, match="can be read in 2 ways"):
        pair_of(network, "b,c,d")
    assert pair_of(line(3, -4), "3,-4") == (3, -4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a", "a comma between"),
        ("a,q", "'q' is not a node"),
        ("a,b,q", "two nodes U,V"),
        (",", "'' is not a node"),
    ],
)
def test_bad_pairs_are_refused(text, words):
    with pytest.raises(InputError, match=words):
        pair_of(line("a", "b"), text)
