"""`--backend`, tests that need a GPU, and the benchmark: what they do on a machine with and without one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecd2g.cli.main import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", ["solve", "sample"])
def test_a_missing_gpu_is_one_line_and_status_two(monkeypatch, tmp_path, capsys, command) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    out = tmp_path / "run"
    assert main([command, "--problem", "1d", "--backend", "cupy", "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert error.startswith('ecd2g: error: backend "cupy" needs CuPy')
    assert error.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize("command", ["solve", "sample"])
def test_the_back_end_is_recorded(tmp_path, command) -> None:
    out = tmp_path / "run"
    assert main([command, "--problem", "1d", "--backend", "numpy", "--out", str(out), "--quiet"]) == 0
    results = json.loads((out / "results.json").read_text())
    assert results["device"] == "cpu"
    assert results["config"]["backend"] == "numpy"


@pytest.mark.gpu
def test_the_gpu_is_recorded(tmp_path) -> None:
    out = tmp_path / "run"
    assert main(["sample", "--problem", "1d", "--backend", "cupy", "--out", str(out), "--quiet"]) == 0
    assert json.loads((out / "results.json").read_text())["device"] != "cpu"


def run(*arguments, **environment):
    hidden = {"CUDA_VISIBLE_DEVICES": "", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env=os.environ | hidden | environment,
    )


@pytest.mark.parametrize(("required", "outcome", "status"), [("0", "1 skipped", 0), ("1", "1 error", 1)])
def test_a_required_gpu_that_is_missing_fails_the_tests_that_need_it(required, outcome, status) -> None:
    test = f"{Path(__file__)}::test_the_gpu_is_recorded"
    done = run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", test, ECD2G_REQUIRE_GPU=required
    )
    assert done.returncode == status
    assert outcome in done.stdout
    assert 'backend "cupy"' in done.stdout  # the reason


def test_the_benchmark_needs_a_gpu_and_says_so_in_one_line() -> None:
    done = run("benchmarks/gpu.py")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith('backend "cupy"')
    assert done.stderr.count("\n") == 1


def test_the_benchmark_runs_dry_on_another_library() -> None:
    pytest.importorskip("torch")
    sizes = [
        "--states",
        "40",
        "--layers",
        "4",
        "--problems",
        "3",
        "--walks",
        "200",
        "--repeats",
        "2",
        "--copied",
        "1000",
    ]
    done = run("benchmarks/gpu.py", "--library", "torch-cpu", *sizes, OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stderr
    for line in ("copy", "closed form", "3 problems at once", "exact law", "walks"):
        assert f"| {line} " in done.stdout
