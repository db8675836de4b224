"""The parser of the whole command line; loads nothing that a command needs to do its work."""

import argparse
from importlib.metadata import version
from typing import Any, NoReturn

from ecd2g.cli import compare, data, design, network, plot, reproduce, sample, solve, train, verify
from ecd2g.errors import InputError

COMMANDS = (verify, solve, sample, design, network, plot, train, compare, reproduce, data)


class Parser(argparse.ArgumentParser):
    """An argument parser that reports in one sentence and takes no abbreviations."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **settings})

    def error(self, message: str) -> NoReturn:
        """Raise InputError, so that all errors leave by one door."""
        raise InputError(f"{message}; see {self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = Parser(
        prog="ecd2g",
        description="Electric currents that carry one discrete distribution to another, exact and learned.",
        epilog="Each command explains itself: ecd2g COMMAND --help. "
        "Exit status: 0 done, 1 a statement failed (verify), 2 refused, 130 interrupted, 143 terminated.",
    )
    parser.add_argument("--version", action="version", version=f"ecd2g {version('ecd2g')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add_command(commands)
    return parser
