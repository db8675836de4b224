"""Where the default of a setting comes from: stated in the paper, or chosen by us."""

from dataclasses import MISSING, field, fields
from typing import Any


def paper(value: Any) -> Any:
    """A field of a configuration whose default the paper states."""
    return field(default=value, metadata={"origin": "stated in the paper"})


def ours(value: Any, why: str = "") -> Any:
    """A field of a configuration whose default is our choice, and why it is so."""
    return field(default=value, metadata={"origin": f"our choice: {why}" if why else "our choice"})


def default(value: Any, why: str = "") -> Any:
    """A field of a configuration that knows no paper: our default, and why it is so."""
    return field(default=value, metadata={"origin": f"our default: {why}" if why else "our default"})


def origin(config: Any, name: str) -> str:
    """Where the value of a setting comes from; a value that is not the default was given by the caller."""
    setting = next(entry for entry in fields(config) if entry.name == name)
    if setting.default is MISSING or getattr(config, name) != setting.default:
        return "given"
    return setting.metadata.get("origin", "")
