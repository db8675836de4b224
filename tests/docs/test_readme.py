"""The Python of README.md and of every page of docs/ runs; targets, files and commands that the README names exist."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


TUTORIAL = "docs/tutorial.md"
"""One session from its first block to its last: tests/docs/test_tutorial.py."""

PAGES = [
    page.relative_to(ROOT).as_posix()
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if "```python" in page.read_text(encoding="utf-8")
    and page != ROOT / TUTORIAL
    and "/_" not in page.as_posix()
]

EACH = """
import json, sys
for block in json.load(sys.stdin):
    exec(compile(block, "block", "exec"), {"__name__": "__main__"})
"""
"""Every block by itself, with no name of the one before; one process a page, so that libraries are loaded once."""


def test_the_pages_are_found() -> None:
    assert {"README.md", "docs/learned.md", "docs/own_data.md", "docs/problems.md", "docs/testing.md"} <= set(
        PAGES
    )


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run_as_they_stand(page: str, page_folder: Path) -> None:
    found = [block for block in blocks(page, "python") if find_spec("torch") or "ecd2g.learned" not in block]
    if not found:
        pytest.skip("torch is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EACH],
        cwd=page_folder,
        input=json.dumps(found),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_make_targets_named_in_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([\w-]+)", README)) | set(
        re.findall(r"^make ([\w-]+)", README, flags=re.MULTILINE)
    )
    assert {"reproduce", "test"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_files_linked_from_the_readme_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_commands_named_in_the_readme_are_sub_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ecd2g", "--help"], capture_output=True, text=True, check=True
    )
    for command in set(
        re.findall(r"\becd2g (verify|solve|sample|plot|reproduce|data|train|compare|network)\b", README)
    ):
        assert re.search(rf"^\s+{command}\b", done.stdout, flags=re.MULTILINE), command
