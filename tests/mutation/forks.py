"""A mutated module in a forked child: numpy, scipy and pytest are loaded already, ecd2g is not."""

import ast
import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 8 * 2**30
"""Bytes a child may ask for; a mutant that asks for more raises MemoryError."""

SCIENCE = (
    "hypothesis.strategies",
    "networkx",
    "numpy",
    "scipy.fft",
    "scipy.optimize",
    "scipy.sparse.linalg",
    "scipy.stats",
)
TESTING = ("array_api_compat.numpy", "matplotlib", "ot", "pyamg", "pytest", "scipy.sparse.csgraph")


def warm_up(modules: tuple[str, ...] = SCIENCE) -> None:
    """Load what every child needs, so that none has to."""
    for name in modules:
        importlib.import_module(name)
    if any(name.partition(".")[0] == "ecd2g" for name in sys.modules):
        raise RuntimeError("ecd2g is loaded already: a mutant in a child would have no effect")


def module_name(path: str) -> str:
    """ecd2g/circuit/field.py is ecd2g.circuit.field."""
    return path.removesuffix(".py").replace("/", ".")


def use(path: str, tree: ast.Module) -> None:
    """From now on, importing the module of that file gives the tree instead."""
    name, file = module_name(path), str(ROOT / path)

    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> Any:
            return compile(tree, file, "exec")

    class Finder(MetaPathFinder):
        def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
            return (
                spec_from_file_location(name, file, loader=Loader(name, file)) if fullname == name else None
            )

    sys.meta_path.insert(0, Finder())


def in_child(work: Callable[[], str], *, cpu_seconds: float) -> str:
    """What `work` answers in a forked child; "time" where it took more than its processor time, or hung."""
    answer, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(answer)
            _quiet()
            limit = int(cpu_seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            signal.alarm(20 * limit)
            os.write(write, work().encode()[:4000])
            code = 0
        except BaseException as error:  # whatever the mutant raises, it is noticed
            os.write(write, f"{type(error).__name__}: {error}".encode()[:4000])
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(answer, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        by_time = os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}
        return "time" if by_time else f"signal {os.WTERMSIG(status)}"
    return said


def _quiet() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
