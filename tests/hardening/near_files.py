"""Files that are right or nearly so, and a slow and independent reading of their text."""

import io
import zipfile
from decimal import Decimal, InvalidOperation

import numpy as np
from hypothesis import strategies as st

BREAKS = st.sampled_from(["\n", "\n", "\r\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8-sig"])
STRAYS = st.sampled_from(
    [
        *'0a,;|\t \n\r"#-+.e_\0\x0b\x85é😀',
        "\ufeff",
        "\u2028",
        "\u0663",
        "1e400",
        "1e-400",
        "nan",
        "9" * 25,
        "0x1",
        "1_0",
    ]
)
"""What may stand in a text by mistake."""


@st.composite
def broken(draw, content):
    """The same bytes, or one thing wrong in them: a character more, a bit changed, an end missing."""
    kind = draw(st.sampled_from(["whole", "whole", "character", "bit", "cut"]))
    place = draw(st.integers(0, max(0, len(content) - 1)))
    if kind == "character":
        return content[:place] + draw(STRAYS).encode() + content[place:]
    if kind == "bit" and content:
        changed = content[place] ^ (1 << draw(st.integers(0, 7)))
        return content[:place] + bytes([changed]) + content[place + 1 :]
    return content[:place] if kind == "cut" else content


def slow_number(text):
    """The number a text spells, exactly; None where it spells none."""
    if not text.isascii() or "_" in text or text.lower().lstrip("+-")[:1] not in tuple("0123456789.ni"):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # Decimal knows NaNs with digits behind them, and signalling ones; for everybody else these are words.
    return None if number.is_nan() and text.lower().lstrip("+-") != "nan" else number


def slow_lines(content):
    """Lines that say something, split nowhere but at line breaks."""
    text, lines, line = content.decode("utf-8-sig"), [], ""
    for place, character in enumerate(text):
        if character not in "\r\n":
            line += character
        elif not (character == "\n" and text[place - 1 : place] == "\r"):
            lines, line = [*lines, line], ""
    return [one.strip() for one in [*lines, line] if one.strip() and not one.strip().startswith("#")]


def slow_fields(line, separator):
    """Fields of a line, letter by letter; two quotation marks within two are one."""
    if separator is None:
        return line.split()
    fields, inside, place = [""], False, 0
    while place < len(line):
        character = line[place]
        if character == '"' and inside and line[place + 1 : place + 2] == '"':
            fields[-1] += '"'
            place += 1
        elif character == '"' and (inside or not fields[-1].strip()):
            inside = not inside
        elif character == separator and not inside:
            fields.append("")
        else:
            fields[-1] += character
        place += 1
    return [field.strip() for field in fields]


def stored(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def archived(arrays, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        for name, content in arrays.items():
            file.writestr(f"{name}.npy", content)
    return stream.getvalue()


def said(result):
    return "refused in one sentence" if result is None else "accepted, as a slow reading has it"
