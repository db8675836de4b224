"""docs/images/architecture.svg shows the import direction that import-linter enforces, and what is loaded where."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
BOXES = {
    group.get("id"): group
    for group in ElementTree.parse(ROOT / "docs" / "images" / "architecture.svg").iter(f"{SVG}g")  # noqa: S314
}
LIBRARIES = ("torch", "matplotlib", "hypothesis", "cupy")


def layers() -> list[set[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["name"] == "imports flow one way")
    return [set(layer.split(" | ")) for layer in contract["layers"]]


def height(box: ElementTree.Element) -> float:
    return float(box.find(f"{SVG}rect").get("y"))  # type: ignore[union-attr, arg-type]


def test_boxes_stand_in_the_order_of_the_contract() -> None:
    by_height: dict[float, set[str]] = {}
    for name, box in BOXES.items():
        by_height.setdefault(height(box), set()).add(str(name))
    assert [by_height[y] for y in sorted(by_height)] == layers()


def test_every_box_bears_the_name_of_its_package() -> None:
    for name, box in BOXES.items():
        assert str(name) == f"ecd2g.{box.find(f'{SVG}text').text}"  # type: ignore[union-attr]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_libraries_in_a_box_are_those_that_its_files_load(library: str) -> None:
    loads = re.compile(
        rf'^\s*(?:import|from) {library}\b|import_module\("(?:array_api_compat\.)?{library}', re.MULTILINE
    )
    loading = {
        f"ecd2g.{path.relative_to(ROOT / 'ecd2g').parts[0]}"
        for path in (ROOT / "ecd2g").rglob("*.py")
        if loads.search(path.read_text(encoding="utf-8"))
    }
    drawn = {
        name for name, box in BOXES.items() if box.find(f".//{SVG}tspan[@class='{library}']") is not None
    }
    assert drawn == loading
