"""How much memory there is, asked before much of it is taken."""

import math
import os
from contextlib import suppress
from pathlib import Path

from ecd2g.errors import CapacityError

NEVER_ASKED = 2**26
"""Bytes below which a request is not compared with what there is."""

GIVEN_BACK = ("inactive_file", "active_file", "slab_reclaimable")
"""What a control group counts as used, and the system takes back where memory runs short."""


def require_memory(n_bytes: float, purpose: str, advice: str) -> None:
    """Raise CapacityError where `n_bytes` are more than there is, with both figures.

    >>> require_memory(1e30, "a table of everything", "take less")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ecd2g.errors.CapacityError: a table of everything needs 1e+21 GB of memory, and ... GB are available; take less
    """
    if n_bytes < NEVER_ASKED:
        return
    available, n_bytes = available_memory(), min(n_bytes, 1e300)
    if n_bytes > available:
        raise CapacityError(
            f"{purpose} needs {n_bytes * 1e-9:.3g} GB of memory, and {available * 1e-9:.3g} GB are available; {advice}"
        )


def available_memory() -> float:
    """Bytes that this process can still take without swapping; infinite where the system does not tell.

    The least of what the machine has available (MemAvailable of Linux; elsewhere all of its memory), what its control
    groups allow, and what its own limits (``ulimit -v``, ``ulimit -d``) leave.
    """
    return max(
        0.0, min(_of_the_machine(), of_control_groups(Path("/sys/fs/cgroup"), _group()), _of_the_limits())
    )


def _of_the_machine() -> float:
    found = _fields("/proc/meminfo").get("MemAvailable")
    if found is not None:
        return found
    with suppress(AttributeError, ValueError, OSError):
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    return math.inf


def _group() -> str:
    """The control group of this process, in version 2."""
    return next((line[3:] for line in _lines("/proc/self/cgroup") if line.startswith("0::")), "/")


def of_control_groups(root: Path, path: str) -> float:
    """What the groups of a process leave, innermost to outermost; pages of files give way where they must."""
    group = root / path.lstrip("/")
    groups = [one for one in (group, *group.parents) if one.is_relative_to(root)]
    return min(map(_of_one_group, groups), default=math.inf)


def _of_one_group(group: Path) -> float:
    limit, used = (_lines(group / name)[:1] for name in ("memory.max", "memory.current"))
    if not (limit and used and limit[0].isdigit() and used[0].isdigit()):
        return math.inf
    rows = (line.split() for line in _lines(group / "memory.stat"))
    cached = sum(int(row[1]) for row in rows if row and row[0] in GIVEN_BACK)
    return float(int(limit[0]) - int(used[0]) + cached)


def _of_the_limits() -> float:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return math.inf
    used, left = _fields("/proc/self/status"), math.inf
    for limit, name in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
        most = resource.getrlimit(limit)[0]
        if most != resource.RLIM_INFINITY:
            left = min(left, most - used.get(name, 0.0))
    return left


def _fields(path: str) -> dict[str, float]:
    """Lines ``Name: 12 kB`` as bytes."""
    rows = [line.split() for line in _lines(path)]
    return {row[0].rstrip(":"): 1024.0 * int(row[1]) for row in rows if len(row) == 3 and row[2] == "kB"}


def _lines(path: str | Path) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
