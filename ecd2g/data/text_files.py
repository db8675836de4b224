"""Samples written as text: .csv and .txt files."""

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.data.array_files import SYMBOL_LIMIT
from ecd2g.data.sample_table import SampleTable
from ecd2g.data.text_refusals import (
    refuse_both_cases,
    refuse_commas,
    refuse_other_separators,
    refuse_probabilities,
    refuse_stray_first_line,
)
from ecd2g.data.text_rows import Row, check_widths, is_number, read_lines, split_at_commas, split_at_spaces
from ecd2g.errors import InputError


def read_csv_file(file: Path) -> SampleTable:
    """Read a ``.csv`` file by the rules of `read_samples`."""
    rows = [split_at_commas(file, row) for row in read_lines(file)]
    samples = rows[1:] if _has_header(rows) else rows
    refuse_other_separators(file, samples)
    check_widths(file, rows)
    refuse_probabilities(file, rows)
    refuse_stray_first_line(file, samples)
    return _table(file, samples)


def read_txt_file(file: Path) -> SampleTable:
    """Read a ``.txt`` file by the rules of `read_samples`."""
    lines = read_lines(file)
    refuse_commas(file, lines)
    rows = [split_at_spaces(row) for row in lines]
    if any(len(row.fields) > 1 for row in rows) or _is_number_column(file, rows):
        check_widths(file, rows)
        refuse_probabilities(file, rows)
        refuse_stray_first_line(file, rows)
        return _table(file, rows)
    letters = [Row(row.line, tuple(row.fields[0])) for row in rows]
    check_widths(file, letters, "; without spaces every letter is a symbol, so save whole words as .csv")
    refuse_both_cases(str(file), {letter for row in letters for letter in row.fields})
    return _table(file, letters)


def _has_header(rows: list[Row]) -> bool:
    first, *later = rows
    named = not any(map(is_number, first.fields))
    return named and bool(later) and all(is_number(field) for row in later for field in row.fields)


def _is_number_column(file: Path, rows: list[Row]) -> bool:
    """Whether lines without white space are numbers, one a line, rather than words of one-letter symbols."""
    texts = [row.fields[0] for row in rows]
    if not all(map(is_number, texts)):
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
    if all(is_number(field) for row in rows for field in row.fields):
        return SampleTable(_numbers(file, rows))
    alphabet = tuple(sorted({field for row in rows for field in row.fields}))
    place = {token: symbol for symbol, token in enumerate(alphabet)}
    symbols = np.array([[place[field] for field in row.fields] for row in rows], dtype=np.int64)
    return SampleTable(symbols, alphabet=alphabet)


def _exact(field: str) -> float:
    """The number a field spells; NaN where a float would round it, be it to a whole number."""
    number = float(field)
    try:
        return number if field.isdigit() or Decimal(field) == number else float("nan")
    except InvalidOperation:  # an exponent of nineteen digits
        return float("nan")


def _numbers(file: Path, rows: list[Row]) -> NDArray[np.int64]:
    values = np.array([[_exact(field) for field in row.fields] for row in rows])
    wrong = np.argwhere(~((values >= 0) & (values < SYMBOL_LIMIT) & (values == np.floor(values))))
    if wrong.size:
        row = rows[wrong[0, 0]]
        raise InputError(
            f"{file}, line {row.line} must hold whole numbers in 0..{SYMBOL_LIMIT - 1}, "
            f"got {row.fields[wrong[0, 1]][:20]!r}; recode the symbols"
        )
    return values.astype(np.int64)
