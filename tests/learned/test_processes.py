"""Several processes train as one: the same losses to rounding, and only the first of them writes."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from ecd2g.cli.main import main
from ecd2g.errors import InputError
from ecd2g.learned.model import Examples
from ecd2g.learned.model_file import load_model
from ecd2g.learned.processes import Processes, choose_device, joined_processes
from ecd2g.learned.training import _share

POINTS = ["--points", "11"]
MODELS: dict[str, list[str]] = {"potential": POINTS, "marginal": [], "current": POINTS}
"""Models, and options that they alone take."""

OPTIONS = [
    "--source",
    "source.csv",
    "--target",
    "target.csv",
    "--layers",
    "3",
    "--steps",
    "30",
    "--batch",
    "11",
]
OPTIONS += ["--average", "0.9", "--device", "cpu", "--quiet", "--no-compare"]
"""Five states and eleven rows: no number is even, so the shares of two processes differ."""

TRAIN = f"""
import sys
from contextlib import nullcontext
import torch
from ecd2g.cli.main import main
from ecd2g.experiments.training import figures, run
from ecd2g.learned.processes import joined_processes
figures.save_training_curves = lambda *_: None
with joined_processes(torch.device("cpu")) as joined:  # once: torch cannot begin twice in one process
    run.joined_processes = lambda device: nullcontext(joined)
    for model, options in {MODELS}.items():
        status = main(["train", *{OPTIONS}, *options, "--model", model, "--out", sys.argv[1] + "-" + model])
        assert status == 0, status
"""


def test_one_process_is_the_ordinary_case():
    with joined_processes(torch.device("cpu")) as processes:
        assert processes == Processes(0, 1)
        model = torch.nn.Linear(2, 1)
        assert processes.share(model) is model
        assert processes.mean(torch.tensor(2.5, requires_grad=True)) == 2.5


def test_devices():
    assert choose_device("cpu") == torch.device("cpu")
    with pytest.raises(InputError, match="'auto', 'cpu', 'cuda', got 'tpu'"):
        choose_device("tpu")


def test_devices_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")
    with pytest.raises(InputError, match="take cpu or auto"):
        choose_device("cuda")


def test_every_process_takes_a_gpu_of_its_own(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert choose_device("auto") == torch.device("cuda", 0)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert choose_device("cuda") == torch.device("cuda", 3)
    assert choose_device("cpu") == torch.device("cpu")
    monkeypatch.setenv("LOCAL_RANK", "4")
    with pytest.raises(InputError, match="LOCAL_RANK is 4 and there are 4"):
        choose_device("auto")


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"WORLD_SIZE": "2"}, "RANK must be set"),
        ({"WORLD_SIZE": "2", "RANK": "0"}, "MASTER_ADDR must be set"),
        ({"WORLD_SIZE": "two"}, "WORLD_SIZE must be a whole number, got 'two'"),
    ],
)
def test_processes_that_torchrun_has_not_started_are_refused(monkeypatch, variables, word):
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=word), joined_processes(torch.device("cpu")):
        raise AssertionError


@pytest.mark.parametrize("n_rows", [3, 4, 5, 11])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_shares_make_up_the_whole(n_rows, count):
    """Every row is in one share, and the weighted mean of the means is the mean."""
    values = np.random.default_rng(0).normal(size=n_rows)
    rows = Examples((np.arange(n_rows), np.arange(n_rows)[:, None]), values, np.ones(n_rows))
    shares = [_share(rows, Processes(rank, count)) for rank in range(count)]
    assert sorted(np.concatenate([share.inputs[0] for share, _ in shares])) == list(range(n_rows))
    mean = np.mean([weight * share.targets.mean() for share, weight in shares])
    assert mean == pytest.approx(values.mean(), rel=1e-12)


def test_a_process_without_rows_is_refused():
    rows = Examples((np.arange(2),), np.zeros(2), np.ones(2))
    with pytest.raises(InputError, match="at least one a process, got 3"):
        _share(rows, Processes(2, 3))


@pytest.mark.slow
def test_two_processes_train_as_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ecd2g.experiments.training.figures.save_training_curves", lambda *_: None)
    rng = np.random.default_rng(1)
    for name in ("source", "target"):
        np.savetxt(
            tmp_path / f"{name}.csv", rng.permutation(np.arange(40) % 5 // rng.integers(1, 3, 40)), fmt="%d"
        )
    (tmp_path / "train.py").write_text(TRAIN)
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [sys.executable, *launch, "train.py", "two"]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=one_thread, check=False)
    assert done.returncode == 0, done.stderr
    for model, options in MODELS.items():
        assert main(["train", *OPTIONS, *options, "--model", model, "--out", f"one-{model}"]) == 0
    wanted = {f"{count}-{model}" for count in ("one", "two") for model in MODELS}
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == wanted
    assert not list(tmp_path.rglob("*.partial"))
    for model in MODELS:
        one, two = (tmp_path / f"{count}-{model}" for count in ("one", "two"))
        assert {path.name for path in one.iterdir()} == {path.name for path in two.iterdir()}
        lines = [
            [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
            for run in (one, two)
        ]
        assert [line["step"] for line in lines[1]] == list(range(1, 31))  # no line is written twice
        losses = [[line["loss"] for line in run] for run in lines]
        np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
        weights = [load_model(run / "model.safetensors").state_dict() for run in (one, two)]
        for name in weights[0]:
            torch.testing.assert_close(weights[1][name], weights[0][name], rtol=1e-2, atol=1e-4)
