"""Scripts of the gallery are listed, begin with a title, and use public names. `make docs`, a part of CI, runs them."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
SCRIPTS = sorted(GALLERY.glob("plot_*.py"))


def test_there_is_a_gallery() -> None:
    assert len(SCRIPTS) >= 15


def test_the_folder_holds_scripts_alone() -> None:
    ours = {*SCRIPTS, GALLERY / "README.md", GALLERY / "GALLERY_HEADER.txt"}
    assert {path for path in GALLERY.iterdir() if path.name != "__pycache__"} == ours


def test_the_readme_lists_every_script_once() -> None:
    listed = [
        line.split("](")[1].split(")")[0]
        for line in (GALLERY / "README.md").read_text().splitlines()
        if "](" in line
    ]
    assert sorted(listed) == [script.name for script in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_begins_with_a_title_and_a_text(script: Path) -> None:
    title, line, *text = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").splitlines()
    assert set(line) == {"="}
    assert len(line) >= len(title)
    assert "".join(text).strip()


def private_names(source: str) -> list[str]:
    """What a script imports from ecd2g although no package lists it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ecd2g":
            package = import_module(str(node.module))
            listed = {*getattr(package, "__all__", ()), *getattr(package, "_SUBPACKAGES", ())}
            found += [f"{node.module}.{alias.name}" for alias in node.names if alias.name not in listed]
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_imports_public_names_only(script: Path) -> None:
    source = script.read_text(encoding="utf-8")
    if "ecd2g.learned" in source:
        pytest.importorskip("torch")
    assert private_names(source) == []


def test_an_import_from_a_private_module_is_seen() -> None:
    source = "from ecd2g.circuit import Atoms\nfrom ecd2g.reference.networks.centrality import Centrality"
    assert private_names(source) == ["ecd2g.reference.networks.centrality.Centrality"]
