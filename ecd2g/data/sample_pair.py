"""A problem from two files of samples: they get one common state space."""

import os
from pathlib import Path

import numpy as np

from ecd2g.circuit.distribution import TOTAL_TOLERANCE, Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.data.problem import Problem
from ecd2g.data.sample_files import read_samples
from ecd2g.data.sample_table import SampleTable
from ecd2g.data.text_refusals import case_clash, refuse_both_cases
from ecd2g.errors import InputError


def read_pair(
    source_path: str | os.PathLike[str],
    target_path: str | os.PathLike[str],
    n_symbols: int | tuple[int, ...] | None = None,
) -> Problem:
    """Make the problem whose source and target are the empirical laws of the samples in two files.

    Whole numbers: every site has `n_symbols` symbols, one number or one per site; without it, what the files
    say themselves (``.npz``), else 1 + the largest symbol in the two files, at every site. Letters or words: the
    alphabet of every site is the sorted union of the tokens of both files, and `n_symbols` is left out. Weights
    that are probabilities are used as they are. Formats are those of `read_samples`.

    InputError where a file cannot be read, the files differ in width or kind, or a symbol is out of range.

    >>> import pathlib
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = [pathlib.Path(folder, name) for name in ("before.txt", "after.txt")]
    ...     np.savetxt(files[0], ["A", "A", "C"], fmt="%s")
    ...     np.savetxt(files[1], ["C", "G"], fmt="%s")
    ...     problem = read_pair(*files)
    >>> problem.alphabet, problem.target.to_array()
    (('A', 'C', 'G'), array([0. , 0.5, 0.5]))
    """
    paths = Path(source_path), Path(target_path)
    source, target = map(read_samples, paths)
    read = (source.describe(), target.describe())
    _check_match(paths, source, target)
    alphabet = _common_alphabet(source, target)
    if alphabet is not None:
        if n_symbols is not None:
            raise InputError(
                f"n_symbols must be left out for files of letters or words, got {n_symbols!r}; "
                f"the {len(alphabet)} tokens of {paths[0]} and {paths[1]} set it"
            )
        source, target = (respell(table, alphabet) for table in (source, target))
        n_symbols = len(alphabet)
    elif n_symbols is None:
        n_symbols = _stated_sizes(paths, source, target)
    space = _space(n_symbols, source.n_sites)
    return Problem(
        name=f"{paths[0].stem}-to-{paths[1].stem}",
        title=f"{paths[0].name} to {paths[1].name}",
        space=space,
        source=_empirical_law(paths[0], space, source),
        target=_empirical_law(paths[1], space, target),
        alphabet=alphabet,
        read=read,
    )


def _check_match(paths: tuple[Path, Path], source: SampleTable, target: SampleTable) -> None:
    if source.n_sites != target.n_sites:
        raise InputError(
            f"both files must have the same number of symbols a sample, got {source.n_sites} in {paths[0]} "
            f"and {target.n_sites} in {paths[1]}"
        )
    if (source.alphabet is None) != (target.alphabet is None):
        numbers, words = paths if source.alphabet is None else paths[::-1]
        raise InputError(
            f"both files must hold whole numbers, or both letters or words, but {numbers} holds numbers and "
            f"{words} does not; look for a stray token or a header"
        )
    _check_case(paths, source, target)


def _check_case(paths: tuple[Path, Path], source: SampleTable, target: SampleTable) -> None:
    """Letters in lower case in one file and in upper case in the other are meant to be the same."""
    mine, other = source.alphabet or (), target.alphabet or ()
    if all(len(token) == 1 for token in (*mine, *other)) and not (case_clash(mine) or case_clash(other)):
        refuse_both_cases(f"{paths[0]} and {paths[1]}", {*mine, *other})


def _common_alphabet(source: SampleTable, target: SampleTable) -> tuple[str, ...] | None:
    if source.alphabet is None or target.alphabet is None:
        return None
    return tuple(sorted({*source.alphabet, *target.alphabet}))


def _stated_sizes(
    paths: tuple[Path, Path], source: SampleTable, target: SampleTable
) -> int | tuple[int, ...]:
    """Alphabet sizes that a file states, or 1 + the largest symbol of both."""
    stated = {table.n_symbols for table in (source, target) if table.n_symbols is not None}
    if len(stated) > 1:
        raise InputError(
            f"both files must state the same n_symbols, got {source.n_symbols} in {paths[0]} "
            f"and {target.n_symbols} in {paths[1]}; give n_symbols"
        )
    return stated.pop() if stated else 1 + int(max(source.symbols.max(), target.symbols.max()))


def respell(table: SampleTable, alphabet: tuple[str, ...]) -> SampleTable:
    """Renumber the symbols as in an alphabet that spells all of those that occur."""
    place = {token: symbol for symbol, token in enumerate(alphabet)}
    new_symbols = np.array([place.get(token, -1) for token in table.alphabet or ()], dtype=np.int64)
    return SampleTable(new_symbols[table.symbols], table.weights, alphabet)


def _space(n_symbols: int | tuple[int, ...], n_sites: int) -> StateSpace:
    if isinstance(n_symbols, tuple) and len(n_symbols) != n_sites:
        raise InputError(
            f"n_symbols must be a single number, or list one number a site ({n_sites} in the files), "
            f"got {n_symbols!r}"
        )
    return StateSpace(n_symbols, n_sites)


def check_range(path: Path, space: StateSpace, table: SampleTable) -> None:
    """Raise InputError, naming the sample, unless every symbol of a file lies in the space."""
    too_large = np.argwhere(table.symbols >= np.asarray(space.alphabet_sizes))
    if too_large.size:
        row, site = too_large[0]
        raise InputError(
            f"symbols of site {site} must lie in 0..{space.alphabet_sizes[site] - 1}, got "
            f"{table.symbols[row, site]} in sample {row + 1} of {path}; recode it or enlarge n_symbols"
        )


def _empirical_law(path: Path, space: StateSpace, table: SampleTable) -> Distribution:
    check_range(path, space, table)
    if table.weights is None:
        return Distribution.from_samples(space, table.symbols)
    law = Distribution.from_weights(space, table.weights, table.symbols)
    as_listed = law.states is not None and np.array_equal(law.states, table.symbols)
    if not as_listed or abs(float(table.weights.sum()) - 1.0) > TOTAL_TOLERANCE:
        return law
    if len(table.weights) == space.n_states:
        return Distribution.from_probabilities(space, table.weights)
    return Distribution(space, table.weights, table.symbols)
