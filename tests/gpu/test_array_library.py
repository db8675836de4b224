"""Moving arrays between libraries, and what is said where a back end does not work."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from ecd2g import InputError
from ecd2g.circuit.array_library import (
    BACKENDS,
    device_name,
    library,
    moved,
    namespace,
    require_backend,
    to_numpy,
    uniforms,
    zeros,
)
from ecd2g.cli import options


@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_arrays_come_back_as_they_went(xp, dtype) -> None:
    values = np.arange(6).reshape(2, 3).astype(dtype)
    values.flags.writeable = False  # as in every certified solution
    there = moved(values, xp)
    assert namespace(there) is xp
    assert moved(there, xp) is there
    back = to_numpy(there)
    assert back.dtype == dtype
    assert np.array_equal(back, values)
    if xp is not np:
        there[0, 0] = 7
        assert values[0, 0] == 0  # a copy


def test_zeros_are_float64_in_the_library_of_the_other_array(xp) -> None:
    made = zeros((2, 3), moved(np.arange(2), xp))
    assert namespace(made) is xp
    assert made.dtype == xp.float64
    assert np.array_equal(to_numpy(made), np.zeros((2, 3)))


def test_uniform_numbers_are_float64_below_one_and_come_again_with_the_seed(xp) -> None:
    """Null: uniform on [0, 1). n = 100,000; the mean is off by more than 0.006 once in 1e10 (6.5 deviations)."""
    first, again, other = (
        to_numpy(uniforms(np.random.default_rng(seed), xp).random(100_000)) for seed in (1, 1, 2)
    )
    assert first.dtype == np.float64
    assert first.min() >= 0.0
    assert first.max() < 1.0
    assert abs(first.mean() - 0.5) < 0.006
    assert len(np.unique(first)) > 99_990  # more than 32 bits of each: 2^32 values would repeat once in 2
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def fake_cupy(count, first_kernel=lambda n: np.arange(n)):
    runtime = SimpleNamespace(
        getDeviceCount=count, getDevice=lambda: 0, getDeviceProperties=lambda device: {"name": b"Some GPU"}
    )
    return SimpleNamespace(cuda=SimpleNamespace(runtime=runtime), arange=first_kernel)


def failing(error):
    def fail(*arguments):
        raise error

    return fail


@pytest.mark.parametrize(
    ("cupy", "message"),
    [
        (None, r'CuPy, which is not installed: pip install "ecd2g\[gpu\]"'),
        (
            fake_cupy(failing(RuntimeError("cudaErrorInsufficientDriver:\ntoo old"))),
            "no GPU: cudaErrorInsuf.*: too old",
        ),
        (fake_cupy(lambda: 0), "finds no GPU;"),
        (fake_cupy(lambda: 1, failing(ImportError("libnvrtc.so"))), "cannot use the GPU: libnvrtc.so"),
    ],
    ids=["not installed", "old driver", "no device", "no compiler"],
)
def test_a_back_end_that_does_not_work_is_refused_in_one_line(monkeypatch, cupy, message) -> None:
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    with pytest.raises(InputError, match=message) as caught:
        require_backend("cupy")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith('backend "numpy" works here')


def test_a_cupy_that_cannot_be_loaded_is_refused_in_one_line(monkeypatch, tmp_path) -> None:
    (tmp_path / "cupy.py").write_text("raise ImportError('libcudart.so:\\nno such file')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    with pytest.raises(InputError, match="cannot load CuPy: libcudart.so: no such file; backend"):
        require_backend("cupy")


def test_a_working_gpu_is_accepted_and_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(lambda: 1))
    monkeypatch.setitem(sys.modules, "array_api_compat.cupy", SimpleNamespace())
    require_backend("cupy")
    assert device_name("cupy") == "Some GPU"
    assert device_name("numpy") == "cpu"
    assert library("numpy") is np


def test_unknown_back_ends_are_refused() -> None:
    with pytest.raises(InputError, match="backend must be one of 'numpy', 'cupy', got 'cuda'"):
        require_backend("cuda")


def test_the_command_line_knows_the_back_ends() -> None:
    assert options.BACKENDS == BACKENDS


def test_solving_on_numpy_loads_no_other_array_library() -> None:
    text = (
        "import sys, ecd2g; light = set(sys.modules); from ecd2g.reference import closed_form; "
        "from ecd2g.data import uniform_to_gaussian; p = uniform_to_gaussian(); "
        "c = ecd2g.LayeredCircuit.complete(p.space, n_layers=3, forward_resistance=1.0, lateral_resistance=9.0); "
        "ecd2g.solve(c, source=p.source, sink=p.target).sample(9, rng=0); print(*light); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=120, check=True
    )
    light, all_loaded = (set(line.split()) for line in done.stdout.splitlines())
    assert not {"cupy", "torch", "array_api_compat"} & all_loaded
    assert "numpy" in all_loaded - light
