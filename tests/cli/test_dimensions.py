"""`ecd2g reproduce dimensions`: its folder, its options, and what it refuses."""

import json
from functools import partial

import pytest

from ecd2g.cli.main import main
from ecd2g.experiments.dimensions import settings
from ecd2g.experiments.dimensions.settings import Dimensions

FILES = {f"{name}.{kind}" for name in ("resources", "costs", "layers") for kind in ("png", "svg")}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def results(folder):
    return json.loads((folder / "results.json").read_text())


def test_one_dimension_at_its_full_size(folder, capsys):
    arguments = ["reproduce", "dimensions", "--dimensions", "1", "--n", "500", "--seed", "3"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "one_site_gaussian" in out
    assert "runs/dimensions" in out
    assert err == ""
    run = folder / "runs" / "dimensions"
    assert {path.name for path in run.iterdir()} == FILES | {
        "config.toml",
        "dimensions.csv",
        "report.html",
        "results.json",
    }
    found = results(run)
    assert found["command"] == "ecd2g " + " ".join(arguments)
    assert (found["seed"], found["config"]["n_sites"], found["config"]["n_symbols"]) == (3, [1], [50])
    assert found["numbers"]["dimensions"]["1d"]["circuits"]["complete_paper"]["walks"]["n_walks"] == 500
    assert "forward_resistance = 0.1  # stated in the paper" in (run / "config.toml").read_text()


def test_several_dimensions_and_nothing_printed(folder, capsys, monkeypatch):
    tiny = partial(Dimensions, n_symbols=(6, 4), n_layers=3, width=0.2, reach=0.4)
    monkeypatch.setattr(settings, "Dimensions", tiny)
    arguments = ["reproduce", "dimensions", "--dimensions", "2,3", "--n", "50", "--out", "run", "--quiet"]
    assert main(arguments) == 0
    assert capsys.readouterr() == ("", "")
    assert list(results(folder / "run")["numbers"]["dimensions"]) == ["2d", "3d"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["dimensions", "--dimensions", "7"], "among 1, 2, 3, 4, 5"),
        (["dimensions", "--dimensions", "2,2"], "distinct"),
        (["dimensions", "--dimensions", "2,x"], "whole number"),
        (["dimensions", "--dimensions", "0"], "at least 1"),
        (["dimensions", "--backend", "cupy"], "numpy only"),
        (["dimensions", "--seeds", "2"], "not with dimensions"),
        (["dimensions", "--exact"], "not with dimensions"),
        (["1d", "--dimensions", "1"], "not with 1d"),
        (["all", "--dimensions", "9"], "among 1, 2, 3, 4, 5"),
    ],
)
def test_what_does_not_go_together_is_refused_before_any_work(folder, capsys, options, words):
    assert main(["reproduce", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert not (folder / "runs").exists()
