"""Files that appear whole or not at all."""

import secrets
from pathlib import Path

from ecd2g.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Fill a file aside, in the same folder, and rename it: nobody ever sees half a file; folders are made."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if aside.parent.is_dir():
            aside.unlink(missing_ok=True)
