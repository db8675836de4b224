"""What decides a training: its settings survive a file, its recipe is the model's, its data are fingerprinted."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

pytest.importorskip("torch")

import ecd2g
from ecd2g.couplings.pairs import GivenPairs, IndependentPairs, TransportPairs
from ecd2g.errors import InputError
from ecd2g.experiments.exact.one_dimension import OneDimension
from ecd2g.experiments.exact.own_data import OwnData
from ecd2g.experiments.exact.splice import Splice
from ecd2g.experiments.exact.two_dimensions import TwoDimensions
from ecd2g.experiments.records.strict_json import to_json
from ecd2g.experiments.training.run import CHECKPOINTS, REPORTS, Prepared, report_interval
from ecd2g.experiments.training.settings import OWN, Training, experiment_name, fingerprint, training_from
from ecd2g.learned.named import MODELS

SMALL = OneDimension(n_symbols=5, n_layers=3)

EXPERIMENTS = {
    "1d": SMALL,
    "2d": TwoDimensions(n_symbols=4, n_points=50),
    "splice": Splice(),
    OWN: OwnData(source="a.csv", target="b.csv", n_symbols=(4, 4, 2)),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_settings_survive_a_file(name):
    training = Training(EXPERIMENTS[name], model="current", n_steps=7, learning_rate=0.1 + 0.2, seed=3)
    assert experiment_name(training.experiment) == name
    again = training_from(json.loads(to_json(asdict(training))), name)
    assert again == training
    assert again.recipe() == training.recipe()


@pytest.mark.parametrize("model", MODELS)
def test_what_is_left_open_is_the_recipe_of_the_model(model):
    open_one = Training(SMALL, model, n_steps=9, seed=2)
    recipe = replace(MODELS[model].recipe, n_steps=9, seed=2, n_pairs=open_one.n_pairs)
    assert open_one.recipe() == recipe
    resolved = open_one.resolved(SMALL.problem())
    assert resolved.recipe() == recipe
    unused = {"potential": {"volume"}}.get(model, {"volume", "n_points"} if "marginal" in model else set())
    assert {name for name, value in asdict(resolved).items() if value is None} == unused
    assert resolved.resolved(SMALL.problem()) == resolved


@pytest.mark.parametrize(
    ("model", "given"),
    [
        ("marginal", {"volume": "visits"}),
        ("marginal-network", {"n_points": 7}),
        ("potential", {"volume": "visits"}),
    ],
)
def test_what_a_model_has_no_use_for_is_refused(model, given):
    with pytest.raises(ecd2g.InputError, match="leave it out"):
        Training(SMALL, model, **given).resolved(SMALL.problem())
    fewer = Training(SMALL, "potential", n_points=2, volume="visits").resolved(SMALL.problem())
    assert fewer.volume == "visits"


def test_what_is_given_stands():
    given = {"n_pairs": 3, "n_points": 4, "volume": "visits", "optimiser": "sgd", "learning_rate": 0.5}
    given |= {"weight_decay": 0.1, "schedule": "constant", "average": 0.3, "n_steps": 2, "seed": 8}
    assert asdict(Training(SMALL, **given).recipe()) == given


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (None, "1d"),
        ([], "1d"),
        ({}, "1d"),
        ({"experiment": {}}, "4d"),
        ({"experiment": {}}, None),
        ({"experiment": {"colour": 3}}, "1d"),
        ({"experiment": {}, "model": "transformer"}, "1d"),
        ({"experiment": {}, "n_steps": "many"}, "1d"),
        ({"experiment": {}, "average": 2.0}, "1d"),
    ],
)
def test_settings_of_no_training_are_refused(config, name):
    with pytest.raises(InputError, match="must be those of a training"):
        training_from(config, name)


def test_pairs():
    problem = SMALL.problem()
    assert isinstance(Training(SMALL).pairs(problem), IndependentPairs)
    assert isinstance(Training(SMALL, coupling="minibatch-ot").pairs(problem), TransportPairs)
    with pytest.raises(InputError, match="two files"):
        Training(SMALL, coupling="given").pairs(problem)
    with pytest.raises(InputError, match="coupling must be one of"):
        Training(SMALL, coupling="loose").pairs(problem)


def test_given_pairs_are_the_rows_of_two_files(tmp_path):
    rows = np.random.default_rng(0).integers(0, 3, size=(2, 9, 2))
    for name, states in zip("ab", rows, strict=True):
        np.savetxt(tmp_path / f"{name}.csv", states, fmt="%d", delimiter=",")
    own = OwnData(source=str(tmp_path / "a.csv"), target=str(tmp_path / "b.csv"))
    pairs = Training(own, coupling="given").pairs(own.problem())
    assert isinstance(pairs, GivenPairs)
    assert np.array_equal(pairs.starts, rows[0])
    assert np.array_equal(pairs.ends, rows[1])


def test_the_fingerprint_is_that_of_the_data():
    problem = SMALL.problem()
    assert fingerprint(problem) == fingerprint(SMALL.problem())
    others = [
        replace(problem, source=problem.target),
        replace(problem, target=problem.source),
        replace(problem, source=problem.target, target=problem.source),
        OneDimension(n_symbols=6).problem(),
    ]
    shifted = problem.target.to_array().copy()
    shifted[0], shifted[1] = shifted[0] + 1e-15, shifted[1] - 1e-15
    nudged = ecd2g.Distribution.from_probabilities(problem.space, shifted)
    others.append(replace(problem, target=nudged))
    assert len({fingerprint(one) for one in [problem, *others]}) == 6
    assert fingerprint(replace(problem, title="another name")) == fingerprint(problem)


def test_the_fingerprint_knows_the_order_of_given_pairs():
    problem, states = SMALL.problem(), np.arange(5)[:, None]
    one, two = (GivenPairs.of(problem.space, states, ends) for ends in (states, states[::-1]))
    independent = IndependentPairs(problem.source, problem.target)
    assert len({fingerprint(problem, pairs) for pairs in (one, two, independent)}) == 3
    assert fingerprint(problem, independent) == fingerprint(problem)


def test_a_prepared_training_says_what_it_is():
    prepared = Prepared.of(Training(SMALL, n_steps=4))
    about = prepared.about()
    assert about["problem"] == "1d"
    assert training_from(json.loads(to_json(about["config"])), "1d") == prepared.settings
    assert prepared.make_model().circuit is prepared.circuit


@pytest.mark.parametrize("n_steps", [1, 30, 499, 500, 999, 5000, 123_456])
def test_reports_and_checkpoints_come_at_a_reasonable_rate(n_steps):
    every = report_interval(n_steps)
    assert n_steps // every <= 2 * REPORTS
    assert n_steps // (every * (REPORTS // CHECKPOINTS)) <= 2 * CHECKPOINTS


def test_models_that_list_states_are_refused_where_there_are_too_many(tmp_path):
    files = [tmp_path / name for name in ("source.npy", "target.npy")]
    for seed, path in enumerate(files):
        np.save(path, np.random.default_rng(seed).integers(0, 20, (30, 12)))
    experiment = OwnData(source=str(files[0]), target=str(files[1]))
    for model in ("potential", "current", "marginal"):
        with pytest.raises(ecd2g.CapacityError, match="--model marginal-autoregressive"):
            Prepared.of(Training(experiment, model))
    assert Prepared.of(Training(experiment, "marginal-autoregressive")).circuit.n_states > 1e14
