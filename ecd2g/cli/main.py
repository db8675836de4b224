"""The entry point: from arguments to an exit status, and from every error to one sentence.

0  done;  1  a statement failed to verify;  2  refused: it cannot be done with this input, this tolerance, or this much
memory or disk;  130  interrupted;  141  nobody reads the output;  143  terminated.
"""

import os
import shlex
import sys
import warnings
from collections.abc import Sequence
from io import TextIOWrapper

from ecd2g.cli.enough_memory import no_more_than_available
from ecd2g.cli.parser import build_parser
from ecd2g.cli.termination import Terminated, clean_termination
from ecd2g.errors import Ecd2gError

REFUSED = 2
"""Exit status of a run that cannot be done as it was asked for."""

INTERRUPTED, UNREAD, TERMINATED = 130, 141, 143
"""Exit status of a program that SIGINT, SIGPIPE or SIGTERM has ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, and return its exit status; never a traceback for what a user can cause."""
    try:  # first of all: Ctrl-C may come at once
        arguments = list(sys.argv[1:] if argv is None else argv)
        _mend_streams()
        args = build_parser().parse_args(arguments)
        with clean_termination(), no_more_than_available(), warnings.catch_warnings():
            # extreme resistances overflow; the certificate finds what that spoils, in one sentence
            warnings.simplefilter("ignore", RuntimeWarning)
            # a letter that the font lacks is drawn as a box; the tables beside the figure have it
            warnings.filterwarnings("ignore", "Glyph", UserWarning)
            status = args.run(args, shlex.join(["ecd2g", *arguments]))
        sys.stdout.flush()
        return status
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    except Ecd2gError as error:
        return _fail(_whole(error, str(error)), REFUSED)
    except BrokenPipeError:
        # the reader of our output, `head` say, has left; do not let Python complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        return _fail(
            _whole(error, f"writing or reading a file failed ({error}); check the disk and the path"), REFUSED
        )
    except KeyboardInterrupt as stopped:
        word, status = (
            ("terminated", TERMINATED) if isinstance(stopped, Terminated) else ("interrupted", INTERRUPTED)
        )
        left = "" if hasattr(stopped, "__notes__") else "; the run in progress has left no folder"
        return _fail(_whole(stopped, f"{word}{left}"), status)


def _mend_streams() -> None:
    """No traceback where a stream was closed before we began, or its encoding has no sign for a letter."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as we live
        if isinstance(stream := getattr(sys, name), TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _whole(error: BaseException, message: str) -> str:
    """The message, with what a command has added to the error on its way: where a training can be resumed, say."""
    return "; ".join([message, *getattr(error, "__notes__", [])])


def _fail(message: str, status: int) -> int:
    print(f"ecd2g: error: {' '.join(message.split())}", file=sys.stderr)
    return status
