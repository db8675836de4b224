"""Tensors and what belongs to them in one safetensors file: written whole or not at all, read without running code."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ecd2g.errors import InputError

VERSION = "1"
"""Version of the files that this release writes and reads."""


def write_tensors(path: Path, kind: str, tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
    """Write a file of the given kind; a file of that name stays as it was until the new one is on the disk.

    The header holds `about` as one JSON text: safetensors orders several entries at random, and the same content shall
    give the same bytes.
    """
    header = {"ecd2g": json.dumps({"kind": kind, "version": VERSION, "about": about}, allow_nan=False)}
    content = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, header)
    write_durably(path, content)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file aside, flush it to the disk, and only then give it its name."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def read_tensors(path: Path, kind: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a file and what is written about them; InputError where it is not such a file, or damaged."""
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is no regular file")  # a pipe or a device may have no end
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get("ecd2g", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except FileNotFoundError:
        raise InputError(f"{path} must be a {kind} of ecd2g, but there is no such file") from None
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path} must be a {kind} of ecd2g, but it is damaged or of another kind ({error}); "
            f"take a whole copy, or train again"
        ) from None
    if not isinstance(header, dict) or header.get("kind") != kind:
        raise InputError(f"{path} must be a {kind} written by ecd2g, but it is another safetensors file")
    if header.get("version") != VERSION:
        raise InputError(
            f"{path} must be a {kind} of version {VERSION}, got version {header.get('version')}; "
            f"read it with the release of ecd2g that wrote it, or train again"
        )
    about = header.get("about")
    if not isinstance(about, dict):
        raise InputError(f"{path} must say what its tensors belong to, but it does not; train again")
    return tensors, about
