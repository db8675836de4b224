"""Split problems: sizes, exact laws, disjoint parts, seeds, and refusals."""

import numpy as np
import pytest

from ecd2g import Distribution, StateSpace
from ecd2g.data import (
    PROBLEMS,
    SPLIT_PROBLEMS,
    Problem,
    SplitProblem,
    binary_digits,
    draw_training,
    gaussian_mixtures,
    name_states,
    pooled_digits,
    split_pair,
    split_rows,
    uniform_to_gaussian,
)
from ecd2g.errors import InputError

EXACT = ("moons", "mixture-3", "mixture-4", "mixture-5", "splice", "digits-4x4")
HELD_OUT = ("digits-3-8", "digits-noise", "names")
SHAPES = {
    "moons": (50, 2),
    "mixture-3": (16, 3),
    "mixture-4": (16, 4),
    "mixture-5": (16, 5),
    "splice": (4, 9),
    "digits-4x4": (2, 16),
    "digits-3-8": (2, 64),
    "digits-noise": (2, 64),
    "names": (27, 6),
}


@pytest.fixture(scope="module")
def made():
    return {name: make() for name, make in SPLIT_PROBLEMS.items()}


def laws(split):
    return [getattr(problem, side) for problem in (split.train, split.test) for side in ("source", "target")]


def rows(law):
    return set(map(tuple, law.support().tolist()))


def same(one, other):
    return np.array_equal(one.support(), other.support()) and np.array_equal(
        one.probabilities, other.probabilities
    )


def test_the_named_problems_are_those_of_the_shapes():
    assert tuple(SPLIT_PROBLEMS) == (*EXACT, *HELD_OUT) == tuple(SHAPES)


@pytest.mark.parametrize("name", SPLIT_PROBLEMS)
def test_every_problem_is_complete_and_says_what_it_is(made, name):
    split = made[name]
    assert split.train.name == split.test.name == name
    assert split.train.title
    assert split.train.space == StateSpace(*SHAPES[name])
    assert split.is_exact == (name in EXACT)
    assert split.is_ordinal == (name == "moons" or name.startswith("mixture"))
    assert split.image == {"digits-4x4": (4, 4), "digits-3-8": (8, 8), "digits-noise": (8, 8)}.get(name)
    for law in laws(split):
        assert law.probabilities.sum() == pytest.approx(1, abs=1e-12)
    kind = "exact laws" if split.is_exact else "held-out samples"
    assert "\n" not in repr(split)
    assert kind in repr(split)


@pytest.mark.parametrize("name", EXACT)
def test_training_laws_are_fifty_thousand_draws_of_the_exact_ones(made, name):
    """Null hypothesis: training counts follow the test law. With k = 10 groups of equal probability the statistic
    is chi-squared with 9 degrees of freedom, and exceeds 42 with probability 3e-6; 12 such tests.
    """
    split = made[name]
    for side in ("source", "target"):
        exact, drawn = getattr(split.test, side).to_array(), getattr(split.train, side)
        counts = drawn.probabilities * 50_000
        assert drawn.states is not None
        assert np.allclose(counts, np.round(counts), atol=1e-6)
        assert round(counts.sum()) == 50_000
        group = np.minimum((10 * (np.cumsum(exact) - exact / 2)).astype(int), 9)
        expected = np.bincount(group, weights=exact, minlength=10) * 50_000
        found = np.bincount(group, weights=drawn.to_array(), minlength=10) * 50_000
        used = expected > 0
        assert np.sum((found - expected)[used] ** 2 / expected[used]) < 42
        assert not np.any(drawn.to_array()[exact == 0])


def test_exact_laws_are_the_named_ones(made):
    for name, exact in (
        ("moons", PROBLEMS["2d"]()),
        ("splice", PROBLEMS["splice"]()),
        ("mixture-4", gaussian_mixtures(4)),
    ):
        assert np.array_equal(made[name].test.source.to_array(), exact.source.to_array())
        assert np.array_equal(made[name].test.target.to_array(), exact.target.to_array())
    assert made["splice"].train.alphabet == tuple("ACGU")
    assert np.ptp(made["digits-4x4"].test.source.to_array()) == 0
    patterns = Distribution.from_samples(StateSpace(2, 16), pooled_digits()[0])
    assert len(patterns.probabilities) == 222
    assert same(made["digits-4x4"].test.target, patterns)


def counts(law, total):
    found = law.probabilities * total
    assert np.allclose(found, np.round(found), atol=1e-6)
    return dict(zip(map(tuple, law.states.tolist()), np.round(found).astype(int), strict=True))


def total_counts(train, n_train, test, n_test):
    first, second = counts(train, n_train), counts(test, n_test)
    return {state: first.get(state, 0) + second.get(state, 0) for state in first | second}


def tallied(states):
    found, number = np.unique(states, axis=0, return_counts=True)
    return dict(zip(map(tuple, found.tolist()), number, strict=True))


@pytest.mark.parametrize(
    ("name", "side", "n_train", "n_test", "all_rows"),
    [
        ("digits-3-8", "source", 146, 37, lambda: binary_digits()[0][binary_digits()[1] == 3]),
        ("digits-3-8", "target", 139, 35, lambda: binary_digits()[0][binary_digits()[1] == 8]),
        ("digits-noise", "target", 1438, 359, lambda: binary_digits()[0]),
        ("names", "source", 2155, 539, lambda: name_states("female")),
        ("names", "target", 694, 174, lambda: name_states("male")),
    ],
)
def test_the_two_parts_together_are_every_row_once(made, name, side, n_train, n_test, all_rows):
    train, test = getattr(made[name].train, side), getattr(made[name].test, side)
    assert total_counts(train, n_train, test, n_test) == tallied(all_rows())


def test_names_held_out_are_not_trained_on_and_noise_is_fresh(made):
    for name, side in (("names", "source"), ("names", "target"), ("digits-noise", "source")):
        assert not rows(getattr(made[name].train, side)) & rows(getattr(made[name].test, side))
    noise = made["digits-noise"]
    assert len(noise.train.source.probabilities) == 50_000
    assert len(noise.test.source.probabilities) == 20_000
    # 50,000 x 64 fair coins: the mean has standard deviation 0.00028, five of them are passed once in 2e6
    assert noise.train.source.states.mean() == pytest.approx(0.5, abs=0.0014)


def test_names_spell_words(made):
    split = made["names"]
    assert split.train.alphabet[0] == " "
    spelled = {"".join(split.train.alphabet[s] for s in row).rstrip() for row in rows(split.train.source)}
    assert {"MARY", "LINDA"} & spelled
    assert "PATRICIA" not in spelled


@pytest.mark.parametrize("name", SPLIT_PROBLEMS)
def test_the_seed_and_nothing_else_decides(made, name):
    again, other = SPLIT_PROBLEMS[name](rng=0), SPLIT_PROBLEMS[name](rng=1)
    for one, two in zip(laws(made[name]), laws(again), strict=True):
        assert same(one, two)
    for side in ("source", "target"):
        assert not same(getattr(made[name].train, side), getattr(other.train, side))
        unmoved = same(getattr(made[name].test, side), getattr(other.test, side))
        assert unmoved == made[name].is_exact


def test_numbers_of_samples_can_be_chosen():
    split = SPLIT_PROBLEMS["mixture-3"](n_train=7, rng=2)
    for law in (split.train.source, split.train.target):
        assert sum(counts(law, 7).values()) == 7
    small = SPLIT_PROBLEMS["digits-noise"](n_train=5, n_test=3)
    assert len(small.train.source.probabilities) == 5
    assert len(small.test.source.probabilities) == 3


@pytest.mark.parametrize("n_train", [0, -1, 2.5, True, "9"])
def test_unusable_numbers_of_samples_are_refused(n_train):
    with pytest.raises(InputError, match="n_train must be a whole number"):
        draw_training(uniform_to_gaussian(5), n_train)


@pytest.mark.parametrize("name", ["n_train", "n_test"])
@pytest.mark.parametrize("n", [0, -1, 2.5, True])
def test_unusable_numbers_of_noise_images_are_refused(name, n):
    with pytest.raises(InputError, match=f"{name} must be a whole number"):
        SPLIT_PROBLEMS["digits-noise"](**{name: n})


def test_rows_are_split_once_each_and_in_order():
    table = np.arange(50).reshape(25, 2)
    train, test = split_rows(table, share=0.3, rng=4)
    assert len(test) == 8
    assert np.array_equal(np.sort(np.concatenate([train, test]), axis=0), table)
    assert np.all(np.diff(train[:, 0]) > 0)
    assert np.array_equal(split_rows(table, 0.3, 4)[1], test)
    assert not np.array_equal(split_rows(table, 0.3, 5)[1], test)


def test_every_row_is_held_out_equally_often():
    """Null hypothesis: each of 10 rows is held out with chance 0.3. 2,000 splits, standard deviation 20.5; a row off by
    more than 110 has probability 8e-8.
    """
    held = np.zeros(10)
    for seed in range(2000):
        held[split_rows(np.arange(10), 0.3, seed)[1]] += 1
    assert np.all(np.abs(held - 600) < 110)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.2, 1.5, float("nan")])
def test_unusable_shares_are_refused(share):
    with pytest.raises(InputError, match="between 0 and 1"):
        split_rows(np.zeros((9, 2)), share)


def test_a_part_without_rows_is_refused():
    with pytest.raises(InputError, match="a row on either side"):
        split_rows(np.zeros((3, 2)), 0.1)
    with pytest.raises(InputError, match="a row on either side"):
        split_rows(np.zeros((3, 2)), 0.9)
    with pytest.raises(InputError, match="at least one dimension"):
        split_rows(7, 0.5)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.txt").write_text("ACG\nCCA\nGGA\nAAA\nACG\n")
    (tmp_path / "b.txt").write_text("TTT\nTTA\nATT\nTAT\nACT\n")
    return tmp_path / "a.txt", tmp_path / "b.txt"


def test_files_are_split_by_row_on_the_space_of_both_files(files):
    split = split_pair(*files, share=0.2, rng=1)
    assert split.train.alphabet == tuple("ACGT")
    assert split.train.space == StateSpace(4, 3)
    assert not split.is_exact
    assert not split.is_ordinal
    whole = split_pair(*files, share=0).train
    for side in ("source", "target"):
        train, test = getattr(split.train, side), getattr(split.test, side)
        together = Distribution.from_weights(
            train.space,
            np.r_[4 * train.probabilities, test.probabilities],
            np.concatenate([train.states, test.states]),
        )
        assert np.allclose(together.to_array(), getattr(whole, side).to_array(), atol=1e-15)
    assert len(split.test.source.probabilities) == 1
    assert len({split_pair(*files, rng=seed).test.source.states.tobytes() for seed in range(20)}) > 1


def test_a_share_of_zero_holds_nothing_out(files):
    split = split_pair(*files, share=0)
    assert split.train is split.test
    assert not split.is_exact


def test_weighted_states_are_split_as_states(tmp_path):
    states = np.arange(10)[:, None]
    weights = np.arange(1.0, 11.0)
    for stem in "ab":
        np.savez(tmp_path / f"{stem}.npz", samples=states, weights=weights)
    split = split_pair(tmp_path / "a.npz", tmp_path / "b.npz", share=0.3, is_ordinal=True)
    assert split.is_ordinal
    assert split.train.space == StateSpace(10)
    for side in ("source", "target"):
        train, test = getattr(split.train, side), getattr(split.test, side)
        assert len(train.states) == 7
        assert len(test.states) == 3
        assert not rows(train) & rows(test)
        for law in (train, test):
            expected = weights[law.states[:, 0]]
            assert np.allclose(law.probabilities, expected / expected.sum(), rtol=1e-14)


def test_files_too_short_and_pictures_of_another_size_are_refused(files):
    with pytest.raises(InputError, match="a row on either side"):
        split_pair(*files, share=0.05)
    with pytest.raises(InputError, match="one pixel a site, 3 in all"):
        split_pair(*files, image=(2, 2))
    with pytest.raises(InputError, match="one pixel a site, 3 in all"):
        split_pair(*files, image=(-1, -3))
    with pytest.raises(InputError, match="n_symbols must be left out"):
        split_pair(*files, n_symbols=9)
    assert split_pair(*files, image=(1, 3)).image == (1, 3)


def test_train_and_test_share_space_and_alphabet():
    def problem(n, alphabet=None):
        law = Distribution.uniform(StateSpace(n))
        return Problem("x", "x", law.space, law, law, alphabet)

    with pytest.raises(InputError, match="one space"):
        SplitProblem(problem(2), problem(3), is_exact=True, is_ordinal=False)
    with pytest.raises(InputError, match="one alphabet"):
        SplitProblem(problem(2), problem(2, ("a", "b")), is_exact=True, is_ordinal=False)
