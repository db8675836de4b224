"""A run as one HTML page that needs no other file, no network and no script."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ecd2g.experiments.records.report_table import cell, label, sections, table, tables

REPORT = "report.html"

CONTENTS_FROM = 5
"""Sections from which on there is a table of contents."""

SCALE = 0.72
"""Size of the figures on the page, where the widest just fits and all have letters of one size."""

ELSEWHERE = ("format", "command", "seed", "config", "numbers", "timing", "files")
"""Results with a place of their own on the page; the others are where the run took place."""

DRAWN = ("figures", "figures_left_out")
"""Numbers that are shown as figures."""

STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --fill: #f6f8fa; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8ea; --soft: #9da7b1; --line: #3d444d; --fill: #1c2128; --page: #14171c; }
}
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 32px 24px 64px; overflow-wrap: anywhere; }
h1 { margin: 0 0 8px; font-size: 30px; line-height: 1.2; }
h2 { margin: 44px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); font-size: 21px; }
h3 { margin: 24px 0 8px; font-size: 16px; }
h2::first-letter, h3::first-letter, figcaption::first-letter { text-transform: uppercase; }
p { margin: 8px 0; }
.soft, figcaption { color: var(--soft); font-size: 14px; }
code, pre { font: 14px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { margin: 16px 0 8px; padding: 12px 16px; background: var(--fill); border-radius: 6px; white-space: pre-wrap; }
.soft code { font-size: 13px; white-space: nowrap; }
nav a { margin-right: 16px; color: inherit; display: inline-block; }
nav a::first-letter { text-transform: uppercase; }
table { border-collapse: collapse; font-size: 15px; font-variant-numeric: tabular-nums; }
section div { margin: 12px 0; overflow-x: auto; }
th, td { padding: 5px 24px 5px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
th { overflow-wrap: break-word; font-weight: normal; color: var(--soft); }
tbody th { min-width: 150px; }
thead th { font-weight: 600; color: var(--text); vertical-align: bottom; }
span[title] { cursor: help; white-space: nowrap; }
.figures { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 24px; }
figure { margin: 0; }
figure img { display: block; box-sizing: border-box; max-width: 100%; padding: 12px; background: #fff;
  border: 1px solid var(--line); border-radius: 6px; }
figcaption { margin-top: 8px; }
@media print {
  main { max-width: none; padding: 0; }
  nav { display: none; }
  table { font-size: 13px; }
  figure, tr, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
"""


def report_html(
    results: dict[str, Any],
    settings: Sequence[tuple[str, Any, str]],
    figures: Mapping[str, Path | bytes],
) -> str:
    """The page of a run from its results, in plain values, name, value and origin of its settings, and PNG figures."""
    title = _title(results)
    parts = list(_parts(results, settings, figures, title))
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<pre>{escape(results['command'])}</pre>",
        '<p class="soft">This command makes this folder again, elsewhere or with <code>--overwrite</code>. '
        "Numbers are shown in four digits; point at one for all of them, or see results.json.</p>",
        _contents([name for name, _ in parts]) if len(parts) >= CONTENTS_FROM else "",
        *(
            f'<section id="{_anchor(n)}">\n<h2>{name}</h2>\n{html}\n</section>'
            for n, (name, html) in enumerate(parts)
        ),
    ]
    return "\n".join([_head(title), *filter(None, body), "</main></body></html>\n"])


def _parts(
    results: dict[str, Any],
    settings: Sequence[tuple[str, Any, str]],
    figures: Mapping[str, Path | bytes],
    title: str,
) -> Sequence[tuple[str, str]]:
    """Heading and HTML of every section; what differs between two runs of one command, the timing, is last."""
    numbers = {name: value for name, value in results["numbers"].items() if name not in DRAWN}
    overview, *others = sections(numbers)
    drawn = "\n".join(_figure(name, png, title) for name, png in figures.items())
    left_out = results["numbers"].get("figures_left_out")
    rows = [[f"<code>{escape(name)}</code>", cell(value), escape(origin)] for name, value, origin in settings]
    where = {name: value for name, value in results.items() if name not in ELSEWHERE}
    files = ", ".join(f"<code>{escape(name)}</code>" for name in results["files"])
    parts = [
        overview,
        ("figures", f'<div class="figures">\n{drawn}\n</div>' if drawn else ""),
        ("figures left out", f"<p>{cell(left_out)}</p>" if left_out else ""),
        *((escape(name), html) for name, html in others),
        ("configuration", table(["setting", "value", "origin"], rows) if rows else ""),
        ("software and machine", tables(where)),
        ("files", f"<p>{files}</p>" if files else ""),
        ("timing", tables(results["timing"])),
    ]
    return [(name, html) for name, html in parts if html]


def _title(results: dict[str, Any]) -> str:
    """The title of the problem, where the run has one."""
    problem = results["numbers"].get("problem", results["numbers"])
    return str((problem.get("title") if isinstance(problem, dict) else None) or results["command"])


def _figure(name: str, png: Path | bytes, title: str) -> str:
    data = png if isinstance(png, bytes) else png.read_bytes()
    width = round(SCALE * int.from_bytes(data[16:20], "big"))  # where every PNG says how wide it is
    caption = escape(label(name))
    image = (
        f'<img alt="{caption}: {escape(title)}" width="{width}" '
        f'src="data:image/png;base64,{b64encode(data).decode("ascii")}">'
    )
    return f"<figure>\n{image}\n<figcaption>{caption}</figcaption>\n</figure>"


def _contents(names: Sequence[str]) -> str:
    links = "\n".join(f'<a href="#{_anchor(n)}">{name}</a>' for n, name in enumerate(names))
    return f"<nav>\n{links}\n</nav>"


def _anchor(index: int) -> str:
    return f"section-{index + 1}"


def _head(title: str) -> str:
    # the policy keeps browsers from fetching anything, whatever the results say
    return f"""<!DOCTYPE html>
<html lang="en"><head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - ecd2g</title>
<style>{STYLE}</style>
</head><body><main>"""
