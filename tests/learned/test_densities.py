"""Normalised densities: totals, samples, and the order in which the sites of an autoregressive density depend.

Null hypothesis of the sampling tests: n independent draws of the claimed probabilities on k states. Then
P(TV >= E[TV] + sqrt(log(1 / delta) / 2n)) <= delta (McDiarmid), E[TV] <= 1/2 sqrt(k / n); delta = 1e-9 a test.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.learned.autoregressive import AutoregressiveDensity
from ecd2g.learned.densities import NetworkDensity, TableDensity
from ecd2g.testing import state_spaces

MIXED = ecd2g.StateSpace((3, 2, 4))
KINDS = ["table", "network", "autoregressive"]
N_SAMPLES, DELTA = 20_000, 1e-9
SINGLE = 1e-5
"""Allowance for the rounding of float32 in a sum over at most 24 states."""


def density(kind, space, seed=0):
    """A density far from uniform."""
    torch.manual_seed(seed)
    if kind == "table":
        made = TableDensity(space)
        torch.nn.init.normal_(made.free)
        return made
    made = (NetworkDensity if kind == "network" else AutoregressiveDensity)(space, (16, 16))
    with torch.no_grad():
        if kind == "network":
            made.network[-1].weight.mul_(20.0)
        else:
            made.heads.mul_(2.0)
            made.biases.normal_()
    return made


def probabilities(made):
    with torch.no_grad():
        return made(torch.as_tensor(made.space.all_states())).double().exp().numpy()


def farthest_tv(n_outcomes):
    return 0.5 * np.sqrt(n_outcomes / N_SAMPLES) + np.sqrt(np.log(1 / DELTA) / (2 * N_SAMPLES))


def frequencies(made, seed=1):
    with torch.no_grad():
        states = made.sample(N_SAMPLES, torch.Generator().manual_seed(seed))
    index = made.space.index(states.numpy())
    return np.bincount(index, minlength=made.space.n_states) / N_SAMPLES


def tv(one, other):
    return 0.5 * np.abs(one - other).sum()


@given(st.sampled_from(KINDS), state_spaces(max_states=24), st.integers(0, 99))
@settings(max_examples=60)
def test_every_density_sums_to_one(kind, space, seed):
    p = probabilities(density(kind, space, seed))
    assert p.shape == (space.n_states,)
    assert p.sum() == pytest.approx(1.0, abs=SINGLE)
    assert p.min() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_samples_follow_the_density(kind):
    made = density(kind, MIXED)
    p = probabilities(made)
    assert tv(p, np.full(24, 1 / 24)) > 0.1
    assert tv(frequencies(made), p) < farthest_tv(24)
    assert tv(frequencies(made), probabilities(density(kind, MIXED, 7))) > farthest_tv(24)  # negative control


@pytest.mark.parametrize("kind", KINDS)
def test_log_probabilities_are_those_of_the_state_whatever_stands_beside_it(kind):
    made, rng = density(kind, MIXED), np.random.default_rng(3)
    states = MIXED.draw(40, rng)
    with torch.no_grad():
        logs = made(torch.as_tensor(states)).numpy()
    np.testing.assert_allclose(np.exp(logs), probabilities(made)[MIXED.index(states)], rtol=SINGLE)


@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_gives_one_sample(kind):
    made = density(kind, MIXED)
    np.testing.assert_array_equal(frequencies(made, 5), frequencies(made, 5))
    assert np.any(frequencies(made, 5) != frequencies(made, 6))


@given(state_spaces(min_states=2, max_states=24), st.integers(0, 10**6))
@settings(max_examples=60)
def test_a_site_knows_only_the_sites_before_it(space, seed):
    """Exactly: another symbol at site j changes no bit of the conditionals of the sites up to and with j."""
    made, rng = density("autoregressive", space), np.random.default_rng(seed)
    states = space.draw(6, rng)
    site = int(rng.integers(space.n_sites))
    changed = states.copy()
    changed[:, site] = (changed[:, site] + 1) % space.alphabet_sizes[site]
    with torch.no_grad():
        before, after = (made.conditionals(torch.as_tensor(rows)) for rows in (states, changed))
    assert torch.equal(before[:, : site + 1], after[:, : site + 1])
    later = before[:, site + 1 :].isfinite() & (torch.arange(space.n_sites)[site + 1 :, None] >= 0)
    if np.all(changed[:, site] != states[:, site]) and min(space.alphabet_sizes[site + 1 :], default=1) > 1:
        assert not torch.equal(before[:, site + 1 :][later], after[:, site + 1 :][later])  # negative control


def test_conditionals_multiply_to_the_density_and_leave_out_what_a_site_lacks():
    made = density("autoregressive", MIXED)
    states = torch.as_tensor(MIXED.all_states())
    with torch.no_grad():
        conditionals = made.conditionals(states).double().exp().numpy()
    for site, size in enumerate(MIXED.alphabet_sizes):
        assert np.all(conditionals[:, site, size:] == 0)
        np.testing.assert_allclose(conditionals[:, site].sum(1), 1.0, atol=SINGLE)
    # p(x_1, x_2) by summing out x_3 is what the first two conditionals say
    p = probabilities(made).reshape(3, 2, 4)
    rows = MIXED.all_states()
    chosen = conditionals[:, 0][np.arange(24), rows[:, 0]] * conditionals[:, 1][np.arange(24), rows[:, 1]]
    np.testing.assert_allclose(chosen.reshape(3, 2, 4)[..., 0], p.sum(2), rtol=SINGLE)


@pytest.mark.parametrize("n_symbols", [27, (27, 5, 3, 2) * 5])
def test_an_autoregressive_density_needs_no_list_of_states(n_symbols):
    """20 sites; 27^20 states are about 4e28."""
    space = ecd2g.StateSpace(n_symbols, 20 if n_symbols == 27 else None)
    made = density("autoregressive", space)
    with torch.no_grad():
        states = made.sample(50, torch.Generator().manual_seed(1))
        logs = made(states)
        strangers = made(torch.as_tensor(space.draw(50, np.random.default_rng(2))))
    space.check(states.numpy())
    assert torch.isfinite(logs).all()
    assert logs.mean() > strangers.mean() + 1  # it samples what it finds likely


@pytest.mark.parametrize("kind", ["table", "network"])
def test_densities_that_list_all_states_refuse_spaces_too_large(kind):
    with pytest.raises(ecd2g.CapacityError):
        density(kind, ecd2g.StateSpace(27, 20))


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_of_the_likelihood_reaches_every_parameter(kind):
    made = density(kind, MIXED)
    states = torch.as_tensor(MIXED.draw(30, np.random.default_rng(1)))
    (-made(states).mean()).backward()
    for name, parameter in made.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().max() > 0, name
