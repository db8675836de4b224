"""The learned half of a reproduction, in one process and in several."""

import json

import pytest

pytest.importorskip("torch")

import torch

from ecd2g.experiments import parallel
from ecd2g.experiments.comparison.learn import Learning, learn, train_all
from ecd2g.experiments.exact.one_dimension import OneDimension
from ecd2g.experiments.training.run import Prepared
from ecd2g.experiments.training.settings import Training
from ecd2g.learned.model_file import load_model

ONE = OneDimension(n_symbols=5, n_layers=3, lateral_resistance=10.0)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_model_of_every_seed_is_trained_compared_and_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "processors", lambda: 1)
    problem = ONE.problem()
    learning = Learning(("marginal", "potential"), n_seeds=2, n_steps=6, n_compared_walks=50)
    comparison, curves = learn(ONE, problem, learning, tmp_path, quiet=True)
    assert comparison.models == ["exact flow", "marginal", "potential"]
    assert [one.seed for one in comparison.of_model("potential")] == [0, 1]
    assert curves.keys() == {"marginal", "potential"}
    assert curves["marginal"][0] == [1, 2, 3, 4, 5, 6]
    for model in learning.models:
        for seed in (0, 1):
            path = tmp_path / "models" / f"{model}-seed{seed}"
            load_model(path.with_suffix(".safetensors"), ONE.circuit(problem.space))
            lines = [json.loads(line) for line in path.with_suffix(".jsonl").read_text().splitlines()]
            assert [line["step"] for line in lines] == [1, 2, 3, 4, 5, 6]
        assert curves[model][1] == [
            json.loads(line)["loss"]
            for line in (tmp_path / "models" / f"{model}-seed0.jsonl").read_text().splitlines()
        ]
    assert len(list((tmp_path / "models").iterdir())) == 8


@pytest.mark.slow
def test_the_number_of_processors_does_not_matter(monkeypatch):
    trainings = [Prepared.of(Training(ONE, "marginal", n_steps=5, seed=seed)) for seed in (0, 1)]
    found = []
    for count in (1, 2):
        monkeypatch.setattr(parallel, "processors", lambda count=count: count)
        found.append(list(train_all(trainings, quiet=True)))
    for one, two in zip(*found, strict=True):
        assert one.losses.tolist() == two.losses.tolist()
        for mine, theirs in zip(one.model.parameters(), two.model.parameters(), strict=True):
            assert torch.equal(mine, theirs)
    assert found[0][0].losses.tolist() != found[0][1].losses.tolist()
