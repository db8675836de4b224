"""`ecd2g reproduce adapted`: its folder, its options, and what it refuses."""

import json
from functools import partial

import pytest

from ecd2g.cli.main import main
from ecd2g.experiments.adapted import settings
from ecd2g.experiments.adapted.settings import Adapted

FILES = {f"{name}.{kind}" for name in ("costs", "currents", "displacements") for kind in ("png", "svg")}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings, "Adapted", partial(Adapted, n_symbols=6, small_symbols=5))
    return tmp_path


def test_a_few_iterations_in_a_folder_of_their_own(folder, capsys):
    arguments = ["reproduce", "adapted", "--iterations", "3", "--n", "100", "--seed", "4"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "cost 3" in out
    assert "runs/adapted" in out
    assert err == ""
    made = folder / "runs" / "adapted"
    assert {path.name for path in made.iterdir()} == FILES | {
        "adapted.csv",
        "config.toml",
        "report.html",
        "results.json",
    }
    found = json.loads((made / "results.json").read_text())
    assert found["command"] == "ecd2g " + " ".join(arguments)
    assert (found["seed"], found["config"]["n_iterations"], found["config"]["n_walks"]) == (4, 3, 100)
    assert "n_iterations = 3  # given" in (made / "config.toml").read_text()


def test_nothing_is_printed_where_that_is_asked(folder, capsys):
    assert main(["reproduce", "adapted", "--iterations", "1", "--n", "10", "--out", "run", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (folder / "run" / "adapted.csv").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["adapted", "--iterations", "0"], "at least 1"),
        (["adapted", "--iterations", "x"], "whole number"),
        (["adapted", "--backend", "cupy"], "numpy only"),
        (["adapted", "--dimensions", "1"], "not with adapted"),
        (["adapted", "--seeds", "3"], "not with adapted"),
        (["adapted", "--exact"], "not with adapted"),
        (["1d", "--iterations", "5"], "not with 1d"),
        (["1d", "--exact", "--seeds", "2"], "give one of them"),
    ],
)
def test_what_does_not_go_together_is_refused_before_any_work(folder, capsys, options, words):
    assert main(["reproduce", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert not (folder / "runs").exists()
