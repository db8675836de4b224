"""Pools of pairs: what each method leaves and what it changes.

Null hypothesis of the statistical tests: starts and ends of the pool follow source and target. The frequency of a
symbol in one batch lies in [0, 1] and has that mean, and batches are independent, so by Hoeffding's bound
P(|mean - q| >= sqrt(log(2 / delta) / 2 B)) <= delta for B = 300 batches; delta = 1e-9 a symbol.
"""

from functools import partial

import numpy as np
import pytest

from ecd2g import CapacityError, Distribution, InputError, StateSpace
from ecd2g.couplings import POOLED, GivenPairs, TransportPairs, pool_pairs, sinkhorn_plan
from ecd2g.couplings.pairs import IndependentPairs, cheapest_order
from ecd2g.couplings.pool import PLANNED
from ecd2g.metrics import mean_hamming_distance, mean_squared_distance

DELTA = 1e-9


def ends(n_sites=2, size=5, seed=0):
    space, rng = StateSpace(size, n_sites), np.random.default_rng(seed)
    return tuple(Distribution.product(space, rng.dirichlet(np.full(size, 3.0), n_sites)) for _ in range(2))


@pytest.mark.parametrize("ground", ["squared", "hamming"])
@pytest.mark.parametrize("method", POOLED)
def test_a_pool_has_legal_pairs_in_the_number_asked_for(method, ground):
    source, target = ends()
    pool = pool_pairs(source, target, method, ground, batch_size=20, n_batches=3, rng=1)
    assert isinstance(pool, GivenPairs)
    assert pool.space == source.space
    assert pool.starts.shape == pool.ends.shape == (60, 2)
    again = pool_pairs(source, target, method, ground, batch_size=20, n_batches=3, rng=1)
    np.testing.assert_array_equal(pool.ends, again.ends)


@pytest.mark.parametrize("method", POOLED)
def test_starts_and_ends_follow_source_and_target(method, monkeypatch):
    # Sinkhorn's steps are slow in tiny batches, where parts of the two samples weigh nearly the same
    monkeypatch.setitem(PLANNED, "sinkhorn", partial(sinkhorn_plan, regularisation=1.0))
    source, target = ends(n_sites=1)
    n_batches = 300
    pool = pool_pairs(source, target, method, batch_size=8, n_batches=n_batches, rng=2)
    far = np.sqrt(np.log(2 / DELTA) / (2 * n_batches))
    for states, law in ((pool.starts, source), (pool.ends, target)):
        found = np.bincount(states[:, 0], minlength=5) / len(states)
        assert np.abs(found - law.to_array()).max() < far
    exchanged = np.bincount(pool.ends[:, 0], minlength=5) / len(pool.ends)
    assert (
        np.abs(exchanged - source.to_array()).max() > far
    )  # negative control: the bound can tell them apart


def test_the_assignment_only_reorders_the_batch():
    source, target = ends()
    plain = pool_pairs(source, target, "independent", batch_size=30, n_batches=1, rng=3)
    moved = pool_pairs(source, target, "minibatch-ot", "hamming", batch_size=30, n_batches=1, rng=3)
    np.testing.assert_array_equal(plain.starts, moved.starts)
    assert sorted(plain.ends.tolist()) == sorted(moved.ends.tolist())
    order = cheapest_order(plain.starts, plain.ends, "hamming")
    np.testing.assert_array_equal(moved.ends, plain.ends[order])


@pytest.mark.parametrize(
    ("ground", "cost"), [("squared", mean_squared_distance), ("hamming", mean_hamming_distance)]
)
def test_coupled_pools_cost_less_than_independent_ones(ground, cost):
    source, target = ends(n_sites=3, seed=5)
    costs = {}
    for method in POOLED:
        pool = pool_pairs(source, target, method, ground, batch_size=60, n_batches=5, rng=0)
        costs[method] = cost(pool.starts, pool.ends)
    independent = costs.pop("independent")
    assert all(cost < 0.8 * independent for cost in costs.values()), (costs, independent)


def test_pools_work_in_spaces_that_nobody_can_list():
    space, rng = StateSpace(2, 64), np.random.default_rng(0)
    source, target = (
        Distribution.from_samples(space, (rng.random((300, 64)) < share).astype(int)) for share in (0.3, 0.5)
    )
    costs = [
        mean_hamming_distance(pool.starts, pool.ends)
        for pool in (
            pool_pairs(source, target, method, "hamming", batch_size=50, n_batches=4, rng=0)
            for method in ("minibatch-ot", "electric-reweighted", "electric", "independent")
        )
    ]
    assert costs == sorted(costs)


@pytest.mark.parametrize("ground", ["squared", "hamming"])
def test_transport_pairs_take_the_ground_they_are_told(ground):
    source, target = ends(n_sites=3, size=9)
    coupling = TransportPairs(IndependentPairs(source, target), ground)
    cost = {"squared": mean_squared_distance, "hamming": mean_hamming_distance}
    own = cost[ground](*coupling.draw(60, np.random.default_rng(0)))
    (other,) = {"squared", "hamming"} - {ground}
    swapped = TransportPairs(coupling.independent, other).draw(60, np.random.default_rng(0))
    assert own < cost[ground](*swapped)


def test_batches_too_large_to_be_assigned_are_refused():
    source, target = ends(n_sites=1)
    with pytest.raises(CapacityError, match="smaller batches"):
        pool_pairs(source, target, "minibatch-ot", batch_size=5001, n_batches=1, rng=0)


def test_bad_settings_are_refused():
    source, target = ends()
    elsewhere = Distribution.uniform(StateSpace(3))
    for change, said in (
        ({"target": elsewhere}, "one state space"),
        ({"method": "given"}, "method"),
        ({"ground": "cubed"}, "ground"),
        ({"batch_size": 0}, "batch_size"),
        ({"n_batches": 1.5}, "n_batches"),
        ({"n_batches": True}, "n_batches"),
    ):
        with pytest.raises(InputError, match=said):
            pool_pairs(**({"source": source, "target": target, "rng": 0} | change))
    with pytest.raises(InputError, match="ground"):
        TransportPairs(IndependentPairs(source, target), "cubed")
