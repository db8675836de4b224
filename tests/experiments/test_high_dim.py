"""The high-dimensional comparison: what it writes, what it means, and what it refuses."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from ecd2g.circuit.distribution import Distribution
from ecd2g.circuit.state_space import StateSpace
from ecd2g.cli.main import main
from ecd2g.data.problem import Problem
from ecd2g.data.split_problem import SplitProblem
from ecd2g.data.split_problems import SPLIT_PROBLEMS
from ecd2g.errors import InputError
from ecd2g.experiments import parallel
from ecd2g.experiments.high_dim.cell import run_cell
from ecd2g.experiments.high_dim.run import high_dim_run
from ecd2g.experiments.high_dim.settings import HighDim, Method
from ecd2g.experiments.high_dim.table import Spread, summarise, verdicts
from ecd2g.experiments.judge import Judge, headline_value

QUICK = HighDim(
    problems=("mixture-3",),
    methods=(
        Method("sweep", "minibatch-ot"),
        Method("mixture", "minibatch-ot"),
        Method("masked", "minibatch-ot"),
    ),
    evaluations=(2,),
    n_seeds=1,
    n_steps=20,
    pool_batches=2,
    pool_batch_size=100,
    n_walks=500,
)


@pytest.fixture(scope="module")
def cell():
    return run_cell(QUICK, "mixture-3", 0)


def test_every_method_has_a_row_at_every_number_of_evaluations_that_makes_sense(cell) -> None:
    found = {(row["method"], row["evaluations"]) for row in cell.rows}
    expected = {(name, 2) for name in ("sweep", "mixture", "masked")}
    assert found == expected | {("resampling", 0), ("nearest", 0), ("exact walk", 0)}


def test_one_evaluation_a_site_is_tried_too_where_that_is_fewer_than_the_most() -> None:
    settings = HighDim(evaluations=(2, 4, 8, 16))
    assert settings.evaluations_for(2) == (2, 4, 8, 16)
    assert settings.evaluations_for(5) == (2, 4, 5, 8, 16)
    assert settings.evaluations_for(64) == (2, 4, 8, 16)
    assert HighDim(evaluations=(16,)).evaluations_for(3) == (16,)


@pytest.fixture(scope="module")
def independent():
    methods = (Method("sweep", "independent"), Method("mixture", "independent"))
    return run_cell(replace(QUICK, methods=methods, evaluations=(2, 4)), "mixture-3", 0)


def test_the_sweep_has_no_row_beyond_one_evaluation_a_site(independent) -> None:
    found = {(row["method"], row["evaluations"]) for row in independent.rows if row["evaluations"]}
    assert found == {("sweep", 2), ("sweep", 3), ("mixture", 2), ("mixture", 3), ("mixture", 4)}


def test_the_bound_of_the_likelihood_is_below_that_of_the_law_itself(independent) -> None:
    """Gibbs: E_q log q_theta <= E_q log q, and Jensen's bound is lower still; of the sweep with one site a step only.

    log q has a standard deviation of 1.3 nats under q: 0.2 is seven standard deviations of the mean over 2000 pairs.
    Control: uniform laws have -3 log 16 = -8.3 nats, and 20 steps of training reach more.
    """
    law = SPLIT_PROBLEMS["mixture-3"](rng=0).test.target.to_array()
    positive = law[law > 0.0]
    (row,) = [row for row in independent.rows if "log_likelihood_bound" in row]
    assert (row["method"], row["evaluations"]) == ("sweep", 3)
    assert row["log_likelihood_bound"] < float(np.sum(positive * np.log(positive))) + 0.2
    assert row["log_likelihood_bound"] > -3 * np.log(16) + 0.2


def test_the_same_seed_gives_the_same_numbers_whatever_else_is_run(cell) -> None:
    alone = replace(QUICK, methods=QUICK.methods[:1])
    again, other = (run_cell(alone, "mixture-3", seed) for seed in (0, 1))
    for row in again.rows:
        same = next(one for one in cell.rows if _label(one) == _label(row))
        assert _untimed(same) == _untimed(row)
    assert other.rows[-1]["headline"] != again.rows[-1]["headline"]


def _label(row: dict) -> tuple:
    return row["method"], row["coupling"], row["evaluations"]


def _untimed(row: dict) -> dict:
    return {name: value for name, value in row.items() if name not in ("train_s", "sample_s")}


def test_the_exact_walk_is_at_the_floor_and_an_untrained_network_is_not(cell) -> None:
    """500 perfect samples of the law have this total variation on average; McDiarmid: 0.11 more with chance 1e-6."""
    rows = {(row["method"], row["evaluations"]): row for row in cell.rows}
    floor = cell.floor["total_variation"]
    margin = np.sqrt(-np.log(1e-6) / (2 * QUICK.n_walks))
    assert abs(rows["exact walk", 0]["total_variation"] - floor) < margin
    assert rows["mixture", 2]["total_variation"] > floor + 0.03


def test_samples_of_the_training_data_are_known_by_their_novelty(cell) -> None:
    rows = {row["method"]: row for row in cell.rows}
    for name in ("resampling", "nearest"):
        assert rows[name]["novelty"] == 0.0
        assert rows[name]["nearest_distance"] == 0.0
    assert rows["exact walk"]["novelty"] > 0.0


def test_the_nearest_training_sample_costs_least(cell) -> None:
    costs = {row["method"]: row["cost"] for row in cell.rows}
    assert costs["nearest"] < min(cost for name, cost in costs.items() if name != "nearest")
    assert cell.floor["best_cost"] < cell.floor["cost"]


def test_a_verdict_is_the_ratio_of_the_distances() -> None:
    one = {"headline": Spread(0.2, 0.0)}
    rows = [
        {"method": "sweep", "coupling": "c", "evaluations": 2, "headline": Spread(0.1, 0.0)},
        {"method": "spread", "coupling": "c", "evaluations": 2, "headline": Spread(0.3, 0.0)},
        {"method": "mixture", "coupling": "c", "evaluations": 2} | one,
        {"method": "masked", "coupling": "c", "evaluations": 2, "headline": Spread(0.15, 0.0)},
        {"method": "sweep", "coupling": "other", "evaluations": 2, "headline": Spread(0.01, 0.0)},
    ]
    (found,) = verdicts({"p": {"methods": rows, "floor": {"headline": Spread(0.05, 0.01)}}})
    assert found["best_circuit"] == "sweep"
    assert found["ratio"] == pytest.approx(0.5)
    assert found["masked_ratio"] == pytest.approx(0.75)
    assert found["sweep_ratio"] == found["ratio"]
    assert found["excess_ratio"] == pytest.approx(0.05 / 0.15)


def test_a_summary_is_mean_and_deviation_over_seeds(cell) -> None:
    summary = summarise([cell, cell])["mixture-3"]
    assert summary["seeds"] == 2
    assert summary["floor"]["total_variation"].deviation == 0.0
    assert np.isnan(Spread.of([1.0]).deviation)


@pytest.mark.parametrize("name", ["moons", "digits-3-8", "names"])
def test_the_floor_is_what_perfect_samples_show(name: str) -> None:
    split = SPLIT_PROBLEMS[name](rng=3)
    judge = Judge(split, 2000, 3)
    floor = judge.floor
    perfect = split.test.target if split.is_exact else split.train.target
    fresh = judge.fidelity(perfect.sample(2000, 77))
    assert headline_value(split, fresh) == pytest.approx(headline_value(split, floor), abs=0.03)
    wrong = judge.fidelity(judge.starts())  # negative control: the source is not the target
    assert headline_value(split, wrong) > headline_value(split, floor) + 0.03


def test_rows_that_repeat_count_as_often_as_they_occur() -> None:
    """Half of the rows are one state: the training rows are as good as any sample of their law."""
    space = StateSpace(4, 3)
    rng = np.random.default_rng(0)
    rows = np.where(rng.random((600, 1)) < 0.5, 0, space.draw(600, rng))
    laws = [Distribution.from_samples(space, part) for part in (rows[:400], rows[400:])]
    train, test = (Problem("p", "p", space, law, law) for law in laws)
    counted = Judge(SplitProblem(train, test, False, False, n_train=400, n_test=200), 500)
    assert counted.floor["shape"] > 0.9
    assert np.array_equal(np.sort(counted.split.train_rows(), axis=0), np.sort(rows[:400], axis=0))
    each_once = counted.fidelity(train.target.support())  # negative control: what is common is then rare
    assert each_once["shape"] < counted.floor["shape"] - 0.1


def test_unknown_problems_are_refused() -> None:
    with pytest.raises(InputError, match="must be among"):
        HighDim(problems=("mnist",)).check()
    with pytest.raises(InputError, match="named once"):
        HighDim(problems=("names", "names")).check()
    with pytest.raises(InputError, match="one seed at least"):
        HighDim(n_seeds=0).check()
    with pytest.raises(InputError, match="got none"):
        HighDim(problems=()).check()


@pytest.mark.slow
def test_a_run_writes_table_figures_and_record(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(parallel, "processors", lambda: 1)
    settings = replace(
        QUICK, problems=("digits-3-8",), methods=QUICK.methods[:2], n_held_out_walks=100, n_steps=3
    )
    printed = high_dim_run(settings, tmp_path, "ecd2g reproduce high-dim", quiet=True)
    assert "floor (perfect samples)" in printed
    assert "novelty" in printed
    results = json.loads((tmp_path / "results.json").read_text())
    part = results["numbers"]["problems"]["digits-3-8"]
    with (tmp_path / "high_dim.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(part["methods"]) + 1
    assert {"walks_digits-3-8_sweep", "cost_against_fidelity"} <= set(results["numbers"]["figures"])
    for name in results["numbers"]["figures"]:
        assert (tmp_path / f"{name}.png").stat().st_size > 1000
        assert (tmp_path / f"{name}.svg").stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["1d", "--problems", "names"], "--problems goes with the experiment high-dim"),
        (["2d", "--training-steps", "5"], "--training-steps goes with the experiment high-dim"),
        (["high-dim", "--exact"], "--exact goes with the experiments 1d and 2d"),
        (["all", "--exact", "--problems", "names"], "which --exact leaves out"),
        (["high-dim", "--problems", "mnist"], "must be among"),
        (["splice", "--seeds", "2"], "--seeds goes with the experiments 1d, 2d, high-dim"),
    ],
)
def test_options_that_would_not_be_heeded_are_refused(options, message, tmp_path, capsys) -> None:
    assert main(["reproduce", *options, "--out", str(tmp_path / "run")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
