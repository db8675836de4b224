"""Readers that leave, odd locales, no home, narrow terminals: a command works, or is refused in one sentence."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

ECD2G = [sys.executable, "-m", "ecd2g"]
SOLVE = ["solve", "--problem", "1d", "--layers", "3"]
PLOT = ["network", "net.csv", "--conductance", "--source", "0", "--sink", "2"]
CAMPAIGN = os.environ.get("ECD2G_HARDENING_SCALE", "1") != "1"


def run(*argv, shell="", **settings):
    """A command as a user starts it, in a shell where `shell` is what follows."""
    environment = os.environ | settings.pop("environment", {})
    for name in settings.pop("without", ()):
        environment.pop(name, None)
    command = " ".join([*ECD2G, *argv, shell]) if shell else [*ECD2G, *argv]
    return subprocess.run(
        ["bash", "-c", command] if shell else command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env=environment,
        **settings,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shell", "status"),
    [
        (">&- 2>&-", (0,)),
        ("> /dev/full", (2,)),
        ("| head -1; exit ${PIPESTATUS[0]}", (0, 141)),
        ("| true; exit ${PIPESTATUS[0]}", (0, 141)),
        (">&-", (0,)),
        ("<&-", (0,)),
    ][: None if CAMPAIGN else 2],
)
def test_streams_that_cannot_be_written_to(shell, status, tmp_path, tally):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    done = run(*SOLVE, "--out", "run", shell=shell, cwd=tmp_path)
    assert done.returncode in status, done
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.stderr.count("\n") <= 1
    assert (tmp_path / "run" / "results.json").exists()
    tally.add("surroundings", f"ecd2g solve {shell.split(';')[0]}", "whole, no traceback")


SURROUNDINGS = {
    "LC_ALL=C, PYTHONUTF8=0": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "LC_ALL=POSIX, ASCII output": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    "HOME and caches that cannot be made": {
        "HOME": "/proc/none",
        "XDG_CACHE_HOME": "/proc/none",
        "XDG_CONFIG_HOME": "/proc/none",
    },
    "MPLCONFIGDIR that cannot be made": {"MPLCONFIGDIR": "/proc/none"},
    "a display that is not there": {"DISPLAY": ":99", "MPLBACKEND": "TkAgg"},
    "COLUMNS=20": {"COLUMNS": "20"},
    "COLUMNS=0": {"COLUMNS": "0"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SURROUNDINGS if CAMPAIGN else list(SURROUNDINGS)[2:3])
def test_in_odd_surroundings_a_plot_is_as_always(name, tmp_path, commands, tally):
    (tmp_path / "net.csv").write_text("0,1,1\n1,2,1\n0,2,3\n")
    done = run(*PLOT, "--out", "run", cwd=tmp_path, environment=SURROUNDINGS[name])
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert commands.run(*PLOT, "--out", "usual", cwd=tmp_path).status == 0
    drawn = {path.name for path in (tmp_path / "usual").glob("*.png")}
    assert drawn
    for name_of in drawn:
        assert (tmp_path / "run" / name_of).read_bytes() == (tmp_path / "usual" / name_of).read_bytes()
    tally.add("surroundings", name, "figures as always")


@pytest.mark.slow
def test_words_of_any_script_are_read_and_written_in_an_ascii_locale(tmp_path, tally):
    for name, rows in (("α", "né,ß\n漢,ß\n"), ("β", "漢,ß\nné,ß\n")):
        (tmp_path / f"{name}.csv").write_text(rows, encoding="utf-8")
    for settings in list(SURROUNDINGS.values())[0 if CAMPAIGN else 1 : 2]:
        argv = ["sample", "--source", "α.csv", "--target", "β.csv", "--n", "9", "--out", "run", "--overwrite"]
        done = run(*argv, cwd=tmp_path, environment=settings)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert "漢" in (tmp_path / "run" / "ends.csv").read_text(encoding="utf-8")
        missing = run("solve", "--source", "γ.csv", "--target", "β.csv", cwd=tmp_path, environment=settings)
        assert missing.returncode == 2
        assert missing.stderr.count("\n") == 1
        assert "Traceback" not in missing.stderr
    tally.add("surroundings", "words beyond ASCII in ASCII locales", "as always")


@pytest.mark.slow
def test_a_working_directory_that_is_gone(tmp_path, tally):
    (tmp_path / "gone").mkdir()
    argv = " ".join([*ECD2G, *SOLVE])
    tries = (("--out run", 2), ("", 0), (f"--out {tmp_path}/run", 0))
    for out, status in tries if CAMPAIGN else tries[:1]:
        (tmp_path / "gone").mkdir(exist_ok=True)
        command = f"cd {tmp_path}/gone && rmdir ../gone && exec {argv} {out}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)  # noqa: S607
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == (status != 0)
    tally.add(
        "surroundings", "a working directory that is gone", "works, or refused", len(tries) if CAMPAIGN else 1
    )


@pytest.mark.slow
def test_on_a_terminal_of_twenty_columns_it_works(tmp_path, tally):
    """With its progress bars, which only a terminal gets."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 20, 0, 0))
    with subprocess.Popen(
        [*ECD2G, "sample", "--problem", "1d", "--n", "9"],
        cwd=tmp_path,
        stdin=child,
        stdout=child,
        stderr=child,
    ) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:  # the terminal is closed
                break
            if not piece:
                break
            shown += piece
    os.close(parent)
    assert process.returncode == 0, shown
    assert b"Traceback" not in shown
    tally.add("surroundings", "a terminal of 20 columns", "as always")
