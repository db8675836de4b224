"""Lines of an edge list: fields between the separator that the file's suffix stands for, and no other."""

import csv
from pathlib import Path

from ecd2g.data.text_lines import kept_lines
from ecd2g.data.text_rows import Row, is_number
from ecd2g.errors import InputError

SEPARATORS = {".csv": ",", ".tsv": "\t"}
"""Suffix to the separator it stands for; other edge lists show theirs in the first line."""

USUAL = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", None: "white space"}
"""Separators that files of edges come with, and their names; None is any white space."""

MEANT = {".csv": "commas", ".tsv": "tabs"}
"""Suffix to the name of its separator."""

EITHER = "white space (or commas, where the first line has one)"
"""The same for all other suffixes."""


def lines_of(file: Path) -> list[Row]:
    """The fields of every line that is not blank and no comment."""
    kept = kept_lines(file)
    if not kept:
        raise InputError(
            f"{file} must hold at least one edge or node, but it is empty; write one edge a line"
        )
    separator = SEPARATORS.get(file.suffix.lower(), "," if "," in kept[0][1] else None)
    return [_row(file, number, line, separator) for number, line in kept]


def _row(file: Path, number: int, line: str, separator: str | None) -> Row:
    quoted = separator is not None and '"' in line
    fields = line.split(separator)
    if quoted:
        try:
            fields = next(csv.reader([line], delimiter=separator or ",", strict=True, skipinitialspace=True))
        except csv.Error:
            raise InputError(f"{file}, line {number} cannot be split; check its quotation marks") from None
    fields = [field.strip() for field in fields]
    if not all(fields):
        raise InputError(f"{file}, line {number} must have something in every field, but one is empty")
    return Row(number, tuple(fields), quoted)


def require_separator(file: Path, rows: list[Row]) -> None:
    """Raise InputError for lines that another separator was meant to split; in quotation marks a line means itself.

    A label alone may hold separators of other files, but not so that an edge could be read in it; and where no line of
    the file has two fields it may hold none at all, for nothing then shows that the separator is right.
    """
    spaced, split = file.suffix.lower() not in SEPARATORS, any(len(row.fields) > 1 for row in rows)
    for row in rows:
        if row.quoted:
            continue
        if len(row.fields) == 1:
            found = _edge_in(row.fields[0]) or (None if split else _separated_by(row.fields[0]))
        else:
            found = next(
                (USUAL[field[-1]] for field in row.fields[:2] if spaced and field[-1] in ",;|"), None
            )
        if found:
            raise _other_separator(file, row, found)


def looks_separated(label: str) -> bool:
    """Whether a label between white space would be refused as the work of another separator."""
    return label[-1] in ",;|" or _edge_in(label) is not None


def _edge_in(label: str) -> str | None:
    """Name of a separator that makes an edge of a label: two labels, and a number after them."""
    for separator, name in USUAL.items():
        fields = [field.strip() for field in label.split(separator)]
        if len(fields) > 2 and any(map(is_number, fields[2:])):
            return name
    return None


def _separated_by(label: str) -> str | None:
    return next((name for separator, name in USUAL.items() if len(label.split(separator)) > 1), None)


def _other_separator(file: Path, row: Row, found: str) -> InputError:
    suffix = file.suffix.lower()
    quotes = "" if suffix not in MEANT else ", or put a label that holds them in quotation marks"
    return InputError(
        f"{file}, line {row.line} must have its fields separated by {MEANT.get(suffix, EITHER)}, as {suffix} means, "
        f"but {' '.join(row.fields)[:60]!r} has {found}; separate the fields so{quotes}"
    )
