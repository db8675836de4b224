"""Docstrings are plain text first: absolute values |x|, lists of names and meanings in columns, few numpydoc sections.

Array types in signatures are written as the code writes them, not as NumPy expands them.
"""

import re

from numpy.typing import ArrayLike
from sphinx.ext.napoleon import NumpyDocstring
from sphinx.util.typing import stringify_annotation

ITEM = re.compile(r"(\S+(?: \S+)*?)(?: {2,}| : )(\S.*)")
BAR = re.compile(r"(``.*?``|`[^`]*`)|\|")
ARRAY_LIKE = stringify_annotation(ArrayLike, mode="smart")
ND_ARRAY = re.compile(r"~?numpy\.ndarray\[tuple\[~?typing\.Any, \.\.\.\], ~?numpy\.dtype\[(~?[\w.]+)\]\]")


def listed(paragraph):
    """A paragraph in which every line that is not indented reads `name : meaning` or `name  meaning`, as a list."""
    heads = [line for line in paragraph if not line.startswith(" ")]
    if heads[:1] != paragraph[:1] or not all(ITEM.fullmatch(line) for line in heads):
        return paragraph
    items = []
    for line in paragraph:
        item = ITEM.fullmatch(line)
        items.append(f"* ``{item[1].replace('`', '')}``: {item[2]}" if item else f"  {line.strip()}")
    return items


def as_rest(app, what, name, obj, options, lines):
    """Rewrite a docstring as reST; doctests stay as they are."""
    text = []
    for paragraph in "\n".join(lines).strip("\n").split("\n\n"):
        block = paragraph.split("\n")
        if not block[0].lstrip().startswith(">>>"):
            block = [BAR.sub(lambda bar: bar[1] or r"\|", line) for line in listed(block)]
        text += [*block, ""]
    lines[:] = text
    if what in ("function", "method"):
        lines[:] = NumpyDocstring(text, what=what, name=name, obj=obj).lines()


def short_types(app, what, name, obj, options, signature, returned):
    """`ArrayLike` and `NDArray[...]` in a signature."""

    def short(text):
        return text and ND_ARRAY.sub(r"NDArray[\1]", text.replace(ARRAY_LIKE, "ArrayLike"))

    return short(signature), short(returned)


def setup(app):
    app.connect("autodoc-process-docstring", as_rest)
    app.connect("autodoc-process-signature", short_types)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
