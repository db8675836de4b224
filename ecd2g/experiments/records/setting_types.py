"""Settings read from a file: every value of the type that its dataclass gives it."""

import sys
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def check_types(settings: Any) -> None:
    """Raise ValueError where a field of a dataclass holds a value of another type than the class says."""
    for name, hint in get_type_hints(type(settings)).items():
        value = getattr(settings, name)
        if not _fits(value, hint):
            kind = getattr(hint, "__name__", str(hint))
            raise ValueError(f"{name} must be of type {kind}, got {str(value)[:40]!r}")


def _fits(value: Any, hint: Any) -> bool:
    kind, inner = get_origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if kind is Literal:
        return value in inner
    if kind is tuple:
        return isinstance(value, tuple) and all(_fits(one, inner[0]) for one in value)
    if hint is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and abs(value) <= sys.float_info.max
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
