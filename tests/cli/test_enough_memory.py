"""Commands limit themselves to the memory there is, and say what they needed."""

import os
import subprocess
import sys

import pytest

from ecd2g.cli import enough_memory
from ecd2g.cli.enough_memory import no_more_than_available
from ecd2g.errors import CapacityError

resource = pytest.importorskip("resource")


def failing(error):
    with no_more_than_available():
        raise error


@pytest.mark.parametrize(
    "error", [MemoryError("Unable to allocate 7.28 TiB"), RuntimeError("can't allocate memory: 7.28 TiB")]
)
def test_too_little_memory_is_a_capacity_error_with_both_figures_and_its_notes(error, monkeypatch):
    monkeypatch.setattr(enough_memory, "available_memory", lambda: 3e12)
    error.add_note("the last checkpoint is kept")
    with pytest.raises(CapacityError, match=r"7.28 TiB\), 3e\+03 GB were available") as refused:
        failing(error)
    assert refused.value.__notes__ == ["the last checkpoint is kept"]


@pytest.mark.parametrize("error", [RuntimeError("another"), CapacityError("known"), KeyboardInterrupt()])
def test_other_errors_pass_as_they_are(error):
    with pytest.raises(type(error)) as raised:
        failing(error)
    assert raised.value is error


def test_too_little_memory_of_a_gpu_is_not_told_in_figures_of_the_machine():
    with pytest.raises(CapacityError, match=r"not enough memory \(CUDA out of memory\); use") as refused:
        failing(RuntimeError("CUDA out of memory"))
    assert "were available" not in str(refused.value)


LITTLE = """
import sys
from ecd2g.cli import enough_memory
from ecd2g.cli.main import main

enough_memory.available_memory = lambda: 0.0
enough_memory.UNTOUCHED = int(sys.argv[1]) * 2**20
sys.exit(main(["solve", "--problem", "1d", "--out", "run", "--quiet"]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="commands are limited on Linux alone")
@pytest.mark.parametrize("megabytes", [40, 130])
def test_a_fresh_process_with_little_memory_and_all_its_threads_ends_in_one_sentence(tmp_path, megabytes):
    """Linear algebra that loads under a limit waits for ever, or fails in words of its own."""
    several = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", LITTLE, str(megabytes)]
    done = subprocess.run(
        command, cwd=tmp_path, env=several, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode in (0, 2), done.stderr
    assert len(done.stderr.splitlines()) == (done.returncode == 2)
    assert (tmp_path / "run").exists() == (done.returncode == 0)


@pytest.mark.skipif(sys.platform != "linux", reason="commands are limited on Linux alone")
def test_the_limit_ends_with_the_command(monkeypatch):
    monkeypatch.setattr(enough_memory, "GPU_DRIVERS", ())
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with no_more_than_available():
        inside = resource.getrlimit(resource.RLIMIT_DATA)[0]
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert 0 < inside < 2**60


def test_nothing_is_limited_where_there_is_a_gpu(monkeypatch, tmp_path):
    monkeypatch.setattr(enough_memory, "GPU_DRIVERS", (str(tmp_path),))
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with no_more_than_available():
        assert resource.getrlimit(resource.RLIMIT_DATA) == before
