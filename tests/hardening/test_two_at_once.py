"""Two commands in one folder at the same time: one of them wins, whole, and the other says so in one sentence."""

import random
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

RUNS = {
    "solve": "solve --problem 1d --layers 3",
    "data": "data 1d --n 5",
    "sample": "sample --problem 1d --layers 3 --n 50",
}
TRAIN = "train --source a.csv --target b.csv --layers 3 --model marginal --steps 60 --batch 8 --no-compare --quiet"
FILES = ("model.safetensors", "metrics.jsonl")

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


@pytest.fixture
def rng(request):
    """Random numbers of a test, the same every time."""
    return random.Random(request.node.name)  # noqa: S311 - no secrets


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", RUNS)
def test_one_of_two_runs_wins(name, tmp_path, commands, tally, rng, scale):
    for repeat in range(2 * scale):
        folder = tmp_path / f"{repeat}"
        folder.mkdir()
        argv = [*RUNS[name].split(), "--out", "deep/run"]
        both = []
        for _ in range(2):
            both.append(commands.start(*argv, cwd=folder))
            time.sleep(rng.choice([0.0, 0.0, 0.02]))
        ends = [one.wait() for one in both]
        assert sorted(done.status for done in ends) == [0, 2]
        next(done for done in ends if done.status == 2).in_one_sentence()
        assert [path.name for path in (folder / "deep").iterdir()] == ["run"]
        assert (
            commands.run(*argv, "--overwrite", cwd=folder).status == 0
        )  # it holds what its record says, no more
        tally.add("two at once", name, "one wins, one refused")


def test_of_two_that_overwrite_the_later_stays(tmp_path, commands, tally, rng, scale):
    argv = [*RUNS["solve"].split(), "--out", "run", "--overwrite"]
    assert commands.run(*argv, cwd=tmp_path).status == 0
    for _ in range(2 * scale):
        ends = [
            one.wait() for one in [commands.start(*argv, "--seed", str(k), cwd=tmp_path) for k in range(2)]
        ]
        assert 0 in [done.status for done in ends]
        for done in ends:
            if done.status != 0:
                done.in_one_sentence()
        assert [path.name for path in tmp_path.iterdir()] == ["run"]
        assert commands.run(*argv, cwd=tmp_path).status == 0
        tally.add("two at once", "solve --overwrite", "one run, whole")


@needs_torch
@pytest.mark.slow
@pytest.mark.parametrize("second", ["train", "resume"])
def test_one_of_two_trainings_wins(second, tmp_path, commands, tally, rng, scale):
    for name, rows in (("a", "0\n1\n2\n3\n"), ("b", "1\n2\n2\n3\n")):
        (tmp_path / f"{name}.csv").write_text(5 * rows)
    assert commands.run(*TRAIN.split(), "--out", "whole", cwd=tmp_path).status == 0
    whole = contents(tmp_path / "whole")
    for repeat in range(1 if scale == 1 else scale):
        argv = [*TRAIN.split(), "--out", f"run{repeat}"]
        first = commands.start(*argv, cwd=tmp_path)
        time.sleep(rng.choice([0.0, 0.0, 0.01, 0.05, 0.2]))
        other = commands.start(*argv, *(["--resume"] if second == "resume" else []), cwd=tmp_path)
        ends = [first.wait(), other.wait()]
        assert sorted(done.status for done in ends) == [0, 2], ends
        next(done for done in ends if done.status == 2).in_one_sentence()
        assert not (tmp_path / f"run{repeat}.training").exists()
        made = contents(tmp_path / f"run{repeat}")
        assert all(made[name] == whole[name] for name in FILES)
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
        tally.add("two at once", f"train, and {second} at the same time", "one wins, one refused")
