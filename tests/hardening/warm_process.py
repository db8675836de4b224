"""A process that has loaded all of ecd2g and forks for every command, so that hundreds can be harmed in a minute.

It reads a request a line and answers with a line; `Commands` in conftest.py is its other end. What a request may ask
for beside `argv` and `cwd` is read in `_prepare`, and the harm in `Harm`.
"""

import ctypes
import importlib
import json
import os
import pkgutil
import random
import resource
import shutil
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Harm:
    """Counts what a command changes below `folder`, before it does so, and harms it there.

    snapshots : folder that keeps the state of `folder` before every change, which is what SIGKILL would leave there;
        and where a file has been written since the change before, another with a random part of that
    fail_at, fail_from : the change, counted from 1, that fails with `errno`; that one, and all that make something
    """

    def __init__(self, folder: str, harm: dict) -> None:
        self.folder, self.harm, self.count, self.busy = os.path.realpath(folder), harm, 0, False
        self.written: tuple[str, int] | None = None
        self.rng = random.Random(harm.get("seed", 0))  # noqa: S311

    def __call__(self, event: str, arguments: tuple) -> None:
        if self.busy or not self._changes(event, arguments):
            return
        self.busy = True
        try:
            self.count += 1
            if "snapshots" in self.harm:
                self._keep(Path(self.harm["snapshots"]))
                opened = os.path.abspath(os.fsdecode(arguments[0])) if event == "open" else None
                size = os.path.getsize(opened) if opened and os.path.exists(opened) else 0
                self.written = (opened, size) if opened else None
            self._fail(event, str(arguments[0]))
        finally:
            self.busy = False

    def _changes(self, event: str, arguments: tuple) -> bool:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int) or not flags & WRITING:
                return False
        elif event not in CHANGES:
            return False
        elif event in ("os.remove", "os.rmdir") and arguments[1] != -1:
            return True  # in a folder that is being removed
        return os.path.realpath(os.fsdecode(arguments[0])).startswith(self.folder)

    def _keep(self, snapshots: Path) -> None:
        shutil.copytree(self.folder, snapshots / f"{self.count:04}", symlinks=True)
        path, before = self.written or ("", 0)
        if not path or not os.path.exists(path) or os.path.getsize(path) <= before:
            return
        torn = snapshots / f"{self.count:04}-torn"
        shutil.copytree(self.folder, torn, symlinks=True)
        inside = os.path.relpath(os.path.realpath(path), self.folder)
        os.truncate(torn / inside, self.rng.randrange(before, os.path.getsize(path)))

    def _fail(self, event: str, path: str) -> None:
        makes = event not in ("os.remove", "os.rmdir")
        fails = self.count == self.harm.get("fail_at") or (
            makes and self.count >= self.harm.get("fail_from", 1e9)
        )
        if fails:
            number = self.harm["errno"]
            raise OSError(number, os.strerror(number), path)


def _prepare(request: dict) -> None:
    """Give the forked process its surroundings."""
    for number, name in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        where = os.open(name, os.O_RDWR | os.O_CREAT, 0o666)
        os.dup2(where, number)
    os.chdir(request["cwd"])
    os.environ.update(request.get("environment", {}))
    signal.alarm(request.get("seconds", 120))
    if "memory" in request:  # beyond what is mapped already
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + request["memory"]
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    if request.get("ordinary"):  # the superuser gives up what goes beyond the rights of an owner
        version, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        ctypes.CDLL(None).capset(version, nothing)
    if "harm" in request:
        sys.addaudithook(Harm(request["cwd"], request["harm"]))


def _run(request: dict, ready: int) -> int:
    from ecd2g.cli.main import main

    _prepare(request)
    os.write(ready, b"!")
    try:
        if "code" in request:
            exec(request["code"], {"__name__": "__main__"})  # noqa: S102
            return 0
        return main(request["argv"])
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        sys.stdout.flush()
        sys.stderr.flush()


def _start(request: dict) -> dict:
    reading, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        os._exit(_run(request, ready))
    os.close(ready)
    os.read(reading, 1)
    os.close(reading)
    return {"pid": pid}


def _wait(request: dict) -> dict:
    _, status, used = os.wait4(request["pid"], 0)
    return {"status": os.waitstatus_to_exitcode(status), "peak": used.ru_maxrss * 1024}


def _load() -> None:
    """Import everything that commands import, so that they need not."""
    import ecd2g

    for module in pkgutil.walk_packages(ecd2g.__path__, "ecd2g."):
        if not module.name.endswith("__main__"):
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError:  # torch is an extra
                continue
    with suppress(ModuleNotFoundError):
        import torch

        for wanted in (True, False):  # loads what every training needs, for seconds
            torch.use_deterministic_algorithms(wanted)


if __name__ == "__main__":
    _load()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_wait(asked) if "pid" in asked else _start(asked)), flush=True)  # noqa: T201
    os._exit(0)  # at once: there is nothing to write
