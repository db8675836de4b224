"""Commands limit themselves to the memory there is, and say what they needed."""

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


def test_the_limit_ends_with_the_command(monkeypatch):
    monkeypatch.setattr(enough_memory, "GPU_DRIVER", "/nowhere")
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with no_more_than_available():
        inside = resource.getrlimit(resource.RLIMIT_DATA)[0]
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert 0 < inside < 2**60


def test_nothing_is_limited_where_there_is_a_gpu(monkeypatch, tmp_path):
    monkeypatch.setattr(enough_memory, "GPU_DRIVER", str(tmp_path))
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with no_more_than_available():
        assert resource.getrlimit(resource.RLIMIT_DATA) == before
