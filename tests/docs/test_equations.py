"""docs/equations.md, the code and the tests are kept in step."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "equations.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if "::" in line]
NUMBERED = [f"({number})" for number in range(1, 19)]
NAMED = [
    "Algorithm 1",
    "Definition 3.1",
    "Definition A.1",
    "Proposition 3.2",
    "Corollary 3.3",
    "Remark 3.4",
    "Lemma 3.5",
    "Table 1",
]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("number", NUMBERED + NAMED)
def test_every_equation_of_the_paper_has_a_row(number: str) -> None:
    assert any(number in row[0] for row in ROWS)


def documentation(dotted: str) -> str:
    module_name, _, attribute = dotted.partition(":")
    if module_name.startswith("ecd2g.learned"):
        pytest.importorskip("torch")
    module = importlib.import_module(module_name)
    target = module
    for part in attribute.split("."):
        target = getattr(target, part)
    assert target.__doc__, dotted
    return f"{module.__doc__}\n{target.__doc__}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_function_named_exists_and_cites_its_equation(row: list[str]) -> None:
    for dotted in names(row[-2]):
        text = documentation(dotted)
        if len(row) == 4:
            cited = re.findall(r"\(\d+\)|[A-Z]\w+ [A\d.]+\d|Table 1", row[0])
            assert any(number in text for number in cited), (dotted, cited)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_test_named_exists(row: list[str]) -> None:
    assert names(row[-1])
    for reference in names(row[-1]):
        path, _, test = reference.partition("::")
        assert f"def {test}" in (ROOT / path).read_text(encoding="utf-8"), reference
