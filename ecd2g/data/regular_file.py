"""Files that can be read to an end."""

from pathlib import Path

from ecd2g.errors import InputError


def require_file(file: Path) -> None:
    """Raise InputError unless there is such a file, and no folder, pipe or device, which may have no end."""
    try:
        is_folder, is_file = file.is_dir(), file.is_file()
    except OSError as error:  # a name too long
        raise InputError(f"{file} cannot be read ({error.strerror}); check the path") from None
    if is_folder:
        raise InputError(f"{file} must be a file, but it is a directory; name the file in it")
    if not is_file:
        raise InputError(f"{file} does not exist or is no regular file; check the path")
