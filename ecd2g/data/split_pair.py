"""A split problem from two files of samples."""

import os

import numpy as np

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.randomness import generator
from ecd2g.circuit.state_space import StateSpace
from ecd2g.data.problem import Problem
from ecd2g.data.sample_files import read_samples
from ecd2g.data.sample_pair import read_pair, respell
from ecd2g.data.sample_table import SampleTable
from ecd2g.data.split_problem import SplitProblem
from ecd2g.data.split_rows import HELD_OUT, split_places


def split_pair(
    source_path: str | os.PathLike[str],
    target_path: str | os.PathLike[str],
    share: float = HELD_OUT,
    n_symbols: int | tuple[int, ...] | None = None,
    rng: np.random.Generator | int | None = 0,
    *,
    is_ordinal: bool = False,
    image: tuple[int, int] | None = None,
) -> SplitProblem:
    """Read two files of samples as `read_pair` does, and hold out a share of the rows of each.

    Rows are held out as they stand in the file: a sample that occurs twice may be on both sides. In a file with
    weights every row is one weighted state, so states are held out, not counts, and each part is divided by its own
    sum. The space and the alphabet are those of both files whole. The source is split first, and `rng` seeds both.

    ``share=0`` holds nothing out: `train` and `test` are the same problem, and scores say nothing about new data.
    Whether whole numbers lie on a line, and whether a state is a picture, the files do not say: `is_ordinal`, `image`.
    `is_exact` is always False. InputError for whatever `read_pair` refuses, or where a part would be left empty.

    >>> import pathlib
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "digits.txt")
    ...     np.savetxt(file, [[0, 1], [1, 1]] * 5, fmt="%d")
    ...     split = split_pair(file, file, share=0.2)
    >>> split.n_train, split.n_test
    (8, 2)
    """
    whole = read_pair(source_path, target_path, n_symbols)
    tables = [read_samples(path) for path in (source_path, target_path)]
    n_rows = len(tables[1].symbols) if tables[1].weights is None else None
    if share == 0:
        return SplitProblem(whole, whole, False, is_ordinal, image, n_train=n_rows, n_test=n_rows)
    random = generator(rng)
    source, target = (_split_table(whole, table, share, random) for table in tables)
    train, test = (
        Problem(whole.name, whole.title, whole.space, starts, ends, whole.alphabet, whole.read)
        for starts, ends in zip(source, target, strict=True)
    )
    n_test = None if n_rows is None else round(share * n_rows)
    n_train = None if n_rows is None or n_test is None else n_rows - n_test
    return SplitProblem(train, test, False, is_ordinal, image, n_train=n_train, n_test=n_test)


def _split_table(
    whole: Problem, table: SampleTable, share: float, random: np.random.Generator
) -> list[Distribution]:
    """Laws of the rows to train on and of the rows held out."""
    spelled = table if whole.alphabet is None else respell(table, whole.alphabet)
    parts = split_places(len(spelled.symbols), share, random)
    return [_law_of_rows(whole.space, spelled, places) for places in parts]


def _law_of_rows(space: StateSpace, table: SampleTable, places: np.ndarray) -> Distribution:
    return Distribution.from_weights(space, table.counts()[places], table.symbols[places])
