"""Nothing that a stranger's file holds is run: no pickle, no eval, no shell, anywhere in the package."""

import ast
import csv
import pickle
from pathlib import Path

import numpy as np
import pytest

import ecd2g
from ecd2g.cli.main import main

FORBIDDEN_IMPORTS = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "yaml",
    "subprocess",
    "pty",
}
FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__", "execfile"}
FORBIDDEN_CALLS = {
    "os.system", "os.popen", "torch.load", "torch.jit.load", "yaml.load", "tempfile.mktemp", "np.loads",
    "numpy.loads", "pd.read_pickle", "xml.etree.ElementTree.parse", "extractall", "extract", "unpack_archive",
}  # fmt: skip
"""Names of calls, whole or their last part."""

LOADERS = {"load", "save", "savez", "savez_compressed", "open_memmap", "read_array", "genfromtxt"}
"""What numpy would pickle with, unless it is told not to."""


def trees():
    for path in sorted(Path(ecd2g.__file__).parent.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def findings(tree):
    """Lines of a module that could run what a file says, with the reason."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").split(".")[0]}
        else:
            names = set()
        for name in names & FORBIDDEN_IMPORTS:
            yield node.lineno, f"imports {name}"
        if isinstance(node, ast.Call):
            yield from _call(node)


def _call(node):
    name = ast.unparse(node.func)
    settings = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    if isinstance(node.func, ast.Name) and name in FORBIDDEN_NAMES:
        yield node.lineno, f"calls {name}"
    if name in FORBIDDEN_CALLS or name.split(".")[-1] in FORBIDDEN_CALLS:
        yield node.lineno, f"calls {name}"
    if "shell" in settings:
        yield node.lineno, "uses a shell"
    if settings.get("allow_pickle", "False") != "False":
        yield node.lineno, "allows pickles"
    package, last = name.split(".")[0], name.split(".")[-1]
    is_numpy = package in ("np", "numpy") and last in LOADERS
    if is_numpy and (last == "load" or settings.get("allow_pickle") != "False"):
        yield node.lineno, f"{name} must say allow_pickle=False, and files are read by stored_arrays"


def test_no_module_can_run_what_a_file_says():
    found = [f"{path}:{line}: {reason}" for path, tree in trees() for line, reason in findings(tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from subprocess import run",
        "eval(text)",
        "torch.load(path)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.save(path, array)",
        "run(text, shell=True)",
        "os.system(text)",
        "archive.extractall(folder)",
    ],
)
def test_the_search_finds_what_it_looks_for(code):
    assert list(findings(ast.parse(code)))


class Marked:
    """An object whose pickle leaves a mark when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "weights.npz"])
def test_a_pickle_in_an_array_file_is_refused_and_not_run(tmp_path, name):
    mark, path = tmp_path / "mark", tmp_path / name
    objects = np.array([Marked(mark)], dtype=object)
    arrays = {"samples": np.arange(1), "weights": objects} if name == "weights.npz" else {"samples": objects}
    if path.suffix == ".npy":
        np.save(path, objects, allow_pickle=True)
    else:
        np.savez(path, **arrays)
    pickle.loads(pickle.dumps(Marked(mark)))  # noqa: S301 - the negative control
    assert mark.exists()
    mark.unlink()
    with pytest.raises(ecd2g.InputError, match="Python objects"):
        ecd2g.data.read_samples(path)
    assert not mark.exists()


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "$\\frac{x$",
    "a&b",
    "=1+1",
    "</pre><b>",
    "'",
]


def test_words_of_a_file_are_text_on_the_page_and_not_html(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, words in (("source", HOSTILE), ("target", HOSTILE[::-1])):
        with open(f"{name}<b>.csv", "w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([word, word] for word in words)
    data = ["--source", "source<b>.csv", "--target", "target<b>.csv"]
    assert main(["sample", *data, "--n", "20", "--out", "run"]) == 0
    page = Path("run/report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;" in page  # the negative control: the name is there
    for text in ("<script", "<img src=x", "<b>", "onerror=alert(1)>"):
        assert text not in page
