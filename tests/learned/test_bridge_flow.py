"""Samples of trained bridges: they end in the target, by the steps asked for, and the sweep knows their chance."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import ecd2g
from ecd2g.bridges.named import BRIDGES
from ecd2g.couplings.pairs import IndependentPairs
from ecd2g.errors import CapacityError, InputError
from ecd2g.learned import bridge_flow
from ecd2g.learned.bridge_flow import BridgeFlow
from ecd2g.learned.end_network import END_RECIPE, EndNetwork
from ecd2g.learned.training import train
from ecd2g.metrics import total_variation

SPACE = ecd2g.StateSpace((3, 2, 3))
SMALL = {
    "mlp": {"network": "mlp", "hidden": (32, 32), "width": 8},
    "transformer": {"network": "transformer", "width": 16, "layers": 1, "heads": 2},
}


def law(space, seed, concentration=0.3):
    """Far from uniform and from independent sites."""
    weights = np.random.default_rng(seed).dirichlet(np.full(space.n_states, concentration))
    return ecd2g.Distribution.from_probabilities(space, weights)


P, Q = law(SPACE, 0), law(SPACE, 1)


def frequencies(states, space=SPACE):
    return np.bincount(space.index(states), minlength=space.n_states) / len(states)


def flow_of(bridge="sweep", name="mlp", n_steps=0, space=SPACE, source=P, sink=Q):
    def make():
        return EndNetwork(space, bridge, **SMALL[name])

    if n_steps:
        recipe = replace(END_RECIPE, n_steps=n_steps, learning_rate=1e-2)
        return BridgeFlow(train(make, IndependentPairs(source, sink), recipe).model, source, sink)
    torch.manual_seed(0)
    return BridgeFlow(make(), source, sink)


@pytest.mark.parametrize(
    ("bridge", "name", "training", "n_steps", "bound"),
    [
        ("sweep", "mlp", 400, 3, 0.08),
        ("sweep", "transformer", 250, 3, 0.08),
        ("mixture", "mlp", 300, 16, 0.15),
    ],
)
def test_a_small_law_is_learned(bridge, name, training, n_steps, bound):
    """20,000 draws of q itself lie 0.012 from it; a network that has seen nothing lies 0.6 off.

    Sites that go their own ways miss what the sites of q have in common in every single step, so mixtures are farther
    from q after a given number of steps than the sweep with one site a step.
    """
    trained, untrained = flow_of(bridge, name, training), flow_of(bridge, name)
    q = Q.to_array()
    ends = frequencies(trained.sample(20_000, n_steps=n_steps, rng=1).ends)
    assert total_variation(ends, q) < bound
    assert total_variation(frequencies(untrained.sample(20_000, n_steps=n_steps, rng=1).ends), q) > 0.4
    assert total_variation(ends, P.to_array()) > 0.4


@pytest.fixture(scope="module")
def trained():
    return flow_of(n_steps=300)


def test_one_step_gives_the_product_of_the_marginals():
    """Negative control: with all sites in one step what they have in common is lost, and that is the only error."""
    q = Q.to_array().reshape(SPACE.alphabet_sizes)
    product = np.einsum("a,b,c->abc", q.sum((1, 2)), q.sum((0, 2)), q.sum((0, 1))).ravel()
    recipe = replace(END_RECIPE, n_steps=200, learning_rate=1e-2)
    model = train(lambda: EndNetwork(SPACE, steps=(1,), **SMALL["mlp"]), IndependentPairs(P, Q), recipe).model
    ends = frequencies(BridgeFlow(model, P, Q).sample(20_000, n_steps=1, rng=1).ends)
    assert total_variation(product, Q.to_array()) > 0.2
    assert total_variation(ends, product) < 0.08


def test_the_loss_falls():
    losses = train(
        lambda: EndNetwork(SPACE, **SMALL["mlp"]),
        IndependentPairs(P, Q),
        replace(END_RECIPE, n_steps=200),
        every=20,
    ).losses
    assert losses[-3:].mean() < 0.8 * losses[0]


@pytest.mark.parametrize("bridge", BRIDGES)
def test_walks_say_where_they_were(bridge):
    flow = flow_of(bridge)
    n_steps = 2
    walks = flow.sample(50, n_steps=n_steps, rng=4, paths=True)
    assert walks.n_steps.tolist() == [n_steps] * 50
    assert walks.paths.layers.tolist() == [[0, 1, 2]] * 50
    assert walks.paths.states.shape == (50, 3, 3)
    SPACE.check(walks.paths.states)
    assert np.array_equal(walks.paths.states[:, -1], walks.ends)
    assert np.array_equal(walks.paths.states[:, 0], walks.starts) == (bridge != "diffusion")
    again = flow.sample(50, n_steps=n_steps, rng=4)
    assert again.paths is None
    assert np.array_equal(again.ends, walks.ends)
    assert not np.array_equal(flow.sample(50, n_steps=n_steps, rng=5).ends, walks.ends)


def test_sites_of_the_sweep_move_once():
    walks = flow_of().sample(200, n_steps=3, rng=0, paths=True)
    assert np.all((np.diff(walks.paths.states, axis=1) != 0).sum(axis=2) <= 1)


def test_given_starts_are_kept():
    flow, starts = flow_of(), SPACE.draw(7, np.random.default_rng(0))
    walks = flow.sample(starts=starts, rng=0)
    assert np.array_equal(walks.starts, starts)
    assert walks.starts is not starts
    assert flow.sample(0).ends.shape == (0, 3)


@pytest.mark.parametrize(("bridge", "wanted"), [("sweep", 3), ("mixture", 8), ("masked", 8)])
def test_the_usual_number_of_steps(bridge, wanted):
    assert flow_of(bridge).sample(2, rng=0).n_steps.tolist() == [wanted] * 2


@pytest.mark.parametrize(("bridge", "n_steps"), [("sweep", 2), ("interval", 4)])
def test_the_network_is_asked_once_a_step(bridge, n_steps, monkeypatch):
    flow, asked = flow_of(bridge), []
    whole = flow.model.network.forward

    def count(states, times, crossed):
        asked.append(len(states))
        return whole(states, times, crossed)

    monkeypatch.setattr(flow.model.network, "forward", count)
    flow.sample(11, n_steps=n_steps, rng=0)
    assert asked == [11] * n_steps


def test_walkers_go_in_pieces(monkeypatch):
    flow = flow_of()
    starts = SPACE.draw(50, np.random.default_rng(0))
    monkeypatch.setattr(bridge_flow, "PIECE_NUMBERS", 7 * 9)
    walks = flow.sample(starts=starts, rng=0, paths=True)
    assert np.array_equal(walks.paths.states[:, 0], starts)
    assert np.array_equal(walks.paths.states[:, -1], walks.ends)
    assert len(np.unique(walks.ends, axis=0)) > 5
    chances = flow.log_likelihood(starts, walks.ends, rng=0)
    assert np.all((chances < 0) & (chances > -20))


def in_one_order(flow, start, ends, seed, n_steps=None):
    """Log-likelihoods of ends from one start, every one with the same random numbers and so the same order."""
    one = [flow.log_likelihood(start, end[None], seed, n_steps) for end in ends]
    return np.concatenate(one)


@pytest.mark.parametrize("n_steps", [None, 1, 2])
def test_the_chances_of_all_ends_are_one_in_every_order(trained, n_steps):
    start, ends = SPACE.all_states()[4:5], SPACE.all_states()
    laws = [np.exp(in_one_order(trained, start, ends, seed, n_steps)) for seed in range(4)]
    np.testing.assert_allclose(np.sum(laws, axis=1), 1.0, rtol=0, atol=1e-9)
    assert (len({one.tobytes() for one in laws}) == 1) == (n_steps == 1)  # orders differ, if there is one


def test_walks_end_with_the_chances_that_the_likelihood_says():
    """Two sites have two orders; 40,000 walks, of which each of 9 ends is 5 standard deviations off in one of 2e5."""
    space = ecd2g.StateSpace(3, 2)
    flow = flow_of(n_steps=60, space=space, source=law(space, 2), sink=law(space, 3))
    start, ends = space.all_states()[2:3], space.all_states()
    orders = {in_one_order(flow, start, ends, seed).tobytes() for seed in range(20)}
    assert len(orders) == 2
    chances = np.exp([np.frombuffer(one) for one in orders]).mean(axis=0)
    n = 40_000
    found = frequencies(flow.sample(starts=np.repeat(start, n, axis=0), rng=0).ends, space)
    assert np.all(np.abs(found - chances) < 5 * np.sqrt(chances * (1 - chances) / n))
    assert (
        np.abs(found - law(space, 3).to_array()).max() > 0.03
    )  # control: hardly trained, so no other law would do


def test_the_likelihood_is_that_of_the_sweep_alone():
    states = SPACE.all_states()
    with pytest.raises(InputError, match="needs the sweep.*got masked"):
        flow_of("masked").log_likelihood(states, states)
    with pytest.raises(InputError, match="one shape"):
        flow_of().log_likelihood(states, states[:3])
    with pytest.raises(InputError, match="symbols of site 2 must lie"):
        flow_of().log_likelihood(states, states + 1)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({}, "the number of walks n, or their starts"),
        ({"n": 3, "starts": [[0, 0, 0]]}, "and not both"),
        ({"n": -1}, "whole number, 0 or more, got -1"),
        ({"n": 2.0}, "whole number, 0 or more, got 2.0"),
        ({"n": True}, "whole number, 0 or more, got True"),
        ({"starts": [0, 0, 0]}, "starts must have shape"),
        ({"starts": [[0, 2, 0]]}, "symbols of site 1"),
        ({"n": 3, "n_steps": 4}, "at most 3, one a site, got 4"),
        ({"n": 3, "n_steps": 0}, "at least 1"),
        ({"n": 3, "rng": "seed"}, "rng must be"),
    ],
)
def test_what_cannot_be_sampled_is_refused(arguments, word):
    with pytest.raises(InputError, match=word):
        flow_of().sample(**arguments)


def test_more_walks_than_fit_are_refused():
    with pytest.raises(CapacityError, match="draw them in several batches"):
        flow_of().sample(2**27)


@pytest.mark.parametrize("name", ["source", "sink"])
def test_ends_of_another_space_are_refused(name):
    ends = {"source": P, "sink": Q} | {name: law(ecd2g.StateSpace(6), 0)}
    with pytest.raises(InputError, match=f"the {name} must live on the space of the model"):
        BridgeFlow(EndNetwork(SPACE), **ends)


def test_a_flow_in_one_line():
    assert (
        repr(flow_of()) == f"BridgeFlow(sweep, 3 sites, mlp with {flow_of().model.n_parameters} parameters)"
    )
