import numpy as np
import pytest
import torch
from hypothesis import given, settings

import ecd2g
from ecd2g.learned.layers import ScaledSymbols, SymbolEmbedding, perceptron
from ecd2g.testing import state_spaces

MIXED = ecd2g.StateSpace((3, 2, 4))


def all_states(space):
    return torch.as_tensor(space.all_states())


@given(state_spaces(max_states=12))
@settings(max_examples=40)
def test_scaled_symbols_run_evenly_from_minus_one_to_one(space):
    features = ScaledSymbols(space)(all_states(space))
    assert features.shape == (space.n_states, space.n_sites)
    for site, size in enumerate(space.alphabet_sizes):
        expected = np.linspace(-1, 1, size) if size > 1 else [-1.0]
        np.testing.assert_allclose(features[:, site].unique(), expected, atol=1e-6)


@given(state_spaces(max_states=12))
@settings(max_examples=40)
def test_an_embedding_is_a_linear_layer_on_one_hot_states(space):
    torch.manual_seed(0)
    embed = SymbolEmbedding(space, 5)
    states, sizes = all_states(space), space.alphabet_sizes
    one_hot = torch.cat(
        [torch.nn.functional.one_hot(states[:, i], size) for i, size in enumerate(sizes)], dim=1
    )
    assert one_hot.shape[1] == len(embed.table.weight)
    torch.testing.assert_close(embed(states), one_hot.float() @ embed.table.weight)


def test_states_of_mixed_alphabets_differ_in_their_features():
    """Sites that shared their symbols, or an offset, would give two states the same features."""
    torch.manual_seed(0)
    for layer in (ScaledSymbols(MIXED), SymbolEmbedding(MIXED, 5)):
        distance = torch.cdist(*[layer(all_states(MIXED)).double()] * 2)
        assert (distance + torch.eye(MIXED.n_states)).min() > 1e-3


def test_an_embedding_with_a_wrong_offset_mixes_states_up():
    """Negative control of the test above."""
    torch.manual_seed(0)
    layer = SymbolEmbedding(MIXED, 5)
    layer.offsets.zero_()
    distance = torch.cdist(*[layer(all_states(MIXED)).double()] * 2)
    assert (distance + torch.eye(MIXED.n_states)).min() < 1e-3


@pytest.mark.parametrize("hidden", [(), (7,), (7, 5), (128, 128, 128)])
def test_a_perceptron_has_the_layers_asked_for(hidden):
    network = perceptron(3, hidden, 2)
    linear = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == list(
        zip((3, *hidden), (*hidden, 2), strict=True)
    )
    assert len(network) == 2 * len(hidden) + 1
    assert isinstance(network[-1], torch.nn.Linear)  # no ReLU behind the outputs
    assert network(torch.zeros(4, 3)).shape == (4, 2)
