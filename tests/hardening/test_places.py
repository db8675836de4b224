"""Folders that cannot be written to, and paths that are not what they should be, for a user with few rights."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

RUNS = {
    "solve": "solve --problem 1d --layers 3",
    "data": "data 1d --n 5",
    "sample": "sample --problem 1d --layers 3 --n 50",
    "verify": "verify --examples 1",
    "train": "train --problem 1d --layers 3 --steps 5 --no-compare",
}
if find_spec("torch") is None:
    del RUNS["train"]
CAMPAIGN = os.environ.get("ECD2G_HARDENING_SCALE", "1") != "1"


@pytest.fixture
def folder(tmp_path):
    """A folder of our own."""
    made = tmp_path / "work"
    made.mkdir()
    yield made
    for path in made.iterdir():
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)  # so that it can be removed


def tree(folder: Path) -> dict[str, bytes | None]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
        for name, path in found.items()
    }


def spoil(folder: Path) -> dict[str, str]:
    """Places that no run can be written to, and why."""
    (folder / "locked").mkdir(mode=0o555)
    (folder / "file").write_text("mine")
    (folder / "circle").symlink_to(folder / "circle")
    (folder / "broken").symlink_to(folder / "locked" / "gone")
    (folder / "empty").mkdir()
    os.mkfifo(folder / "pipe")
    return {
        "locked/run": "in a read-only folder",
        "locked/deep/run": "below a read-only folder",
        "locked": "a read-only folder itself",
        "file": "a file",
        "file/run": "below a file",
        "circle": "a link to itself",
        "circle/run": "below a link to itself",
        "broken": "a link into a read-only folder",
        "empty": "a folder of others",
        ".": "the current folder",
        "..": "the folder above",
        "/": "the root",
        "pipe": "a named pipe",
        "/proc/run": "in /proc",
        "/dev/null/run": "below a device",
        "": "no name",
        "x" * 300: "a name too long",
        "a/" * 3000: "a path too long",
        "two\nlines/" * 1000: "line breaks, and too long",
    }


@pytest.mark.parametrize("name", RUNS if CAMPAIGN else [list(RUNS)[-1]])
def test_what_cannot_be_written_is_one_sentence_and_stays_as_it_was(name, folder, commands, tally):
    places = spoil(folder)
    before = tree(folder)
    for place, kind in places.items():
        for extra in ([], ["--overwrite"]):
            done = commands.run(*RUNS[name].split(), "--out", place, *extra, cwd=folder, ordinary=True)
            done.in_one_sentence()
            assert done.out == ""
            assert tree(folder) == before, place
            tally.add("places", kind, "refused, all as it was")


INPUTS = (
    "locked.csv",
    "locked/a.csv",
    "folder.csv",
    "pipe-less.csv",
    "circle.csv",
    "/proc/self/mem.csv",
    "gone/a.csv",
)


def test_input_that_cannot_be_read_is_one_sentence(folder, commands, tally):
    (folder / "good.csv").write_text("0\n1\n")
    (folder / "locked.csv").write_text("0\n1\n")
    (folder / "locked.csv").chmod(0)
    (folder / "locked").mkdir()
    (folder / "locked" / "a.csv").write_text("0\n1\n")
    (folder / "locked").chmod(0)
    (folder / "folder.csv").mkdir()
    (folder / "circle.csv").symlink_to(folder / "circle.csv")
    before = sorted(path.name for path in folder.iterdir())
    for bad in INPUTS:
        for files in (["--source", bad, "--target", "good.csv"], ["--source", "good.csv", "--target", bad]):
            done = commands.run("solve", *files, "--out", "run", cwd=folder, ordinary=True)
            assert Path(bad).name in done.in_one_sentence()
        for argv in (["network", bad, "--conductance"], ["sample", "--problem", "1d", "--starts", bad]):
            commands.run(*argv, "--out", "run", cwd=folder, ordinary=True).in_one_sentence()
        tally.add("places", "input that cannot be read", "refused, all as it was", 4)
    assert sorted(path.name for path in folder.iterdir()) == before
