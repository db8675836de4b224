"""Samples stored by numpy: .npy and .npz files."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.sample_table import SampleTable
from ecd2g.data.stored_arrays import read_arrays
from ecd2g.errors import CapacityError, InputError

SYMBOL_LIMIT = 2**31
"""Symbols are whole numbers below this one; larger ones are taken for a mistake."""

BESIDE_SAMPLES = ("weights", "alphabet", "n_symbols")
"""Names of the arrays that an archive may hold beside its samples."""


def read_array_file(file: Path) -> SampleTable:
    """Read a ``.npy`` or ``.npz`` file by the rules of `read_samples`; nothing is ever unpickled."""
    arrays = _load(file)
    symbols = _symbols(file, _the_samples(file, arrays))
    return SampleTable(
        symbols,
        _weights(file, arrays["weights"], len(symbols)) if "weights" in arrays else None,
        _alphabet(file, arrays["alphabet"], symbols) if "alphabet" in arrays else None,
        _sizes(file, arrays["n_symbols"], symbols) if "n_symbols" in arrays else None,
    )


def _load(file: Path) -> dict[str, NDArray]:
    try:
        return read_arrays(file)
    except CapacityError:
        raise
    except Exception as error:  # numpy, zipfile and zlib list no closed set of what damaged files raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{file} must be an intact numpy file of plain numbers, but reading it failed ({reason}); "
            f"write it with numpy.save or numpy.savez"
        ) from error


def _the_samples(file: Path, arrays: dict[str, NDArray]) -> NDArray:
    names = [name for name in arrays if name not in BESIDE_SAMPLES]
    if "samples" not in names and len(names) != 1:
        raise InputError(
            f"{file} must hold one array, or one named 'samples', got {names}; name the samples 'samples'"
        )
    return arrays["samples" if "samples" in names else names[0]]


def _symbols(file: Path, samples: NDArray) -> NDArray[np.int64]:
    if samples.dtype.kind not in "biuf":
        raise InputError(
            f"the samples in {file} must be whole numbers, got an array of {samples.dtype}; recode them"
        )
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
            f"in sample {row + 1}, site {site}; recode the symbols, or give probabilities as the array "
            f"'weights' of an .npz file, beside 'samples'"
        )
    return table.astype(np.int64)


def _widened(values: NDArray) -> NDArray:
    """Floats of any width as float64: what does not fit becomes infinite, and is refused as such."""
    with np.errstate(over="ignore"):
        return values.astype(np.float64) if values.dtype.kind == "f" else values


def _weights(file: Path, weights: NDArray, n: int) -> NDArray[np.float64]:
    if weights.dtype.kind not in "biuf" or weights.shape != (n,):
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


def _alphabet(file: Path, alphabet: NDArray, symbols: NDArray[np.int64]) -> tuple[str, ...]:
    if alphabet.dtype.kind != "U" or alphabet.ndim != 1:
        raise InputError(f"the alphabet in {file} must be a list of texts, one a symbol")
    tokens = tuple(str(token) for token in alphabet)
    if len(set(tokens)) < len(tokens) or symbols.max() >= len(tokens):
        raise InputError(
            f"the alphabet in {file} must spell every symbol, each in its own way, "
            f"got {len(set(tokens))} different texts for symbols up to {symbols.max()}"
        )
    return tokens


def _sizes(file: Path, sizes: NDArray, symbols: NDArray[np.int64]) -> tuple[int, ...]:
    n_sites = symbols.shape[1]
    if (
        sizes.dtype.kind not in "iu"
        or sizes.shape not in ((), (n_sites,))
        or np.any(np.broadcast_to(sizes, n_sites) <= symbols.max(axis=0))
    ):
        raise InputError(
            f"the array n_symbols in {file} must be whole numbers above the symbols of its samples, "
            f"a single one, or one a site ({n_sites} here)"
        )
    return tuple(int(size) for size in np.broadcast_to(sizes, n_sites))
