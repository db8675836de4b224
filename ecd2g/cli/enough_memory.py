"""A command that asks for more memory than there is gets an error, and the machine lives on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecd2g.errors import CapacityError
from ecd2g.memory import available_memory

OF_TORCH = ("can't allocate memory", "out of memory")
"""How the RuntimeErrors of torch name too little memory."""

OF_A_GPU = ("CUDA", "cuda", "HIP")
"""What is in the errors that tell of the memory of a GPU, which is not the machine's."""

GPU_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")

UNTOUCHED = 2**29 + 2**27 * (os.cpu_count() or 1)
"""Bytes that threads and libraries reserve for stacks and buffers and hardly ever touch, about."""


@contextmanager
def no_more_than_available() -> Iterator[None]:
    """Let allocations fail beyond what is available now: without a limit the system kills whom it likes.

    CapacityError in their place, with the figures. It is a limit of Linux on what the process writes (RLIMIT_DATA), not
    on files and libraries that it maps; elsewhere nothing is limited, nor where there is a GPU, whose driver
    reserves memory in ways of its own.
    """
    # Buffers of linear algebra, one a thread, are reserved when it loads, and loading fails badly for lack of them.
    import scipy.linalg  # noqa: F401, PLC0415

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
            of_a_gpu = any(word in f"{type(error)} {error}" for word in OF_A_GPU)
            had = "" if of_a_gpu else f", {available * 1e-9:.3g} GB were available"
            refusal = CapacityError(
                f"there is not enough memory{needed}{had}; use a smaller problem, or fewer walks or pairs at a time"
            )
            for note in getattr(error, "__notes__", []):
                refusal.add_note(note)
            raise refusal from error


@contextmanager
def _limit(available: float) -> Iterator[None]:
    try:
        import resource  # noqa: PLC0415 - not on every system

        used = None if any(Path(driver).exists() for driver in GPU_DRIVERS) else _used()
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
