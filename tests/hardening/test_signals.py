"""SIGKILL, SIGTERM and Ctrl-C at random moments: nothing half-written, and a training goes on bit for bit."""

import os
import random
import shutil
import signal
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from ecd2g.cli.main import main

STATUS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}
WORD = {signal.SIGTERM: "terminated", signal.SIGINT: "interrupted"}
LONG = {
    "solve": "solve --problem splice",
    "sample": "sample --problem 1d --n 100000",
    "plot": "plot --problem 1d --n 1000",
    "reproduce": "reproduce 1d --exact --n 1000",
    "design": "design 1d --walks 1000",
    "data": "data splice --n 20000",
    "verify": "verify --examples 5",
}
TRAININGS = {
    "currents": "--layers 3 --model potential --steps 200 --batch 8 --average 0.9 --threads 1",
    "bridge": "--circuit sweep --steps 100 --batch 8",
}
CAMPAIGN = os.environ.get("ECD2G_HARDENING_SCALE", "1") != "1"
FILES = ("model.safetensors", "metrics.jsonl")

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


@pytest.fixture
def rng(request):
    """Random numbers of a test, the same every time; the moments they lead to are not."""
    return random.Random(request.node.name)  # noqa: S311 - no secrets


@pytest.fixture
def folder(tmp_path):
    """A folder with data."""
    numbers = random.Random(1)  # noqa: S311
    for name in ("a", "b"):
        rows = (f"{numbers.randrange(4)},{numbers.randrange(4)}\n" for _ in range(40))
        (tmp_path / f"{name}.csv").write_text("".join(rows))
    return tmp_path


def tree(folder: Path) -> dict[str, bytes | None]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {name: path.read_bytes() if path.is_file() else None for name, path in found.items()}


def stopped(commands, argv: list[str], folder: Path, number: signal.Signals, after: float):
    """A command that was sent a signal after so many seconds."""
    started = commands.start(*argv, cwd=folder)
    time.sleep(after)
    started.send(number)
    return started.wait()


def test_ctrl_c_before_the_arguments_are_read_gives_one_sentence(monkeypatch, capsys):
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ecd2g.cli.main._mend_streams", stop)
    assert main(["--version"]) == 130
    assert capsys.readouterr() == (
        "",
        "ecd2g: error: interrupted; the run in progress has left no folder\n",
    )


def interrupted(commands, argv: list[str], folder: Path, numbers: list[signal.Signals], rng, scale: int):
    """Runs that a signal has ended, `scale` of them, with the signal; such as were done before it are cleared away."""
    out, longest, found = folder / argv[-1], 1.5, 0
    for _ in range(scale + 9):
        number = rng.choice(numbers)
        done = stopped(commands, argv, folder, number, rng.uniform(0.01, longest))
        if done.status == 0:
            assert (out / "results.json").exists()
            shutil.rmtree(folder / Path(argv[-1]).parts[0])
            longest /= 2
            continue
        found += 1
        yield number, done
        if found == scale:
            return
    assert found, "every run was done before its signal came"


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG if CAMPAIGN else ["solve", "design"])
def test_ctrl_c_and_termination_leave_nothing(name, folder, commands, tally, rng, scale):
    argv, before = [*LONG[name].split(), "--out", "deep/run"], tree(folder)
    for number, done in interrupted(commands, argv, folder, [signal.SIGINT, signal.SIGTERM], rng, scale):
        if done.status != -signal.SIGTERM:  # before the command has asked for it, SIGTERM ends any process
            sentence = done.in_one_sentence(STATUS[number])
            assert sentence == f"ecd2g: error: {WORD[number]}; the run in progress has left no folder\n"
        assert tree(folder) == before
        tally.add("signals", f"{name}: SIGINT or SIGTERM at random", "nothing left")


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG if CAMPAIGN else ["solve", "design"])
def test_sigkill_leaves_only_a_hidden_folder(name, folder, commands, tally, rng, scale):
    argv = [*LONG[name].split(), "--out", "run"]
    for _, done in interrupted(commands, argv, folder, [signal.SIGKILL], rng, scale):
        assert done.status == -9
        assert not (folder / "run").exists()
        new = {path.name for path in folder.iterdir()} - {"a.csv", "b.csv"}
        assert all(one.startswith(".run.") for one in new)
        tally.add("signals", f"{name}: SIGKILL at random", "no run folder, or a whole one")


def lost(done):
    """Whether the signal came while Python ran a finaliser, which no exception leaves: the command goes on."""
    return done.status == 0 and done.err.startswith("Exception ignored in")


@needs_torch
@pytest.mark.slow
@pytest.mark.parametrize("kind", TRAININGS)
def test_a_training_killed_again_and_again_ends_bit_for_bit(kind, folder, commands, tally, rng, scale):
    """Begun, killed, resumed, killed ... by any of the three signals; the resumed ones may be killed as well."""
    options = [*TRAININGS[kind].split(), "--no-compare", "--quiet", "--source", "a.csv", "--target", "b.csv"]
    begin = time.monotonic()
    assert commands.run("train", *options, "--out", "whole", cwd=folder).status == 0
    took, whole = time.monotonic() - begin, tree(folder / "whole")
    for repeat in range(1 if scale == 1 else 5):
        out = f"run{repeat}"
        for _ in range(2 if scale == 1 else 6):
            if (folder / out).exists():
                break
            resume = ["--resume"] if (folder / f"{out}.training").exists() else []
            number = rng.choice(list(STATUS))
            argv = ["train", *options, "--out", out, *resume]
            done = stopped(commands, argv, folder, number, rng.uniform(0.01, took))
            if lost(done):
                continue
            assert done.status in (0, STATUS[number], -number), done
            assert "Traceback" not in done.err, done
            assert "Exception ignored" not in done.err, done
            tally.add("signals", f"train, {kind}: {number.name} at random", "gone on, bit for bit")
        if not (folder / out).exists():
            resume = ["--resume"] if (folder / f"{out}.training").exists() else []
            done = commands.run("train", *options, "--out", out, *resume, cwd=folder)
            assert (done.status, done.err) == (0, "")
            assert not (folder / f"{out}.training").exists()
        assert all(tree(folder / out)[name] == whole[name] for name in FILES)
