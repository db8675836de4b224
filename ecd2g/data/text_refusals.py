"""Text that could be read, but not as its writer meant it: refused, with advice."""

import math
from collections.abc import Iterable
from pathlib import Path

from ecd2g.data.text_rows import Row, is_number
from ecd2g.errors import InputError

WEIGHTED = "numpy.savez(name, samples=..., weights=...)"
"""How samples with weights are written, for advice in messages."""

WEIGHT_NAMES = {"probability", "probabilities", "weight", "weights", "count", "counts", "frequency"}
"""Names of columns that hold how often a sample occurs, in lower case."""


def refuse_other_separators(file: Path, rows: list[Row]) -> None:
    """Raise InputError for a .csv file whose symbols are separated by something else than commas."""
    for row in rows:
        for field in () if row.quoted else row.fields:
            if ";" in field or "\t" in field or (len(row.fields) == 1 and len(field.split()) > 1):
                raise InputError(
                    f"{file}, line {row.line} must have its symbols separated by commas, got {field[:20]!r}; "
                    f"separate symbols with commas, or save as .txt with spaces between"
                )


def refuse_commas(file: Path, rows: list[Row]) -> None:
    """Raise InputError for a .txt file whose symbols are separated by commas or semicolons."""
    for row in rows:
        if "," in row.fields[0]:
            raise InputError(
                f"{file}, line {row.line} must have symbols separated by spaces, got a comma; save as .csv"
            )
        if ";" in row.fields[0]:
            raise InputError(
                f"{file}, line {row.line} must have symbols separated by spaces, got ';'; "
                f"put spaces between the symbols"
            )


def refuse_probabilities(file: Path, rows: list[Row]) -> None:
    """Raise InputError for a column of weights beside the samples, and for numbers that are not whole."""
    first, *later = rows
    for site, name in enumerate(first.fields):
        if name.lower() in WEIGHT_NAMES and later and all(is_number(row.fields[site]) for row in later):
            raise InputError(
                f"{file} must hold samples only, but its column {name[:20]!r} looks like probabilities or "
                f"weights; give those in an .npz file: {WEIGHTED}"
            )
    for row in rows:
        for field in row.fields:
            if is_number(field) and math.isfinite(float(field)) and not float(field).is_integer():
                raise InputError(
                    f"{file}, line {row.line} must hold whole numbers or words, got {field[:20]!r}; if these "
                    f"are probabilities, give them in an .npz file: {WEIGHTED}; otherwise recode the symbols"
                )


def refuse_stray_first_line(file: Path, rows: list[Row]) -> None:
    """Raise InputError where a field of the first line is a word over numbers, or a number over words."""
    first, *later = rows
    for site, field in enumerate(first.fields):
        number = is_number(field)
        if later and all(is_number(row.fields[site]) != number for row in later):
            kinds = "a number over words" if number else "a word over numbers"
            raise InputError(
                f"{file}, line {first.line} must be a sample like the lines below it, but {field[:20]!r} is "
                f"{kinds}; remove the line if it is a header, or write all symbols as words"
            )


def case_clash(tokens: Iterable[str]) -> tuple[str, str] | None:
    """Two of the letters that differ in nothing but case, or None."""
    seen: dict[str, str] = {}
    for token in sorted(tokens):
        other = seen.setdefault(token.lower(), token)
        if other != token:
            return other, token
    return None


def refuse_both_cases(where: str, tokens: Iterable[str]) -> None:
    """Raise InputError where two letters differ in nothing but case."""
    clash = case_clash(tokens)
    if clash is not None:
        raise InputError(
            f"{where} must spell a symbol in one way, but {clash[0]!r} and {clash[1]!r} differ only in case; "
            f"write all letters in one case, or give different symbols different letters"
        )
