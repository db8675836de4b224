"""SIGTERM ends a run like Ctrl-C does: with its unfinished folder removed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived; what lets Ctrl-C pass lets this pass."""


@contextmanager
def clean_termination() -> Iterator[None]:
    """Raise Terminated where SIGTERM arrives inside; only the main thread of a program may ask for that."""
    try:
        before = signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # another thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
