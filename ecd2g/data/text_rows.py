"""Lines of a text file that hold samples, and what counts as a number in them."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from ecd2g.data.text_lines import kept_lines
from ecd2g.errors import InputError

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.I | re.A)
"""What counts as a number in a file; it then has to be a whole one."""


@dataclass(frozen=True)
class Row:
    """The text of one sample, symbol by symbol, and the `line` it stands on, counted from 1.

    `quoted` says that the line has quotation marks, so that its fields are meant to be what they are.
    """

    line: int
    fields: tuple[str, ...]
    quoted: bool = False


def is_number(field: str) -> bool:
    """Whether the field is written as a number, whole or not."""
    return NUMBER.fullmatch(field) is not None


def read_lines(file: Path) -> list[Row]:
    """Lines that hold samples, each as one field."""
    kept = [Row(number, (line,)) for number, line in kept_lines(file)]
    if not kept:
        raise InputError(f"{file} must hold at least one sample, but it is empty; write one sample a line")
    return kept


def split_at_commas(file: Path, row: Row) -> Row:
    """The fields of a line of a .csv file."""
    (line,) = row.fields
    quoted = '"' in line
    fields = line.split(",")
    if quoted:
        try:
            fields = next(csv.reader([line], strict=True, skipinitialspace=True))
        except (csv.Error, StopIteration):
            raise InputError(
                f"{file}, line {row.line} must be symbols separated by commas; check its quotation marks"
            ) from None
    return Row(row.line, tuple(field.strip() for field in fields), quoted)


def split_at_spaces(row: Row) -> Row:
    """The fields of a line of a .txt file."""
    return Row(row.line, tuple(row.fields[0].split()))


def check_widths(file: Path, rows: list[Row], advice: str = "") -> None:
    """Raise InputError unless all lines have as many fields as the first, and none is empty."""
    first = rows[0]
    for row in rows:
        if len(row.fields) != len(first.fields):
            raise InputError(
                f"{file}, line {row.line} must have {len(first.fields)} symbols like line {first.line}, "
                f"got {len(row.fields)}{advice}"
            )
        if not all(row.fields):
            raise InputError(
                f"{file}, line {row.line} must have a symbol in every field, but one is empty; fill it in"
            )
