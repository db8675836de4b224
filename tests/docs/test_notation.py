"""docs/notation.md is kept in step with the code, and has a row for every Greek letter that docs and docstrings use."""

import ast
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8")
ROWS = [
    cells
    for line in PAGE.splitlines()
    if len(cells := [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]) == 5 and "`" in cells[-1]
]
SPELLED = ["alpha", "beta", "gamma", "delta", "epsilon", "theta", "kappa", "lambda", "mu", "pi", "rho"]
SPELLED += ["sigma", "tau", "phi", "psi"]
"""Letters as docstrings and formulas spell them."""


@cache
def defined(path: str) -> set[str]:
    """Every class, function, argument and attribute that a file defines."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / "ecd2g" / path).read_text(encoding="utf-8"))):
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                names.add(node.name)
            case ast.arg():
                names.add(node.arg)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Attribute(attr=name)]):
                names.add(name)
    return names


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_rows_are_found() -> None:
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_name_stands_in_its_file(row: list[str]) -> None:
    files = code(row[-1])
    known = set().union(*(defined(path) for path in files))
    assert code(row[1])
    for name in code(row[1]):
        owner, _, last = name.rpartition(".")
        assert re.fullmatch(r"[\w.]+", name), f"`{name}` is no name; put formulas outside of the backticks"
        assert last in known, f"{name} is not defined in {files}"
        assert not owner[:1].isupper() or owner in known, f"{owner} is not defined in {files}"


def letters(text: str) -> set[str]:
    """Greek letters, and those spelled out, lower case."""
    found = {c for c in text.lower() if unicodedata.name(c, "").startswith("GREEK SMALL LETTER")} - {"ς"}
    for word in SPELLED:
        if re.search(rf"(?<![A-Za-z]){word}(?![A-Za-z])", text):
            found.add(unicodedata.lookup(f"GREEK SMALL LETTER {word.replace('lambda', 'lamda').upper()}"))
    return found


def documentation(path: Path) -> str:
    """A page; of a module, its docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return "\n".join(
        ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)
    )


def test_every_greek_letter_of_docs_and_docstrings_has_a_row() -> None:
    explained = letters("".join(row[0] for row in ROWS) + PAGE.rpartition("Words used")[2])
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "ecd2g").rglob("*.py")):
        missing = set() if "/_build/" in path.as_posix() else letters(documentation(path)) - explained
        assert not missing, (
            f"{path.relative_to(ROOT)} uses {', '.join(sorted(missing))}: give it a row in docs/notation.md"
        )
