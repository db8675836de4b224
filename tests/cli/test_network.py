"""`ecd2g network` from the command line: its answers, its folder, and every class of bad input."""

import json
import subprocess
import sys
from importlib.util import find_spec

import networkx as nx
import pytest

from ecd2g import ResistorNetwork
from ecd2g.cli import network
from ecd2g.cli.main import main
from ecd2g.data import read_network, write_network
from ecd2g.experiments.network import run as network_run
from ecd2g.experiments.network.nodes import WITHOUT_AMPERES
from ecd2g.reference.methods import METHODS
from ecd2g.reference.networks.effective_resistance import effective_resistance, resistance_matrix

CLUB = ["network", "club.csv", "--conductance"]
BRIDGE = ["network", "bridge.txt", "--resistance"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    club = ResistorNetwork.from_networkx(nx.karate_club_graph(), conductance="weight")
    for name in ("club.csv", "club.mtx"):
        write_network(club, name, value="conductance")
    files = {
        "bridge.txt": "in left 1\nin right 2\nleft right 3\nleft out 4\nright out 5\n",
        "columns.csv": "from,to,ohms,siemens\na,b,4,0.25\nb,c,4,0.25\n",
        "pieces.csv": "a,b,1\nc,d,1\n",
        "words.csv": "a,b,1\nb,c,much\n",
        "negative.csv": "a,b,-1\n",
        "ragged.csv": "a,b,1\nb,c\n",
        "empty.csv": "",
        "bare.csv": "a\nb\n",
        "network.dat": "a,b,1\n",
        "semicolons.csv": "a;b;1\nb;c;2\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def without_figures(monkeypatch):
    """Figures take most of the time of a run."""
    monkeypatch.setattr(network_run, "DRAWN_NODES", 0)


def numbers(folder, name="run"):
    return json.loads((folder / name / "results.json").read_text())["numbers"]


def test_help_lists_the_options(capsys):
    assert main(["network", "--help"]) == 0
    out, err = capsys.readouterr()
    for word in (
        "--resistance",
        "--conductance",
        "--source",
        "NODE[=AMPERE]",
        "--all-pairs",
        ".mtx",
        "star-mesh",
    ):
        assert word in out
    assert err == ""


def test_help_says_of_missing_amperes_what_the_refusal_says(capsys):
    assert main(["network", "--help"]) == 0
    assert WITHOUT_AMPERES in " ".join(capsys.readouterr().out.split())


def test_currents_are_solved_on_the_back_end_that_was_asked_for(monkeypatch, capsys):
    asked = []

    def solve(*arguments, backend, **settings):
        asked.append(backend)
        return library_solve(*arguments, **settings)

    library_solve = network_run.solve
    monkeypatch.setattr(network_run, "solve", solve)
    monkeypatch.setattr(network_run, "require_backend", lambda backend: None)
    assert main([*BRIDGE, *ENDS, "--backend", "cupy", "--pairs", "in,out"]) == 0
    assert main([*BRIDGE, *ENDS]) == 0
    assert asked == ["cupy", "numpy"]
    capsys.readouterr()
    assert main([*BRIDGE, "--pairs", "in,out", "--backend", "cupy"]) == 2
    assert "solves currents only; add --source" in capsys.readouterr().err


@pytest.mark.skipif(find_spec("cupy") is not None, reason="CuPy is installed")
def test_a_back_end_that_is_not_there_is_one_line(capsys, folder):
    assert main([*BRIDGE, *ENDS, "--backend", "cupy", "--out", "run"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), (folder / "run").exists()) == ("", 1, False)
    assert "CuPy" in err


def test_all_pairs_of_a_small_network_are_a_table(capsys):
    assert main([*BRIDGE, "--all-pairs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    network = read_network("bridge.txt", value="resistance")
    exact = resistance_matrix(network).values
    assert [line.split()[-1] for line in lines[2:]] == list(network.nodes)
    for u, line in enumerate(lines[3:], start=1):
        assert line.split()[3:-1] == [f"{exact[u, v]:.6g}" for v in range(u)]


def test_all_pairs_of_a_larger_network_are_told_by_their_extremes(capsys, folder):
    (folder / "path.txt").write_text("".join(f"{k} {k + 1} {k + 1}\n" for k in range(13)) + "90 91 7\n")
    assert main(["network", "path.txt", "--resistance", "--all-pairs"]) == 0
    out = capsys.readouterr().out
    assert "smallest resistance 0 to 1         1 ohm" in out
    assert f"largest resistance 0 to 13         {13 * 14 // 2} ohm" in out
    assert f"infinite                           {14 * 2} pairs: no path joins them" in out


def test_the_lists_of_the_options_are_those_of_the_library():
    assert set(network.METHODS) == set(METHODS) - {"closed-form"}
    assert set(network.SETTINGS) <= set(network_run.NetworkQuestion.__dataclass_fields__)


def test_a_solution_is_printed_with_its_bracket_and_certificate(capsys, folder):
    before = sorted(folder.iterdir())
    assert main([*CLUB, "--source", "0", "--sink", "33"]) == 0
    out, err = capsys.readouterr()
    club = ResistorNetwork.from_networkx(nx.karate_club_graph(), conductance="weight")
    assert f"{effective_resistance(club, 0, 33):.10g}" in out
    for words in (
        "club.csv: 34 nodes, 78 edges, 1 component",
        "resistance 0 to 33",
        "backward error",
        "1 A from 1",
    ):
        assert words in out
    assert err == ""
    assert sorted(folder.iterdir()) == before


def test_everything_at_once_fills_a_folder(capsys, folder):
    walks = ["--source", "0=2", "--sink", "33", "16", "--walks", "400", "--seed", "1"]
    measures = ["--pairs", "0,33", "1,2", "--betweenness", "--closeness"]
    assert main([*CLUB, *walks, *measures, "--out", "run"]) == 0
    out = capsys.readouterr().out
    for words in (
        "TV of 400 ends",
        "within",
        "ends at 33",
        "exactly 0.5",
        "resistance 1 to 2",
        "largest closeness",
    ):
        assert words in out
    tables = {f"{name}.csv" for name in ("potentials", "currents", "ends", "resistances", "centralities")}
    others = {"network.png", "network.svg", "config.toml", "report.html", "results.json"}
    assert {path.name for path in (folder / "run").iterdir()} == tables | others
    assert numbers(folder)["solution"]["n_sinks"] == 2


def test_same_seed_same_numbers_and_a_folder_is_replaced_on_request(capsys, folder, without_figures):
    walks = [*CLUB, "--source", "0", "--sink", "33", "16", "--walks", "300", "--quiet"]
    for seed, out in ((3, "a"), (3, "b"), (4, "c")):
        assert main([*walks, "--seed", str(seed), "--out", out]) == 0
    a, b, c = (numbers(folder, out) for out in "abc")
    assert a == b != c
    assert main([*walks, "--seed", "4", "--out", "a"]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main([*walks, "--seed", "4", "--out", "a", "--overwrite"]) == 0
    assert numbers(folder, "a") == c


def test_ohms_and_siemens_and_columns_mean_what_they_say(folder):
    for index, choice in enumerate(
        (
            ["--resistance", "--column", "ohms"],
            ["--conductance", "--column", "siemens"],
            ["--resistance", "--column", "2"],
        )
    ):
        assert (
            main(["network", "columns.csv", *choice, "--pairs", "a,c", "--out", str(index), "--quiet"]) == 0
        )
        assert numbers(folder, str(index))["resistances"]["pairs"][0]["resistance_ohm"] == pytest.approx(
            8, rel=1e-14
        )


@pytest.mark.parametrize("name", ["club.csv", "club.mtx"])
def test_numbered_nodes_are_found_in_every_format(folder, name):
    assert main(["network", name, "--conductance", "--pairs", "0,33", "--out", "run", "--quiet"]) == 0
    assert numbers(folder)["resistances"]["pairs"][0]["v"] == 33


# "cholmod" and "amg" need packages that need not be there
@pytest.mark.parametrize("method", ["star-mesh", "dense", "sparse", "cg"])
def test_every_method_gives_the_same_answer(folder, without_figures, method):
    question = [*BRIDGE, "--source", "in", "--sink", "out", "--pairs", "in,out"]
    assert main([*question, "--method", method, "--out", "run", "--quiet"]) == 0
    found = numbers(folder)
    assert found["certificate"]["method"] == method
    exact = 61 / 21  # the triangle in-left-right as a star of 1/3, 1/2 and 1 ohm
    assert found["solution"]["effective_resistance"]["resistance_ohm"] == pytest.approx(exact, rel=1e-12)
    assert found["resistances"]["pairs"][0]["resistance_ohm"] == pytest.approx(exact, rel=1e-12)


ENDS = ["--source", "in", "--sink", "out"]

CASES = {
    "no file": (["network", "--resistance"], "FILE"),
    "neither ohms nor siemens": (
        ["network", "bridge.txt"],
        "one of the arguments --resistance --conductance",
    ),
    "ohms and siemens": ([*BRIDGE, "--conductance"], "not allowed with"),
    "missing file": (["network", "none.csv", "--resistance"], "none.csv"),
    "a folder": (["network", "folder.csv", "--resistance"], "folder.csv"),
    "unknown suffix": (["network", "network.dat", "--resistance"], "must end in"),
    "empty file": (["network", "empty.csv", "--resistance"], "empty"),
    "a number that is none": (["network", "words.csv", "--resistance"], "line 2"),
    "a negative number": (["network", "negative.csv", "--resistance"], "line 1"),
    "ragged lines": (["network", "ragged.csv", "--resistance"], "line 2"),
    "four columns": (["network", "columns.csv", "--resistance"], "4 columns"),
    "unknown column": (["network", "columns.csv", "--resistance", "--column", "volts"], "'volts'"),
    "column of a label": (["network", "columns.csv", "--resistance", "--column", "1"], "place from 2 on"),
    "unknown source": ([*BRIDGE, "--source", "into", "--sink", "out"], "did you mean 'in'"),
    "unknown sink": ([*BRIDGE, "--source", "in", "--sink", "oyt=1"], "did you mean 'out'"),
    "unknown number": ([*CLUB, "--source", "0", "--sink", "333"], "'333' is not a node"),
    "source alone": ([*BRIDGE, "--source", "in"], "add --sink"),
    "sink alone": ([*BRIDGE, "--sink", "out"], "add --source"),
    "no amperes": ([*BRIDGE, "--source", "in=", "--sink", "out"], "positive finite"),
    "negative amperes": ([*BRIDGE, "--source", "in=-1", "--sink", "out"], "positive finite"),
    "some amperes": (
        [*BRIDGE, "--source", "in", "--sink", "out=1", "left"],
        "to all of its nodes or to none, got 'out=1 left'; a side without amperes shares equally what the other side "
        "has, or 1 A",
    ),
    "amperes for some sources": ([*BRIDGE, "--source", "in", "left=0.5", "--sink", "out"], "or to none"),
    "another separator": (["network", "semicolons.csv", "--resistance"], "has semicolons"),
    "unknown back end": ([*BRIDGE, *ENDS, "--backend", "abacus"], "invalid choice"),
    "a node twice": ([*BRIDGE, "--source", "in", "in", "--sink", "out"], "twice"),
    "totals that differ": ([*BRIDGE, "--source", "in=1", "--sink", "out=2"], "totals must agree"),
    "totals of a component": (
        ["network", "pieces.csv", "--resistance", "--source", "a", "--sink", "c"],
        "agree",
    ),
    "no edges": (
        ["network", "bare.csv", "--resistance", "--source", "a", "--sink", "b"],
        "totals must agree",
    ),
    "walks from nowhere": ([*BRIDGE, "--walks", "5"], "add --source"),
    "no walks": ([*BRIDGE, *ENDS, "--walks", "0"], "at least 1"),
    "half a pair": ([*BRIDGE, "--pairs", "in"], "comma"),
    "unknown pair": ([*BRIDGE, "--pairs", "in,oot"], "did you mean 'out'"),
    "pairs twice": ([*BRIDGE, "--pairs", "in,out", "--all-pairs"], "either --pairs or --all-pairs"),
    "centralities of pieces": (["network", "pieces.csv", "--resistance", "--betweenness"], "connected"),
    "unknown method": ([*BRIDGE, *ENDS, "--method", "magic"], "invalid choice"),
    "bad tolerance": ([*BRIDGE, *ENDS, "--tolerance", "0"], "positive finite"),
    "missed tolerance": ([*BRIDGE, *ENDS, "--tolerance", "1e-300"], "tolerance"),
    "bad seed": ([*BRIDGE, *ENDS, "--seed", "-1"], "at least 0"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_sentence_and_leaves_nothing(case, capsys, folder):
    (folder / "folder.csv").mkdir()
    before = sorted(folder.rglob("*"))
    arguments, words = CASES[case]
    assert main([*arguments, "--out", "deep/run"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ecd2g: error: ")
    assert err.count("\n") == 1
    assert words in err
    assert sorted(folder.rglob("*")) == before


def test_the_command_loads_no_figures_without_a_folder_and_its_help_loads_nothing(folder):
    code = "import sys; from ecd2g.cli.main import main; main(sys.argv[1:]); print(*sorted(sys.modules))"

    def loaded(*arguments):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}

    assert not {"numpy", "scipy", "networkx", "tqdm"} & loaded("network", "--help")
    assert not {"matplotlib", "hypothesis", "torch"} & loaded(*BRIDGE, *ENDS, "--pairs", "in,out")
