"""Trained models beside the exact flow: means over seeds, floors, what strands, and strict JSON."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from ecd2g.errors import InputError
from ecd2g.experiments.comparison import figures
from ecd2g.experiments.comparison.run import Comparing, compare_run
from ecd2g.experiments.exact.one_dimension import OneDimension
from ecd2g.experiments.exact.own_data import OwnData
from ecd2g.experiments.exact.two_dimensions import TwoDimensions
from ecd2g.experiments.records.strict_json import to_json
from ecd2g.experiments.training.comparison import EXACT, Compared, Comparison, over_seeds, spread
from ecd2g.experiments.training.comparison_table import PERFECT, comparison_table
from ecd2g.experiments.training.run import Prepared, train_model, train_run
from ecd2g.experiments.training.settings import Training
from ecd2g.experiments.training.trained_run import TrainedRun
from ecd2g.learned.model_file import load_model, save_model
from ecd2g.metrics import sampling_floor, total_variation

ONE = OneDimension(n_symbols=6, n_layers=3, lateral_resistance=10.0)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trained(out, **settings):
    training = Training(ONE, **({"model": "marginal", "n_steps": 30} | settings))
    train_run(training, out, "ecd2g train", device="cpu", quiet=True, compare=False)
    return str(out)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two seeds of one model, another recipe of it, the paper's network after five steps, and one that strands."""
    folder = tmp_path_factory.mktemp("runs")
    made = {
        "seed0": trained(folder / "seed0"),
        "seed1": trained(folder / "seed1", seed=1),
        "longer": trained(folder / "longer", n_steps=60),
        "paper": trained(folder / "paper", model="current-paper", n_steps=5),
        "no current": trained(folder / "none", model="current-paper", n_steps=5, seed=1),
    }
    path = folder / "none" / "model.safetensors"
    save_model(path, without_current(load_model(path)))
    return made


def without_current(model):
    """Every walker strands where it starts."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return model


@pytest.fixture
def not_saved(monkeypatch):
    """Figures are drawn, and left where they are: saving takes longer than all else."""
    monkeypatch.setattr(figures, "save", lambda figure, path: None)


def strict(folder):
    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads((folder / "results.json").read_text(), parse_constant=refuse)


def test_seeds_are_taken_together(tmp_path, runs):
    text = compare_run(Comparing((runs["seed0"], runs["seed1"]), n_walks=500), tmp_path, "ecd2g", quiet=True)
    numbers = strict(tmp_path)["numbers"]
    assert list(numbers["models"]) == [EXACT, "marginal", PERFECT]
    model = numbers["models"]["marginal"]
    assert model["seeds"] == [0, 1]
    parts = [
        Comparison.begin(ONE, ONE.problem(), 500).add("marginal", seed, run.model, 0.0)
        for seed, run in enumerate(
            TrainedRun.read(tmp_path.parent / runs[name]) for name in ("seed0", "seed1")
        )
    ]
    for path in (("current_error", "all_edges"), ("rules", "two-way", "w1"), ("walks", "total_variation")):
        entry, values = model, [part.numbers for part in parts]
        for step in path:
            entry, values = entry[step], [value[step] for value in values]
        assert entry["values"] == values
        assert entry["mean"] == pytest.approx(sum(values) / 2, rel=1e-12)
        assert entry["standard_deviation"] == pytest.approx(
            abs(values[0] - values[1]) / math.sqrt(2), rel=1e-9
        )
    assert "perfect samples" in text
    assert "±" in text
    figures = {f"{name}.{kind}" for name in numbers["figures"] for kind in ("png", "svg")}
    assert figures >= {"distances.png", "end_laws.svg", "currents.png", "loss.svg"}
    files = {path.name for path in tmp_path.iterdir()}
    assert files == figures | {"config.toml", "report.html", "results.json"}
    page = (tmp_path / "report.html").read_text()
    assert "marginal" in page
    assert f"{model['current_error']['all_edges']['mean']:.4g}" in page


def test_the_exact_flow_is_exact_and_the_floor_is_that_of_its_walks():
    numbers = Comparison.begin(ONE, ONE.problem(), 700).numbers()
    exact = numbers["models"][EXACT]
    assert exact["current_error"]["all_edges"] == 0
    assert exact["unbalanced_current_ampere"] < 1e-12
    assert exact["rules"]["two-way"]["total_variation"] < 1e-12
    floor = sampling_floor(ONE.problem().target.to_array(), 700)
    assert numbers["models"][PERFECT]["walks"]["total_variation"] == floor.expected
    assert exact["walks"]["total_variation"] < floor.bound
    assert exact["walks"]["over_floor"] == exact["walks"]["total_variation"] / floor.expected
    assert exact["seeds"] == [0]


def test_other_recipes_of_a_model_are_other_models(runs):
    """A mean over trainings of different length would be the spread of nothing."""
    chosen = tuple(runs[name] for name in ("seed0", "longer", "seed1"))
    head, seeds, *_ = compare_run(Comparing(chosen, n_walks=50), None, "ecd2g", quiet=True).splitlines()
    assert "marginal (1, seed0)  marginal (2, longer)" in head
    assert seeds.split() == ["seeds", "1", "2", "1"]


def test_a_run_is_compared_once(runs):
    with pytest.raises(InputError, match="named 2 times"):
        compare_run(Comparing((runs["seed0"], runs["seed1"], runs["seed0"])), None, "ecd2g", quiet=True)


def test_the_same_comparison_gives_the_same_numbers(runs):
    def table(seed):
        text = compare_run(Comparing((runs["seed0"],), n_walks=300, seed=seed), None, "ecd2g", quiet=True)
        return [line for line in text.splitlines() if not line.startswith(("all currents", "walks a second"))]

    assert table(0) == table(0) != table(1)


def test_models_that_strand_are_reported(tmp_path, runs, not_saved):
    chosen = tuple(runs[name] for name in ("no current", "paper", "seed0"))
    text = compare_run(Comparing(chosen, n_walks=200), tmp_path, "ecd2g", quiet=True)
    numbers = strict(tmp_path)["numbers"]
    assert numbers["figures"] == ["distances", "end_laws", "currents", "loss"]
    model = numbers["models"]["current-paper"]
    assert model["seeds"] == [1, 0]
    for rule in ("two-way", "forward-only", "first-passage"):
        reason = "failed" if rule == "first-passage" else "stranded"
        assert model["rules"][rule][reason].startswith("1 of 2 seeds: ")
        assert f"current-paper, {rule}: 1 of 2 seeds" in text
    assert model["walks"]["stranded"].startswith("1 of 2 seeds: ")
    assert model["current_error"]["all_edges"]["values"][0] == 1.0


def test_a_model_of_which_every_seed_strands(tmp_path, runs, not_saved):
    text = compare_run(Comparing((runs["no current"],), n_walks=20), tmp_path, "ecd2g", quiet=True)
    assert "stranded" in strict(tmp_path)["numbers"]["models"]["current-paper"]["walks"]
    line = next(line for line in text.splitlines() if line.startswith("sampled two-way ends: TV"))
    assert line.split()[5:] == ["stranded", line.split()[-1]]


def test_a_grid_with_a_model_that_strands_is_drawn(tmp_path, not_saved):
    two = TwoDimensions(n_symbols=3, n_layers=3, n_points=60)
    problem = two.problem()
    comparison = Comparison.begin(two, problem, 100)
    for model in ("current-paper", "marginal"):
        made = Prepared.of(Training(two, model), problem).make_model()
        comparison.add(model, 0, without_current(made), 0.1)
    names = figures.save_comparison(comparison, tmp_path, {"marginal": ([1, 2], [0.5, 0.4])}, "learned_")
    wanted = ("distances", "end_laws", "visits", "paths_marginal", "loss")
    assert set(names) == {f"learned_{name}" for name in wanted}
    assert "w2" in comparison.numbers()["models"]["marginal"]["rules"]["two-way"]
    to_json(comparison.numbers())


def test_a_target_of_one_state_has_no_floor(tmp_path):
    """Nothing is divided by the zero that perfect samples show."""
    for name, text in (("source", "0\n1\n2\n"), ("target", "1\n1\n")):
        (tmp_path / f"{name}.csv").write_text(text)
    own = OwnData(
        source=str(tmp_path / "source.csv"), target=str(tmp_path / "target.csv"), n_symbols=3, n_layers=3
    )
    comparison = Comparison.begin(own, own.problem(), 50)
    assert comparison.floor["total_variation"] == 0.0
    walks = comparison.of_model(EXACT)[0].numbers["walks"]
    assert walks["total_variation"] == 0.0
    assert "over_floor" not in walks


def test_infinite_divergences_are_words():
    """A law that leaves states of the target out: infinite in the table, a word in JSON, of one seed and of two."""
    numbers = {"kl": math.inf, "total_variation": 0.5}
    assert over_seeds([numbers], 1) == numbers
    assert over_seeds([numbers, numbers], 2) == numbers
    mixed = over_seeds([numbers, {"kl": 2.0, "total_variation": 0.5}], 2)
    assert mixed["kl"] == {"mean": math.inf, "standard_deviation": math.inf, "values": [math.inf, 2.0]}
    assert json.loads(to_json(mixed))["kl"]["values"] == ["infinity", 2.0]
    law = {"total_variation": 0.5, "kl_target_from_law_nats": mixed["kl"]}
    model = {"seeds": [0, 1], "current_error": {}, "rules": {"two-way": law}, "walks": {}}
    models = {"mine": model, PERFECT: {"walks": {"total_variation": 0.01}}}
    text = comparison_table({"models": models}, {}, 10)
    assert "infinite" in text
    assert "nan" not in text


def test_means_and_deviations():
    assert over_seeds([{"parameters": 3}, {"parameters": 3}], 2) == {"parameters": 3}
    assert spread([1.0, 4.0])["mean"] == 2.5
    assert spread([1.0, 4.0])["standard_deviation"] == pytest.approx(1.5 * math.sqrt(2))
    assert spread([1.0]) == {"mean": 1.0, "values": [1.0]}


def test_seeds_of_which_some_strand():
    whole = {"rules": {"two-way": {"total_variation": 0.25}}}
    stranded = {"rules": {"two-way": {"stranded": "node 3"}}}
    merged = over_seeds([whole, stranded, whole], 3)["rules"]["two-way"]
    assert merged["stranded"] == "1 of 3 seeds: node 3"
    assert merged["total_variation"]["values"] == [0.25, 0.25]
    alone = over_seeds([stranded, whole], 2)["rules"]["two-way"]["total_variation"]
    assert alone == {"mean": 0.25, "values": [0.25]}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_times_of_seeds_of_which_one_strands(order):
    timings = [{"train_s": 1.0, "walk_s": 4.0}, {"train_s": 3.0}]
    seeds = [Compared("mine", seed, {}, timings[seed]) for seed in order]
    comparison = Comparison(None, None, None, None, 10, {}, seeds)
    assert comparison.timing() == {"mine_train_s": 2.0, "mine_walk_s": 4.0}


# run folders that are no trainings


def copied(run, out):
    from shutil import copytree

    return copytree(run, out)


DAMAGE = {
    "no json": (lambda _: "{", "must be a run folder"),
    "a list": (lambda _: "[]", "of this release"),
    "another format": (lambda results: results | {"format": "ecd2g run 0"}, "of this release"),
    "no numbers": (lambda results: {k: v for k, v in results.items() if k != "numbers"}, "another kind"),
    "numbers are a list": (lambda results: results | {"numbers": []}, "another kind"),
    "no settings": (lambda results: results | {"config": {}}, "another kind"),
    "no experiment": (lambda results: results | {"config": {"experiment": None}}, "another kind"),
    "odd time": (lambda results: results | {"timing": {"train_s": "long"}}, "another kind"),
    "other data": (
        lambda results: results | {"numbers": results["numbers"] | {"fingerprint": "0"}},
        "other data",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_folders_of_another_kind_are_refused(tmp_path, runs, case):
    change, word = DAMAGE[case]
    folder = copied(runs["seed0"], tmp_path / "run")
    changed = change(json.loads((folder / "results.json").read_text()))
    (folder / "results.json").write_text(changed if isinstance(changed, str) else json.dumps(changed))
    with pytest.raises(InputError, match=word) as caught:
        TrainedRun.read(folder)
    assert str(folder) in str(caught.value)


def test_metrics_that_are_damaged_are_refused(tmp_path, runs):
    folder = copied(runs["seed0"], tmp_path / "run")
    assert TrainedRun.read(folder).curve()[0] == list(range(1, 31))
    for text in ("{", "[]\n", '{"step": 1}\n', "3\n"):
        (folder / "metrics.jsonl").write_text(text)
        with pytest.raises(InputError, match="one line of numbers"):
            TrainedRun.read(folder).curve()


def test_a_model_of_another_circuit_is_refused(tmp_path, runs):
    folder = copied(runs["seed0"], tmp_path / "run")
    other = replace(ONE, n_layers=4)
    training = Training(other, "marginal", n_steps=1)
    train_run(training, tmp_path / "other", "ecd2g train", device="cpu", quiet=True, compare=False)
    (folder / "model.safetensors").write_bytes((tmp_path / "other" / "model.safetensors").read_bytes())
    with pytest.raises(InputError, match="trained on the circuit in question"):
        TrainedRun.read(folder)
    with pytest.raises(InputError, match="one problem and one circuit"):
        compare_run(Comparing((runs["seed0"], str(tmp_path / "other"))), None, "ecd2g", quiet=True)


def test_a_long_training_comes_near_the_exact_flow():
    """The comparison measures learning: a thousand steps are nearer than ten, in currents and in laws."""
    problem = ONE.problem()
    comparison = Comparison.begin(ONE, problem, 100)
    found = {}
    for n_steps in (10, 1000):
        prepared = Prepared.of(Training(ONE, "marginal", n_steps=n_steps), problem)
        one = comparison.add(f"{n_steps} steps", 0, train_model(prepared).model, 0.0)
        found[n_steps] = (one.numbers["current_error"]["all_edges"], one.numbers["rules"]["two-way"]["w1"])
        assert one.numbers["unbalanced_current_ampere"] == pytest.approx(
            0.5 * sum(np.abs(part).sum() for part in misses(comparison.flows[f"{n_steps} steps"], problem)),
            abs=1e-6,
        )
    assert found[1000][0] < 0.1 < found[10][0]
    assert found[1000][1] < found[10][1]


def misses(flow, problem):
    """What the densities of a marginal model miss of source and target, which is what its currents lack."""
    states = problem.space.all_states()
    logs = flow.model.log_densities(states)
    ends = (problem.source.to_array(), problem.target.to_array())
    for log, law in zip(logs, ends, strict=True):
        assert total_variation(np.exp(log) / np.exp(log).sum(), law) < 0.5
    return [np.exp(log) / np.exp(log).sum() - law for log, law in zip(logs, ends, strict=True)]
