"""Run folders of strangers, or damaged ones: their walks, or one sentence and exit status 2; nothing written."""

import json
import os
import shutil
import signal
import struct

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecd2g.cli.main import main

EXAMPLES = 8 * int(os.environ.get("ECD2G_HARDENING_SCALE", "1"))
fuzz = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])

SECONDS = 30
KINDS = ("currents", "bridge")
LEAVES = ("format", "config", "numbers", "timing", "asked", "fingerprint", "problem", "command", "device")
"""What is read back of results.json and training.json."""

VALUES = st.sampled_from(
    [None, True, False, -1, 0, 1, 2.5, 10**400, float("inf"), float("nan"), "", "x", "../..", "\ud800", [], {}, [[1]],
     [None], {"x": []}, "auto", "1"]
)  # fmt: skip


@pytest.fixture
def answer(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty folder; checks its status, its words, which hold a name, and what it leaves."""
    monkeypatch.chdir(tmp_path)

    def late(number, frame):
        raise AssertionError(f"the command took longer than {SECONDS} s")

    def run(arguments, name=""):
        before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
        old = signal.signal(signal.SIGALRM, late)
        signal.alarm(SECONDS)
        try:
            status = main(arguments)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, old)
        out, err = capsys.readouterr()
        assert status in (0, 2), err
        if status == 2:
            assert out == ""
            assert err.startswith("ecd2g: error: ")
            assert err.count("\n") == 1
            assert name in err
            after = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
            changed_files = {path.name for path in {*before, *after} if before.get(path) != after.get(path)}
            assert changed_files <= {"metrics.jsonl"}  # cut back to the last checkpoint
        else:
            assert err == ""
        return "walked" if status == 0 else "refused in one sentence"

    return run


def leaves(value, path=()):
    """Paths to everything inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from leaves(one, (*path, key))


def changed(value, path, new):
    """A copy with another leaf, or without it where the new one is `...`."""
    whole = json.loads(json.dumps(value))
    place = whole
    for key in path[:-1]:
        place = place[key]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return whole


@pytest.mark.parametrize("kind", KINDS)
def test_results_with_any_value_changed(trained, tmp_path, answer, tally, kind):
    run = tmp_path / "run"
    shutil.copytree(trained / kind, run)
    results = json.loads((run / "results.json").read_text())
    paths = [path for path in leaves(results) if path[0] in LEAVES]
    read = [
        path for path in paths if path[0] == "config" or path[-1] in ("fingerprint", "train_s", "experiment")
    ]

    @fuzz
    @given(st.sampled_from(read) | st.sampled_from(paths), VALUES | st.just(...))
    @example(("numbers", "fingerprint"), 10**400)
    @example(("timing", "train_s"), 10**400)
    @example(("config", "seed"), -1)
    def holds(path, value):
        text = json.dumps(changed(results, path, value))
        (run / "results.json").write_text(text, encoding="utf-8")
        outcome = answer(["sample", "--run", "run", "--n", "3", "--quiet"])
        tally.add("run folders", f"results.json of a run of {kind}, one value changed", outcome)

    holds()


FILES = ("results.json", "metrics.jsonl", "model.safetensors")


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_a_run_cut_or_with_bytes_changed(trained, tmp_path, answer, tally, kind):
    run = tmp_path / "run"
    shutil.copytree(trained / kind, run)

    @fuzz
    @given(
        st.sampled_from(FILES),
        st.lists(st.tuples(st.integers(0, 10**5), st.integers(0, 255)), max_size=3),
        st.integers(0, 10**5),
    )
    def holds(name, flips, size):
        content = bytearray((trained / kind / name).read_bytes())
        for place, byte in flips:
            content[place % len(content)] = byte
        (run / name).write_bytes(content[: size or None])
        outcome = answer(["sample", "--run", "run", "--n", "3", "--quiet"])
        shutil.copy(trained / kind / name, run / name)
        tally.add("run folders", f"{name} of a run, cut or with bytes changed", outcome)

    holds()


def tensors(header, body=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def described(trained, change):
    """The weights of the trained run with another description beside them."""
    content = (trained / "currents" / "model.safetensors").read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    about = json.loads(header["__metadata__"]["ecd2g"])
    change(about["about"])
    header["__metadata__"]["ecd2g"] = json.dumps(about)
    return tensors(header, content[8 + size :])


NUMBER = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
MODELS = {
    "a header of 2^60 bytes": lambda trained: tensors({}, length=2**60),
    "a header of 90 MB": lambda trained: tensors({}, length=90_000_000),
    "overlapping tensors": lambda trained: tensors({"a": NUMBER, "b": NUMBER}, bytes(4)),
    "a tensor beyond the end": lambda trained: tensors({"a": NUMBER | {"data_offsets": [0, 4000]}}, bytes(4)),
    "a tensor of 2^60 numbers": lambda trained: tensors({"a": NUMBER | {"shape": [2**60]}}, bytes(4)),
    "nested brackets": lambda trained: tensors(b"[" * 10**5),
    "nested brackets in the description": lambda trained: tensors({"__metadata__": {"ecd2g": "[" * 10**5}}),
    "an empty file": lambda trained: b"",
    "layers of 10^5": lambda trained: described(
        trained, lambda about: about["settings"].update(hidden=[10**5] * 3)
    ),
    "layers of 10^18": lambda trained: described(
        trained, lambda about: about["settings"].update(hidden=[10**18] * 3)
    ),
    "10^12 symbols": lambda trained: described(
        trained, lambda about: about["circuit"].update(alphabet_sizes=[10**12])
    ),
    "10^9 layers": lambda trained: described(trained, lambda about: about["circuit"].update(n_layers=10**9)),
    "no conductance": lambda trained: described(
        trained, lambda about: about["circuit"].update(forward_siemens=float("nan"))
    ),
    "another class": lambda trained: described(trained, lambda about: about.update(model="os.system")),
}


@pytest.mark.parametrize("case", MODELS)
def test_models_that_are_not_what_they_say_are_refused(trained, tmp_path, answer, tally, case):
    shutil.copytree(trained / "currents", tmp_path / "run")
    (tmp_path / "run" / "model.safetensors").write_bytes(MODELS[case](trained))
    outcome = answer(["sample", "--run", "run", "--n", "3", "--quiet"])
    assert outcome == "refused in one sentence"
    tally.add("run folders", "models whose header or description asks for too much, or lies", outcome)


def pipe(path):
    os.mkfifo(path)


SPECIAL = {
    "pipe": pipe,
    "folder": lambda path: path.mkdir(),
    "device without end": lambda path: path.symlink_to("/dev/zero"),
    "circle of links": lambda path: path.symlink_to(path),
    "nested brackets": lambda path: path.write_text("[" * 10**6),
    "NaN": lambda path: path.write_text('{"step": NaN, "loss": NaN}\n'),
    "half a character": lambda path: path.write_bytes(b'{"format": "\xff"}'),
    "long numbers": lambda path: path.write_text('{"step": 1' + "0" * 5000 + ', "loss": 1}'),
}


@pytest.mark.parametrize("case", SPECIAL)
@pytest.mark.parametrize("name", FILES)
def test_what_stands_in_the_place_of_a_file_of_a_run_is_refused(trained, tmp_path, answer, tally, name, case):
    run = tmp_path / "run"
    shutil.copytree(trained / "currents", run)
    (run / name).unlink()
    SPECIAL[case](run / name)
    outcome = answer(["compare", "run", "--n", "10", "--quiet", "--out", "compared"], name)
    assert outcome == "refused in one sentence"
    tally.add("run folders", "pipes, devices, nested or odd JSON in place of a file", outcome)


@pytest.fixture(scope="module")
def stopped(trained):
    """A training folder as a killed process leaves it."""
    from ecd2g.experiments.training import run as module

    data = ["--source", str(trained / "a.csv"), "--target", str(trained / "b.csv")]
    small = ["--steps", "3", "--batch", "4", "--no-compare", "--quiet"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(["train", *data, *small, "--out", str(trained / "stopped")]) == 130
    assert (trained / "stopped.training" / "checkpoint.safetensors").exists()
    return trained / "stopped.training"


@pytest.mark.parametrize("name", ["training.json", "checkpoint.safetensors", "metrics.jsonl"])
def test_unfinished_trainings_with_damage(stopped, tmp_path, answer, tally, name):
    about = json.loads((stopped / "training.json").read_text())
    paths = [path for path in leaves(about) if path[0] in LEAVES]
    damage = st.tuples(st.integers(0, 10**5), st.integers(0, 255))
    changes = st.tuples(st.sampled_from(paths), VALUES | st.just(...)) if name == "training.json" else damage

    @fuzz
    @given(changes)
    def holds(change):
        folder = tmp_path / "run.training"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        shutil.copytree(stopped, folder)
        (folder / "lock").touch()
        if name == "training.json":
            (folder / name).write_text(json.dumps(changed(about, *change)), encoding="utf-8")
        else:
            content = bytearray((folder / name).read_bytes())
            content[change[0] % len(content)] = change[1]
            (folder / name).write_bytes(content)
        outcome = answer(["train", "--resume", "--quiet", "--out", "run"])
        outcome = "resumed" if outcome == "walked" else outcome
        tally.add("run folders", f"{name} of an unfinished training, one value or byte changed", outcome)

    holds()
