"""`ecd2g train --circuit`, `sample --run` and `compare` on a user's own words: the whole path, and what is refused."""

import json
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from ecd2g.cli import options
from ecd2g.cli.main import main

WORDS = ["--source", "before.txt", "--target", "after.txt"]
NUMBERS = ["--source", "before.csv", "--target", "after.csv"]
QUICK = ["--steps", "60", "--batch", "8", "--quiet"]
SWEEP = ["train", *WORDS, "--circuit", "sweep", *QUICK]
BLIND = [*SWEEP, "--no-compare"]
CURRENTS = ["train", *NUMBERS, "--layers", "3", "--model", "marginal", *QUICK, "--no-compare"]
BYTES = ("model.safetensors", "metrics.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Sixty words of three letters and as many pairs of numbers on either side; no curve of losses is drawn."""
    monkeypatch.chdir(tmp_path)
    if find_spec("torch"):
        monkeypatch.setattr("ecd2g.experiments.training.figures.save_training_curves", lambda *_: None)
    rng = np.random.default_rng(0)
    for name, letters in (("before", "ACG"), ("after", "CGT")):
        words = ["".join(word) for word in rng.choice(list(letters), size=(60, 3))]
        (tmp_path / f"{name}.txt").write_text("\n".join(words) + "\n")
        np.savetxt(tmp_path / f"{name}.csv", rng.integers(0, 5, size=(60, 2)), fmt="%d", delimiter=",")
    (tmp_path / "mine.txt").write_text("CAC\nGGG\n")
    (tmp_path / "short.txt").write_text("TTC\nGGC\nCCC\n")
    return tmp_path


def done(*arguments):
    assert main([*arguments]) == 0


def refused(arguments, capsys, folder):
    """One sentence, and every file is as it was."""
    before = sorted(folder.rglob("*"))
    capsys.readouterr()
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ecd2g: error: ")
    assert err.count("\n") == 1
    assert sorted(folder.rglob("*")) == before
    return err


def results(folder):
    return json.loads((folder / "results.json").read_text())


def same_run(one, two):
    return all((one / name).read_bytes() == (two / name).read_bytes() for name in BYTES)


# what is printed and loaded


@pytest.mark.learned
def test_command_line_knows_every_choice_of_bridges():
    from ecd2g.bridges import BRIDGES
    from ecd2g.couplings.pool import POOLED
    from ecd2g.data.split_problems import SPLIT_PROBLEMS
    from ecd2g.experiments.training.bridge_settings import COUPLINGS
    from ecd2g.learned.end_network import NETWORKS

    assert ("complete", *BRIDGES) == options.CIRCUITS
    assert options.NETWORKS == NETWORKS
    assert options.BRIDGE_COUPLINGS == COUPLINGS
    assert set(COUPLINGS) == {*POOLED, "given"}
    assert tuple(SPLIT_PROBLEMS) == options.SPLIT_PROBLEMS


def test_help_needs_no_torch_and_no_numpy():
    code = (
        "import sys; from ecd2g.cli.main import main; status = main(['train', '--help']) + main(['sample', '--help'])"
        "; print(status, *{name.partition('.')[0] for name in sys.modules})"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    status, *loaded = process.stdout.splitlines()[-1].split()
    assert status == "0"
    assert not {"torch", "numpy", "matplotlib", "safetensors"} & set(loaded)
    for word in (
        "--circuit",
        "--network",
        "--ground",
        "--holdout",
        "--run",
        "--paths",
        "electric-reweighted",
    ):
        assert word in process.stdout


# the whole path


@pytest.mark.learned
def test_own_words_are_trained_on_sampled_and_compared(capsys, folder):
    loud = [word for word in SWEEP if word != "--quiet"]
    done(*loud, "--out", "sweep")
    out, err = capsys.readouterr()
    assert err == ""
    for word in ("sweep minibatch-ot: loss", "held-out samples", "perfect samples", "novelty", "3 steps"):
        assert word in out
    numbers = results(folder / "sweep")["numbers"]
    assert list(numbers["steps"]) == ["2", "3"]
    assert {"shape", "trend", "cost", "novelty", "nearest_distance"} <= set(numbers["steps"]["3"])
    assert "total_variation" not in numbers["floor"]
    assert numbers["problem"]["alphabet"] == list("ACGT")
    config = (folder / "sweep" / "config.toml").read_text()
    assert 'circuit = "sweep"' in config
    assert "holdout = 0.2  # our default" in config
    assert 'ground = "hamming"  # our default' in config

    done("sample", "--run", "sweep", "--n", "40", "--steps", "2", "--paths", "--out", "drawn")
    out = capsys.readouterr().out
    for word in ("40 of 2 steps", "shape", "no training sample", "sites that differ"):
        assert word in out
    ends, rows = np.load(folder / "drawn" / "ends.npy"), (folder / "drawn" / "ends.csv").read_text()
    assert ends.shape == (40, 3)
    assert set(rows) <= set("ACGT,\n")
    assert ["".join("ACGT"[symbol] for symbol in state) for state in ends] == rows.replace(",", "").split()
    paths = np.load(folder / "drawn" / "paths.npz")
    assert paths["states"].shape == (40, 3, 3)
    assert np.array_equal(paths["states"][:, -1], ends)
    assert np.array_equal(paths["states"][:, 0], np.load(folder / "drawn" / "starts.npy"))

    done("sample", "--run", "sweep", "--starts", "mine.txt", "--out", "carried", "--quiet")
    assert (folder / "carried" / "starts.csv").read_text() == "C,A,C\nG,G,G\n"
    assert "shape" not in results(folder / "carried")["numbers"]["walks"]

    done(*BLIND, "--circuit", "mixture", "--seed", "1", "--out", "mixture")
    done(*BLIND, "--seed", "1", "--out", "sweep1")
    capsys.readouterr()
    done("compare", "sweep", "mixture", "sweep1", "--n", "300", "--out", "compared")
    out = capsys.readouterr().out
    head = out.splitlines()[1]
    assert head.split()[:4] == ["circuit", "coupling", "seeds", "steps"]
    assert "novelty" in head
    assert "±" in out
    methods = results(folder / "compared")["numbers"]["methods"]
    assert methods["sweep, minibatch-ot"]["seeds"] == [0, 1]
    assert methods["mixture, minibatch-ot"]["is_circuit"] is False
    names = {path.name for path in (folder / "compared").iterdir()}
    assert {"fidelity_by_steps.png", "cost_and_fidelity.png", "report.html"} <= names


@pytest.mark.learned
def test_same_seed_same_bytes(folder):
    for out, seed in (("a", "4"), ("b", "4"), ("c", "5")):
        done(*BLIND, "--coupling", "electric", "--seed", seed, "--out", out)
    assert same_run(folder / "a", folder / "b")
    assert not same_run(folder / "a", folder / "c")
    for out in ("x", "y"):
        done("sample", "--run", "a", "--n", "20", "--seed", "3", "--quiet", "--out", out)
    assert (folder / "x" / "ends.npy").read_bytes() == (folder / "y" / "ends.npy").read_bytes()


@pytest.mark.learned
@pytest.mark.parametrize("repeated", [True, False], ids=["settings repeated", "settings from the folder"])
def test_a_stopped_bridge_goes_on_bit_for_bit(folder, monkeypatch, repeated):
    from ecd2g.experiments.training.folder import TrainingFolder

    done(*BLIND, "--out", "whole")
    report = TrainingFolder.report

    def stop_after_the_checkpoint(self, line):
        if self.checkpoint.exists():
            raise KeyboardInterrupt
        report(self, line)

    with monkeypatch.context() as patch:
        patch.setattr(TrainingFolder, "report", stop_after_the_checkpoint)
        assert main([*BLIND, "--out", "run"]) == 130
    assert (folder / "run.training" / "checkpoint.safetensors").exists()
    assert main([*BLIND, "--coupling", "independent", "--out", "run", "--resume"]) == 2
    again = BLIND if repeated else ["train", "--no-compare", "--quiet"]
    done(*again, "--out", "run", "--resume")
    assert same_run(folder / "run", folder / "whole")
    one, two = results(folder / "run"), results(folder / "whole")
    assert one["numbers"] == two["numbers"]
    assert one["config"] == two["config"]
    assert not (folder / "run.training").exists()


@pytest.mark.learned
def test_learned_currents_are_sampled_from_their_run(capsys, folder):
    done(*CURRENTS, "--out", "currents")
    done("sample", "--run", "currents", "--n", "50", "--rule", "forward-only", "--paths", "--out", "drawn")
    out = capsys.readouterr().out
    for word in ("50 forward-only", "TV of the ends", "no training sample", "perfect samples"):
        assert word in out
    assert np.load(folder / "drawn" / "ends.npy").shape == (50, 2)
    assert np.load(folder / "drawn" / "paths.npz")["states"].shape[0] == 50
    assert results(folder / "drawn")["config"]["rule"] == "forward-only"


@pytest.mark.learned
def test_learned_currents_are_sampled_where_states_cannot_be_listed(capsys, folder):
    rng = np.random.default_rng(0)
    for name in ("source", "target"):
        np.save(folder / f"{name}.npy", rng.integers(0, 20, (30, 9)))
    data = ["--source", "source.npy", "--target", "target.npy", "--layers", "3", *QUICK, "--steps", "5"]
    done("train", *data, "--model", "marginal-autoregressive", "--out", "huge")
    assert "sample --run" in results(folder / "huge")["numbers"]["not_compared"]
    done("sample", "--run", "huge", "--n", "12", "--out", "drawn")
    out = capsys.readouterr().out
    assert "TV" not in out
    assert "no training sample" in out
    assert np.load(folder / "drawn" / "ends.npy").shape == (12, 9)
    for option in (["--paths", "--out", "x"], ["--rule", "forward-only"]):
        assert "must be left out" in refused(["sample", "--run", "huge", *option], capsys, folder)


# refused

BAD = {
    "unknown circuit": ([*BLIND, "--circuit", "ring"], "invalid choice"),
    "unknown network": ([*BLIND, "--network", "gru"], "invalid choice"),
    "all held out": ([*BLIND, "--holdout", "1"], "less than 1"),
    "no row held out": ([*BLIND, "--holdout", "0.001"], "leave a row on either side"),
    "model of currents": ([*BLIND, "--model", "marginal"], "--model must be left out"),
    "layers": ([*BLIND, "--layers", "5"], "--layers must be left out"),
    "resistance": ([*BLIND, "--forward-resistance", "1"], "--forward-resistance must be left out"),
    "volume": ([*BLIND, "--volume", "visits"], "--volume must be left out"),
    "points": ([*BLIND, "--points", "5"], "--points must be left out"),
    "network of currents": ([*CURRENTS, "--network", "mlp"], "--network must be left out"),
    "holdout of currents": ([*CURRENTS, "--holdout", "0"], "--holdout must be left out"),
    "coupling of bridges": ([*CURRENTS, "--coupling", "electric"], "--coupling electric"),
    "problem of bridges": (["train", "--problem", "names"], "--circuit sweep"),
    "problem of currents": (["train", "--problem", "1d", "--circuit", "sweep"], "the complete circuit"),
    "problem and files": ([*BLIND, "--problem", "names"], "not both"),
    "problem and holdout": (
        ["train", "--problem", "names", "--circuit", "sweep", "--holdout", "0.1"],
        "--holdout",
    ),
    "no data": (["train", "--circuit", "sweep"], "data is required"),
    "letters on a line": ([*BLIND, "--circuit", "interval"], "numbers on a line"),
    "squares of letters": ([*BLIND, "--ground", "squared"], "ground squared"),
    "line without a line": (
        ["train", *NUMBERS, "--circuit", "interval", "--ground", "hamming"],
        "numbers on a line",
    ),
    "unequal pairs": ([*BLIND, "--coupling", "given", "--target", "short.txt"], "one shape"),
    "given pairs of a problem": (
        ["train", "--problem", "splice", "--circuit", "sweep", "--coupling", "given"],
        "two files",
    ),
    "missing file": ([*BLIND, "--source", "none.txt"], "none.txt"),
    "nothing to resume": ([*BLIND, "--resume"], "begin without --resume"),
}


@pytest.mark.learned
@pytest.mark.parametrize("case", BAD)
def test_bad_training_is_one_sentence(case, capsys, folder):
    arguments, word = BAD[case]
    assert word in refused([*arguments, "--out", "deep/run"], capsys, folder)


@pytest.mark.learned
def test_what_does_not_go_with_a_run_is_one_sentence(capsys, folder):
    done(*BLIND, "--out", "sweep")
    done(*BLIND, "--out", "again")
    done(*BLIND, "--holdout", "0.4", "--out", "other")
    (folder / "copy.txt").write_bytes((folder / "before.txt").read_bytes())
    done(*BLIND, "--source", "copy.txt", "--holdout", "0.4", "--out", "copied")
    done(*BLIND, "--source", "after.txt", "--out", "elsewhere")
    (folder / "stopped.training").mkdir()
    done(*CURRENTS, "--out", "currents")
    for arguments, word in (
        (["sample", "--run", "sweep", *WORDS], "--source must be left out"),
        (["sample", "--run", "sweep", "--layers", "3"], "--layers must be left out"),
        (["sample", "--run", "sweep", "--rule", "two-way"], "--rule must be left out"),
        (["sample", "--run", "sweep", "--steps", "4"], "at most 3, one a site"),
        (["sample", "--run", "sweep", "--paths"], "add --out"),
        (["sample", "--run", "sweep", "--n", "3", "--starts", "mine.txt"], "not both"),
        (["sample", "--run", "sweep", "--starts", "before.csv"], "3 symbols each"),
        (["sample", "--run", "currents", "--steps", "4"], "--steps must be left out"),
        (["sample", "--run", "none"], "it does not exist; train first"),
        (["sample", "--run", "."], "it has no results.json"),
        (["sample", "--run", "stopped"], "train --resume --out stopped"),
        (["train", "--resume", "--out", "sweep"], "already finished"),
        ([*BLIND, "--resume", "--out", "sweep"], "already finished"),
        (["sample", *WORDS, "--steps", "4"], "--steps must be left out"),
        (["sample", *WORDS, "--paths"], "--paths must be left out"),
        (["compare", "sweep", "currents"], "compare them apart"),
        (["compare", "sweep", "other"], "same rows held out"),
        (["compare", "sweep", "other"], "differ in their share held out (0.4 and 0.2); compare"),
        (["compare", "sweep", "copied"], "differ in their share held out (0.4 and 0.2); compare"),
        (
            ["compare", "sweep", "elsewhere"],
            "differ in their data (after.txt to after.txt and before.txt to after.txt); compare",
        ),
        (["compare", "sweep", "again"], "repeats sweep"),
        (["compare", "sweep", "sweep"], "named once"),
    ):
        assert word in refused(arguments, capsys, folder), arguments
    (folder / "again" / "model.safetensors").write_bytes(
        (folder / "currents" / "model.safetensors").read_bytes()
    )
    assert "must be the network" in refused(["sample", "--run", "again"], capsys, folder)
    (folder / "after.txt").write_text("CCC\n" * 60)
    assert "other data" in refused(["sample", "--run", "sweep"], capsys, folder)
