"""Where walkers stand after some steps: `between`, and steps towards the true ends, against laws summed path by path.

Null hypothesis of the statistical tests: the n = 20,000 drawn places are independent draws of the stated law on k
outcomes. Then P(TV >= E[TV] + sqrt(log(1 / delta) / 2n)) <= delta (McDiarmid) and E[TV] <= 1/2 sqrt(k / n); delta =
1e-9 a test. Outcomes are a state together with the set of crossed sites.
"""

from itertools import combinations, product

import numpy as np
import pytest

from ecd2g import StateSpace
from ecd2g.bridges import BRIDGES, DiffusionBridge, MaskedBridge, SiteBridge, SweepBridge, make_bridge
from ecd2g.couplings.pairs import Pairs

N_DRAWS, DELTA, N_STEPS = 20_000, 1e-9, 3
SPACE = StateSpace((2, 3, 3))
START, END = (
    (0, 2, 1),
    (1, 0, 1),
)  # the last site ends where it begins: only its flag tells that it has crossed


def farthest_tv(n_outcomes, n=N_DRAWS):
    return 0.5 * np.sqrt(n_outcomes / n) + np.sqrt(np.log(1 / DELTA) / (2 * n))


def site_paths(law, start, end, done):
    """Law of one site after `done` steps: every path of symbols, one after the other."""
    found = np.zeros(len(law[0]))
    for path in product(range(len(found)), repeat=done):
        chance, here = 1.0, start
        for k, there in enumerate(path):
            chance *= law[k][here, end, there]
            here = there
        found[here] += chance
    return found


def crossed_sets(bridge, done):
    """Probability of every set of crossed sites, from the definitions."""
    d = SPACE.n_sites
    if isinstance(bridge, SweepBridge):
        sets = list(combinations(range(d), int(np.floor(d * done / N_STEPS + 0.5))))
        return {tuple(site in chosen for site in range(d)): 1.0 / len(sets) for chosen in sets}
    t = done / N_STEPS
    return {
        flags: t ** sum(flags) * (1 - t) ** (d - sum(flags)) for flags in product((False, True), repeat=d)
    }


def expected_law(bridge, done):
    """Probabilities ``(2^D, V)`` of the crossed set and the state after `done` steps between START and END."""
    found = np.zeros((2**SPACE.n_sites, SPACE.n_states))
    if isinstance(bridge, SiteBridge):
        starts = SPACE.all_states() if isinstance(bridge, DiffusionBridge) else [START]
        laws = {size: bridge.site_law(size, N_STEPS) for size in set(SPACE.alphabet_sizes)}
        for start in starts:
            sites = [
                site_paths(laws[size], *ends, done)
                for size, *ends in zip(SPACE.alphabet_sizes, start, END, strict=True)
            ]
            found[0] += np.einsum("a,b,c->abc", *sites).ravel() / len(starts)
    else:
        for flags, chance in crossed_sets(bridge, done).items():
            state = np.where(flags, END, START)
            found[np.ravel_multi_index(flags, (2, 2, 2)), SPACE.index(state)] += chance
    return found


def frequencies(places):
    flags = np.ravel_multi_index(tuple(places.crossed.T.astype(int)), (2, 2, 2))
    both = flags * SPACE.n_states + SPACE.index(places.states)
    return np.bincount(both, minlength=8 * SPACE.n_states).reshape(8, -1) / len(both)


def tv(one, other):
    return 0.5 * np.abs(one - other).sum()


def copies(n=N_DRAWS):
    return Pairs(np.tile(START, (n, 1)), np.tile(END, (n, 1)))


def walked(bridge, n_steps, done, seed=1):
    """Places after `done` steps towards the true ends."""
    rng = np.random.default_rng(seed)
    pairs = copies()
    places = bridge.begin(pairs.starts, rng)
    for k in range(done):
        places = bridge.step(places, pairs.ends, n_steps, k, rng)
    return places


@pytest.fixture(params=BRIDGES)
def bridge(request):
    return make_bridge(request.param, SPACE)


@pytest.mark.parametrize("done", range(N_STEPS))
def test_between_draws_the_law_of_all_paths(bridge, done):
    law = expected_law(bridge, done)
    assert law.sum() == pytest.approx(1.0, abs=1e-12)
    places = bridge.between(copies(), N_STEPS, np.full(N_DRAWS, done), np.random.default_rng(0))
    found = frequencies(places)
    assert np.all(found[law == 0.0] == 0.0)
    assert tv(found, law) < farthest_tv(np.count_nonzero(law))
    np.testing.assert_array_equal(places.times, done / N_STEPS)


@pytest.mark.parametrize("done", range(N_STEPS))
def test_steps_towards_the_true_ends_follow_the_same_law(bridge, done):
    law = expected_law(bridge, done)
    places = walked(bridge, N_STEPS, done)
    found = frequencies(places)
    assert np.all(found[law == 0.0] == 0.0)
    assert tv(found, law) < farthest_tv(np.count_nonzero(law))
    np.testing.assert_array_equal(places.times, done / N_STEPS)


def test_laws_of_different_steps_are_told_apart(bridge):
    """Negative control: the tests above have the power to reject."""
    found, other = frequencies(walked(bridge, N_STEPS, 1)), expected_law(bridge, 2)
    assert tv(found, other) > farthest_tv(np.count_nonzero(other))


@pytest.mark.parametrize("n_steps", [1, 2, 3])
def test_the_last_step_lands_in_the_end(bridge, n_steps):
    places = walked(bridge, n_steps, n_steps)
    np.testing.assert_array_equal(places.states, copies().ends)
    np.testing.assert_array_equal(places.times, 1.0)


def test_finished_steps_may_differ_from_walker_to_walker(bridge):
    """Rows with 1 finished step follow its law in a batch with rows of 0 and 2."""
    done = np.tile([0, 1, 2], N_DRAWS)
    places = bridge.between(copies(3 * N_DRAWS), N_STEPS, done, np.random.default_rng(4))
    law = expected_law(bridge, 1)
    found = frequencies(type(places)(*(part[done == 1] for part in places)))
    assert tv(found, law) < farthest_tv(np.count_nonzero(law))


def test_walkers_do_not_change_what_they_are_given(bridge):
    pairs, rng = copies(5), np.random.default_rng(0)
    begun = bridge.begin(pairs.starts, rng)
    kept = [part.copy() for part in begun]
    bridge.step(begun, pairs.ends, N_STEPS, 0, rng).states[:] = 0
    for part, before in zip(begun, kept, strict=True):
        np.testing.assert_array_equal(part, before)
    begun.states[:] = 0
    np.testing.assert_array_equal(pairs.starts, copies(5).starts)


def test_one_seed_gives_one_walk(bridge):
    np.testing.assert_array_equal(
        walked(bridge, N_STEPS, 2, seed=7).states, walked(bridge, N_STEPS, 2, seed=7).states
    )


@pytest.mark.parametrize("make", [SweepBridge, MaskedBridge])
def test_predicted_ends_of_crossed_sites_are_not_looked_at(make):
    bridge, rng = make(SPACE), np.random.default_rng(0)
    places = bridge.between(copies(200), N_STEPS, np.full(200, 2), rng)
    ends = np.where(places.crossed, -1, copies(200).ends)
    np.testing.assert_array_equal(bridge.step(places, ends, N_STEPS, 2, rng).states, copies(200).ends)
