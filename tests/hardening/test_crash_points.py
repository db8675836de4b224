"""What SIGKILL leaves at every moment, and that the next run takes no notice of it.

Before every change that a command makes to its folder, a copy of the folder is kept, and where a file has been written
since the change before, another copy with a random part of that file: these are the states in which SIGKILL may leave
it. (A loss of power may leave others.)
"""

import os
import random
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

CLUB = "0,1,1\n1,2,2\n2,3,1\n0,3,1\n"
COMMANDS = {
    "solve": "solve --problem 1d --layers 3",
    "sample": "sample --problem 1d --layers 3 --n 50",
    "plot": "plot --problem 1d --layers 3 --n 5",
    "data": "data 1d --n 5",
    "network": "network club.csv --conductance --source 0 --sink 3 --walks 10 --pairs 0,1 --betweenness",
    "design": "design 1d --layers 3 --families complete --walks 50",
    "reproduce": "reproduce 1d --exact --n 50",
    "verify": "verify --examples 1",
}
CAMPAIGN = os.environ.get("ECD2G_HARDENING_SCALE", "1") != "1"
QUICK = ("solve", "sample", "data", "network")
"""Commands that do not take seconds; most of the others wait for a campaign."""

TRAIN = "--layers 3 --model marginal --steps 30 --batch 8 --average 0.9 --no-compare --quiet"
BRIDGE = "--circuit sweep --steps 30 --batch 8 --no-compare --quiet"
FILES = ("model.safetensors", "metrics.jsonl")

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


@pytest.fixture
def folder(tmp_path):
    """A folder with data, and room for copies beside it."""
    made = tmp_path / "work"
    made.mkdir()
    (made / "club.csv").write_text(CLUB)
    rng = seeded("data")
    for name in ("a", "b"):
        (made / f"{name}.csv").write_text(
            "".join(f"{rng.randrange(4)},{rng.randrange(4)}\n" for _ in range(40))
        )
    return made


def seeded(word: str) -> random.Random:
    """Random numbers of a test, the same every time."""
    return random.Random(word)  # noqa: S311 - no secrets


def tree(folder: Path) -> dict[str, bytes]:
    """Every file and what it holds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def states(commands, folder: Path, *argv: str, seed: int = 0) -> list[Path]:
    """The states that SIGKILL may leave during a command, which ends well in `folder`."""
    kept = folder.with_name("states")
    kept.mkdir()
    done = commands.run(*argv, cwd=folder, harm={"snapshots": str(kept), "seed": seed})
    assert (done.status, done.err) == (0, "")
    return sorted(kept.iterdir())


def some(states: list[Path], many: int, scale: int, rng: random.Random) -> list[Path]:
    """A few at random in the test suite, and more of them, in the end all, in a campaign."""
    return rng.sample(states, min(many * scale, len(states)))


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS if CAMPAIGN else ("solve", "data", "design"))
def test_killed_before_any_change_a_run_is_absent_or_whole(name, folder, commands, tally, scale):
    argv = [*COMMANDS[name].split(), "--out", "run"]
    found = states(commands, folder, *argv)
    whole = tree(folder / "run")
    for state in found:
        assert not (state / "run").exists() or tree(state / "run") == whole
    assert len(found) > 8
    again = some(found, 4 if name in QUICK else 1, scale, seeded(name))
    for state in again:
        if not (state / "run").exists():
            assert commands.run(*argv, cwd=state).status == 0
            assert set(tree(state / "run")) == set(whole)
    tally.add("killed before every change", f"{name}: states left", "absent or whole", len(found))
    tally.add("killed before every change", f"{name}: run again", "whole", len(again))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["solve", "data", "network"] if CAMPAIGN else ["solve"])
def test_killed_before_any_change_an_overwritten_run_is_the_old_or_the_new(
    name, folder, commands, tally, scale
):
    argv = [*COMMANDS[name].split(), "--out", "run"]
    assert commands.run(*argv, "--seed", "7", cwd=folder).status == 0
    old = tree(folder / "run")
    found = states(commands, folder, *argv, "--overwrite")
    new = tree(folder / "run")
    assert old != new
    for state in found:
        assert tree(state / "run") in (old, new), state
    again = some(found, 3, scale, seeded(name))
    for state in again:
        assert commands.run(*argv, "--overwrite", cwd=state).status == 0
        assert set(tree(state / "run")) == set(new)
    tally.add("killed before every change", f"{name} --overwrite: states left", "old or new", len(found))
    tally.add("killed before every change", f"{name} --overwrite: run again", "whole", len(again))


@needs_torch
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["currents", "bridge"])
def test_killed_before_any_change_a_training_goes_on_bit_for_bit(kind, folder, commands, tally, scale):
    """Resumed, or begun anew where nothing had begun; some are killed again while they resume."""
    options = (TRAIN if kind == "currents" else BRIDGE).split()
    argv = ["train", "--source", "a.csv", "--target", "b.csv", *options, "--out", "run"]
    found = states(commands, folder, *argv)
    whole = tree(folder / "run")
    assert len(found) > 40
    for state in found:
        assert not (state / "run").exists() or tree(state / "run") == whole
    again = some(found, 2, scale, seeded(kind))
    for state in again:
        ends_as(whole, argv, state, commands)
    tally.add("killed before every change", f"train, {kind}: states left", "absent or whole", len(found))
    tally.add("killed before every change", f"train, {kind}: gone on", "bit for bit", len(again))
    rng, state = seeded(kind), found[len(found) // 2]
    for repeat in range(0 if scale == 1 else 5):
        kept = state.with_name(f"killed-{repeat}")
        kept.mkdir()
        copy = shutil.copytree(state, state.with_name(f"copy-{repeat}"))
        resumed = commands.run(*argv, "--resume", cwd=copy, harm={"snapshots": str(kept), "seed": repeat})
        assert (resumed.status, resumed.err) == (0, "")
        state = rng.choice(
            [one for one in kept.iterdir() if (one / "run.training" / "training.json").exists()]
        )
        ends_as(whole, argv, shutil.copytree(state, state.with_name(f"end-{repeat}")), commands)
        tally.add("killed before every change", f"train, {kind}: killed again while resumed", "bit for bit")


def ends_as(whole: dict[str, bytes], argv: list[str], state: Path, commands) -> None:
    """The training in this state ends with the same weights and metrics, and leaves nothing else under its name."""
    if not (state / "run").exists():
        resume = ["--resume"] if (state / "run.training").exists() else []
        done = commands.run(*argv, *resume, cwd=state)
        assert (done.status, done.err) == (0, ""), state
        assert not (state / "run.training").exists()
    made = tree(state / "run")
    assert set(made) == set(whole)
    assert all(made[name] == whole[name] for name in FILES)
