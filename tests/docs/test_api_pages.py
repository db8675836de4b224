"""Every public name stands on exactly one page of docs/api, under the shortest path that imports it."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import ecd2g

PAGES = sorted((Path(__file__).parents[2] / "docs" / "api").glob("*.md"))
ENTRY = re.compile(r"^\.\. (currentmodule|auto\w+|py:data):: (\S+)$", re.MULTILINE)


def documented(text: str) -> Iterator[str]:
    module = ""
    for directive, name in ENTRY.findall(text):
        if directive == "currentmodule":
            module = name
        else:
            yield f"{module}.{name}"


def packages() -> list[ModuleType]:
    return [ecd2g, *(import_module(f"ecd2g.{name}") for name in sorted(ecd2g._SUBPACKAGES))]


def public() -> set[str]:
    paths: dict[int, str] = {}
    waiting = packages()
    for package in waiting:  # ecd2g first: the shortest path wins
        for name in getattr(package, "__all__", ()):
            value = getattr(package, name)
            if isinstance(value, ModuleType) and not hasattr(value, "__path__"):
                value = getattr(
                    value, name
                )  # collecting doctests puts a file over the function it is named after
            if isinstance(value, ModuleType):
                waiting.append(value)
            else:
                paths.setdefault(id(value), f"{package.__name__}.{name}")
    return set(paths.values())


@pytest.mark.learned
def test_every_public_name_is_documented_and_every_documented_name_is_public() -> None:
    found = [name for page in PAGES for name in documented(page.read_text(encoding="utf-8"))]
    assert set(found) == public()


def test_no_name_is_documented_twice() -> None:
    found = [name for page in PAGES for name in documented(page.read_text(encoding="utf-8"))]
    assert len(found) == len(set(found))


def test_a_name_is_read_under_the_module_it_stands_under() -> None:
    text = ".. currentmodule:: a.b\n\n.. autoclass:: C\n.. currentmodule:: a\n.. py:data:: D\n"
    assert list(documented(text)) == ["a.b.C", "a.D"]
