"""What only a process of its own can show: what is loaded, signals, pipes."""

import os
import signal
import subprocess
import sys
import time

import pytest

LOADED = """
import sys
from ecd2g.cli.main import main
status = main(sys.argv[1:])
print(*sorted(sys.modules))
sys.exit(status)
"""


def run(*arguments, **settings):
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **settings)


def top_modules(*arguments):
    done = run("-c", LOADED, *arguments)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_help_loads_nothing_heavy():
    heavy = {"numpy", "scipy", "matplotlib", "hypothesis", "torch", "tqdm", "networkx"}
    for arguments in (["--help"], ["--version"], ["solve", "--help"]):
        assert not heavy & top_modules(*arguments)


def test_solving_loads_no_figures_and_verifying_neither():
    assert not {"matplotlib", "hypothesis", "torch"} & top_modules("solve", "--problem", "1d")
    assert not {"matplotlib", "torch"} & top_modules("verify", "--examples", "1")


def test_the_package_is_a_command(tmp_path):
    done = run("-m", "ecd2g", "--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ecd2g ")


def test_errors_have_no_traceback(tmp_path):
    done = run("-m", "ecd2g", "solve", "--source", "none.csv", "--target", "none.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("ecd2g: error: none.csv does not exist")
    assert done.stderr.count("\n") == 1


def test_progress_bars_need_a_terminal(tmp_path):
    done = run("-m", "ecd2g", "sample", "--problem", "1d", "--n", "50", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_verifying_leaves_nothing_in_the_working_directory(tmp_path):
    done = run("-m", "ecd2g", "verify", "--examples", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.learned
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_killed_run_leaves_no_folder(tmp_path, number, status):
    """Killed while writing: only a hidden sibling may stay, and the next run takes no notice of it.

    Every moment of a command is tried in tests/hardening/test_crash_points.py.
    """
    command = [sys.executable, "-m", "ecd2g", "reproduce", "1d", "--n", "300000", "--out", "run"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=-3, stderr=subprocess.PIPE, text=True) as process:
        give_up = time.monotonic() + 60
        while not any(tmp_path.glob(".run.*.partial")) and time.monotonic() < give_up:
            time.sleep(0.005)
        process.send_signal(number)
        err = process.communicate(timeout=60)[1]
    assert process.returncode == status
    left = [path.name for path in tmp_path.iterdir()]
    assert "run" not in left
    if number != signal.SIGKILL:
        assert left == []
        word = "interrupted" if number == signal.SIGINT else "terminated"
        assert err == f"ecd2g: error: {word}; the run in progress has left no folder\n"
    else:
        assert run("-m", "ecd2g", "solve", "--problem", "1d", "--out", "run", cwd=tmp_path).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
def test_a_reader_may_leave_early(tmp_path):
    done = subprocess.run(  # noqa: S602
        f"{sys.executable} -m ecd2g data | true",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.stderr == ""
