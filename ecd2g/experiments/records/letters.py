"""States as their owner writes them: in the alphabet of the problem."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def letters(states: NDArray[np.int64], alphabet: tuple[str, ...] | None) -> list[list[str]]:
    """States ``(n, n_sites)`` as rows of tokens; numbers stay numbers where there is no alphabet."""
    return [
        [str(symbol) if alphabet is None else alphabet[symbol] for symbol in state]
        for state in states.tolist()
    ]


def spell(state: NDArray[np.int64], alphabet: tuple[str, ...] | None) -> str:
    """One state as a word: letters run together, longer tokens and numbers stay apart."""
    tokens = letters(state[None], alphabet)[0]
    return ("" if all(len(token) == 1 for token in tokens) else " ").join(tokens)


def write_states(path: Path, states: NDArray[np.int64], alphabet: tuple[str, ...] | None) -> None:
    """Write states as .csv without a header, in a form that `ecd2g.data.read_samples` reads back."""
    write_rows(path, letters(states, alphabet))


def write_rows(path: Path, rows: Iterable[list[str]]) -> None:
    """Write rows of text as .csv; a field that could pass for something else makes all of them quoted."""
    listed = list(rows)
    quoted = any(map(_misleading, listed))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(
            stream, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n"
        ).writerows(listed)


def _misleading(row: list[str]) -> bool:
    """Whether a reader could take the row for a comment, or for one with separators that are no commas."""
    separated = any(";" in token or "\t" in token for token in row)
    return row[0].startswith("#") or separated or (len(row) == 1 and len(row[0].split()) > 1)
