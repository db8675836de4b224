"""Docstrings are plain text first: absolute values |x|, and lists of names with their meanings in columns."""

import re

ITEM = re.compile(r"(\S+(?: \S+)*?)(?: {2,}| : )(\S.*)")
BAR = re.compile(r"(``.*?``|`[^`]*`)|\|")


def listed(paragraph):
    """A paragraph in which every line that is not indented reads `name : meaning` or `name  meaning`, as a list."""
    heads = [line for line in paragraph if not line.startswith(" ")]
    if not heads or heads[0] != paragraph[0] or not all(ITEM.fullmatch(line) for line in heads):
        return paragraph
    items = []
    for line in paragraph:
        item = ITEM.fullmatch(line)
        items.append(f"* ``{item[1].replace('`', '')}``: {item[2]}" if item else f"  {line.strip()}")
    return items


def as_rest(app, what, name, obj, options, lines):
    """Rewrite the docstring as reST; doctests stay as they are."""
    text = []
    for paragraph in "\n".join(lines).split("\n\n"):
        block = paragraph.split("\n")
        if not block[0].lstrip().startswith(">>>"):
            block = [BAR.sub(lambda bar: bar[1] or r"\|", line) for line in listed(block)]
        text += [*block, ""]
    lines[:] = text


def setup(app):
    app.connect("autodoc-process-docstring", as_rest, priority=400)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
