"""Resistor networks as edge lists: two labels and a number a line."""

import csv
import io
import re
from collections.abc import Hashable, Iterable
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecd2g.circuit.networks.network import ResistorNetwork
from ecd2g.circuit.networks.values import Value, to_siemens
from ecd2g.data.network_lines import SEPARATORS, lines_of, looks_separated, require_separator
from ecd2g.data.text_rows import Row, is_number
from ecd2g.errors import Ecd2gError, InputError

WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}", re.A)
"""A label that is a whole number; one with a leading zero is a name, such as a postcode."""

NAMES = {"resistance": {"resistance", "ohm", "ohms"}, "conductance": {"conductance", "siemens"}}
"""Names of columns that say what their numbers are, in lower case."""


class Table(NamedTuple):
    """Edges ``(tail, head)`` with their numbers and lines, and the lines that name a node alone."""

    alone: list[str]
    edges: list[tuple[str, str]]
    numbers: list[float]
    lines: list[int]


def read_edge_list(file: Path, value: Value, column: str | int | None) -> ResistorNetwork:
    """Read an edge list by the rules of `read_network`."""
    rows = lines_of(file)
    place, header = _numbers_column(file, rows[0], value, column)
    require_separator(file, rows)
    table = _table(file, rows[1:] if header else rows, place)
    spelled = {*table.alone, *chain.from_iterable(table.edges)}
    if header and column is None and not _says_what(header[place]) and spelled & {*header[:2]}:
        raise InputError(
            f"{file}, line {rows[0].line} reads like a header but names a node of the edges below; write the "
            f"header {value!r} over the numbers, or correct the line"
        )
    if not spelled:
        raise InputError(f"{file} must hold at least one edge or node, but it has only a header; add one")
    siemens = to_siemens(table.numbers, value, len(table.lines), lambda k: f"{file}, line {table.lines[k]}")
    whole = all(WHOLE.fullmatch(label) for label in spelled)
    label = {text: int(text) if whole else text for text in spelled}
    named = (label[text] for text in chain(table.alone, chain.from_iterable(table.edges)))
    nodes = _ordered(named, whole and not table.alone)
    node = {name: place for place, name in enumerate(nodes)}
    pairs = [(node[label[u]], node[label[v]]) for u, v in table.edges]
    numbered = range(len(nodes))
    try:
        return ResistorNetwork.from_edges(
            np.array(pairs, dtype=np.intp),
            conductance=siemens,
            nodes=numbered if nodes == list(numbered) else nodes,
        )
    except Ecd2gError as error:
        raise type(error)(f"{file} cannot be read as a network: {error}") from None


def edge_list(network: ResistorNetwork, file: Path, value: Value) -> bytes:
    """The content of an edge list; where order or labels would not come back otherwise, nodes have lines of their own.

    Labels that were merged into others are written as zero-ohm edges.
    """
    nodes, suffix = network.nodes, file.suffix.lower()
    _check_labels(file, [*nodes, *network.merged])
    ends = [(nodes[u], nodes[v]) for u, v in zip(network.tails.tolist(), network.heads.tolist(), strict=True)]
    edges = [(u, v, number) for (u, v), number in zip(ends, network.values(value).tolist(), strict=True)]
    short = 0.0 if value == "resistance" else float("inf")
    shorts = [(label, nodes[place], short) for label, place in network.merged.items()]
    whole = not isinstance(nodes[0], str)
    plain = not shorts and _ordered(chain.from_iterable(ends), whole) == list(nodes)
    rows: list[tuple] = [
        ("tail", "head", value),
        *([] if plain else [(node,) for node in nodes]),
        *shorts,
        *edges,
    ]
    if suffix in SEPARATORS:
        stream = io.StringIO()
        writer = csv.writer(
            stream, delimiter=SEPARATORS[suffix], quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n"
        )
        writer.writerows(rows)
        return _encoded(file, stream.getvalue())
    return _encoded(file, "".join(" ".join(map(str, row)) + "\n" for row in rows))


def number_of(text: str) -> float | None:
    """The number a text spells; None where it spells none, or one that a float would round to 0 or infinity."""
    if not is_number(text):
        return None
    number = float(text)
    if number == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        return None
    return None if abs(number) == float("inf") and "n" not in text.lower() else number


def _numbers_column(
    file: Path, first: Row, value: Value, column: str | int | None
) -> tuple[int, tuple[str, ...] | None]:
    """Place of the numbers, counted from 0, and the fields of the header where there is one."""
    place = 2 if column is None else column
    if isinstance(place, str):
        if first.fields[2:].count(place) != 1:
            raise InputError(
                f"{file}, line {first.line} must be a header with one column {place!r} after those of the two "
                f"labels, got {', '.join(first.fields)[:60]!r}"
            )
        return first.fields.index(place, 2), first.fields
    if isinstance(place, bool) or not isinstance(place, int) or place < 2:
        raise InputError(
            f"column must be a name, or a place from 2 on after the two labels, 0 and 1, got {column!r}"
        )
    if column is None and len(first.fields) > 3:
        raise InputError(
            f"{file}, line {first.line} has {len(first.fields)} columns; say which one holds the {value}s "
            f"with column=, a name in the header or a place counted from 0"
        )
    header = _header(first, place)
    if header and column is None and _says_what(header[2]) not in (None, value):
        raise InputError(
            f"{file} must hold {value}s as asked for, but its column is named {header[2]!r}; "
            f"use value={_says_what(header[2])!r}, or name the column with column="
        )
    return place, header


def _header(first: Row, place: int) -> tuple[str, ...] | None:
    """The first row where it has a word in place of the number and no number anywhere."""
    if len(first.fields) <= place or not first.fields[place][0].isalpha():
        return None
    return None if any(map(is_number, first.fields)) else first.fields


def _says_what(name: str) -> str | None:
    return next((value for value, names in NAMES.items() if name.lower() in names), None)


def _table(file: Path, rows: list[Row], place: int) -> Table:
    table = Table([], [], [], [])
    width = next((len(row.fields) for row in rows if len(row.fields) > 1), 1)
    for row in rows:
        line, fields = row.line, row.fields
        if len(fields) == 1:
            table.alone.append(fields[0])
            continue
        if len(fields) != width or width <= place:
            raise InputError(
                f"{file}, line {line} must hold two labels and a number in {max(width, place + 1)} columns, "
                f"got {len(fields)}; check its separators"
            )
        number = number_of(fields[place])
        if number is None:
            raise InputError(
                f"{file}, line {line} must have a number that a float can hold in column {place}, "
                f"got {fields[place][:30]!r}"
            )
        table.edges.append((fields[0], fields[1]))
        table.numbers.append(number)
        table.lines.append(line)
    return table


def _ordered(labels: Iterable[Hashable], ascending: bool) -> list[Hashable]:
    """Every label once, in ascending order or in that of first appearance."""
    distinct = dict.fromkeys(labels)
    return sorted(distinct) if ascending else list(distinct)  # type: ignore[type-var]


def _check_labels(file: Path, labels: list[Hashable]) -> None:
    """Raise InputError for labels that `read_edge_list` would not give back."""
    spaced = file.suffix.lower() not in SEPARATORS
    for label in labels:
        if isinstance(label, str):
            broken = label != label.strip() or not label or re.search("[\r\n]", label)
            good = not broken and not (
                spaced and (label[0] == "#" or label.split() != [label] or looks_separated(label))
            )
        else:
            whole = isinstance(label, (int, np.integer)) and not isinstance(label, bool)
            good = whole and WHOLE.fullmatch(str(label)) is not None
        if not good:
            raise InputError(
                f"{file} cannot hold the label {label!r:.60} so that it comes back; use ints or texts without line "
                f"breaks or outer spaces{', separators or a leading #' if spaced else ''}"
            )
    texts = [label for label in labels if isinstance(label, str)]
    if texts and (len(texts) < len(labels) or all(WHOLE.fullmatch(text) for text in texts)):
        raise InputError(
            f"{file} must hold ints only or texts that are not all numbers, for they could not be told apart on "
            f"reading; relabel the nodes"
        )


def _encoded(file: Path, text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{file} cannot hold labels with half a character; relabel the nodes") from None
