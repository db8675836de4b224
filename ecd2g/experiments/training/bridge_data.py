"""The data of a bridge: what it is trained on, what it is judged by, and the pairs that the rows of two files make."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Literal

from ecd2g.circuit.distribution import Distribution
from ecd2g.couplings.pairs import GivenPairs
from ecd2g.data import Problem, read_pair, read_samples, read_starts
from ecd2g.data.split_pair import split_pair
from ecd2g.data.split_problem import SplitProblem
from ecd2g.data.split_problems import SPLIT_PROBLEMS
from ecd2g.data.split_rows import split_places
from ecd2g.errors import InputError
from ecd2g.experiments.training.settings import fingerprint

Ground = Literal["squared", "hamming"]


def split_named(name: str, seed: int) -> SplitProblem:
    """A named problem with its test data; InputError where there is none of that name."""
    if name not in SPLIT_PROBLEMS:
        raise InputError(f"problem must be one of {', '.join(SPLIT_PROBLEMS)}, got {name!r}")
    return SPLIT_PROBLEMS[name](rng=seed)


def split_files(
    files: tuple[Path, Path], n_symbols: int | tuple[int, ...] | None, share: float, seed: int
) -> SplitProblem:
    """Two files with a share of their rows held out; none of them where the share is zero.

    Files with as many rows hold out the same rows, so that a row of one and that row of the other stay together,
    whatever the coupling: runs with and without given pairs are judged alike.
    """
    whole = read_pair(*files, n_symbols)
    is_ordinal = whole.alphabet is None
    if share == 0 or not _in_rows(files):
        return split_pair(*files, share, n_symbols, seed, is_ordinal=is_ordinal)
    starts, ends = (read_starts(path, whole) for path in files)
    parts = split_places(len(starts), share, seed)
    train, test = (
        replace(
            whole,
            source=Distribution.from_samples(whole.space, starts[places]),
            target=Distribution.from_samples(whole.space, ends[places]),
        )
        for places in parts
    )
    n_train, n_test = map(len, parts)
    return SplitProblem(train, test, is_exact=False, is_ordinal=is_ordinal, n_train=n_train, n_test=n_test)


def given_pairs(files: tuple[Path, Path], problem: Problem, share: float, seed: int) -> GivenPairs:
    """The pairs that are trained on: row i of the source with row i of the target, but for those held out."""
    starts, ends = (read_starts(path, problem) for path in files)
    pairs = GivenPairs.of(problem.space, starts, ends)
    if share == 0:
        return pairs
    places = split_places(len(starts), share, seed)[0]
    return GivenPairs(problem.space, pairs.starts[places], pairs.ends[places])


def grounded(split: SplitProblem, ground: Ground | None) -> SplitProblem:
    """The problem with distances as asked for; InputError for squares of letters."""
    if ground is None:
        return split
    if ground not in ("squared", "hamming"):
        raise InputError(f"ground must be squared or hamming, got {ground!r}")
    if ground == "squared" and split.train.alphabet is not None:
        raise InputError(
            f"ground squared needs symbols that are whole numbers, and those of {split.train.title} are letters or "
            f"words; take hamming"
        )
    return replace(split, is_ordinal=ground == "squared")


def split_fingerprint(split: SplitProblem) -> str:
    """A checksum of what is trained on and of what is judged by, with its ground."""
    parts = fingerprint(split.train), fingerprint(split.test), str(split.is_ordinal)
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _in_rows(files: tuple[Path, Path]) -> bool:
    """Whether both files have as many rows, and none of them weights."""
    source, target = map(read_samples, files)
    same = len(source.symbols) == len(target.symbols)
    return same and source.weights is None and target.weights is None
