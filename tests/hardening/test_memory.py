"""What needs more memory than there is says so, with both figures, before any of it is taken."""

import re
from importlib.util import find_spec

import pytest

from ecd2g.data import read_network
from ecd2g.errors import CapacityError
from ecd2g.memory import available_memory, require_memory

ROOM = 1_500_000_000
"""Bytes that a command may take beyond what is loaded; the system would give more."""

FILES = ["--source", "a.csv", "--target", "b.csv"]
COMMANDS = {
    "many layers": ["solve", *FILES, "--layers", "1000000000"],
    "many states, without closed form": [
        *["solve", *FILES],
        "--n-symbols",
        "3000000",
        "--layers",
        "30",
        "--method",
        "cg",
    ],
    "many states, dense": ["solve", *FILES, "--n-symbols", "1000", "--layers", "9", "--method", "dense"],
    "many states, sparse": ["solve", *FILES, "--n-symbols", "100000", "--layers", "3", "--method", "sparse"],
    "many states, assembled": ["solve", *FILES, "--n-symbols", "9000", "--layers", "3", "--method", "amg"],
    "many walks": ["sample", *FILES, "--n", "200000000"],
    "more walks than numbers": ["sample", *FILES, "--n", "1000000000000"],
    "many states, first passage": [
        "sample",
        *FILES,
        "--n-symbols",
        "100000",
        "--rule",
        "first-passage",
        "--n",
        "9",
    ],
    "many walks to draw": ["plot", *FILES, "--n", "1000000000000"],
    "many pairs of data": ["data", "1d", "--n", "1000000000000"],
    "many points of data": ["data", "2d", "--n", "1000000000"],
    "many examples to reproduce": ["reproduce", "1d", "--exact", "--n", "1000000000000"],
    "many walks of a network": [
        "network",
        "net.csv",
        "--conductance",
        "--source",
        "0",
        "--sink",
        "2",
        "--walks",
        "99999999999",
    ],
}
LEARNED = {
    "many pairs a step": ["train", "--problem", "1d", "--batch", "1000000000", "--steps", "1"],
    "many points a step": [
        "train",
        "--problem",
        "1d",
        "--points",
        "1000000000",
        "--steps",
        "1",
        "--model",
        "current",
    ],
    "many symbols to embed": [
        "train",
        *FILES,
        "--circuit",
        "sweep",
        "--n-symbols",
        "1000000000",
        "--steps",
        "1",
    ],
    "many pairs a step of a bridge": [
        "train",
        *FILES,
        "--circuit",
        "sweep",
        "--batch",
        "1000000000",
        "--steps",
        "1",
    ],
    "many layers to learn": ["train", "--problem", "1d", "--layers", "1000000000", "--steps", "1"],
    "many states to learn": [
        "train",
        *FILES,
        "--n-symbols",
        "100000000",
        "--steps",
        "1",
        "--model",
        "marginal",
    ],
}
ALL = COMMANDS | (LEARNED if find_spec("torch") else {})

FIGURES = re.compile(r"\d (GB|TiB|GiB|MiB|bytes|PiB|EiB)\b|limit is|at most")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.csv").write_text("0\n1\n2\n")
    (tmp_path / "b.csv").write_text("1\n2\n2\n")
    (tmp_path / "net.csv").write_text("0,1,1\n1,2,1\n")
    return tmp_path


@pytest.mark.parametrize("name", ALL)
def test_a_command_that_needs_too_much_is_refused_with_figures(name, folder, commands, tally):
    before = sorted(folder.rglob("*"))
    done = commands.run(*ALL[name], "--out", "run", cwd=folder, memory=ROOM, seconds=100)
    sentence = done.in_one_sentence()
    assert FIGURES.search(sentence), sentence
    assert sorted(folder.rglob("*")) == before
    tally.add("memory", f"command: {name}", "refused with figures")


PYTHON = {
    "a table of currents": "flow(100_000).currents(0)",
    "currents that just do not fit": "flow(8_000).currents(0)",
    "first passage": "flow(20_000).law('first-passage')",
    "all potentials": "flow(2**25, 9).potentials",
    "the potentials of a huge space": "huge().potentials",
    "the law of a huge space": "huge().law()",
    "the costs of all pairs": "metrics.optimal_transport_cost(p(100_000), p(100_000))",
    "the assignment of samples": "metrics.wasserstein_samples(rows(100_000), rows(100_000))",
    "the matching of walks": "metrics.matched_cost(rows(100_000), rows(100_000))",
    "a plan of all pairs": "couplings.electric_plan(p(100_000), p(100_000))",
    "a plan by Sinkhorn": "couplings.sinkhorn_plan(p(100_000), p(100_000))",
    "resistances of all pairs": "reference.resistance_matrix(line(50_000))",
    "betweenness of all pairs": "reference.current_flow_betweenness(line(100_000))",
    "a site table": "kernels.gaussian(StateSpace(10**6), width=2.0).table()",
    "star-mesh": "reference.solve(line(100_000), source={0: 1.0}, sink={1: 1.0}, method='star-mesh')",
    "dense": "reference.solve(line(9_999), source={0: 1.0}, sink={1: 1.0}, method='dense')",
    "all states of a huge space": "StateSpace(10**6, 2).all_states()",
    "the array of a huge law": "Distribution.point(StateSpace(10**6, 2), [0, 0]).to_array()",
    "many walks": "flow(9).sample(2 * 10**8, rng=0)",
    "many paths": "flow(9).sample(10**18, rng=0)",
}
GIVEN = """
import numpy as np
import ecd2g
from ecd2g import CapacityError, Distribution, InputError, LayeredCircuit, StateSpace, couplings, metrics, reference
from ecd2g.circuit import kernels

def circuit(size, layers, sites=1):
    space = StateSpace(size, sites)
    return LayeredCircuit.complete(space, n_layers=layers, forward_resistance=1.0, lateral_resistance=1e4)

def p(size):
    return Distribution.from_probabilities(StateSpace(size), np.full(size, 1.0 / size))

def rows(n):
    return np.arange(n)[:, None]

def line(n):
    edges = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    return ecd2g.ResistorNetwork.from_edges(edges, resistance=np.ones(n - 1))

def flow(size, layers=3):
    return ecd2g.solve(circuit(size, layers), source=p(size), sink=p(size))

def huge():
    point = Distribution.point(StateSpace(10**6, 2), [0, 1])
    return ecd2g.solve(circuit(10**6, 3, 2), source=point, sink=point)

try:
    {call}
except (CapacityError, InputError) as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("name", PYTHON)
def test_a_call_that_needs_too_much_raises_a_capacity_error_with_figures(name, folder, commands, tally):
    room = ROOM if "just" not in name else 400_000_000
    code = GIVEN.replace("{call}", PYTHON[name])
    done = commands.run("-", cwd=folder, memory=room, code=code, seconds=100)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("CapacityError "), done.out
    assert FIGURES.search(done.out), done.out
    tally.add("memory", f"call: {name}", "refused with figures")


def test_the_figures_of_a_refusal_are_those_of_the_limit(folder, commands):
    code = "from ecd2g.memory import available_memory; print(available_memory())"
    for room in (3e8, 6e8):
        found = float(commands.run("-", cwd=folder, memory=int(room), code=code).out)
        assert 0.8 * room < found <= room


def test_memory_is_asked_for_only_where_much_is_wanted(monkeypatch):
    monkeypatch.setattr("ecd2g.memory.available_memory", lambda: 0.0)
    require_memory(1e6, "a small table", "nothing")
    with pytest.raises(
        CapacityError, match="a large table needs 1 GB of memory, and 0 GB are available; take less"
    ):
        require_memory(1e9, "a large table", "take less")


def test_control_groups_limit_what_is_available(tmp_path, monkeypatch):
    from ecd2g import memory

    group = tmp_path / "a" / "b"
    group.mkdir(parents=True)
    (tmp_path / "a" / "memory.max").write_text("1000000\n")
    (tmp_path / "a" / "memory.current").write_text("600000\n")
    (tmp_path / "a" / "memory.stat").write_text(
        "anon 5\ninactive_file 60000\nactive_file 30000\nslab_reclaimable 10000\nslab 99\n"
    )
    (group / "memory.max").write_text("max\n")
    assert memory.of_control_groups(tmp_path, "/a/b") == 500_000
    assert memory.of_control_groups(tmp_path, "/c") == float("inf")
    assert 0 < available_memory() < 1e15


def test_a_short_file_that_declares_many_nodes_asks_for_their_memory_first(tmp_path, monkeypatch):
    path = tmp_path / "wide.mtx"
    path.write_text("%%MatrixMarket matrix coordinate real symmetric\n100000000 100000000 1\n2 1 1\n")
    monkeypatch.setattr("ecd2g.memory.available_memory", lambda: 1e9)
    with pytest.raises(
        CapacityError, match=r"wide.mtx .* a network of 100,000,000 nodes needs 3.2 GB of memory"
    ):
        read_network(path, value="conductance")
