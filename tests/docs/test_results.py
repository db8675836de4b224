"""The results tables are what the recorded numbers render to, and every row has a command that exists."""

import copy
import importlib
import json
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ecd2g.cli.parser import build_parser

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def table() -> dict[str, ModuleType]:
    """The modules of benchmarks/results_table, which are no part of the package."""
    sys.path.append(str(ROOT))
    try:
        names = ("measure", "number", "record", "render", "sources", "table", "__main__")
        return {name: importlib.import_module(f"benchmarks.results_table.{name}") for name in names}
    finally:
        sys.path.remove(str(ROOT))


@pytest.mark.parametrize("page", ["README.md", "docs/results.md"])
def test_a_page_shows_exactly_what_was_recorded(table, page: str) -> None:
    shown = table["render"].block((ROOT / page).read_text(encoding="utf-8"))
    assert shown == table["render"].PAGES[page](table["record"].read())


@pytest.mark.parametrize("page", ["README.md", "docs/results.md"])
def test_a_changed_number_is_noticed(table, page: str) -> None:
    record = copy.deepcopy(table["record"].read())
    record["rows"]["1d-marginal"]["numbers"]["tv"]["value"] *= 1.5
    shown = table["render"].block((ROOT / page).read_text(encoding="utf-8"))
    assert shown != table["render"].PAGES[page](record)


def test_recorded_rows_are_the_defined_ones(table) -> None:
    rows, record = table["table"].ROWS, table["record"].read()
    assert len(rows) == sum(len(group.rows) for group in table["table"].GROUPS)
    measured = [key for key, row in rows.items() if row.source not in record["pending"]]
    assert list(record["rows"]) == measured
    sources = set(table["sources"].SOURCES)
    assert {row.source for row in rows.values()} == sources
    assert set(record["sources"]) == sources - set(record["pending"])
    assert all(entry["source"] == rows[key].source for key, entry in record["rows"].items())


def test_about_a_dozen_rows_stand_in_the_readme(table) -> None:
    assert 10 <= sum(row.headline for row in table["table"].ROWS.values()) <= 16


def test_templates_hold_no_number_that_was_measured(table) -> None:
    """A number of two decimals or more in a template would be typed in; what is given, such as 0.13 s, is not ours."""
    given = {"0.13"}
    for row in table["table"].ROWS.values():
        text = re.sub(r"{[^}]*}", "", f"{row.number} {row.beside}")
        assert set(re.findall(r"\d+\.\d{2,}|\d·10", text)) <= given, row.key


def test_every_command_exists(table) -> None:
    for source in table["sources"].SOURCES.values():
        if source.kind == "run":
            build_parser().parse_args(shlex.split(source.arguments))
            continue
        files = [word for word in shlex.split(source.arguments) if word.endswith(".py")]
        assert files
        assert all((ROOT / name).exists() for name in files), source.name
        assert table["__main__"].choose(source.name) == [source]


def test_rows_that_are_not_there_are_refused(table) -> None:
    with pytest.raises(ValueError, match="got 'velocity'"):
        table["__main__"].choose("speed,velocity")


def test_a_folder_of_another_package_is_made_again_but_can_be_read(
    table, tmp_path: Path, monkeypatch
) -> None:
    source, measure = table["sources"].SOURCES["1d"], table["measure"]
    (tmp_path / "1d").mkdir()
    found = {
        "command": "ecd2g reproduce 1d --seeds 5",
        "versions": {"ecd2g": __import__("ecd2g").__version__},
    }
    (tmp_path / "1d" / "results.json").write_text(json.dumps(found), encoding="utf-8")
    monkeypatch.setattr(measure, "package_unchanged_since", lambda commit: commit == "abc")
    assert not measure.is_there(source, tmp_path)
    assert measure.is_there(source, tmp_path, read=True)
    assert measure.is_there(source, tmp_path, commit="abc")
    (tmp_path / "1d.commit").write_text("abc\n", encoding="utf-8")
    assert measure.is_there(source, tmp_path)
    (tmp_path / "1d.commit").write_text("abc+\n", encoding="utf-8")
    assert not measure.is_there(source, tmp_path)


def test_a_commit_that_git_does_not_know_is_of_another_package(table) -> None:
    assert not table["measure"].package_unchanged_since("not known")


def test_a_folder_made_with_other_options_is_made_again(table, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(table["measure"], "package_unchanged_since", lambda commit: True)
    source = table["sources"].SOURCES["1d"]
    (tmp_path / "1d").mkdir()
    version = __import__("ecd2g").__version__
    cases = {
        "ecd2g reproduce 1d --seeds 5 --out runs/1d --overwrite": True,
        "ecd2g reproduce all --seeds 5 --out runs": True,
        "ecd2g reproduce 1d --out runs/1d": False,
    }
    for command, same in cases.items():
        found = {"command": command, "versions": {"ecd2g": version}}
        (tmp_path / "1d" / "results.json").write_text(json.dumps(found), encoding="utf-8")
        assert table["measure"].is_there(source, tmp_path) is same, command
    found["versions"]["ecd2g"] = "0.0.1"
    (tmp_path / "1d" / "results.json").write_text(
        json.dumps(found | {"command": "ecd2g reproduce 1d --seeds 5"}), encoding="utf-8"
    )
    assert not table["measure"].is_there(source, tmp_path)


def test_numbers_read_as_they_should(table) -> None:
    number = table["number"].Number
    assert f"{number(217_342.0):3}" == "217,000"
    assert f"{number(0.0747, deviation=0.00021):.4f}" == "0.0747 ± 0.0002"
    assert f"{number.rounds([3.0, 2.0, 4.0]):2}" == "3.0 (2.0 to 4.0)"
    assert f"{number(3.94e-16):e}" == "4·10⁻¹⁶"
    ratio = number.ratio([10.0, 12.0], [2.0, 3.0])
    assert (ratio.value, ratio.low, ratio.high) == (11.0 / 2.5, 10.0 / 3.0, 6.0)
