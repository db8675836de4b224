"""Array libraries: NumPy on the CPU, CuPy on an NVIDIA GPU, and any other of the Python array API standard.

Code that only computes with arrays takes its functions from its arguments, `xp = namespace(values)`, so that one text
serves every library; where its annotations say NDArray they mean the arrays of any of them. This file alone knows the
libraries apart, and CuPy is loaded only here and in `reference/gpu_solvers.py`, and only when it is asked for.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ecd2g.errors import InputError

Backend = Literal["numpy", "cupy"]
BACKENDS: tuple[str, ...] = get_args(Backend)


def namespace(values: NDArray) -> Any:
    """The functions of the library that made an array, named as in the array API standard; NumPy is itself one."""
    if isinstance(values, np.ndarray):
        return np
    return import_module("array_api_compat").array_namespace(values)


def library(backend: str) -> Any:
    """The functions of a back end; InputError, in one line, where it does not work on this machine."""
    if backend not in BACKENDS:
        raise InputError(f"backend must be one of {', '.join(map(repr, BACKENDS))}, got {backend!r}")
    if backend == "numpy":
        return np
    _cupy_on_a_device()
    return import_module("array_api_compat.cupy")


def require_backend(backend: str) -> None:
    """Raise InputError, in one line, where a back end does not work on this machine."""
    library(backend)


def device_name(backend: str) -> str:
    """What a run on a back end computes on: "cpu", or the name of the GPU."""
    if library(backend) is np:
        return "cpu"
    runtime = import_module("cupy").cuda.runtime
    return str(runtime.getDeviceProperties(runtime.getDevice())["name"].decode())


def moved(values: NDArray, xp: Any) -> NDArray:
    """An array in the library `xp`, on its current device: a copy, or the array itself where it is there already."""
    if namespace(values) is xp:
        return values
    host = to_numpy(values)
    return host if xp is np else xp.asarray(host, copy=True)


def to_numpy(values: NDArray) -> NDArray:
    """An array of any library as a NumPy array; itself where it is one."""
    if isinstance(values, np.ndarray):
        return values
    on_gpu = import_module("array_api_compat").is_cupy_array(values)
    return import_module("cupy").asnumpy(values) if on_gpu else np.asarray(values)


def zeros(shape: tuple[int, ...], like: NDArray) -> NDArray[np.float64]:
    """Zeros in float64, in the library and on the device of another array."""
    xp = namespace(like)
    return np.zeros(shape) if xp is np else xp.zeros(shape, dtype=xp.float64, device=_device(like))


def constants(values: NDArray, like: NDArray) -> NDArray:
    """A NumPy array in the library and on the device of another array."""
    xp = namespace(like)
    return values if xp is np else xp.asarray(values, copy=True, device=_device(like))


def uniforms(rng: np.random.Generator, xp: Any) -> Any:
    """A generator whose `random(n)` gives n numbers in [0, 1) as float64 arrays of the library `xp`.

    NumPy: the generator itself. CuPy: one of the GPU's own, seeded by `rng`. Others: numbers of `rng`, copied.
    """
    if xp is np:
        return rng
    if import_module("array_api_compat").is_cupy_namespace(xp):
        cupy = import_module("cupy")
        return cupy.random.Generator(cupy.random.Philox4x3210(int(rng.integers(2**63))))
    return CopiedUniforms(rng, xp)


@dataclass(frozen=True, eq=False)
class CopiedUniforms:
    """Random numbers of NumPy, copied into another library: the same walks as on the CPU, but for rounding."""

    rng: np.random.Generator
    xp: Any

    def random(self, size: int) -> NDArray[np.float64]:
        """`size` independent numbers in [0, 1), float64."""
        return moved(self.rng.random(size), self.xp)


def _device(values: NDArray) -> Any:
    return import_module("array_api_compat").device(values)


def _cupy_on_a_device() -> None:
    """Import CuPy and run one kernel: it loads without a GPU, and finds one without the compiler for its kernels."""
    instead = 'backend "numpy" works here'
    try:
        cupy = import_module("cupy")
    except ModuleNotFoundError:
        raise InputError(
            f'backend "cupy" needs CuPy, which is not installed: pip install "ecd2g[gpu]", or "ecd2g[gpu-cuda12]" for '
            f"CUDA 12; {instead}"
        ) from None
    except ImportError as error:
        raise InputError(f'backend "cupy" cannot load CuPy: {_one_line(error)}; {instead}') from error
    try:
        n_devices = cupy.cuda.runtime.getDeviceCount()
    except RuntimeError as error:
        raise InputError(f'backend "cupy" finds no GPU: {_one_line(error)}; {instead}') from error
    if not n_devices:
        raise InputError(f'backend "cupy" finds no GPU; {instead}')
    try:
        int(cupy.arange(3).sum())
    except (ImportError, OSError, RuntimeError) as error:
        raise InputError(f'backend "cupy" cannot use the GPU: {_one_line(error)}; {instead}') from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
