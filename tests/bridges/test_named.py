"""Bridges by name, and what they refuse."""

import numpy as np
import pytest

from ecd2g import InputError, StateSpace
from ecd2g.bridges import BRIDGES, Bridge, Places, make_bridge
from ecd2g.couplings.pairs import Pairs

SPACE = StateSpace((2, 3))
PAIRS = Pairs(np.array([[0, 0], [1, 2]]), np.array([[1, 1], [0, 2]]))


@pytest.fixture(params=BRIDGES)
def bridge(request):
    return make_bridge(request.param, SPACE)


def rng():
    return np.random.default_rng(0)


def test_every_name_makes_a_bridge_on_the_space():
    assert list(BRIDGES) == ["sweep", "spread", "interval", "mixture", "masked", "diffusion"]
    assert {name for name, named in BRIDGES.items() if named.is_circuit} == {"sweep", "spread", "interval"}
    for name, named in BRIDGES.items():
        made = make_bridge(name, SPACE)
        assert isinstance(made, Bridge)
        assert made.space == SPACE
        assert 3 <= len(named.about.split()) <= 12


def test_settings_reach_the_bridge():
    assert BRIDGES["spread"].settings == ("ratio",)
    assert BRIDGES["interval"].settings == ("width",)
    assert make_bridge("interval", SPACE, width=2).width == 2.0
    assert BRIDGES["sweep"].settings == ()


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("brigde", {}, "bridge must be one of sweep, spread"),
        ("sweep", {"ratio": 0.1}, "sweep has no setting ratio; its settings: none"),
        ("spread", {"width": 0.1}, "spread has no setting width; its settings: ratio"),
        ("interval", {"width": 0.0}, "width must be a positive"),
        ("interval", {"width": np.nan}, "width must be a positive"),
        ("interval", {"width": True}, "width must be a positive"),
    ],
)
def test_unknown_names_and_settings_are_refused(name, settings, message):
    with pytest.raises(InputError, match=message):
        make_bridge(name, SPACE, **settings)


@pytest.mark.parametrize("n_steps", [0, -1, 1.5, True, "2"])
def test_numbers_of_steps_that_make_no_sense_are_refused(bridge, n_steps):
    with pytest.raises(InputError, match="number of steps"):
        bridge.between(PAIRS, n_steps, np.array([0, 0]), rng())
    with pytest.raises(InputError, match="number of steps"):
        bridge.step(bridge.begin(PAIRS.starts, rng()), PAIRS.ends, n_steps, 0, rng())


@pytest.mark.parametrize(
    ("pairs", "done"),
    [
        (PAIRS, [0, 2]),
        (PAIRS, [0, -1]),
        (PAIRS, [0.0, 1.0]),
        (PAIRS, [0]),
        (PAIRS, 0),
        (Pairs(PAIRS.starts, PAIRS.ends[:1]), [0, 1]),
        (Pairs(PAIRS.starts[0], PAIRS.ends[0]), [0, 1]),
        (Pairs(PAIRS.starts, PAIRS.ends + 1), [0, 1]),
    ],
    ids=[
        "all done",
        "negative",
        "not whole",
        "too few",
        "one number",
        "unequal",
        "flat",
        "too large a symbol",
    ],
)
def test_pairs_and_finished_steps_that_do_not_fit_are_refused(bridge, pairs, done):
    with pytest.raises(InputError):
        bridge.between(pairs, 2, np.array(done), rng())


@pytest.mark.parametrize("k", [-1, 2, 0.0, True])
def test_steps_outside_the_walk_are_refused(bridge, k):
    with pytest.raises(InputError, match=r"step k must be a whole number in 0\.\.1"):
        bridge.step(bridge.begin(PAIRS.starts, rng()), PAIRS.ends, 2, k, rng())


@pytest.mark.parametrize("ends", [PAIRS.ends[:1], PAIRS.ends + 2, PAIRS.ends - 1, PAIRS.ends[0]])
def test_ends_that_are_no_states_of_the_walkers_are_refused(bridge, ends):
    with pytest.raises(InputError):
        bridge.step(bridge.begin(PAIRS.starts, rng()), ends, 2, 0, rng())


@pytest.mark.parametrize("starts", [[[0, 3]], [0, 1], [[0, 0, 0]], [[0.5, 0]]])
def test_starts_that_are_no_states_are_refused(bridge, starts):
    with pytest.raises(InputError):
        bridge.begin(np.array(starts), rng())


def test_no_walkers_make_no_places(bridge):
    none = np.zeros((0, 2), dtype=np.int64)
    places = bridge.step(bridge.begin(none, rng()), none, 2, 0, rng())
    assert isinstance(places, Places)
    assert [part.shape for part in places] == [(0, 2), (0,), (0, 2)]
