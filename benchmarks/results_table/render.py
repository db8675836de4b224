"""The record as Markdown: about a dozen rows for README.md, all of them for docs/results.md."""

from pathlib import Path
from typing import Any

from benchmarks.results_table.record import cells
from benchmarks.results_table.row import Row
from benchmarks.results_table.sources import SOURCES
from benchmarks.results_table.table import GROUPS, ROWS

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- results: written by `make benchmarks` -->", "<!-- results: end -->"
HEAD = "| what | number | beside it | command |\n|---|---|---|---|"


def readme(record: dict[str, Any]) -> str:
    """The rows that a reader asks for first."""
    rows = [row for row in ROWS.values() if row.headline]
    return f"{_table(record, rows)}\n\n{_measured(record, {row.source for row in rows})}"


def results(record: dict[str, Any]) -> str:
    """Every row by group, and what was measured when."""
    parts = [f"## {group.title}\n\n{group.note}\n\n{_table(record, group.rows)}" for group in GROUPS]
    return "\n\n".join([*parts, f"## When and where\n\n{_sources(record)}"])


PAGES = {"README.md": readme, "docs/results.md": results}


def block(text: str) -> str:
    """What stands between the markers of a page; ValueError where it has none."""
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[begin:end].strip("\n")


def write_pages(record: dict[str, Any], root: Path = ROOT) -> None:
    """Put the rendered blocks into both pages, and leave the rest of them as it is."""
    for name, render in PAGES.items():
        path = root / name
        text = path.read_text(encoding="utf-8")
        begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        path.write_text(f"{text[:begin]}\n\n{render(record)}\n\n{text[end:]}", encoding="utf-8")


def _table(record: dict[str, Any], rows: Any) -> str:
    return "\n".join([HEAD, *(_line(record, row) for row in rows)])


def _line(record: dict[str, Any], row: Row) -> str:
    entry = record["rows"].get(row.key)
    command = f"`{SOURCES[row.source].command}`"
    if entry is None:
        return f"| {row.what.split(' (up to')[0]} | not measured yet | – | {command} |"
    found = cells(entry)
    what, number, beside = (text.format(**found) for text in (row.what, row.number, row.beside))
    return f"| {what} | {number} | {beside} | {command} |"


def _measured(record: dict[str, Any], names: set[str]) -> str:
    """One line a reader can hold every number of the block against."""
    by_place: dict[tuple[str, str, str], list[str]] = {}
    for name in SOURCES:
        if name in names and (one := record["sources"].get(name)) is not None:
            by_place.setdefault((one["date"], one["commit"], one.get("note", "")), []).append(f"`{name}`")
    parts = [
        f"{', '.join(own)} on {date} at commit {commit}" + (f" ({note})" if note else "")
        for (date, commit, note), own in by_place.items()
    ]
    return f"Measured: {'; '.join(parts)}."


def _sources(record: dict[str, Any]) -> str:
    lines = [
        "| source | command | measured | commit | took | cores | with |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, source in SOURCES.items():
        one = record["sources"].get(name)
        if one is None:
            why = record["pending"].get(name, "not yet")
            lines.append(f"| {name} | `{source.command}` | {why} | – | {source.minutes:g} min | – | – |")
            continue
        versions = ", ".join(f"{package} {number}" for package, number in one["versions"].items())
        note = f"; {one['note']}" if "note" in one else ""
        lines.append(
            f"| {name} | `{source.command}` | {one['date']}{note} | {one['commit']} | {one['seconds']:,.0f} s "
            f"| {one['cores']} | {versions} |"
        )
    return "\n".join(lines)
