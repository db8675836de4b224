"""Densities: values and samples against tables, in small spaces and in spaces that cannot be listed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecd2g
from ecd2g.circuit.state_numbers import state_keys
from ecd2g.metrics import sampling_floor, total_variation
from ecd2g.reference import (
    Density,
    EmpiricalDensity,
    MixtureDensity,
    ProductDensity,
    UniformDensity,
    as_density,
)

SPACES = (
    ecd2g.StateSpace(1),
    ecd2g.StateSpace((4, 1, 3)),
    ecd2g.StateSpace(2, 64),
    ecd2g.StateSpace(27, 40),
    ecd2g.StateSpace((3, 2**31 - 1, 2**31 - 1, 5, 7)),
    ecd2g.StateSpace(2, 996),
)
SMALL = ecd2g.StateSpace((4, 2, 3))
N_DRAWS = 100_000


def random_sites(space: ecd2g.StateSpace, rng: np.random.Generator) -> list[np.ndarray]:
    return [rng.dirichlet(np.full(size, 0.5)) for size in space.alphabet_sizes]


def examples() -> dict[str, tuple[Density, np.ndarray]]:
    """Densities of the small space, and the table that each of them stands for."""
    rng = np.random.default_rng(5)
    sites, others = random_sites(SMALL, rng), [[0.0, 0.5, 0.0, 0.5], [1.0, 0.0], [0.2, 0.0, 0.8]]
    dense = ecd2g.Distribution.from_weights(SMALL, rng.dirichlet(np.full(24, 0.3)))
    sparse = ecd2g.Distribution.from_samples(SMALL, SMALL.draw(7, rng))
    product, other = (ecd2g.Distribution.product(SMALL, s).to_array() for s in (sites, others))
    products = [ProductDensity(SMALL, sites), ProductDensity(SMALL, others)]
    return {
        "uniform": (UniformDensity(SMALL), np.full(24, 1 / 24)),
        "dense": (EmpiricalDensity(dense), dense.to_array()),
        "sparse": (EmpiricalDensity(sparse), sparse.to_array()),
        "product": (products[0], product),
        "product with zeros": (products[1], other),
        "mixture of products": (MixtureDensity([0.3, 0.7], products), 0.3 * product + 0.7 * other),
        "smoothed": (
            MixtureDensity([0.9, 0.1], [sparse, UniformDensity(SMALL)]),
            0.9 * sparse.to_array() + 0.1 / 24,
        ),
        "mixture with a weight of 0": (MixtureDensity([0.0, 1.0], [dense, sparse]), sparse.to_array()),
    }


@pytest.mark.parametrize("name", examples())
def test_values_are_those_of_the_table(name: str) -> None:
    density, table = examples()[name]
    np.testing.assert_allclose(density.probability(SMALL.all_states()), table, rtol=1e-14, atol=0)
    assert density.space == SMALL


@pytest.mark.parametrize("name", examples())
def test_samples_follow_the_table(name: str) -> None:
    """Null: samples are independent with the law of the table. TV bound at error rate 1e-6, 100,000 draws."""
    density, table = examples()[name]
    drawn = density.sample(N_DRAWS, np.random.default_rng(1))
    law = np.bincount(SMALL.index(drawn), minlength=24) / N_DRAWS
    assert total_variation(law, table) < sampling_floor(table, N_DRAWS).bound
    assert np.all(table[law > 0] > 0)
    # rows are in no order: the first half has the same law
    half = np.bincount(SMALL.index(drawn[: N_DRAWS // 2]), minlength=24) / (N_DRAWS // 2)
    assert total_variation(half, table) < sampling_floor(table, N_DRAWS // 2).bound
    assert density.sample(0, np.random.default_rng(1)).shape == (0, 3)


def test_a_wrong_table_is_noticed() -> None:
    """Negative control: the sampling test tells the mixture from its larger component."""
    (mixture, _), (_, other) = examples()["mixture of products"], examples()["product with zeros"]
    drawn = mixture.sample(N_DRAWS, np.random.default_rng(1))
    law = np.bincount(SMALL.index(drawn), minlength=24) / N_DRAWS
    assert total_variation(law, other) > sampling_floor(other, N_DRAWS).bound


@given(st.sampled_from(SPACES), st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_listed_states_are_found_in_any_space_and_no_others(
    space: ecd2g.StateSpace, seed: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    law = ecd2g.Distribution.from_samples(space, space.draw(n, rng))
    density = EmpiricalDensity(law)
    np.testing.assert_array_equal(density.probability(law.states), law.probabilities)
    near = law.states.copy()
    site = rng.integers(space.n_sites)
    near[:, site] = (near[:, site] + 1) % space.alphabet_sizes[site]
    listed = {tuple(row): p for row, p in zip(law.states.tolist(), law.probabilities, strict=True)}
    expected = [listed.get(tuple(row), 0.0) for row in near.tolist()]
    np.testing.assert_array_equal(density.probability(near), expected)


@pytest.mark.parametrize("space", SPACES)
def test_keys_are_one_to_one(space: ecd2g.StateSpace) -> None:
    """Every place value counts: states that differ in one site only have different keys."""
    corner = np.array(space.alphabet_sizes) - 1
    states = np.unique(np.vstack([corner, np.where(np.eye(space.n_sites), 0, corner)]), axis=0)
    keys = state_keys(space, states.astype(np.int64))
    assert len(np.unique(keys)) == len(states)
    if space.n_states < 2**63:
        np.testing.assert_array_equal(keys, space.index(states))


@pytest.mark.parametrize("space", SPACES[2:4] + SPACES[5:])
def test_products_keep_their_accuracy_where_states_cannot_be_listed(space: ecd2g.StateSpace) -> None:
    """Relative error against logarithms at typical states; 996 sites reach 1e-300 and stay normal numbers."""
    rng = np.random.default_rng(2)
    sites = random_sites(space, rng)
    density = ProductDensity(space, sites)
    states = density.sample(50, rng)
    logs = np.array([sum(np.log(site[s]) for site, s in zip(sites, row, strict=True)) for row in states])
    np.testing.assert_allclose(np.log(density.probability(states)), logs, rtol=1e-13)
    uniform = ProductDensity(space, [np.full(s, 1 / s) for s in space.alphabet_sizes])
    np.testing.assert_allclose(
        uniform.probability(states), UniformDensity(space).probability(states), rtol=1e-12
    )


def test_site_marginals_of_large_samples() -> None:
    """27^40: all 40 x 27 symbol shares within a Hoeffding bound, error rate 1e-6 in all."""
    space, n = ecd2g.StateSpace(27, 40), 20_000
    sites = np.array(random_sites(space, np.random.default_rng(3)))
    drawn = ProductDensity(space, list(sites)).sample(n, np.random.default_rng(4))
    shares = np.stack([(drawn == symbol).mean(axis=0) for symbol in range(27)], axis=1)
    assert np.abs(shares - sites).max() < np.sqrt(np.log(2 * sites.size / 1e-6) / (2 * n))
    noise = UniformDensity(space).sample(n, np.random.default_rng(4))
    shares = np.stack([(noise == symbol).mean(axis=0) for symbol in range(27)], axis=1)
    assert np.abs(shares - 1 / 27).max() < np.sqrt(np.log(2 * sites.size / 1e-6) / (2 * n))


def test_as_density() -> None:
    density = UniformDensity(SMALL)
    assert as_density(density) is density
    assert isinstance(as_density(ecd2g.Distribution.uniform(SMALL)), EmpiricalDensity)
    with pytest.raises(ecd2g.InputError, match=r"probability\(states\) and sample\(n, rng\), got ndarray"):
        as_density(np.full(24, 1 / 24))


@pytest.mark.parametrize("name", ["uniform", "dense", "sparse", "product", "smoothed"])
@pytest.mark.parametrize("states", [[[0, 0, 3]], [[-1, 0, 0]], [[0, 0]], [0, 0, 0], [[0.5, 0, 0]]])
def test_states_outside_the_space_are_refused(name: str, states: list) -> None:
    density, _ = examples()[name]
    with pytest.raises(ecd2g.InputError, match="states|symbols"):
        density.probability(states)


@pytest.mark.parametrize("name", examples())
def test_a_seed_stands_for_its_generator(name: str) -> None:
    density, _ = examples()[name]
    drawn = density.sample(50, 3)
    np.testing.assert_array_equal(drawn, density.sample(50, np.random.default_rng(3)))
    assert np.any(drawn != density.sample(50, 4))
    with pytest.raises(ecd2g.InputError, match="rng"):
        density.sample(50, "seed")


def test_lists_of_whole_numbers_are_states() -> None:
    density, table = examples()["product"]
    assert density.probability([[1, 0, 2]]) == table[SMALL.index([1, 0, 2])]


def test_bad_weights_are_refused() -> None:
    halves = [[0.5, 0.5], [0.5, 0.5]]
    space = ecd2g.StateSpace(2, 2)
    product = ProductDensity(space, halves)
    with pytest.raises(ecd2g.InputError, match=r"lengths \(2, 2\), got \(2, 2, 2\)"):
        ProductDensity(space, [*halves, halves[0]])
    with pytest.raises(ecd2g.InputError, match="probabilities of site 1 must sum to 1"):
        ProductDensity(space, [[0.5, 0.5], [0.5, 0.4]])
    with pytest.raises(ecd2g.InputError, match="probabilities of site 0 must be finite and not negative"):
        ProductDensity(space, [[1.5, -0.5], [0.5, 0.5]])
    with pytest.raises(ecd2g.InputError, match="site 0 must be finite and not negative, got inf"):
        ProductDensity(space, [[np.inf, 0.5], [0.5, 0.5]])
    with pytest.raises(ecd2g.InputError, match="probabilities of site 0 must be an array"):
        ProductDensity(space, [["a", "b"], [0.5, 0.5]])
    with pytest.raises(ecd2g.InputError, match="weights must be a list of numbers"):
        MixtureDensity([], [])
    with pytest.raises(ecd2g.InputError, match="one weight a component, got 2 weights for 1"):
        MixtureDensity([0.5, 0.5], [product])
    with pytest.raises(ecd2g.InputError, match="components of a mixture must live in one space"):
        MixtureDensity([0.5, 0.5], [product, UniformDensity(SMALL)])


def test_probabilities_cannot_be_changed_afterwards() -> None:
    given_sites = [np.array([0.5, 0.5]), np.array([0.25, 0.75])]
    density = ProductDensity(ecd2g.StateSpace(2, 2), given_sites)
    given_sites[0][:] = [1.0, 0.0]
    assert density.probability([[1, 1]]) == 0.375
    with pytest.raises(ValueError, match="read-only"):
        density.site_probabilities[0][0] = 1.0
