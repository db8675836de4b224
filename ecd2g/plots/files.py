"""Writing figures to files."""

import io
import os
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from ecd2g.data.whole_file import write_whole
from ecd2g.errors import InputError
from ecd2g.plots.style import STYLE

DPI = 200
"""Dots per inch of PNG files, and of the parts of an SVG that are images."""


def save(drawing: Figure | Axes, stem: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write a figure, or the figure of any axes, to `stem`.png and `stem`.svg; returns both paths.

    A stem that already ends in .png or .svg names the same two files. Files appear whole or not at all, and
    the same figure gives the same bytes.

    >>> import pathlib
    >>> import tempfile
    >>> from ecd2g.plots import laws
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in save(laws({"p": [0.5, 0.5]}), pathlib.Path(folder, "law"))]
    ['law.png', 'law.svg']
    """
    figure = drawing.figure if isinstance(drawing, Axes) else drawing
    figure = figure.figure if isinstance(figure, SubFigure) else figure
    if not isinstance(figure, Figure):
        raise InputError(
            f"only a figure or one of its axes can be saved, got {type(drawing).__name__}; "
            "where a plot returns a list of axes, give one of them: axes[0]"
        )
    base = Path(stem)
    base = base.with_suffix("") if base.suffix.lower() in (".png", ".svg") else base
    png, svg = (base.with_name(f"{base.name}.{kind}") for kind in ("png", "svg"))
    write_whole(png, _render(figure, "png", {"Software": None}))
    write_whole(svg, _render(figure, "svg", {"Date": None, "Creator": None}))
    return png, svg


def _render(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    """Return the bytes of a figure, free of dates and versions."""
    buffer = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return buffer.getvalue()
