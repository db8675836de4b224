"""Every class of bad input: exit status 2, one sentence on stderr, nothing written."""

from pathlib import Path

import numpy as np
import pytest

from ecd2g.cli.main import main

CASES = {
    "no command": [],
    "unknown command": ["dissolve"],
    "unknown option": ["solve", "--problem", "1d", "--colour", "red"],
    "abbreviated option": ["solve", "--prob", "1d"],
    "abbreviated command": ["sol", "--problem", "1d"],
    "option without value": ["solve", "--problem"],
    "no data": ["solve"],
    "source only": ["solve", "--source", "good.csv"],
    "problem and files": ["solve", "--problem", "1d", "--source", "good.csv", "--target", "good.csv"],
    "problem and symbols": ["solve", "--problem", "1d", "--n-symbols", "3"],
    "unknown problem": ["solve", "--problem", "3d"],
    "unknown method": ["solve", "--problem", "1d", "--method", "magic"],
    "unknown rule": ["sample", "--problem", "1d", "--rule", "sideways"],
    "one layer": ["solve", "--problem", "1d", "--layers", "1"],
    "fractional layers": ["solve", "--problem", "1d", "--layers", "2.5"],
    "negative resistance": ["solve", "--problem", "1d", "--forward-resistance", "-1"],
    "zero resistance": ["solve", "--problem", "1d", "--lateral-resistance", "0"],
    "resistance is not a number": ["solve", "--problem", "1d", "--lateral-resistance", "nan"],
    "infinite resistance": ["solve", "--problem", "1d", "--forward-resistance", "inf"],
    "resistance too small": ["solve", "--problem", "1d", "--forward-resistance", "1e-320"],
    "tolerance is not a number": ["solve", "--problem", "1d", "--tolerance", "nan"],
    "negative seed": ["sample", "--problem", "1d", "--seed", "-1"],
    "no walks": ["sample", "--problem", "1d", "--n", "0"],
    "too many walks": ["sample", "--problem", "1d", "--n", "1000000000000000"],
    "zero symbols": ["solve", "--source", "good.csv", "--target", "good.csv", "--n-symbols", "0"],
    "symbols of a missing site": [
        "solve",
        "--source",
        "good.csv",
        "--target",
        "good.csv",
        "--n-symbols",
        "2,2,2",
    ],
    "too few symbols": ["solve", "--source", "good.csv", "--target", "good.csv", "--n-symbols", "1"],
    "missing file": ["solve", "--source", "none.csv", "--target", "good.csv"],
    "folder for a file": ["solve", "--source", ".", "--target", "good.csv"],
    "unknown suffix": ["solve", "--source", "good.dat", "--target", "good.csv"],
    "ragged file": ["solve", "--source", "ragged.csv", "--target", "good.csv"],
    "empty file": ["solve", "--source", "empty.csv", "--target", "good.csv"],
    "fractions": ["solve", "--source", "fractions.csv", "--target", "good.csv"],
    "semicolons": ["solve", "--source", "semicolons.csv", "--target", "good.csv"],
    "commas in .txt": ["solve", "--source", "commas.txt", "--target", "good.csv"],
    "header over words": ["solve", "--source", "header.csv", "--target", "words.csv"],
    "probabilities": ["solve", "--source", "weights.csv", "--target", "good.csv"],
    "upper and lower case": ["solve", "--source", "case.txt", "--target", "case.txt"],
    "starts of another width": ["sample", "--problem", "1d", "--starts", "good.csv"],
    "starts beyond the space": ["sample", "--problem", "1d", "--starts", "far.csv"],
    "starts that are words": ["sample", "--problem", "2d", "--starts", "words.csv"],
    "starts that are missing": ["sample", "--problem", "1d", "--starts", "none.csv"],
    "starts and a number": ["sample", "--problem", "1d", "--starts", "far.csv", "--n", "5"],
    "not utf-8": ["solve", "--source", "latin.txt", "--target", "good.csv"],
    "damaged array": ["solve", "--source", "damaged.npy", "--target", "good.csv"],
    "other width": ["solve", "--source", "wide.csv", "--target", "good.csv"],
    "words and numbers": ["solve", "--source", "words.csv", "--target", "good.csv"],
    "table too large": ["sample", "--problem", "splice", "--rule", "first-passage", "--n", "5"],
    "matrix too large": ["solve", "--problem", "splice", "--method", "dense"],
    "plot without folder": ["plot", "--problem", "1d"],
    "unknown experiment": ["reproduce", "4d"],
    "no experiment": ["reproduce"],
    "no examples": ["verify", "--examples", "0"],
    "export without folder": ["data", "1d"],
    "export of nothing": ["data", "--out", "run"],
}

WITHOUT_FOLDER = {
    "no command",
    "unknown command",
    "abbreviated command",
    "plot without folder",
    "export without folder",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {
        "good.csv": "0,1\n1,1\n",
        "good.dat": "0,1\n",
        "ragged.csv": "0,1\n1\n",
        "empty.csv": "",
        "fractions.csv": "0.5,1\n",
        "wide.csv": "0,1,1\n",
        "words.csv": "a,b\n",
        "semicolons.csv": "0;1\n1;1\n",
        "commas.txt": "0,1\n1,1\n",
        "header.csv": "x,y\na,1\nb,2\n",
        "weights.csv": "site_0,probability\n0,1\n",
        "case.txt": "acgt\nACGT\n",
        "far.csv": "3\n50\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.txt").write_bytes(b"\xe9\xff\n")
    np.save(tmp_path / "whole.npy", np.zeros((4, 2), dtype=np.int64))
    (tmp_path / "damaged.npy").write_bytes((tmp_path / "whole.npy").read_bytes()[:-9])
    return tmp_path


def refused(arguments, capsys, folder):
    before = sorted(folder.rglob("*"))
    status = main(arguments)
    out, err = capsys.readouterr()
    assert status == 2
    assert err.startswith("ecd2g: error: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert len(err) > 40
    assert "Traceback" not in err
    assert out == ""
    assert sorted(folder.rglob("*")) == before
    return err


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_sentence(case, capsys, folder):
    arguments = CASES[case]
    has_folder = case in WITHOUT_FOLDER or "--out" in arguments
    refused(arguments if has_folder else [*arguments, "--out", "deep/run"], capsys, folder)


COMMANDS = {
    "solve": ["solve", "--problem", "1d"],
    "sample": ["sample", "--problem", "1d", "--n", "5"],
    "plot": ["plot", "--problem", "1d", "--n", "5"],
    "reproduce": ["reproduce", "1d", "--n", "5"],
    "verify": ["verify", "--examples", "1"],
    "data": ["data", "1d", "--n", "5"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_folders_of_others_are_refused(command, capsys, folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.txt").write_text("years")
    for extra in ([], ["--overwrite"]):
        refused([*COMMANDS[command], "--out", "mine", *extra], capsys, folder)
    assert (folder / "mine" / "thesis.txt").read_text() == "years"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_is_no_folder(command, capsys, folder):
    refused([*COMMANDS[command], "--out", "good.csv"], capsys, folder)
    refused([*COMMANDS[command], "--out", "good.csv/run"], capsys, folder)


def test_impossible_names_are_refused(capsys, folder):
    (folder / "circle").symlink_to(folder / "circle")
    for out in ("circle", "circle/run", "x" * 250, "x" * 5000):
        refused([*COMMANDS["solve"], "--out", out], capsys, folder)


def test_a_full_disk_is_one_sentence(capsys, folder, monkeypatch):
    def full(*_arguments, **_settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert "No space left" in refused([*COMMANDS["solve"], "--out", "deep/run"], capsys, folder)


def test_a_read_only_place_is_refused(capsys, folder, monkeypatch):
    """Simulated, for the superuser may write anywhere."""

    def locked(self, *_arguments, **_settings):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", locked)
    assert "Permission denied" in refused([*COMMANDS["solve"], "--out", "run"], capsys, folder)
    assert "Permission denied" in refused([*COMMANDS["solve"], "--out", "deep/run"], capsys, folder)


def test_a_missed_tolerance_is_refused(capsys, folder):
    assert main([*COMMANDS["solve"], "--tolerance", "1e-300", "--out", "run"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "tolerance" in err
    assert not (folder / "run").exists()


def test_overflow_is_one_sentence(capsys, folder):
    limits = ["--forward-resistance", "1e-300", "--lateral-resistance", "1e300"]
    assert main(["solve", "--problem", "1d", *limits, "--out", "run"]) in (0, 2)
    assert capsys.readouterr().err.count("\n") <= 1
