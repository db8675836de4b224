"""Nested numbers as HTML tables: readable names, four digits shown and all of them in a tooltip."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from ecd2g.experiments.records.summary import number

WIDEST = 8
"""Most columns of numbers side by side."""

LONGEST = 12
"""Lists with more entries are cut to their first few and the last."""

BOUNDS = frozenset(["lower", "upper", "lower_ohm", "upper_ohm"])

UNITS = {"ampere": "A", "nats": "nats", "ohm": "ohm", "s": "s", "siemens": "S", "volt": "V", "watt": "W"}

WORDS = {word: word.upper() for word in ("kl", "tv", "w1", "w2")} | {
    "hamming": "Hamming",
    "kirchhoff": "Kirchhoff",
}
"""Words that are not written in small letters."""

INFINITE = {"infinity": "∞", "inf": "∞", "-infinity": "−∞", "-inf": "−∞"}
"""How the words that stand for infinity in strict JSON are shown."""

EMPTY: tuple[Any, ...] = (None, "", [])
"""Values that say nothing; their rows and columns are left out."""

SPREAD = {"mean", "values"}
"""Names in a number that was measured for several seeds."""

Path = tuple[str, ...]
"""The names that lead to a number, outermost first."""


def label(*path: str) -> str:
    """Names for a reader: "walks", "kl_law_from_target_nats" becomes "walks / KL law from target (nats)"."""
    return " / ".join(map(_label, path))


def sections(numbers: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Heading and HTML of every part; the first one, which may be empty, holds all single values."""
    parts = {name: value for name, value in numbers.items() if isinstance(value, dict) or _rows(value)}
    single = {name: value for name, value in numbers.items() if name not in parts}
    for name, value in [("overview", single), *parts.items()]:
        yield label(name), tables(value)


def tables(value: Any) -> str:
    """One table of all single values, then one under its own heading for each group of like mappings."""
    leaves = _leaves(value, keep_tables=True)
    grids = {path: rows for path, leaf in leaves.items() if (rows := _rows(leaf))}
    parts = [pairs({path: leaf for path, leaf in leaves.items() if path not in grids})]
    for path, rows in grids.items():
        parts += [f"<h3>{escape(label(*path))}</h3>"] if path else []
        parts += _grid(rows, named=isinstance(leaves[path], dict))
    return "\n".join(filter(None, parts))


def pairs(leaves: dict[Path, Any]) -> str:
    """A table of two columns; empty where there is nothing to show."""
    rows = (_row(escape(label(*path)), [_cell_at(path, value)]) for path, value in leaves.items())
    return _table("", rows) if leaves else ""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already; the first of every row is its heading."""
    return _table(_head(heads), (_row(first, rest) for first, *rest in rows))


def _cell_at(path: Path, value: Any) -> str:
    """A value as HTML; bounds keep all digits, for they differ in the last ones only."""
    return repr(value) if isinstance(value, float) and path[-1:] and path[-1] in BOUNDS else cell(value)


def cell(value: Any) -> str:
    """A value as HTML."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _shown(number(value), repr(value))
    if isinstance(value, list):
        return _listed(value)
    if _is_spread(value):
        deviation = value.get("standard_deviation")
        if isinstance(deviation, float):  # two digits say how far seeds differ; an infinite one is a word
            return f"{cell(value['mean'])}&nbsp;±&nbsp;{_shown(f'{deviation:.2g}', repr(deviation))}"
        return cell(value["mean"])
    if value in INFINITE:
        return _shown(INFINITE[value], value)
    return "–" if value is None else escape(str(value))


def _label(name: str) -> str:
    words = name.split("_")
    if len(words) > 1 and words[0] == "n":
        words[0] = "number of"
    # "walks_per_s" is no number of seconds
    unit = f" ({UNITS[words.pop()]})" if len(words) > 1 and words[-1] in UNITS and words[-2] != "per" else ""
    return " ".join(WORDS.get(word, word) for word in words) + unit


def _rows(value: Any) -> dict[str, dict[Path, Any]]:
    """The rows of a value that is best seen as one table, mappings with names in common; none where it is not."""
    entries = (
        value if isinstance(value, dict) else dict(enumerate(value, 1)) if isinstance(value, list) else {}
    )
    if not entries or not all(isinstance(entry, dict) for entry in entries.values()):
        return {}
    rows = {str(name): _leaves(entry) for name, entry in entries.items()}
    names = [path for row in rows.values() for path in row]
    return rows if isinstance(value, list) or len(set(names)) < len(names) else {}


def _leaves(value: Any, path: Path = (), *, keep_tables: bool = False) -> dict[Path, Any]:
    """Every value that says something; with `keep_tables`, what makes a table of its own stays in one piece."""
    if not isinstance(value, dict) or _is_spread(value) or (keep_tables and _rows(value)):
        return {} if value in EMPTY else {path: value}
    inner = (_leaves(entry, (*path, str(name)), keep_tables=keep_tables) for name, entry in value.items())
    return {where: leaf for leaves in inner for where, leaf in leaves.items()}


def _is_spread(value: Any) -> bool:
    """Whether it is a number over several seeds, which is one entry of a table."""
    return isinstance(value, dict) and value.keys() >= SPREAD


def _grid(rows: dict[str, dict[Path, Any]], *, named: bool) -> Iterator[str]:
    """A row for each mapping, or a column where that is narrower; cut where it is too wide either way."""
    columns = list(dict.fromkeys(path for row in rows.values() for path in row))
    heads, names = [label(*path) for path in columns], [label(name) for name in rows]
    cells = [[_cell_at(path, row.get(path)) for path in columns] for row in rows.values()]
    if len(heads) > max(WIDEST, len(names)):
        heads, names, cells, named = names, heads, [list(column) for column in zip(*cells, strict=True)], True
    for start in range(0, len(heads), WIDEST):
        piece = slice(start, start + WIDEST)
        body = (
            _row(escape(name) if named else None, row[piece]) for name, row in zip(names, cells, strict=True)
        )
        yield _table(_head([""] * named + [escape(head) for head in heads[piece]]), body)


def _listed(values: list[Any]) -> str:
    """All entries of a short list, the ends of a long one."""
    if any(isinstance(value, dict) for value in values):
        return f"{len(values):,} entries, in results.json"
    long = len(values) > LONGEST
    shown = [*values[:4], values[-1]] if long else values
    cells = [f"[{_listed(value)}]" if isinstance(value, list) else cell(value) for value in shown]
    if long:
        cells[-1:] = ["…", f"{cells[-1]} ({len(values):,} in all)"]
    sentences = any(isinstance(value, str) and len(value.split()) > 1 for value in shown)
    return ("<br>" if sentences else ", ").join(cells)


def _shown(text: str, full: str) -> str:
    return text if text == full else f'<span title="{full}">{text}</span>'


def _head(cells: Sequence[str]) -> str:
    return (
        "<tr>"
        + "".join(f'<th scope="col">{text}</th>' if text else "<td></td>" for text in cells)
        + "</tr>\n"
    )


def _row(name: str | None, cells: Sequence[str]) -> str:
    first = "" if name is None else f'<th scope="row">{name}</th>'
    return f"<tr>{first}{''.join(f'<td>{text}</td>' for text in cells)}</tr>\n"


def _table(head: str, rows: Iterator[str]) -> str:
    return f"<div><table>\n{f'<thead>{head}</thead>' if head else ''}<tbody>\n{''.join(rows)}</tbody>\n</table></div>"
