"""The README's Python runs, and its commands exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


PAGES = (
    "README.md",
    "docs/adapted_resistances.md",
    "docs/bridges.md",
    "docs/circuit_design.md",
    "docs/couplings.md",
    "docs/density_walks.md",
    "docs/learned.md",
    "docs/networks.md",
    "docs/sample_metrics.md",
)


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run_as_they_stand(page: str, tmp_path: Path) -> None:
    assert blocks(page, "python")
    for block in blocks(page, "python"):
        if "ecd2g.learned" in block:
            pytest.importorskip("torch")
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block],
            cwd=tmp_path,
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
