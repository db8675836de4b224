"""Command lines made from the parsers themselves: done, or one sentence and status 2, and then nothing is written."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import warnings
from itertools import chain

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecd2g.cli.main import main
from ecd2g.cli.parser import build_parser

EXAMPLES = 8 * int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
fuzz = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])

SECONDS = 120
COMMANDS = next(
    action.choices for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)
)
RUN = "$\\frac{x$"
"""Name of the folder of a trained run: a formula that is none."""

FILES = {
    "a.csv": "0,1\n1,1\n2,0\n1,0\n0,0\n",
    "b.csv": "2,1\n1,1\n2,0\n2,2\n0,2\n",
    "words.txt": "AC\nCA\n",
    "other.txt": "AA\nCC\n",
    "$x^$.csv": '"<b>",1\n"$\\frac{x$",2\n',
    "net.csv": '"$\\frac{x$","<b>",1\n"<b>",c,2\nc,"$\\frac{x$",0.5\n',
    "net.mtx": "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 1\n3 2 2\n",
    "empty.csv": "",
}
ODD = [
    "",
    " ",
    "-1",
    "0",
    "-0",
    "1e400",
    "nan",
    "inf",
    "1_0",
    "\u0663",
    "9" * 5000,
    "x",
    "2.5",
    "1e-320",
    "10**9",
    "--",
    "-",
    "$x$",
    "a\0b",
    "1,,2",
    ",",
    "=",
    "0=nan",
    "0=1e400",
    "0=-1",
    "😀",
]
SMALL = {
    "n_walks": "5",
    "n_samples": "5",
    "n_examples": "1",
    "n_steps": "2",
    "n_pairs": "4",
    "n_layers": "3",
    "layers": "3",
    "n_points": "3",
    "threads": "1",
    "seed": "1",
    "n_seeds": "1",
    "n_iterations": "1",
    "n_sites": "1",
    "tolerance": "1e-6",
    "n_symbols": "3",
    "families": "complete",
    "forward_resistance": "0.5",
    "lateral_resistance": "2",
    "holdout": "0.4",
    "learning_rate": "0.01",
    "weight_decay": "0",
    "average": "0.9",
    "evaluations": "2",
    "problems": "moons",
    "column": "2",
}
"""Values that finish soon, by the name of the setting."""

LONG = {"reproduce": ["--exact"]}
"""What keeps a command short."""

NEEDED = {
    "solve": ["--source", "a.csv", "--target", "b.csv"],
    "sample": ["--source", "a.csv", "--target", "b.csv", "--n", "5"],
    "plot": ["--source", "a.csv", "--target", "b.csv", "--n", "5"],
    "design": ["--source", "a.csv", "--target", "b.csv", "--walks", "5", "--layers", "2", "--families", "complete"],
    "network": ["net.csv", "--conductance", "--source", "c", "--sink", "<b>"],
    "train": ["--source", "a.csv", "--target", "b.csv", "--steps", "2", "--batch", "4", "--no-compare"],
    "verify": ["--examples", "1"],
    "data": ["1d", "--n", "5"],
    "compare": [RUN, "--n", "5"],
    "reproduce": ["1d", "--exact", "--n", "5"],
}  # fmt: skip
"""A command line of each command that is in order."""


def values(action):
    """Values of an option: valid, nearly valid and absurd ones."""
    if action.choices is not None:
        return st.sampled_from([*map(str, action.choices), *ODD[:4]])
    good = (
        [SMALL[action.dest]]
        if action.dest in SMALL
        else [*FILES, "missing.csv", ".", "c", "<b>", "c=1", "c,<b>", "0,1"]
    )
    return st.sampled_from(good * 3) | st.sampled_from(ODD)


SOLVED = {
    "--layers": ["2", "3"],
    "--forward-resistance": ["0.5", "1e-3"],
    "--lateral-resistance": ["2", "1e6"],
    "--method": ["auto", "closed-form", "star-mesh", "dense", "sparse", "cg"],
    "--tolerance": ["1e-6"],
    "--n-symbols": ["3", "4"],
}
WALKED = SOLVED | {"--rule": ["two-way", "forward-only", "first-passage"]}
USUAL = {
    "solve": SOLVED,
    "sample": WALKED | {"--paths": [], "--starts": ["a.csv"]},
    "plot": WALKED,
    "design": {"--cost": ["squared", "hamming"], "--n-symbols": ["3"], "--tolerance": ["1e-6"]},
    "network": {
        "--walks": ["5"],
        "--pairs": ["c,<b>"],
        "--all-pairs": [],
        "--betweenness": [],
        "--closeness": [],
        "--method": ["auto", "star-mesh", "dense", "sparse", "cg"],
        "--tolerance": ["1e-6"],
        "--column": ["2"],
    },
    "train": {
        "--model": ["potential", "marginal-network"],
        "--points": ["3"],
        "--volume": ["uniform", "stratified"],
        "--optimiser": ["adam", "sgd"],
        "--learning-rate": ["0.01"],
        "--weight-decay": ["0"],
        "--schedule": ["constant", "cosine"],
        "--average": ["0.9"],
        "--layers": ["3"],
    },
    "data": {},
    "compare": {},
    "reproduce": {},
}
"""Options of a command that go together, and values of theirs that are in order."""


@st.composite
def usual_lines(draw, command):
    """A command line in order."""
    usual = USUAL[command]
    chosen = draw(st.lists(st.sampled_from(sorted(usual)), max_size=4, unique=True)) if usual else []
    more = [[option, *([draw(st.sampled_from(usual[option]))] if usual[option] else [])] for option in chosen]
    more.append(draw(st.sampled_from([[], ["--seed", "1"], ["--overwrite"]])))
    out = draw(st.sampled_from(["run", "a/b"]))
    return [command, *NEEDED[command], *chain.from_iterable(more), "--out", out]


@st.composite
def command_lines(draw, command):
    """A command line in order, with some options more: repeated, contradictory, with any value."""
    skip = ("help", "out", "device", "run", "backend")
    options = [
        action for action in COMMANDS[command]._actions if action.option_strings and action.dest not in skip
    ]
    line = [command, *(NEEDED[command] if draw(st.integers(0, 3)) else [])]
    for action in draw(st.lists(st.sampled_from(options), max_size=3)):
        line.append(draw(st.sampled_from(action.option_strings)))
        if action.nargs != 0:
            line.append(draw(values(action)))
    if not draw(st.integers(0, 9)):
        line.append(draw(st.sampled_from(ODD)))
    return [
        *line,
        "--out",
        draw(st.sampled_from(["run", "run", "run", "deep/er/run", "", "a.csv/run", "n" * 300])),
    ]


def late(number, frame):
    raise AssertionError(f"the command took longer than {SECONDS} s")


def checked(line, folder, capsys, run=None):
    """Run a command line in a folder of files, and of a trained run, and check everything that it promises."""
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    if run:
        shutil.copytree(run, folder / RUN)
    before = sorted(folder.rglob("*"))
    old = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            status = main(line)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
    out, err = capsys.readouterr()
    if status == 2:
        assert out == ""
        assert err.startswith("ecd2g: error: ")
        assert err.count("\n") == 1
        assert len(err) > 30
        assert sorted(folder.rglob("*")) == before
        return "refused in one sentence"
    assert status == 0, (status, err)
    assert err == ""
    results = [path for path in folder.rglob("results.json") if path not in before]
    for path in results:
        assert all((path.parent / name).is_file() for name in json.loads(path.read_text())["files"])
        assert (path.parent / "report.html").stat().st_size > 1000
    assert not [
        path for path in folder.rglob("*") if path.name.endswith((".partial", ".tmp", ".old", ".training"))
    ]
    return "done, with a whole run folder" if results else "done"


@pytest.mark.parametrize("command", [name for name in NEEDED if name != "verify"])
def test_any_command_line_is_done_or_refused(tmp_path, monkeypatch, capsys, tally, request, command):
    if command in ("train", "compare"):
        pytest.importorskip("torch")
    run = request.getfixturevalue("trained") / "currents" if command == "compare" else None
    capsys.readouterr()
    monkeypatch.chdir(tmp_path)
    share = {"compare": 8, "plot": 2, "reproduce": 4, "design": 4, "train": 4}.get(command, 1)
    rounds = settings(fuzz, max_examples=max(2, EXAMPLES // share))

    @rounds
    @given(usual_lines(command) | command_lines(command) if USUAL[command] else command_lines(command))
    @example([command, *NEEDED[command], "--out", "run"])
    def holds(line):
        tally.add("commands", f"ecd2g {command}", checked(line, tmp_path, capsys, run))

    holds()


def test_any_number_of_examples_is_verified_or_refused(tmp_path, monkeypatch, capsys, tally):
    """Not under Hypothesis, which `ecd2g verify` uses itself."""
    monkeypatch.chdir(tmp_path)
    for value in ["1", *ODD]:
        if value.isascii():
            line = ["verify", "--examples", value, "--seed", value, "--out", "run"]
            tally.add("commands", "ecd2g verify", checked(line, tmp_path, capsys))


def test_the_check_finds_a_command_that_leaves_something(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ecd2g.cli.solve.run", None)

    def broken(args, command):
        (tmp_path / "left").touch()
        raise OSError("the disk is full")

    monkeypatch.setattr("ecd2g.cli.solve.run", broken)
    with pytest.raises(AssertionError), contextlib.suppress(OSError):
        checked(["solve", *NEEDED["solve"]], tmp_path, capsys)
