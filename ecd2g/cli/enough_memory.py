"""A command that asks for more memory than there is gets an error, and the machine lives on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecd2g.errors import CapacityError
from ecd2g.memory import available_memory

OF_TORCH = ("can't allocate memory", "out of memory")
"""How the RuntimeErrors of torch name too little memory."""

GPU_DRIVER = "/dev/nvidiactl"

UNTOUCHED = 2**29
"""Bytes that threads and libraries reserve for stacks and buffers and hardly ever touch, about."""


@contextmanager
def no_more_than_available() -> Iterator[None]:
    """Let allocations fail beyond what is available now: without a limit the system kills whom it likes.

    CapacityError in their place, with the figures. It is a limit of Linux on what the process writes (RLIMIT_DATA), not
    on files and libraries that it maps; elsewhere nothing is limited, nor where there is an NVIDIA GPU, whose driver
    reserves memory in ways of its own.
    """
    available = available_memory()
    with _limit(available):
        try:
            yield
        except CapacityError:
            raise
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not any(words in str(error) for words in OF_TORCH):
                raise
            needed = f" ({error})" if str(error) else ""
            refusal = CapacityError(
                f"there is not enough memory{needed}, {available * 1e-9:.3g} GB were available; use a smaller problem, "
                f"or fewer walks or pairs at a time"
            )
            for note in getattr(error, "__notes__", []):
                refusal.add_note(note)
            raise refusal from error


@contextmanager
def _limit(available: float) -> Iterator[None]:
    try:
        import resource  # noqa: PLC0415 - not on every system

        used = None if Path(GPU_DRIVER).exists() else _used()
    except (ImportError, OSError, StopIteration):  # not Linux
        used = None
    if used is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = used + UNTOUCHED + int(min(available, 2.0**60))
    limits = [one for one in (soft, hard, most) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _used() -> int:
    """What RLIMIT_DATA counts."""
    with open("/proc/self/status", encoding="utf-8") as status:
        return 1024 * int(next(line for line in status if line.startswith("VmData:")).split()[1])
