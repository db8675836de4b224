"""Samples written as text: .csv and .txt files."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.array_files import SYMBOL_LIMIT
from ecd2g.data.sample_table import SampleTable
from ecd2g.errors import InputError

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.I | re.A)
"""What counts as a number in a file; it then has to be a whole one."""


@dataclass(frozen=True)
class Row:
    """The text of one sample, symbol by symbol, and the `line` it stands on, counted from 1."""

    line: int
    fields: tuple[str, ...]


def read_csv_file(file: Path) -> SampleTable:
    """Read a ``.csv`` file by the rules of `read_samples`."""
    rows = [Row(row.line, _comma_fields(file, row)) for row in _lines(file)]
    return _table(file, rows[1:] if _has_header(rows) else rows)


def read_txt_file(file: Path) -> SampleTable:
    """Read a ``.txt`` file by the rules of `read_samples`."""
    rows = [Row(row.line, tuple(row.fields[0].split())) for row in _lines(file)]
    if any(len(row.fields) > 1 for row in rows) or _is_number_column(file, rows):
        return _table(file, rows)
    return _table(file, [Row(row.line, tuple(row.fields[0])) for row in rows])


def _lines(file: Path) -> list[Row]:
    """Lines that hold samples, each as one field."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{file} must be UTF-8 text, but line {line} is not; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); check its permissions") from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [Row(number, (line.strip(),)) for number, line in enumerate(lines, start=1)]
    kept = [row for row in rows if row.fields[0] and not row.fields[0].startswith("#")]
    if not kept:
        raise InputError(f"{file} must hold at least one sample, but it is empty; write one sample a line")
    return kept


def _comma_fields(file: Path, row: Row) -> tuple[str, ...]:
    try:
        fields = next(csv.reader(row.fields, strict=True, skipinitialspace=True))
    except (csv.Error, StopIteration):
        raise InputError(
            f"{file}, line {row.line} must be symbols separated by commas; check its quotation marks"
        ) from None
    return tuple(field.strip() for field in fields)


def _has_header(rows: list[Row]) -> bool:
    first, *later = rows
    named = not any(map(_is_number, first.fields))
    return named and bool(later) and all(_is_number(field) for row in later for field in row.fields)


def _is_number_column(file: Path, rows: list[Row]) -> bool:
    """Whether lines without white space are numbers, one a line, rather than words of one-letter symbols."""
    texts = [row.fields[0] for row in rows]
    if not all(map(_is_number, texts)):
        return False
    if not all(re.fullmatch("[0-9]+", text) for text in texts):
        return True  # a sign, a point or an exponent belongs to a number, not to a word
    lengths = {len(text) for text in texts}
    if lengths == {1} or any(len(text) > 1 and text.startswith("0") for text in texts):
        return False
    if len(lengths) == 1:
        raise InputError(
            f"{file} holds lines like {texts[0][:20]!r} that may be one number or a word of digits; "
            f"put spaces between the symbols, or save one number a line as .csv"
        )
    return True


def _table(file: Path, rows: list[Row]) -> SampleTable:
    _check_widths(file, rows)
    if all(_is_number(field) for row in rows for field in row.fields):
        return SampleTable(_numbers(file, rows))
    alphabet = tuple(sorted({field for row in rows for field in row.fields}))
    place = {token: symbol for symbol, token in enumerate(alphabet)}
    symbols = np.array([[place[field] for field in row.fields] for row in rows], dtype=np.int64)
    return SampleTable(symbols, alphabet=alphabet)


def _check_widths(file: Path, rows: list[Row]) -> None:
    first = rows[0]
    for row in rows:
        if len(row.fields) != len(first.fields):
            raise InputError(
                f"{file}, line {row.line} must have {len(first.fields)} symbols like line {first.line}, "
                f"got {len(row.fields)}"
            )
        if not all(row.fields):
            raise InputError(
                f"{file}, line {row.line} must have a symbol in every field, but one is empty; fill it in"
            )


def _numbers(file: Path, rows: list[Row]) -> NDArray[np.int64]:
    values = np.array([[float(field) for field in row.fields] for row in rows])
    wrong = np.argwhere(~((values >= 0) & (values < SYMBOL_LIMIT) & (values == np.floor(values))))
    if wrong.size:
        row = rows[wrong[0, 0]]
        raise InputError(
            f"{file}, line {row.line} must hold whole numbers in 0..{SYMBOL_LIMIT - 1}, "
            f"got {row.fields[wrong[0, 1]][:20]!r}; recode the symbols"
        )
    return values.astype(np.int64)


def _is_number(field: str) -> bool:
    return NUMBER.fullmatch(field) is not None
