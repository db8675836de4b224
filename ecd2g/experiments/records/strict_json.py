"""Numbers as strict JSON and TOML: no NaN, nothing that a reader in another language would refuse."""

import json
import math
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ecd2g.errors import Ecd2gError
from ecd2g.experiments.records.origin import origin


def plain(value: Any) -> Any:
    """The value in terms of dict, list, str, int, float, bool and None; infinity becomes a word."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, float) and math.isnan(value):
        raise Ecd2gError("a result is not a number (NaN), which is a bug of ecd2g; please report it")
    if isinstance(value, float) and math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"results must be numbers, texts, lists and mappings, got {type(value).__name__}")


def to_json(value: Any) -> str:
    """Strict JSON, indented, with a line break at its end."""
    return json.dumps(plain(value), indent=2, allow_nan=False) + "\n"


def from_json(text: str) -> Any:
    """The value of strict JSON; ValueError for NaN and infinity, and for what is nested too deeply to be read."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def read_text(path: Path) -> str:
    """Text of a regular file; OSError where there is none: a pipe or a device may have no end."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is no regular file")
    return path.read_text(encoding="utf-8")


def to_toml(config: Any, asked: Any = None) -> str:
    """A dataclass as TOML, each setting with the origin of its value; settings that are None are left out.

    `asked` is the configuration before what it left open was filled in, where that is another one. A dataclass inside
    becomes a TOML table of its own.
    """
    lines, tables = [], []
    for entry in fields(config):
        value, inner = getattr(config, entry.name), getattr(asked, entry.name, None)
        if is_dataclass(value):
            tables.append(f"\n[{entry.name}]\n{to_toml(value, inner)}")
        elif value is not None:
            note = origin(config if asked is None else asked, entry.name)
            lines.append(f"{entry.name} = {_toml_value(value)}" + (f"  # {note}" if note else "") + "\n")
    return "".join([*lines, *tables])


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        # a JSON string is a TOML string, but for half characters (of odd file names) and one control character
        whole = value.encode("utf-8", "replace").decode("utf-8")
        return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)
