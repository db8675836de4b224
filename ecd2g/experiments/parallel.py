"""Independent work, one piece on each processor at a time; the results do not depend on how many there are."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from tqdm import tqdm

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Piece], Result], pieces: Sequence[Piece], *, unit: str, quiet: bool
) -> Iterator[Result]:
    """`work` of every piece, in their order, with a bar on a terminal; in this process where there is one processor."""
    workers = min(len(pieces), processors())
    bar = partial(tqdm, total=len(pieces), disable=True if quiet else None, leave=False, unit=unit)
    if workers == 1:
        yield from bar(map(work, pieces))
        return
    # Ctrl-C reaches every process, but only this one answers; the block ends the others however it ends
    with get_context("spawn").Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from bar(pool.imap(work, pieces))


def processors() -> int:
    """Processors that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
