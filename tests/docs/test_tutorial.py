"""docs/tutorial.md runs as it stands, block after block in one session, and prints what it shows."""

import re
from contextlib import redirect_stdout
from doctest import ELLIPSIS, OutputChecker
from io import StringIO
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCKS = re.findall(
    r"^```(python|text)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)


def test_the_tutorial_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {"__name__": "__main__"}
    shown = [text for kind, text in BLOCKS if kind == "text"]
    assert len(shown) >= 5
    printed = ""
    for kind, text in BLOCKS:
        if kind == "text":
            assert OutputChecker().check_output(text, printed, ELLIPSIS), (
                f"shown:\n{text}\nprinted:\n{printed}"
            )
            printed = ""
        else:
            assert printed == "", f"the tutorial does not show what is printed:\n{printed}"
            with redirect_stdout(StringIO()) as stream:
                exec(compile(text, PAGE.name, "exec"), session)  # noqa: S102 - our own page
            printed = stream.getvalue()
    assert printed == ""
    assert (tmp_path / "laws.png").stat().st_size > 1000
