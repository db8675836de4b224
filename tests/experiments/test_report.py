import json
import math
import re
from base64 import b64decode
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g.experiments.exact.one_dimension import OneDimension
from ecd2g.experiments.jobs import Reproduction, reproduce_run, solve_run
from ecd2g.experiments.records.origin import ours
from ecd2g.experiments.records.record import write_record
from ecd2g.experiments.records.report import report_html
from ecd2g.experiments.records.report_table import label, tables
from ecd2g.experiments.records.summary import number

VOID = {"meta", "img", "br"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (1000).to_bytes(4, "big") + (500).to_bytes(4, "big")
HOSTILE = """<script>alert("1")</script> & '</td>' <img src="http://x">"""


class Page(HTMLParser):
    """Every tag, attribute and text; fails where tags are not balanced."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def values(self, name):
        return [value for _, key, value in self.attributes if key == name]


def page_of(numbers, figures=None, **others):
    results = {"command": "ecd2g test", "numbers": numbers, "timing": {}, "files": []} | others
    return report_html(results, [("seed", 0, "our choice")], figures or {})


def scalars(value):
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from scalars(inner)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value


def grid(value):
    """The texts of the cells of every table, row by row."""
    found = [
        re.findall("<tr>.*?</tr>", one, re.S) for one in re.findall("<table>.*?</table>", tables(value), re.S)
    ]
    return [
        [[re.sub("<[^>]*>", "", text) for text in re.split("</t[hd]>", row)[:-1]] for row in rows]
        for rows in found
    ]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    reproduce_run(
        Reproduction(OneDimension(n_symbols=8, n_layers=4, n_walks=500)), folder, "ecd2g test", quiet=True
    )
    return folder


def test_a_run_holds_one_page_that_stands_alone(run):
    found = json.loads((run / "results.json").read_text())
    assert "report.html" in found["files"]
    page = Page((run / "report.html").read_text())
    drawn = [b64decode(source.removeprefix("data:image/png;base64,")) for source in page.values("src")]
    assert drawn == [(run / f"{name}.png").read_bytes() for name in found["numbers"]["figures"]]
    assert page.tags.count("img") == len(drawn) == 5
    assert all(page.values("alt"))
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    ids = set(page.values("id"))
    assert page.values("href")
    assert all(link.startswith("#") and link[1:] in ids for link in page.values("href"))
    assert "url(" not in (run / "report.html").read_text()


def test_a_run_shows_every_number_and_setting(run):
    found = json.loads((run / "results.json").read_text())
    page = Page((run / "report.html").read_text())
    shown = {*page.texts, *page.values("title")}
    for value in scalars(found["numbers"]):
        assert repr(value) in shown or number(value) == repr(value)
        assert number(value) in shown
    assert set(found["config"]["experiment"]) <= shown
    assert {"ecd2g test", "our choice", "given", found["versions"]["numpy"], "total (s)"} <= shown


def test_a_run_without_figures_has_a_page_too(tmp_path):
    solve_run(OneDimension(n_symbols=4, n_layers=3), tmp_path, "ecd2g test", quiet=True)
    page = Page((tmp_path / "report.html").read_text())
    assert "img" not in page.tags
    assert "uniform to Gaussian" in page.texts


def test_figures_come_in_their_order_then_the_others(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.png").write_bytes(PNG + name.encode())
    numbers = {"figures": ["c", "lost", "a"]}
    write_record(tmp_path, command="x", config=OneDimension(), numbers=numbers, timing={})
    captions = re.findall("<figcaption>(.*)</figcaption>", (tmp_path / "report.html").read_text())
    assert captions == ["c", "a", "b"]


def test_odd_file_names_do_not_break_the_page(tmp_path):
    @dataclass(frozen=True)
    class Odd:
        source: str = ours("")

    odd = b"\xff.csv".decode("utf-8", "surrogateescape")
    write_record(tmp_path, command=f"x {odd}", config=Odd(odd), numbers={"infinite": math.inf}, timing={})
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "x ?.csv" in html
    assert '<span title="infinity">∞</span>' in html


def test_same_results_same_bytes():
    numbers = {"problem": {"title": "a to b"}, "laws": {"x": {"tv": 0.1}, "y": {"tv": 0.2}}}
    assert page_of(numbers, {"laws": PNG}) == page_of(json.loads(json.dumps(numbers)), {"laws": PNG})


def test_hostile_texts_are_only_texts():
    numbers = {HOSTILE: {HOSTILE: HOSTILE}, "laws": {HOSTILE: {"a": HOSTILE}, "b": {"a": [HOSTILE]}}}
    numbers |= {"figures_left_out": HOSTILE, "problem": {"title": HOSTILE}}
    html = report_html(
        {
            "command": HOSTILE,
            "numbers": numbers,
            "timing": {HOSTILE: 1},
            "files": [HOSTILE],
            HOSTILE: HOSTILE,
        },
        [(HOSTILE, HOSTILE, HOSTILE)],
        {HOSTILE: PNG},
    )
    page = Page(html)
    assert "script" not in page.tags
    assert page.tags.count("img") == 1
    assert page.values("alt") == [f"{HOSTILE}: {HOSTILE}"]
    assert escape(HOSTILE) in html


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=14) | st.dictionaries(st.text(), inner, max_size=10),
        max_leaves=30,
    )
)
def test_any_numbers_make_a_page(value):
    Page(page_of({"any": value, "more": [value, value]}))


def test_like_mappings_are_one_table():
    laws = {"two-way": {"tv": 0.5, "mean_steps": 9}, "first-passage": {"tv": 0.25}}
    assert grid(laws) == [[["", "TV", "mean steps"], ["two-way", "0.5", "9"], ["first-passage", "0.25", "–"]]]


def test_unlike_mappings_are_rows():
    laws = {"two-way": {"tv": 0.5}, "forward-only": {"stranded": "a share"}}
    assert grid(laws) == [[["two-way / TV", "0.5"], ["forward-only / stranded", "a share"]]]


def test_wide_tables_are_transposed():
    model = {"walks": {f"x_{i}": i for i in range(6)}, "law": {f"y_{i}": i for i in range(6)}}
    (found,) = grid({"potential": model, "marginal": model})
    assert found[0] == ["", "potential", "marginal"]
    assert found[1] == ["walks / x 0", "0", "0"]
    assert len(found) == 13


def test_tables_that_are_wide_either_way_are_cut():
    first, second = grid({f"row{i}": {f"c{j}": 100 * i + j for j in range(12)} for i in range(20)})
    assert first[0] == ["", *(f"c{j}" for j in range(8))]
    assert second[0] == ["", *(f"c{j}" for j in range(8, 12))]
    assert second[20] == ["row19", "1,908", "1,909", "1,910", "1,911"]


def test_lists_of_mappings_are_a_table_without_what_is_always_empty():
    found = grid(
        {"n_tried": 2, "statements": [{"text": "a", "example": None}, {"text": "b", "example": None}]}
    )
    assert found == [[["number of tried", "2"]], [["text"], ["a"], ["b"]]]


def test_long_lists_are_cut_and_short_ones_are_not():
    assert grid({"loss": [0.5, 2, True]}) == [[["loss", "0.5, 2, yes"]]]
    assert grid({"loss": list(range(2000))}) == [[["loss", "0, 1, 2, 3, …, 1,999 (2,000 in all)"]]]
    assert grid({"pairs": [[1, 2], [3]]}) == [[["pairs", "[1, 2], [3]"]]]


def test_numbers_keep_every_digit_in_a_tooltip():
    html = tables({"a": 1 / 3, "b": 1234567, "c": "-infinity", "d": "inf", "e": False, "f": 4**40})
    for text in (
        f'<span title="{1 / 3!r}">0.3333</span>',
        '<span title="1234567">1,234,567</span>',
        '<span title="-infinity">−∞</span>',
        '<span title="inf">∞</span>',
        "<td>no</td>",
        f'<span title="{4**40}">1.209e+24</span>',
    ):
        assert text in html


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kl_law_from_target_nats", "KL law from target (nats)"),
        ("backward_current_ampere", "backward current (A)"),
        ("n_walks", "number of walks"),
        ("total_s", "total (s)"),
        ("walks_per_s", "walks per s"),
        ("ohm", "ohm"),
        ("w1", "W1"),
        ("two-way", "two-way"),
        ("_", " "),
    ],
)
def test_names_are_readable(name, text):
    assert label(name) == text
    assert label("walks", name) == f"walks / {text}"
