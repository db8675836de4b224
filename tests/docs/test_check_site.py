"""The check of the built site, docs/check_site.py, sees what it is there to see. `make docs` runs it."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "check_site.py"
specification = importlib.util.spec_from_file_location("check_site", SCRIPT)
assert specification is not None
assert specification.loader is not None
check_site = importlib.util.module_from_spec(specification)
specification.loader.exec_module(check_site)

GOOD = '<link rel="stylesheet" href="a.css"><h1 id="here"></h1><a href="#here">x</a><a href="https://arxiv.org">y</a>'


def faults(folder: Path, page: str, style: str = "") -> list[str]:
    (folder / "page.html").write_text(page)
    (folder / "a.css").write_text(style)
    return list(check_site.faults(folder))


def test_a_page_that_stands_alone_passes(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    assert "holds no HTML page" in next(check_site.faults(tmp_path))


@pytest.mark.parametrize(
    "element",
    [
        '<script src="https://cdn.example/tex.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/a.css">',
        '<img src="http://images.example/a.png">',
        '<img srcset="https://images.example/a.png 2x">',
        "<style>@import 'https://fonts.example/b.css'; </style>",
        "<style>body { background: url(https://images.example/b.png) }</style>",
    ],
)
def test_whatever_is_loaded_from_elsewhere_is_a_fault(element: str, tmp_path: Path) -> None:
    (found,) = faults(tmp_path, GOOD + element)
    assert "page.html loads" in found


def test_a_font_from_elsewhere_in_a_style_sheet_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, GOOD, "@font-face { src: url('https://fonts.example/c.woff2') }")
    assert found == "a.css loads https://fonts.example/c.woff2"


@pytest.mark.parametrize("target", ["other.html", "#nowhere", "page.html#nowhere", "missing.png"])
def test_a_link_that_leads_nowhere_is_a_fault(target: str, tmp_path: Path) -> None:
    assert faults(tmp_path, f'{GOOD}<a href="{target}">z</a>') == [
        f"page.html points to {target}, which is not there"
    ]
