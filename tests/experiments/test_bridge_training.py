"""What decides a bridge's training: settings survive a file, rows are held out in pairs, pools follow the seed."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

pytest.importorskip("torch")

from ecd2g.couplings.pairs import GivenPairs, IndependentPairs
from ecd2g.errors import InputError
from ecd2g.experiments.judge import Judge
from ecd2g.experiments.records.strict_json import to_json
from ecd2g.experiments.training.bridge_data import split_fingerprint
from ecd2g.experiments.training.bridge_judging import FLOOR, Judging, floor_of, numbers_table
from ecd2g.experiments.training.bridge_settings import COUPLINGS, BridgeTraining, bridge_training_from
from ecd2g.experiments.training.prepared_bridge import PreparedBridge, judged_by
from ecd2g.experiments.training.run import asked_from
from ecd2g.learned.end_network import END_RECIPE

ROWS = 50


@pytest.fixture
def files(tmp_path):
    """Row i of the target is row i of the source plus one; every row of the source occurs once."""
    starts = np.stack([np.arange(ROWS) // 10, np.arange(ROWS) % 10], axis=1)
    np.save(tmp_path / "a.npy", starts)
    np.save(tmp_path / "b.npy", starts + 1)
    return {"source": str(tmp_path / "a.npy"), "target": str(tmp_path / "b.npy")}


def test_settings_survive_a_file(files):
    asked = BridgeTraining(**files, n_symbols=(12, 12), circuit="interval", learning_rate=0.1 + 0.2, seed=3)
    again = bridge_training_from(json.loads(to_json(asdict(asked))))
    assert again == asked
    assert again.recipe() == asked.recipe()
    assert asked_from({"asked": json.loads(to_json(asdict(asked)))}) == asked
    resolved = asked.resolved(asked.split())
    assert resolved.recipe() == asked.recipe()
    assert resolved.ground == "squared"
    assert resolved.holdout == 0.2
    assert resolved.resolved(asked.split()) == resolved


@pytest.mark.parametrize(
    "config",
    [
        None,
        [],
        {"circuit": "ring"},
        {"network": "gru"},
        {"colour": 3},
        {"coupling": "loose"},
        {"n_steps": "x"},
    ],
)
def test_settings_of_no_training_are_refused(config):
    with pytest.raises(InputError):
        bridge_training_from(config)


def test_the_recipe_is_that_of_all_bridges_but_for_what_is_asked_for():
    assert BridgeTraining().recipe() == END_RECIPE
    asked = BridgeTraining(n_steps=7, schedule="constant", seed=5)
    assert asked.recipe() == replace(END_RECIPE, n_steps=7, schedule="constant", seed=5)


def test_rows_are_held_out_in_pairs_whatever_the_coupling(files):
    splits = {name: BridgeTraining(**files, coupling=name).split() for name in COUPLINGS}
    assert len({split_fingerprint(split) for split in splits.values()}) == 1
    split = splits["given"]
    for part, n in ((split.train, 40), (split.test, 10)):
        assert len(part.source.support()) == n
        assert np.array_equal(part.source.support() + 1, part.target.support())
    pairs = PreparedBridge.of(BridgeTraining(**files, coupling="given")).pairs()
    assert isinstance(pairs, GivenPairs)
    assert np.array_equal(pairs.starts + 1, pairs.ends)
    assert {*map(tuple, pairs.starts)} == {*map(tuple, split.train.source.support())}


def test_nothing_held_out_is_said(files):
    split = BridgeTraining(**files, holdout=0.0).split()
    assert split.train is split.test
    assert "training data themselves" in judged_by(split)
    assert judged_by(BridgeTraining(**files).split()) == "held-out samples"
    assert judged_by(BridgeTraining(problem="splice").split()) == "the exact law"
    given = PreparedBridge.of(BridgeTraining(**files, holdout=0.0, coupling="given")).pairs()
    assert isinstance(given, GivenPairs)
    assert len(given.starts) == ROWS


def test_files_of_different_length_are_split_apart(files, tmp_path):
    np.save(tmp_path / "b.npy", np.ones((20, 2), dtype=np.int64))
    split = BridgeTraining(**files).split()
    assert len(split.train.source.support()) == 40
    with pytest.raises(InputError, match="one shape"):
        PreparedBridge.of(BridgeTraining(**files, coupling="given")).pairs()


@pytest.mark.parametrize("coupling", [name for name in COUPLINGS if name not in ("independent", "given")])
def test_the_pool_follows_the_seed_and_holds_training_rows_alone(files, coupling):
    asked = BridgeTraining(**files, coupling=coupling, pool_batches=2, pool_batch_size=20)
    one, two, other = (PreparedBridge.of(replace(asked, seed=seed)) for seed in (0, 0, 1))
    pools = [prepared.pairs() for prepared in (one, two, other)]
    assert all(isinstance(pool, GivenPairs) for pool in pools)
    assert np.array_equal(pools[0].ends, pools[1].ends)
    assert not np.array_equal(pools[0].starts, pools[2].starts)
    assert one.about()["fingerprint"] == two.about()["fingerprint"] != other.about()["fingerprint"]
    assert one.numbers()["fingerprint"] == other.numbers()["fingerprint"]
    known = {*map(tuple, one.split.train.target.support())}
    assert {*map(tuple, pools[0].ends)} <= known
    assert not known & {*map(tuple, one.split.test.target.support())}


def test_the_independent_coupling_draws_fresh_pairs(files):
    assert isinstance(
        PreparedBridge.of(BridgeTraining(**files, coupling="independent")).pairs(), IndependentPairs
    )


def test_the_ground_changes_what_is_judged(files):
    squared, hamming = (BridgeTraining(**files, ground=ground).split() for ground in ("squared", "hamming"))
    assert squared.is_ordinal
    assert not hamming.is_ordinal
    assert split_fingerprint(squared) != split_fingerprint(hamming)


def test_judging_repeats_and_prints_novelty_beside_fidelity(files):
    prepared = PreparedBridge.of(BridgeTraining(**files))
    judge, model = Judge(prepared.split, 100), prepared.make_model()
    one, two, other = (Judging.of(judge, model, seed) for seed in (0, 0, 1))
    assert one.rows == two.rows != other.rows
    assert tuple(one.rows) == model.steps == (2,)
    head, floor, row, *_ = numbers_table(one.rows, floor_of(judge)).splitlines()
    assert floor.startswith(FLOOR)
    assert row.startswith("2 steps")
    for word in ("shape", "novelty", "nearest", "cost"):
        assert word in head
