"""What the figures that hold learned models against the exact flow have in common."""

from collections.abc import Mapping
from textwrap import fill

from matplotlib.figure import Figure, SubFigure
from numpy.typing import ArrayLike

from ecd2g.errors import InputError
from ecd2g.plots.style import page_of

LETTERS_AN_INCH = 15
"""Letters of a title in 8 points that fit into an inch."""


def exact_first(values: Mapping[str, ArrayLike], exact: str | None, name: str) -> dict[str, ArrayLike]:
    """Return the exact entry, by default the first one, in front of the learned ones, at least one."""
    if not isinstance(values, Mapping) or len(values) < 2:
        raise InputError(f"{name} must be a mapping that holds the exact entry and at least one learned one")
    first = next(iter(values)) if exact is None else exact
    if first not in values:
        raise InputError(f"exact must be one of {list(values)}, got {first!r}")
    return {first: values[first]} | dict(values)


def wrapped(name: str, inches: float) -> str:
    """Break every line of a name into lines that fit into so many inches."""
    letters = max(6, int(inches * LETTERS_AN_INCH))
    return "\n".join(fill(line, letters) for line in name.splitlines())


def width_of(figure: Figure | SubFigure | None, columns: int) -> float:
    """Width in inches of the figure given, or of a new one with so many panels in a row."""
    return page_of(columns) if figure is None else float(figure.bbox.width / figure.dpi)
