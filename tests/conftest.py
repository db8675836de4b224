"""Hypothesis runs the same examples every time, and is never hurried; tests on a GPU say why they were not run."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from ecd2g import InputError
from ecd2g.circuit.array_library import require_backend

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")

# A shell that starts the tests in the background makes them ignore Ctrl-C, and commands under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip tests marked `gpu` where there is none; with ECD2G_REQUIRE_GPU=1 in the environment they fail instead."""
    if item.get_closest_marker("gpu") is None:
        return
    try:
        require_backend("cupy")
    except InputError as reason:
        if os.environ.get("ECD2G_REQUIRE_GPU") == "1":
            pytest.fail(f"ECD2G_REQUIRE_GPU=1, and {reason}", pytrace=False)
        pytest.skip(str(reason))
