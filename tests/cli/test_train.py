"""`ecd2g train` and `ecd2g compare`: stopped in every way, resumed bit for bit, and refused in one sentence."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
import pytest

from ecd2g.cli import options
from ecd2g.cli.main import main
from ecd2g.cli.termination import Terminated

needs_signals = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

DATA = ["--source", "source.csv", "--target", "target.csv"]
TINY = ["--layers", "3", "--model", "marginal", "--steps", "100", "--batch", "8", "--no-compare", "--quiet"]
TRAIN = ["train", *DATA, *TINY]
LONG = [*TRAIN, "--steps", "3000", "--average", "0.9", "--seed", "3"]


@pytest.fixture
def figures():
    """Asked for by tests that want figures drawn, which takes longer than all else."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    if find_spec("torch") and "figures" not in request.fixturenames:
        monkeypatch.setattr("ecd2g.experiments.training.figures.save_training_curves", lambda *_: None)
        monkeypatch.setattr("ecd2g.experiments.comparison.figures.save_comparison", lambda *_: [])
    rng = np.random.default_rng(1)
    for name in ("source", "target"):
        np.savetxt(tmp_path / f"{name}.csv", rng.integers(0, 5, size=(40, 1)), fmt="%d")
    (tmp_path / "other.csv").write_text("0\n1\n4\n")
    return tmp_path


def trained(*arguments):
    assert main([*arguments]) == 0


def same_run(one, two):
    return all((one / name).read_bytes() == (two / name).read_bytes() for name in FILES)


FILES = ("model.safetensors", "metrics.jsonl")


def tree(folder):
    """Every path, and what the files hold."""
    return {path: path.is_file() and path.read_bytes() for path in sorted(folder.rglob("*"))}


def sentence(arguments, capsys, status=2):
    capsys.readouterr()
    assert main(arguments) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ecd2g: error: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    return err


def refused(arguments, capsys, folder):
    """One sentence, and every file is as it was."""
    before = tree(folder)
    err = sentence(arguments, capsys)
    assert tree(folder) == before
    return err


def start(*arguments, folder):
    command = [sys.executable, "-m", "ecd2g", *arguments]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(path, process):
    give_up = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < give_up
        time.sleep(0.002)


def stop_after_first_checkpoint(monkeypatch, failure):
    """Training is stopped, as by `failure`, in the first report after a checkpoint."""
    from ecd2g.experiments.training.folder import TrainingFolder

    report = TrainingFolder.report

    def reported(self, line):
        if self.checkpoint.exists():
            raise failure
        report(self, line)

    monkeypatch.setattr(TrainingFolder, "report", reported)


def unfinished(folder, monkeypatch, arguments=TRAIN, out="run"):
    """An unfinished training with a checkpoint, as a killed process leaves it."""
    with monkeypatch.context() as patch:
        stop_after_first_checkpoint(patch, KeyboardInterrupt())
        assert main([*arguments, "--out", out]) == 130
    assert (folder / f"{out}.training" / "checkpoint.safetensors").exists()


# what is printed and loaded


def test_command_line_knows_every_choice_of_the_learned_part():
    pytest.importorskip("torch")
    from ecd2g.experiments.training.settings import COUPLINGS
    from ecd2g.learned.named import MODELS
    from ecd2g.learned.processes import DEVICES
    from ecd2g.learned.volume import VOLUMES

    assert tuple(MODELS) == options.MODELS
    assert options.VOLUMES == VOLUMES
    assert options.COUPLINGS == COUPLINGS
    assert options.DEVICES == DEVICES


def test_help_needs_no_torch():
    code = (
        "import sys; from ecd2g.cli.main import main; status = main(['train', '--help']) + main(['compare', '--help'])"
        "; print(status, *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    status, *loaded = done.stdout.splitlines()[-1].split()
    assert status == "0"
    assert not {"torch", "numpy", "matplotlib", "safetensors"} & set(loaded)
    for word in ("--resume", "--learning-rate", "DIR.training", "RUN"):
        assert word in done.stdout


@pytest.mark.parametrize("missing", ["torch", "safetensors"])
def test_without_torch_the_message_says_what_to_install(capsys, folder, monkeypatch, missing):
    monkeypatch.setattr(options, "find_spec", lambda name: None if name == missing else object())
    for arguments in ([*TRAIN, "--out", "run"], ["compare", "run"], ["reproduce", "1d", "--out", "run"]):
        err = refused(arguments, capsys, folder)
        assert missing in err
        assert 'pip install "ecd2g[learned]"' in err


@pytest.mark.learned
def test_train_prints_its_comparison_and_writes_a_run(capsys, folder, figures):
    trained(*[word for word in TRAIN if word not in ("--no-compare", "--quiet")], "--out", "deep/run")
    out, err = capsys.readouterr()
    assert err == ""
    for word in ("marginal: loss", "relative current error", "perfect samples", "deep/run"):
        assert word in out
    files = {path.name for path in (folder / "deep" / "run").iterdir()}
    assert files == {
        *FILES,
        "config.toml",
        "loss.png",
        "loss.svg",
        "report.html",
        "results.json",
    }
    results = json.loads((folder / "deep" / "run" / "results.json").read_text())
    assert {*results["files"], "results.json"} == files
    assert results["numbers"]["training"]["steps"] == 100
    assert results["device"] == "cpu"
    assert [path.name for path in (folder / "deep").iterdir()] == ["run"]


@pytest.mark.learned
def test_overwrite_replaces_a_training(capsys, folder):
    trained(*TRAIN, "--out", "run")
    refused([*TRAIN, "--seed", "1", "--out", "run"], capsys, folder)
    before = (folder / "run" / "model.safetensors").read_bytes()
    trained(*TRAIN, "--seed", "1", "--out", "run", "--overwrite")
    assert (folder / "run" / "model.safetensors").read_bytes() != before
    assert {path.name for path in folder.iterdir()} == {"run", "source.csv", "target.csv", "other.csv"}


@pytest.mark.learned
def test_same_seed_same_bytes(folder):
    for out, seed in (("a", "4"), ("b", "4"), ("c", "5")):
        trained(*TRAIN, "--seed", seed, "--out", out)
    assert same_run(folder / "a", folder / "b")
    for name in FILES:
        assert (folder / "a" / name).read_bytes() != (folder / "c" / name).read_bytes()


# bad input


BAD = {
    "no out": ["train", *DATA],
    "no data": ["train", "--out", "run"],
    "unknown model": [*TRAIN, "--model", "transformer"],
    "unknown coupling": [*TRAIN, "--coupling", "loose"],
    "unknown volume": [*TRAIN, "--volume", "loud"],
    "unknown optimiser": [*TRAIN, "--optimiser", "lion"],
    "unknown schedule": [*TRAIN, "--schedule", "linear"],
    "unknown device": [*TRAIN, "--device", "tpu"],
    "no steps": [*TRAIN, "--steps", "0"],
    "no batch": [*TRAIN, "--batch", "0"],
    "no points": [*TRAIN, "--points", "-3"],
    "no threads": [*TRAIN, "--threads", "0"],
    "no rate": [*TRAIN, "--learning-rate", "0"],
    "rate is no number": [*TRAIN, "--learning-rate", "nan"],
    "negative decay": [*TRAIN, "--weight-decay", "-1"],
    "average of everything": [*TRAIN, "--average", "1"],
    "negative seed": [*TRAIN, "--seed", "-1"],
    "one layer": [*TRAIN, "--layers", "1"],
    "missing file": [*TRAIN, "--source", "none.csv"],
    "given pairs of a named problem": ["train", "--problem", "1d", "--coupling", "given"],
    "nothing to resume": [*TRAIN, "--resume"],
    "nothing to resume, no options": ["train", "--resume"],
    "a file is no folder": [*TRAIN, "--out", "source.csv"],
    "below a file": [*TRAIN, "--out", "source.csv/run"],
    "a long name": [*TRAIN, "--out", "x" * 250],
    "the root": [*TRAIN, "--out", "/"],
    "the root, to resume": ["train", "--out", "/", "--resume"],
    "a huge seed": [*TRAIN, "--seed", "18446744073709551616"],
    "a tolerance that nothing meets": [*TRAIN, "--tolerance", "1e-300"],
    "a method that cannot": [*TRAIN, "--n-symbols", "10000000", "--method", "dense"],
    "a circle": [*TRAIN, "--out", "circle/run"],
    "compare nothing": ["compare"],
    "compare no folder": ["compare", "none"],
    "compare a file": ["compare", "source.csv"],
    "compare another kind": ["compare", "solved"],
    "compare without walks": ["compare", "solved", "--n", "0"],
}


@pytest.mark.learned
@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence(case, capsys, folder):
    (folder / "circle").symlink_to(folder / "circle")
    if case == "compare another kind":
        trained("solve", "--problem", "1d", "--layers", "2", "--out", "solved", "--quiet")
    arguments = BAD[case]
    needs_out = "--out" not in arguments and case != "no out" and arguments[0] == "train"
    refused([*arguments, "--out", "deep/run"] if needs_out else arguments, capsys, folder)


@pytest.mark.learned
def test_a_gpu_that_is_not_there_is_one_sentence(capsys, folder):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert "take cpu or auto" in refused([*TRAIN, "--device", "cuda", "--out", "run"], capsys, folder)


@pytest.mark.learned
def test_given_pairs_need_equal_rows(capsys, folder):
    arguments = [*TRAIN, "--coupling", "given", "--target", "other.csv", "--n-symbols", "5"]
    assert "(40, 1) and (3, 1)" in refused([*arguments, "--out", "run"], capsys, folder)


@pytest.mark.learned
def test_given_pairs_are_trained_on_and_their_order_is_part_of_the_data(capsys, folder, monkeypatch):
    arguments = [*TRAIN, "--coupling", "given"]
    trained(*arguments, "--out", "whole")
    trained(*TRAIN, "--out", "independent")
    assert not same_run(folder / "whole", folder / "independent")
    unfinished(folder, monkeypatch, arguments)
    rows = (folder / "target.csv").read_text().splitlines()
    (folder / "target.csv").write_text("\n".join(reversed(rows)))
    assert "fingerprint" in refused([*arguments, "--out", "run", "--resume"], capsys, folder)
    (folder / "target.csv").write_text("\n".join(rows))
    trained(*arguments, "--out", "run", "--resume")
    assert same_run(folder / "whole", folder / "run")


# stopped and resumed


@pytest.mark.learned
@needs_signals
@pytest.mark.slow
def test_a_killed_training_goes_on_bit_for_bit(capsys, folder):
    """The real thing: SIGKILL after the first checkpoint; while it runs, nobody else may touch its folder."""
    trained(*LONG, "--out", "whole")  # first of all, so that torch is loaded while the other process runs
    with start(*LONG, "--out", "run", folder=folder) as process:
        wait_for(folder / "run.training" / "checkpoint.safetensors", process)
        assert "another process trains in it" in sentence([*LONG, "--out", "run", "--resume"], capsys)
        assert "--resume" in sentence([*LONG, "--out", "run"], capsys)
        assert process.poll() is None
        process.kill()
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    left = folder / "run.training"
    assert {path.name for path in left.iterdir() if ".partial" not in path.name} == {
        "checkpoint.safetensors",
        "lock",
        "metrics.jsonl",
        "training.json",
    }
    assert len((left / "metrics.jsonl").read_text().splitlines()) < 500
    trained("train", "--out", "run", "--resume", "--no-compare", "--quiet")
    assert same_run(folder / "run", folder / "whole")
    assert not left.exists()


@pytest.mark.learned
@needs_signals
@pytest.mark.slow
def test_ctrl_c_keeps_the_checkpoint_and_says_how_to_go_on(folder):
    with start(*LONG, "--out", "run", folder=folder) as process:
        wait_for(folder / "run.training" / "checkpoint.safetensors", process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == f"ecd2g: error: interrupted; {kept(folder)}\n"
    assert not list(folder.rglob("*.partial"))


def kept(folder):
    return f"the last checkpoint is kept in {folder / 'run.training'}: go on with --resume, or delete it"


@pytest.mark.learned
@needs_signals
@pytest.mark.slow
def test_a_training_terminated_before_its_first_checkpoint_leaves_nothing(folder):
    before = tree(folder)
    with start(*TRAIN, "--steps", "2000000", "--out", "deep/run", folder=folder) as process:
        wait_for(folder / "deep" / "run.training" / "lock", process)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 143
    assert err == "ecd2g: error: terminated; the run in progress has left no folder\n"
    assert tree(folder) == before


@pytest.mark.learned
@pytest.mark.parametrize(("failure", "status"), [(KeyboardInterrupt(), 130), (Terminated(), 143)])
def test_a_stop_at_any_step_keeps_the_checkpoint(capsys, folder, monkeypatch, failure, status):
    stop_after_first_checkpoint(monkeypatch, failure)
    assert kept(folder) in sentence([*TRAIN, "--out", "run"], capsys, status)


@pytest.mark.learned
@pytest.mark.parametrize("options", [[], TRAIN[1:]], ids=["settings from the folder", "settings repeated"])
def test_a_resumed_training_ends_as_one_that_never_stopped(folder, monkeypatch, options):
    trained(*TRAIN, "--out", "whole")
    unfinished(folder, monkeypatch)
    trained("train", *options, "--out", "run", "--resume", "--no-compare", "--quiet")
    assert same_run(folder / "run", folder / "whole")
    assert not (folder / "run.training").exists()
    one, two = (json.loads((folder / name / "results.json").read_text()) for name in ("run", "whole"))
    for name in ("config", "files", "numbers"):
        assert one[name] == two[name]
    # the command and the origins are those of the beginning
    assert one["command"] == two["command"].replace("whole", "run")
    configs = [(folder / name / "config.toml").read_text() for name in ("run", "whole")]
    assert configs[0] == configs[1]
    assert "of the model" in configs[0]


@pytest.mark.learned
@pytest.mark.parametrize(("name", "word"), [("device", "device"), ("processes", "number of processes")])
def test_a_training_is_resumed_on_such_devices_as_it_was_begun_on(capsys, folder, monkeypatch, name, word):
    unfinished(folder, monkeypatch)
    path = folder / "run.training" / "training.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: "other"}))
    err = refused([*TRAIN, "--out", "run", "--resume"], capsys, folder)
    assert f"its {word} is other and not" in err


@pytest.mark.learned
def test_checkpoints_by_time_change_nothing_but_their_number(folder, monkeypatch):
    from ecd2g.learned.checkpoint import TrainingState

    saved, save = [], TrainingState.save
    monkeypatch.setattr(
        TrainingState, "save", lambda self, *rest: (saved.append(self.step), save(self, *rest))
    )
    trained(*TRAIN, "--out", "few")
    few = saved.copy()
    saved.clear()
    monkeypatch.setattr("ecd2g.experiments.training.run.CHECKPOINT_S", 0.0)
    trained(*TRAIN, "--out", "many")
    assert set(few) < set(saved)
    assert saved == list(range(1, 101))
    assert same_run(folder / "few", folder / "many")


@pytest.mark.learned
def test_a_training_may_be_stopped_again_and_again(folder, monkeypatch):
    trained(*LONG, "--steps", "400", "--out", "whole")
    unfinished(folder, monkeypatch, [*LONG, "--steps", "400"])
    stops = 0
    while not (folder / "run").exists():
        seen = (folder / "run.training" / "checkpoint.safetensors").read_bytes()
        with monkeypatch.context() as patch:
            stop_at_the_next_checkpoint(patch, seen)
            status = main(["train", "--out", "run", "--resume", "--no-compare", "--quiet"])
        assert status in (0, 130)
        stops += status == 130
        assert stops < 20
    assert stops > 3
    assert same_run(folder / "run", folder / "whole")


def stop_at_the_next_checkpoint(monkeypatch, seen):
    from ecd2g.experiments.training.folder import TrainingFolder

    report = TrainingFolder.report

    def reported(self, line):
        if self.checkpoint.read_bytes() != seen:
            raise KeyboardInterrupt
        report(self, line)

    monkeypatch.setattr(TrainingFolder, "report", reported)


@pytest.mark.learned
def test_a_training_killed_before_its_first_checkpoint_begins_again(folder, capsys, monkeypatch):
    """The folder is there, with metrics that no checkpoint knows of."""
    trained(*TRAIN, "--out", "whole")
    unfinished(folder, monkeypatch)
    (folder / "run.training" / "checkpoint.safetensors").unlink()
    refused([*TRAIN, "--out", "run"], capsys, folder)
    with monkeypatch.context() as patch:
        patch.setattr(
            "ecd2g.experiments.training.run.train", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        assert main([*TRAIN, "--out", "run", "--resume"]) == 130
    assert "begin again with --resume" in capsys.readouterr().err
    trained(*TRAIN, "--out", "run", "--resume")
    assert same_run(folder / "run", folder / "whole")


OTHER = {
    "seed": ["--seed", "9"],
    "steps": ["--steps", "101"],
    "batch": ["--batch", "9"],
    "model": ["--model", "potential"],
    "layers": ["--layers", "4"],
    "data": ["--target", "other.csv"],
    "rate": ["--learning-rate", "0.5"],
    "threads": ["--threads", "2"],
}


@pytest.mark.learned
def test_a_training_is_resumed_only_as_it_was_begun(capsys, folder, monkeypatch):
    unfinished(folder, monkeypatch)
    for case, arguments in OTHER.items():
        err = refused([*TRAIN, *arguments, "--out", "run", "--resume"], capsys, folder)
        assert "resume it as it was begun" in err, case
    for arguments in (["--seed", "9"], ["--layers", "4"], ["--tolerance", "1e-3"], ["--n-symbols", "5"]):
        err = refused(["train", *arguments, "--out", "run", "--resume"], capsys, folder)
        assert "leave the others out" in err
    (folder / "target.csv").write_text("0\n1\n2\n3\n4\n")
    for arguments in (TRAIN, ["train"]):
        err = refused([*arguments, "--out", "run", "--resume"], capsys, folder)
        assert "fingerprint" in err


DAMAGED = {
    "no json": "{",
    "a list": "[]",
    "another format": '{"format": "ecd2g training 0"}',
    "nothing else": '{"format": "ecd2g training 1"}',
    "no settings": '{"format": "ecd2g training 1", "problem": "1d", "asked": {}}',
    "settings are a list": '{"format": "ecd2g training 1", "problem": "1d", "asked": []}',
    "odd settings": '{"format": "ecd2g training 1", "problem": "1d", "asked": {"experiment": {"x": 1}}}',
    "odd experiment": '{"format": "ecd2g training 1", "problem": ["1d"], "asked": {"experiment": {}}}',
    "odd number": '{"format": "ecd2g training 1", "problem": "1d", "asked": {"experiment": {}, "n_steps": "x"}}',
}


@pytest.mark.learned
@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_description_is_one_sentence(case, capsys, folder, monkeypatch):
    (folder / "run.training").mkdir()
    (folder / "run.training" / "training.json").write_text(DAMAGED[case])
    refused(["train", "--out", "run", "--resume"], capsys, folder)
    refused([*TRAIN, "--out", "run", "--resume"], capsys, folder)


@pytest.mark.learned
def test_a_damaged_checkpoint_is_one_sentence(capsys, folder, monkeypatch):
    unfinished(folder, monkeypatch)
    checkpoint, metrics = (
        folder / "run.training" / name for name in ("checkpoint.safetensors", "metrics.jsonl")
    )
    whole, lines = checkpoint.read_bytes(), metrics.read_bytes()
    for content in (b"", whole[:100], whole[:-1], b"noise" * 99):
        checkpoint.write_bytes(content)
        assert "damaged" in refused([*TRAIN, "--out", "run", "--resume"], capsys, folder)
    checkpoint.write_bytes(whole)
    metrics.write_bytes(lines[:10])
    assert "delete the folder and begin again" in refused(
        [*TRAIN, "--out", "run", "--resume"], capsys, folder
    )


@pytest.mark.learned
@pytest.mark.parametrize("content", [None, "", "{"])
def test_a_folder_that_was_half_made_is_to_be_deleted(capsys, folder, content):
    (folder / "run.training").mkdir()
    if content is not None:
        (folder / "run.training" / "training.json").write_text(content)
    for arguments in (TRAIN, [*TRAIN, "--resume"], ["train", "--resume"]):
        err = refused([*arguments, "--out", "run"], capsys, folder)
        assert "delete it and begin again" in err


# failures on the way


@pytest.mark.learned
@pytest.mark.parametrize("failure", [OSError(37, "No locks available"), KeyboardInterrupt()])
def test_a_lock_that_fails_leaves_nothing(capsys, folder, monkeypatch, failure):
    fcntl = pytest.importorskip("fcntl")

    def fail(*_arguments):
        raise failure

    monkeypatch.setattr(fcntl, "flock", fail)
    before = tree(folder)
    sentence([*TRAIN, "--out", "deep/run"], capsys, 2 if isinstance(failure, OSError) else 130)
    assert tree(folder) == before


@pytest.mark.learned
def test_where_there_are_no_locks_training_does_without(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    trained(*TRAIN, "--out", "run")
    assert not (folder / "run.training").exists()


@pytest.mark.learned
def test_ctrl_c_in_the_last_moment_does_not_deny_the_run(capsys, folder, monkeypatch):
    def stop(*_arguments, **_settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("ecd2g.experiments.training.folder.rmtree", stop)
    err = sentence([*TRAIN, "--out", "run"], capsys, 130)
    assert "run is complete" in err
    assert "left no folder" not in err
    assert (folder / "run" / "results.json").exists()
    assert not (folder / "run.training").exists()


@pytest.mark.learned
@pytest.mark.parametrize("failure", [MemoryError(), "solver"])
def test_a_comparison_that_fails_does_not_spoil_the_training(capsys, folder, monkeypatch, failure):
    from ecd2g.errors import SolverError
    from ecd2g.experiments.training.comparison import Comparison

    failure = SolverError("it missed", reached=1.0, tolerance=0.1) if failure == "solver" else failure

    def fail(*_arguments, **_settings):
        raise failure

    monkeypatch.setattr(Comparison, "begin", fail)
    trained(*[word for word in TRAIN if word != "--no-compare"], "--out", "run")
    numbers = json.loads((folder / "run" / "results.json").read_text())["numbers"]
    assert numbers["not_compared"] == (str(failure) or "there is not enough memory")


@pytest.mark.learned
def test_a_training_that_explodes_keeps_its_last_good_checkpoint(capsys, folder, monkeypatch):
    """The rate is raised in the middle; nothing that is no number is written, and the checkpoint loads."""
    from ecd2g.learned.recipe import Recipe

    arguments, rate = [*TRAIN, "--optimiser", "sgd", "--model", "potential"], Recipe.rate
    trained(*arguments, "--out", "whole")
    with monkeypatch.context() as patch:
        patch.setattr(Recipe, "rate", lambda self, step: rate(self, step) if step < 60 else 1e38)
        err = sentence([*arguments, "--out", "run"], capsys)
    assert "lower the learning rate" in err
    assert f"the last good checkpoint is kept in {folder / 'run.training'}" in err
    assert "under another --out" in err
    assert "--resume" not in err
    assert not (folder / "run").exists()
    trained(*arguments, "--out", "run", "--resume")
    assert same_run(folder / "run", folder / "whole")


@pytest.mark.learned
def test_a_training_that_explodes_at_once_leaves_nothing(capsys, folder):
    arguments = [*TRAIN, "--model", "current-paper", "--learning-rate", "1e6", "--out", "deep/run"]
    assert "lower the learning rate" in refused(arguments, capsys, folder)


@pytest.mark.learned
@pytest.mark.parametrize("resumed", [False, True])
def test_a_full_disk_is_one_sentence_and_keeps_what_there_is(capsys, folder, monkeypatch, resumed):
    """Full at the first checkpoint, or at a later one."""
    if resumed:
        unfinished(folder, monkeypatch)
    checkpoint = folder / "run.training" / "checkpoint.safetensors"
    before = checkpoint.read_bytes() if resumed else None
    replace = type(folder).replace

    def full(self, target):
        if target.name == checkpoint.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(type(folder), "replace", full)
        err = sentence([*TRAIN, "--out", "run", *["--resume"] * resumed], capsys)
    assert "No space left on device" in err
    assert not list(folder.rglob("*.partial"))
    assert not (folder / "run").exists()
    if not resumed:
        assert not checkpoint.parent.exists()
        return
    assert "go on with --resume" in err
    assert checkpoint.read_bytes() == before
    trained(*TRAIN, "--out", "run", "--resume")


@pytest.mark.learned
def test_a_full_disk_at_the_very_beginning_leaves_nothing(capsys, folder, monkeypatch):
    def full(_number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in refused([*TRAIN, "--out", "deep/run"], capsys, folder)


@pytest.mark.learned
@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), MemoryError("figure"), OSError(28, "No space left")]
)
def test_a_training_stopped_while_it_writes_its_run_is_finished_by_resuming(
    folder, capsys, monkeypatch, failure
):
    trained(*TRAIN, "--out", "whole")
    capsys.readouterr()

    def stop(*_arguments, **_settings):
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr("ecd2g.experiments.training.run.write_record", stop)
        assert main([*TRAIN, "--out", "run"]) == (130 if isinstance(failure, KeyboardInterrupt) else 2)
    assert "go on with --resume" in capsys.readouterr().err
    assert {path.name for path in (folder / "run.training").iterdir()} == {
        "checkpoint.safetensors",
        "lock",
        "metrics.jsonl",
        "training.json",
    }
    trained("train", "--out", "run", "--resume", "--no-compare", "--quiet")
    assert same_run(folder / "run", folder / "whole")


# compare


@pytest.mark.learned
def test_compare_prints_and_writes(capsys, folder):
    for seed in ("0", "1"):
        trained(*TRAIN, "--seed", seed, "--out", f"run{seed}")
    trained("compare", "run0", "run1", "--n", "300")
    out, err = capsys.readouterr()
    assert err == ""
    assert "perfect samples" in out
    assert "±" in out
    trained("compare", "run0", "run1", "--n", "300", "--out", "compared", "--quiet")
    assert capsys.readouterr().out == ""
    assert (folder / "compared" / "report.html").exists()
    assert "one of another kind" in refused(["compare", "run0", "compared"], capsys, folder)


@pytest.mark.learned
def test_compare_refuses_what_does_not_belong_together(capsys, folder):
    trained(*TRAIN, "--out", "one")
    trained(*TRAIN, "--layers", "4", "--out", "layers")
    trained(*TRAIN, "--target", "other.csv", "--out", "data")
    for other in ("layers", "data"):
        assert "one problem and one circuit" in refused(["compare", "one", other], capsys, folder)
    model = folder / "one" / "model.safetensors"
    whole = model.read_bytes()
    for content in (whole[:50], whole[:-1], b""):
        model.write_bytes(content)
        assert "damaged" in refused(["compare", "one"], capsys, folder)
    model.write_bytes((folder / "layers" / "model.safetensors").read_bytes())
    assert "trained on the circuit in question" in refused(["compare", "one"], capsys, folder)
    model.unlink()
    assert "no such file" in refused(["compare", "one"], capsys, folder)
    model.write_bytes(whole)
    (folder / "target.csv").write_text("0\n1\n2\n3\n4\n")
    assert "other data" in refused(["compare", "one"], capsys, folder)
    (folder / "target.csv").unlink()
    assert "does not exist" in refused(["compare", "one"], capsys, folder)
