"""Samples stored by numpy: .npy and .npz files."""

import math
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from ecd2g.data.sample_table import SampleTable
from ecd2g.errors import InputError

SYMBOL_LIMIT = 2**31
"""Symbols are whole numbers below this one; larger ones are taken for a mistake."""


def read_array_file(file: Path) -> SampleTable:
    """Read a ``.npy`` or ``.npz`` file by the rules of `read_samples`; nothing is ever unpickled."""
    arrays = _load(file)
    samples = _the_samples(file, arrays)
    symbols = _symbols(file, samples)
    return SampleTable(
        symbols, _weights(file, arrays["weights"], len(symbols)) if "weights" in arrays else None
    )


def _load(file: Path) -> dict[str, NDArray]:
    try:
        with file.open("rb") as stream:
            loaded = np.load(stream, allow_pickle=False)
            if isinstance(loaded, NpzFile):
                return {name: loaded[name] for name in loaded.files}
            return {"samples": loaded}
    except Exception as error:  # numpy, zipfile and zlib list no closed set of what damaged files raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{file} must be an intact numpy file of plain numbers, but reading it failed ({reason}); "
            f"write it with numpy.save or numpy.savez"
        ) from error


def _the_samples(file: Path, arrays: dict[str, NDArray]) -> NDArray:
    names = [name for name in arrays if name != "weights"]
    if "samples" not in names and len(names) != 1:
        raise InputError(
            f"{file} must hold one array, or one named 'samples', got {names}; name the samples 'samples'"
        )
    return arrays["samples" if "samples" in names else names[0]]


def _symbols(file: Path, samples: NDArray) -> NDArray[np.int64]:
    # a damaged archive hands out raw bytes for a member that is not an array
    if not isinstance(samples, np.ndarray) or samples.dtype.kind not in "biuf":
        kind = getattr(samples, "dtype", type(samples).__name__)
        raise InputError(f"the samples in {file} must be whole numbers, got an array of {kind}; recode them")
    if samples.ndim not in (1, 2) or samples.size == 0:
        raise InputError(
            f"the samples in {file} must have shape (n, n_sites) with n >= 1, got {samples.shape}"
        )
    table = _widened(samples).reshape(len(samples), -1)
    wrong = ~((table >= 0) & (table < SYMBOL_LIMIT))
    if table.dtype.kind == "f":
        wrong |= table != np.floor(table)
    if np.any(wrong):
        row, site = np.argwhere(wrong)[0]
        raise InputError(
            f"the samples in {file} must be whole numbers in 0..{SYMBOL_LIMIT - 1}, got {table[row, site]} "
            f"in row {row}, site {site}; recode the symbols"
        )
    return table.astype(np.int64)


def _widened(values: NDArray) -> NDArray:
    """Floats of any width as float64: what does not fit becomes infinite, and is refused as such."""
    with np.errstate(over="ignore"):
        return values.astype(np.float64) if values.dtype.kind == "f" else values


def _weights(file: Path, weights: NDArray, n: int) -> NDArray[np.float64]:
    if not isinstance(weights, np.ndarray) or weights.dtype.kind not in "biuf" or weights.shape != (n,):
        raise InputError(f"the weights in {file} must be {n} numbers, one a sample")
    values = _widened(weights).astype(np.float64)
    if not np.all(np.isfinite(values)) or np.any(values < 0):
        raise InputError(f"the weights in {file} must be finite and not negative")
    try:
        total = math.fsum(values)
    except OverflowError:
        total = math.inf
    if not 0.0 < total < math.inf:
        raise InputError(f"the weights in {file} must have a positive finite sum, got {total}")
    return values
