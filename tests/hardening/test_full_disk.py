"""No room left, at every moment: one sentence, nothing half-written, and what was there before is as it was."""

import errno
import os
import random
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

RUNS = {
    "solve": "solve --problem 1d --layers 3",
    "sample": "sample --problem 1d --layers 3 --n 50",
    "data": "data 1d --n 5",
}
TRAIN = "train --source a.csv --target b.csv --layers 3 --model marginal --steps 30 --batch 8 --no-compare --quiet"
REASONS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO)
CHANGES = 16
"""More changes than any of these runs makes before it removes an older one."""

FILES = ("model.safetensors", "metrics.jsonl")

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


@pytest.fixture
def rng(request):
    """Random numbers of a test, the same every time."""
    return random.Random(request.node.name)  # noqa: S311 - no secrets


@pytest.fixture
def folder(tmp_path):
    """A folder with data."""
    (tmp_path / "work").mkdir()
    return with_data(tmp_path / "work")


def with_data(folder: Path) -> Path:
    for name, rows in (("a", "0\n1\n2\n3\n"), ("b", "1\n2\n2\n3\n")):
        (folder / f"{name}.csv").write_text(5 * rows)
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every path, and what the files hold."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {name: path.read_bytes() if path.is_file() else None for name, path in found.items()}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("which", ["fail_at", "fail_from"])
def test_any_change_may_fail_and_nothing_is_half_written(name, which, folder, commands, tally, rng):
    """`fail_at`: one change fails, and there is room again; `fail_from`: it stays full. Then there is room again."""
    argv = [*RUNS[name].split(), "--out", "deep/run"]
    before, refused = tree(folder), 0
    for number in range(1, CHANGES):
        harm = {which: number, "errno": rng.choice(REASONS)}
        done = commands.run(*argv, cwd=folder, harm=harm)
        if done.status == 0:  # some are tried in another way
            assert done.err == ""
            whole = set(tree(folder / "deep" / "run"))
            shutil.rmtree(folder / "deep")
            continue
        assert os.strerror(harm["errno"]) in done.in_one_sentence()
        assert tree(folder) == before, number
        refused += 1
    assert refused > 3
    assert commands.run(*argv, cwd=folder).status == 0
    assert set(tree(folder / "deep" / "run")) == whole
    kind = "one write fails" if which == "fail_at" else "every write from one on fails"
    tally.add("full disk", f"{name}: {kind}", "refused, nothing left", refused)


@pytest.mark.parametrize("which", ["fail_at", "fail_from"])
def test_any_change_may_fail_and_the_older_run_stays(which, folder, commands, tally, rng):
    argv = [*RUNS["data"].split(), "--out", "run", "--overwrite"]
    assert commands.run(*argv, "--seed", "7", cwd=folder).status == 0
    before, refused = tree(folder), 0
    names = set(before)
    for number in range(1, CHANGES):
        done = commands.run(*argv, cwd=folder, harm={which: number, "errno": rng.choice(REASONS)})
        if done.status == 0:
            for path in folder.glob(".run.*"):  # of the older run, which could not be removed
                shutil.rmtree(path)
            before = tree(folder)
            assert set(before) == names
            continue
        done.in_one_sentence()
        assert tree(folder) == before, number
        refused += 1
    assert refused > 3
    tally.add("full disk", "data --overwrite", "refused, older run as it was", refused)


@needs_torch
@pytest.mark.slow
@pytest.mark.parametrize("which", ["fail_at", "fail_from"])
def test_a_training_that_finds_no_room_goes_on_bit_for_bit_when_there_is_some(
    which, folder, commands, tally, rng, scale
):
    argv = [*TRAIN.split(), "--out", "run"]
    assert commands.run(*argv, cwd=folder).status == 0
    whole = tree(folder / "run")
    shutil.rmtree(folder / "run")
    before = tree(folder)
    for number in rng.sample(range(1, 80), min(2 * scale - 1, 79)):
        reason = rng.choice(REASONS)
        done = commands.run(*argv, cwd=folder, harm={which: number, "errno": reason})
        if done.status != 0:
            assert os.strerror(reason) in done.in_one_sentence()
            assert not (folder / "run").exists()
            assert not list(folder.rglob("*.partial"))
            resume = ["--resume"] if (folder / "run.training").exists() else []
            if not resume:
                assert tree(folder) == before
            done = commands.run(*argv, *resume, cwd=folder)
        assert (done.status, done.err) == (0, ""), number
        assert not (folder / "run.training").exists()
        assert all(tree(folder / "run")[name] == whole[name] for name in FILES)
        shutil.rmtree(folder / "run")
        kind = "one write fails" if which == "fail_at" else "every write from one on fails"
        tally.add("full disk", f"train: {kind}", "gone on, bit for bit")


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a file system of so many bytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted: list[Path] = []

    def mount(size: int) -> Path:
        unmount()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("only the superuser may mount a file system")
        mounted.append(place)
        return place

    def unmount() -> None:
        while mounted:
            subprocess.run(["umount", "-l", str(mounted.pop())], check=True, timeout=60)  # noqa: S607

    yield mount
    unmount()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["solve", "sample", "train"])
def test_on_a_disk_that_is_really_full_nothing_is_half_written(name, small_disk, commands, tally, rng, scale):
    """tmpfs takes whole pages; sizes from too small for anything to just about enough."""
    if name == "train":
        pytest.importorskip("torch")
    argv = [*(TRAIN if name == "train" else RUNS[name]).split(), "--out", "run"]
    refused = 0
    for pages in [4, *(rng.randrange(4, 60) for _ in range(2 * scale - 1))]:
        folder = with_data(small_disk(4096 * pages))
        before = tree(folder)
        done = commands.run(*argv, cwd=folder)
        if done.status == 0:
            assert (folder / "run" / "results.json").exists()
            continue
        assert "No space left on device" in done.in_one_sentence()
        left = {path.name for path in folder.iterdir()} - set(before)
        assert left <= {"run.training"}
        if left:  # the checkpoint counts on what it says
            assert "checkpoint is kept" in done.err or "no checkpoint yet" in done.err
            assert not list(folder.rglob("*.partial"))
        refused += 1
    assert refused
    tally.add(
        "full disk", f"{name} on a file system of 16 to 240 kB", "refused, nothing half-written", refused
    )
