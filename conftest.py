"""Hypothesis runs the same examples every time, and is never hurried; what cannot be run here says why."""

import os
import signal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ecd2g import InputError
from ecd2g.circuit.array_library import require_backend

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")

# A shell that starts the tests in the background makes them ignore Ctrl-C, and commands under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

PACKAGE = Path(__file__).parent / "ecd2g"
TORCH_MISSING = find_spec("torch") is None or find_spec("safetensors") is None


def pytest_report_header():
    """Say what is left out."""
    return "what needs torch and safetensors is left out or skipped" if TORCH_MISSING else None


def pytest_ignore_collect(collection_path):
    """Leave out modules of ecd2g that need torch where it is missing; any other failed import is an error."""
    if not TORCH_MISSING or collection_path.suffix != ".py" or PACKAGE not in collection_path.parents:
        return None
    try:
        import_module(".".join(collection_path.relative_to(PACKAGE.parent).with_suffix("").parts))
    except ImportError as error:
        return error.name in ("torch", "safetensors") or None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip tests marked `learned` without torch, and `gpu` without a GPU; with ECD2G_REQUIRE_GPU=1 the latter fail."""
    if TORCH_MISSING and item.get_closest_marker("learned"):
        pytest.skip("torch or safetensors is not installed")
    if item.get_closest_marker("gpu") is None:
        return
    try:
        require_backend("cupy")
    except InputError as reason:
        if os.environ.get("ECD2G_REQUIRE_GPU") == "1":
            pytest.fail(f"ECD2G_REQUIRE_GPU=1, and {reason}", pytrace=False)
        pytest.skip(str(reason))
