"""The page of the command line: what every command's --help prints, taken from the parsers at build time."""

import argparse
import os
from pathlib import Path

from ecd2g.cli.parser import build_parser


def helps() -> dict[str, str]:
    """The help of `ecd2g` and of each command, by the words that call it."""
    parser = build_parser()
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return {each.prog: each.format_help() for each in (parser, *commands.choices.values())}


def write(app):
    os.environ |= {"COLUMNS": "88", "NO_COLOR": "1"}
    page = "".join(f"## {prog}\n\n```text\n{text}```\n\n" for prog, text in helps().items())
    Path(app.srcdir, "_command_help.md").write_text(page, encoding="utf-8")


def setup(app):
    app.connect("builder-inited", write)
    app.config.exclude_patterns.append("_command_help.md")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
