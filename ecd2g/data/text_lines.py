"""The lines of a text file that say something."""

from pathlib import Path

from ecd2g.errors import InputError


def kept_lines(file: Path) -> list[tuple[int, str]]:
    """Every line that is not blank and no ``#`` comment, stripped, with its number counted from 1.

    InputError where the file cannot be read or is no UTF-8 text. Text in UTF-16 may be taken for UTF-8 with a zero byte
    beside every letter: zero bytes are refused.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{file} must be UTF-8 text, but line {line} is not; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); check its permissions") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{file} must be UTF-8 text, but line {line} holds a zero byte; save it as UTF-8")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stripped = ((number, line.strip()) for number, line in enumerate(lines, start=1))
    return [(number, line) for number, line in stripped if line and not line.startswith("#")]
