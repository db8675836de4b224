"""`ecd2g design` from the command line: its table, its folder, and every class of bad input."""

import json
import subprocess
import sys

import numpy as np
import pytest

from ecd2g.cli import design
from ecd2g.cli.main import main
from ecd2g.experiments.design.candidates import FAMILIES
from ecd2g.movement.coupling import Ground

OWN = ["design", "--source", "p.csv", "--target", "q.csv"]
QUICK = ["--layers", "3,4", "--families", "complete,gaussian", "--walks", "100"]
LETTERS = ["design", "--source", "p.txt", "--target", "q.txt"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("p", "q"):
        np.savetxt(f"{name}.csv", rng.integers(0, 4, (50, 2)), fmt="%d", delimiter=",")
        words = ["".join(rng.choice(list("ACGT"), 3)) for _ in range(40)]
        (tmp_path / f"{name}.txt").write_text("\n".join(words) + "\n")
    return tmp_path


def test_lists_repeat_what_the_library_knows():
    assert tuple(FAMILIES) == design.FAMILIES
    assert Ground.__args__ == design.GROUNDS


def test_own_files_get_a_table_and_lines_that_run(capsys, folder):
    assert main([*OWN, *QUICK, "--out", "run"]) == 0
    out = capsys.readouterr().out
    assert "circuits measured                  22 of 22" in out
    assert "recommended: " in out
    assert out.splitlines()[-1].endswith("run")
    lines = [line.strip() for line in out.splitlines() if line.startswith("    ")]
    assert lines[0] == "import ecd2g"
    code = "\n".join([*lines, "print(flow.circuit.n_layers)"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    results = json.loads((folder / "run" / "results.json").read_text())
    assert int(done.stdout) == results["numbers"]["recommended"]["n_layers"]
    assert results["numbers"]["python"] == lines
    assert results["config"]["layers"] == [3, 4]
    assert set(results["files"]) >= {"candidates.csv", "frontier.csv", "frontier.png", "frontier.svg"}


@pytest.mark.parametrize("more", [[], ["--out", "run"]], ids=["printed", "written"])
def test_where_no_circuit_is_measured_no_table_is_named(more, capsys, folder):
    assert main([*OWN, *QUICK, "--tolerance", "1e-30", *more]) == 2
    out, err = capsys.readouterr()
    assert "none of 22 circuits could be measured" in err
    assert "tolerance" in err
    assert ".csv" not in out + err
    assert not (folder / "run").exists()


def test_letters_are_designed_for_the_sites_that_change(capsys):
    assert main([*LETTERS, "--layers", "3", "--walks", "100"]) == 0
    out = capsys.readouterr().out
    assert "sites that differ" in out
    assert "hamming-1" in out
    assert "gaussian" not in out


def test_quiet_prints_nothing(capsys):
    assert main([*OWN, *QUICK, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


CASES = {
    "no data": (["design"], "named problem"),
    "both": (["design", "1d", "--source", "p.csv"], "either a named problem"),
    "source alone": (["design", "--source", "p.csv"], "--target FILE"),
    "unknown problem": (["design", "3d"], "invalid choice"),
    "symbols of a named problem": (["design", "1d", "--n-symbols", "4"], "has its own"),
    "missing file": (["design", "--source", "none.csv", "--target", "q.csv"], "none.csv"),
    "squared letters": ([*LETTERS, "--cost", "squared"], "--cost hamming"),
    "ordinal letters": ([*LETTERS, "--families", "gaussian"], "whose order means something"),
    "unknown cost": ([*OWN, "--cost", "cubed"], "invalid choice"),
    "unknown family": ([*OWN, "--families", "complete,magic"], "'magic'"),
    "one layer": ([*OWN, "--layers", "3,1"], "at least 2"),
    "no layers": ([*OWN, "--layers", ""], "at least 2"),
    "one walk": ([*OWN, "--walks", "1"], "at least 2"),
    "bad tolerance": ([*OWN, "--tolerance", "0"], "positive finite"),
    "no circuit measured": (
        [*OWN, *QUICK, "--quiet", "--tolerance", "1e-30"],
        "the first, complete rho=0.01 N=3",
    ),
    "bad seed": ([*OWN, "--seed", "-1"], "at least 0"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_sentence_and_leaves_nothing(case, capsys, folder):
    before = sorted(folder.rglob("*"))
    arguments, words = CASES[case]
    assert main([*arguments, "--out", "deep/run"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ecd2g: error: ")
    assert err.count("\n") == 1
    assert words in err
    assert sorted(folder.rglob("*")) == before


def test_the_help_loads_nothing_and_a_run_on_one_site_neither_figures_nor_pot(folder):
    for name in ("p", "q"):
        (folder / f"{name}.csv").write_text("0\n1\n2\n" + ("0\n" if name == "p" else "2\n"))
    code = "import sys; from ecd2g.cli.main import main; main(sys.argv[1:]); print(*sorted(sys.modules))"

    def loaded(*arguments):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}

    assert not {"numpy", "scipy", "matplotlib", "tqdm", "ot"} & loaded("design", "--help")
    assert not {"matplotlib", "hypothesis", "torch", "ot"} & loaded(*OWN, *QUICK)
