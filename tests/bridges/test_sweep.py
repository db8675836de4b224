"""The sweep with a perfect predictor, and how many sites cross.

Null hypothesis: the ends of n = 40,000 walks are independent draws of q on k states; the bound is that of
test_laws_of_walks.py, delta = 1e-9.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecd2g import InputError, StateSpace
from ecd2g.bridges import MaskedBridge, SweepBridge
from ecd2g.bridges.sweep import random_sites
from ecd2g.couplings.pairs import Pairs

N_WALKS = 40_000
SPACE = StateSpace((2, 3, 2))
STATES = SPACE.all_states()


def joint_law():
    """A coupling on the space whose ends depend strongly on each other and on the starts, ``(V, V)``."""
    rng = np.random.default_rng(5)
    law = rng.gamma(0.3, size=(SPACE.n_states, SPACE.n_states))
    law[:, (STATES[:, 0] + STATES[:, 1] + STATES[:, 2]) % 2 == 1] *= 0.02
    return law / law.sum()


def perfect_site_laws(places, joint):
    """P(x_N,d = s | state, crossed set) for every walker, by the sum over all pairs, ``(n, D, 3)``."""
    found = np.zeros((len(places.states), SPACE.n_sites, max(SPACE.alphabet_sizes)))
    keys = np.concatenate([places.states, places.crossed], axis=1)
    for key, rows in zip(*grouped(keys), strict=True):
        state, crossed = key[:3], key[3:].astype(bool)
        starts = np.all((state == STATES) | crossed, axis=1)  # pairs that fit: starts where uncrossed
        ends = np.all((state == STATES) | ~crossed, axis=1)  # and ends where crossed
        weights = np.where(ends, starts @ joint, 0.0)
        for site in range(SPACE.n_sites):
            law = np.bincount(STATES[:, site], weights=weights, minlength=found.shape[2])
            found[rows, site] = law / law.sum()
    return found


def grouped(keys):
    values, inverse = np.unique(keys, axis=0, return_inverse=True)
    return values, [np.flatnonzero(inverse.ravel() == i) for i in range(len(values))]


def end_law(bridge, n_steps, seed=0):
    """Frequencies of the ends of walks whose steps draw every site's end from the perfect law of that site."""
    rng, joint = np.random.default_rng(seed), joint_law()
    starts = STATES[rng.choice(SPACE.n_states, size=N_WALKS, p=joint.sum(axis=1))]
    places = bridge.begin(starts, rng)
    for k in range(n_steps):
        laws = perfect_site_laws(places, joint).cumsum(axis=2)
        ends = (rng.random(laws.shape[:2])[..., None] > laws).sum(axis=2)
        places = bridge.step(places, np.minimum(ends, np.array(SPACE.alphabet_sizes) - 1), n_steps, k, rng)
    return np.bincount(SPACE.index(places.states), minlength=SPACE.n_states) / N_WALKS


def farthest_tv(n_outcomes=SPACE.n_states, n=N_WALKS):
    return 0.5 * np.sqrt(n_outcomes / n) + np.sqrt(np.log(1e9) / (2 * n))


def tv(one, other):
    return 0.5 * np.abs(one - other).sum()


def test_one_site_a_step_with_a_perfect_predictor_ends_in_the_target():
    assert tv(end_law(SweepBridge(SPACE), 3), joint_law().sum(axis=0)) < farthest_tv()


@pytest.mark.parametrize("n_steps", [1, 2])
def test_more_sites_a_step_make_a_factorisation_error(n_steps):
    """Negative control, and the price of fewer steps: sites that cross together are drawn apart."""
    assert tv(end_law(SweepBridge(SPACE), n_steps), joint_law().sum(axis=0)) > 2 * farthest_tv()


def test_the_masked_bridge_makes_one_at_the_number_of_steps_that_the_sweep_needs():
    assert tv(end_law(MaskedBridge(SPACE), 3), joint_law().sum(axis=0)) > 2 * farthest_tv()


@given(st.integers(1, 40), st.data())
def test_every_step_of_the_sweep_crosses_at_least_one_site(n_sites, data):
    n_steps = data.draw(st.integers(1, n_sites))
    counts = SweepBridge(StateSpace(2, n_sites)).n_crossed(n_steps, np.arange(n_steps + 1))
    assert counts[0] == 0
    assert counts[-1] == n_sites
    assert np.all(np.diff(counts) >= 1)
    assert np.all(np.abs(counts - n_sites * np.arange(n_steps + 1) / n_steps) <= 0.5)


@given(st.integers(0, 999), st.integers(1, 8))
def test_random_sites_are_as_many_as_asked_for_and_among_those_marked(seed, n_sites):
    rng = np.random.default_rng(seed)
    among = rng.random((20, n_sites)) < 0.6
    counts = rng.integers(0, among.sum(axis=1) + 1)
    chosen = random_sites(among, counts, rng)
    np.testing.assert_array_equal(chosen.sum(axis=1), counts)
    assert not np.any(chosen & ~among)


def test_the_sweep_takes_at_most_one_step_a_site_and_the_masked_bridge_any_number():
    assert SweepBridge(SPACE).most_steps == 3
    assert MaskedBridge(SPACE).most_steps is None
    with pytest.raises(InputError, match="at most 3, one a site"):
        SweepBridge(SPACE).check_steps(4)
    assert MaskedBridge(SPACE).check_steps(4) == 4


def test_places_of_another_number_of_steps_are_refused():
    bridge, rng = SweepBridge(SPACE), np.random.default_rng(0)
    pairs = Pairs(np.zeros((4, 3), dtype=int), np.ones((4, 3), dtype=int))
    places = bridge.between(pairs, 3, np.array([1, 1, 2, 1]), rng)
    with pytest.raises(InputError, match="1 sites of every walker must have crossed"):
        bridge.step(places, pairs.ends, 3, 1, rng)
