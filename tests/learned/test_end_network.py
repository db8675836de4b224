"""The network of the ends: its law, its loss and its rows are what they say, and a seed decides all of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import ecd2g
from ecd2g.bridges.bridge import Places
from ecd2g.couplings.pairs import GivenPairs
from ecd2g.errors import InputError
from ecd2g.learned.checkpoint import TrainingState
from ecd2g.learned.end_layers import Block, SitePerceptron, time_features
from ecd2g.learned.end_network import END_RECIPE, EndNetwork
from ecd2g.learned.model import Examples
from ecd2g.learned.model_file import KIND, describe, load_model, save_model
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.processes import Processes
from ecd2g.learned.tensor_file import read_tensors, write_tensors
from ecd2g.learned.training import _share, train

SINGLE = 1e-5
MIXED = ecd2g.StateSpace((3, 2, 4))
SMALL = {
    "mlp": {"network": "mlp", "hidden": (16, 8), "width": 4},
    "transformer": {"network": "transformer", "width": 8, "layers": 1, "heads": 2},
}
RECIPE = replace(END_RECIPE, n_steps=8, n_pairs=16, average=0.9)
NETWORKS = pytest.mark.parametrize("name", SMALL)


def made(name="mlp", space=MIXED, bridge="sweep", seed=0, **more):
    torch.manual_seed(seed)
    return EndNetwork(space, bridge, **SMALL[name] | more)


def pairs_of(space, n=50, seed=0):
    rng = np.random.default_rng(seed)
    return GivenPairs.of(space, space.draw(n, rng), space.draw(n, rng))


def places_of(space, n, seed=0):
    rng = np.random.default_rng(seed)
    return Places(space.draw(n, rng), rng.random(n), rng.random((n, space.n_sites)) < 0.4)


def rows_of(model, n=40, seed=0):
    return model.examples(pairs_of(model.space), n, "uniform", 1, np.random.default_rng(seed))


def same_weights(one, two):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


@NETWORKS
@pytest.mark.parametrize("space", [MIXED, ecd2g.StateSpace(5, 2), ecd2g.StateSpace(2, 5)], ids=str)
def test_the_law_of_every_site_is_one_on_its_own_symbols(name, space):
    law = made(name, space).end_law(places_of(space, 20))
    assert law.shape == (20, space.n_sites, max(space.alphabet_sizes))
    np.testing.assert_allclose(law.sum(axis=2), 1.0, rtol=0, atol=1e-12)
    for site, size in enumerate(space.alphabet_sizes):
        assert np.all(law[:, site, size:] == 0.0)
        assert np.all(law[:, site, :size] > 0.0)


@NETWORKS
def test_what_the_network_sees_matters(name):
    """Control: symbols, times and flags each change the law."""
    model, places = made(name), places_of(MIXED, 8)
    law = model.end_law(places)
    others = [
        places._replace(states=(places.states + 1) % np.array(MIXED.alphabet_sizes)),
        places._replace(times=1.0 - places.times),
        places._replace(crossed=~places.crossed),
    ]
    for other in others:
        assert np.abs(model.end_law(other) - law).max() > 1e-3


@NETWORKS
def test_ends_are_drawn_by_the_law_and_missing_symbols_never(name):
    """Null hypothesis: each of 9 frequencies among 40,000 draws is binomial; five standard deviations, error 6e-6."""
    model, n = made(name), 40_000
    with torch.no_grad():  # a law that is far from uniform
        (model.network.rest[-1] if name == "mlp" else model.network.head).weight.mul_(6.0)
    one = places_of(MIXED, 1)
    drawn = model.draw_ends(Places(*(np.repeat(part, n, axis=0) for part in one)), np.random.default_rng(1))
    law = model.end_law(one)[0]
    for site, size in enumerate(MIXED.alphabet_sizes):
        found = np.bincount(drawn[:, site], minlength=4) / n
        assert np.all(found[size:] == 0.0)
        assert np.all(np.abs(found - law[site]) < 5 * np.sqrt(law[site] * (1 - law[site]) / n) + 1e-6)
    assert np.abs(law[0, :3] - 1 / 3).max() > 0.05


def test_heights_that_round_to_one_give_the_last_symbol_there_is():
    model, places = made(), places_of(MIXED, 4)

    class Highest:
        def random(self, shape):
            return np.full(shape, 1.0 - 2.0**-53)

    assert np.all(model.draw_ends(places, Highest()) == np.array(MIXED.alphabet_sizes) - 1)


@NETWORKS
def test_pieces_change_nothing(name):
    model, places = made(name), places_of(MIXED, 23)
    whole, drawn = model.end_law(places), model.draw_ends(places, np.random.default_rng(0))
    model.piece = 4
    np.testing.assert_allclose(model.end_law(places), whole, rtol=SINGLE)
    assert np.array_equal(model.draw_ends(places, np.random.default_rng(0)), drawn)
    assert model.end_law(Places(*(part[:0] for part in places))).shape == (0, 3, 4)


@pytest.mark.parametrize("space", [ecd2g.StateSpace(5, 2), ecd2g.StateSpace(2, 5)], ids=str)
def test_the_perceptron_is_the_plain_one(space):
    """Embeddings side by side and the time through all layers, without the short cut of the first."""
    torch.manual_seed(0)
    network = SitePerceptron(space, 4, (16, 8))
    states, times, crossed = (torch.tensor(part) for part in places_of(space, 20))
    vectors = network.symbols[torch.arange(space.n_sites), 2 * states + crossed]
    features = torch.cat([vectors.flatten(1), time_features(times.float())], dim=1)
    outputs, most = network.rest(network.first(features)), max(space.alphabet_sizes)
    if most >= space.n_sites:
        wanted = outputs.reshape(20, space.n_sites, most)
    else:
        wanted = outputs.reshape(20, most, space.n_sites).transpose(1, 2)
    torch.testing.assert_close(network(states, times.float(), crossed), wanted)


def test_the_attention_is_the_written_out_one():
    torch.manual_seed(0)
    block, tokens = Block(8, 2), torch.randn(5, 3, 8)
    query, key, value = block.attend(block.first_norm(tokens)).reshape(5, 3, 3, 2, 4).permute(2, 0, 3, 1, 4)
    shares = (query @ key.transpose(2, 3) / 2.0).softmax(-1)
    middle = tokens + block.mix((shares @ value).transpose(1, 2).reshape(5, 3, 8))
    torch.testing.assert_close(block(tokens), middle + block.network(block.second_norm(middle)))


@NETWORKS
def test_the_loss_is_the_mean_surprise_at_open_sites(name):
    model = made(name)
    rows = rows_of(model)
    places = Places(*rows.inputs)
    surprise = -model.log_end_law(places)
    by_site = np.take_along_axis(surprise, rows.targets[..., None], axis=2)[..., 0]
    wanted = np.mean([row[~crossed].mean() for row, crossed in zip(by_site, places.crossed, strict=True)])
    assert model(rows).item() == pytest.approx(wanted, rel=SINGLE)


def test_rows_that_have_crossed_everywhere_weigh_nothing():
    model = made(space=ecd2g.StateSpace(3, 2), bridge="masked", steps=(16,))
    rows = rows_of(model, 500)
    everywhere = rows.inputs[2].all(axis=1)
    assert 0 < everywhere.sum() < 500
    assert np.array_equal(rows.weights.sum(axis=1).round(12), (~everywhere).astype(float))


def test_crossed_ends_are_not_looked_at():
    model = made()
    rows = rows_of(model)
    changed = np.where(rows.inputs[2], (rows.targets + 1) % np.array(MIXED.alphabet_sizes), rows.targets)
    assert not np.array_equal(changed, rows.targets)
    assert model(Examples(rows.inputs, changed, rows.weights)).item() == model(rows).item()


@pytest.mark.parametrize(
    ("bridge", "wanted"), [("sweep", (2, 3)), ("mixture", (2, 4, 8, 16)), ("diffusion", (2, 4, 8, 16))]
)
def test_the_numbers_of_steps_are_those_the_bridge_can_take(bridge, wanted):
    model, seen = made(bridge=bridge), set()
    assert model.steps == wanted
    assert model.settings["steps"] == (2, 4, 8, 16)
    for seed in range(60):
        times = np.unique(rows_of(model, 200, seed).inputs[1])
        seen.add(len(times))
        np.testing.assert_allclose(times, np.arange(len(times)) / len(times), atol=1e-12)
    assert seen == set(wanted)  # missed with probability 4 (3/4)^60 = 1e-7


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"network": "cnn"}, "network must be one of 'mlp', 'transformer', got 'cnn'"),
        ({"bridge": "rope"}, "bridge must be one of"),
        ({"network": "transformer", "width": 9}, "multiple of the 4 heads, got 9"),
        ({"network": "transformer", "heads": 0}, "heads must be a whole number, 1 or more, got 0"),
        ({"hidden": (8, 0)}, "hidden must be a whole number, 1 or more, got 0"),
        ({"width": 2.0}, "width must be a whole number, 1 or more, got 2.0"),
        ({"steps": ()}, "got none"),
        ({"steps": (0, 4)}, "at least 1"),
        ({"bridge": "sweep", "bridge_settings": {"ratio": 1.0}}, "ratio"),
    ],
)
def test_arguments_that_make_no_network_are_refused(arguments, word):
    with pytest.raises(InputError, match=word):
        EndNetwork(MIXED, **arguments)


def test_sizes_unless_asked_for():
    assert EndNetwork(ecd2g.StateSpace(2, 8)).settings["width"] == 32
    assert EndNetwork(ecd2g.StateSpace(2, 9)).settings["width"] == 16
    assert EndNetwork(ecd2g.StateSpace(2, 9), network="transformer").settings["width"] == 64


@NETWORKS
def test_the_seed_decides_every_bit(tmp_path, name):
    contents = []
    for number, seed in enumerate((0, 0, 1)):
        recipe = replace(RECIPE, seed=seed)
        save_model(tmp_path / str(number), train(lambda: made_anew(name), pairs_of(MIXED), recipe).model)
        contents.append((tmp_path / str(number)).read_bytes())
        torch.rand(3)
    assert contents[0] == contents[1] != contents[2]


def made_anew(name):
    """Without a seed of its own: the recipe's decides."""
    return EndNetwork(MIXED, "spread", {"ratio": 0.02}, **SMALL[name])


@NETWORKS
def test_training_goes_on_bit_for_bit(tmp_path, name):
    path, coupling = tmp_path / "one", pairs_of(MIXED)

    def listen(progress, state):
        if progress.step == 4:
            state.save(path, RECIPE, {})

    whole = train(lambda: made_anew(name), coupling, RECIPE, every=4, listener=listen)
    state, _ = TrainingState.load(path, lambda: made_anew(name), RECIPE, torch.device("cpu"))
    rest = train(lambda: made_anew(name), coupling, RECIPE, every=4, state=state)
    assert same_weights(rest.model, whole.model)
    assert rest.losses.tolist() == whole.losses[1:].tolist()
    for other in (lambda: made(name), lambda: EndNetwork(MIXED, "spread", {"ratio": 0.03}, **SMALL[name])):
        with pytest.raises(InputError, match="belong to this training, but its model"):
            TrainingState.load(path, other, RECIPE, torch.device("cpu"))


def test_pairs_of_another_space_are_refused():
    with pytest.raises(InputError, match="one state space"):
        train(made, pairs_of(ecd2g.StateSpace(4, 3)), RECIPE)


@NETWORKS
@pytest.mark.parametrize("count", [2, 3])
def test_processes_share_the_rows(name, count):
    """The weighted mean of the gradients of the shares is the gradient of the whole."""
    model = made(name)
    rows = rows_of(model, 11)
    whole = torch.autograd.grad(model(rows), list(model.parameters()))
    parts = []
    for rank in range(count):
        share, weight = _share(rows, Processes(rank, count))
        parts.append(torch.autograd.grad(model(share) * weight, list(model.parameters())))
    for number, wanted in enumerate(whole):
        mean = torch.stack([part[number] for part in parts]).mean(0)
        torch.testing.assert_close(mean, wanted, rtol=1e-4, atol=1e-7)


@NETWORKS
def test_what_is_saved_is_loaded(tmp_path, name):
    torch.manual_seed(1)
    model = made_anew(name)
    save_model(tmp_path / "one", model)
    again = load_model(tmp_path / "one")
    assert isinstance(again, EndNetwork)
    assert not again.training
    assert describe(again) == describe(model)
    assert again.settings == model.settings
    assert again.bridge.ratio == 0.02
    places = places_of(MIXED, 6)
    assert np.array_equal(again.end_law(places), model.end_law(places))
    save_model(tmp_path / "two", again)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_model_of_a_bridge_is_none_of_a_circuit(tmp_path):
    circuit = ecd2g.LayeredCircuit.complete(MIXED, n_layers=3, forward_resistance=0.1, lateral_resistance=0.7)
    save_model(tmp_path / "one", made())
    with pytest.raises(InputError, match="trained on the circuit in question.*trained on a bridge"):
        load_model(tmp_path / "one", circuit)
    save_model(tmp_path / "two", PotentialNetwork(circuit, hidden=(8, 4)))
    assert "bridge" not in describe(load_model(tmp_path / "two", circuit))


ODD = {
    "no bridge": lambda about: about.pop("bridge"),
    "bridge is a word": lambda about: about.update(bridge="sweep"),
    "unknown bridge": lambda about: about["bridge"].update(name="rope"),
    "unknown setting of the bridge": lambda about: about["bridge"].update(settings={"slack": 1.0}),
    "no settings of the bridge": lambda about: about["bridge"].pop("settings"),
    "no alphabet": lambda about: about["bridge"].update(alphabet_sizes=[]),
    "another alphabet": lambda about: about["bridge"].update(alphabet_sizes=[3, 2, 5]),
    "unknown network": lambda about: about["settings"].update(network="cnn"),
    "negative width": lambda about: about["settings"].update(width=-4),
    "no heads": lambda about: about["settings"].update(network="transformer", heads=0),
    "unknown part": lambda about: about["settings"].update(depth=3),
    "steps are a word": lambda about: about["settings"].update(steps="many"),
}


@pytest.mark.parametrize("case", ODD)
def test_descriptions_that_make_no_model_are_refused(tmp_path, case):
    path = tmp_path / "one"
    save_model(path, made())
    tensors, about = read_tensors(path, KIND)
    ODD[case](about)
    write_tensors(path, KIND, tensors, about)
    with pytest.raises(InputError, match="no model that this release can make"):
        load_model(path)


def test_damaged_files_are_refused(tmp_path):
    path = tmp_path / "one"
    save_model(path, made())
    content = path.read_bytes()
    for length in range(0, len(content), len(content) // 20):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="damaged"):
            load_model(path)
