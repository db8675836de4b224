"""Mixtures of Gaussians: their laws against quadrature, and what is meant to be hard about them."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from ecd2g import CapacityError, StateSpace
from ecd2g.data import GaussianMixture, gaussian_mixtures, mixture_law
from ecd2g.data.mixtures import source_mixture, target_mixture
from ecd2g.errors import InputError

SIZES = (3, 4, 5)
CENTRE = [0.7441597029115679, 0.8041078693436529, 0.27257973069571717]


@pytest.mark.parametrize("n_sites", SIZES)
def test_both_laws_are_dense_and_sum_to_one(n_sites):
    problem = gaussian_mixtures(n_sites)
    assert problem.space.n_states == 16**n_sites
    for law in (problem.source, problem.target):
        assert law.states is None
        assert law.probabilities.sum() == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("mixture", [source_mixture, target_mixture])
@pytest.mark.parametrize("n_sites", SIZES)
def test_a_probability_is_the_integral_of_the_density_over_its_cell(mixture, n_sites):
    parts, n_symbols = mixture(n_sites), 7
    space = StateSpace(n_symbols, n_sites)
    law = mixture_law(space, parts)

    def mass(low, high, centre, width):
        return quad(
            lambda z: math.exp(-0.5 * ((z - centre) / width) ** 2), low, high, epsabs=1e-15, limit=200
        )[0]

    for state in np.random.default_rng(3).integers(0, n_symbols, size=(3, n_sites)):
        expected = 0.0
        for weight, centres, widths in zip(parts.weights, parts.centres, parts.widths, strict=True):
            cells = [
                mass(j / n_symbols, (j + 1) / n_symbols, m, s) / mass(0.0, 1.0, m, s)
                for j, m, s in zip(state, centres, widths, strict=True)
            ]
            expected += weight * np.prod(cells)
        assert law.probabilities[space.index(state)] == pytest.approx(expected, rel=1e-6, abs=1e-15)


def test_two_cells_of_a_centred_gaussian_are_halves_and_its_tails_mirror_each_other():
    one = GaussianMixture(np.ones(1), np.full((1, 1), 0.5), np.full((1, 1), 0.05))
    assert mixture_law(StateSpace(2), one).probabilities == pytest.approx([0.5, 0.5], abs=1e-15)
    fine = mixture_law(StateSpace(20), one).probabilities
    assert np.allclose(fine, fine[::-1], rtol=1e-12, atol=0)
    assert 0 < fine[-1] < 1e-18  # a difference of two numbers near 1 would round to zero


def test_weights_of_the_components_are_the_masses_around_their_corners():
    target = gaussian_mixtures(4).target.to_array().reshape((16,) * 4)
    halves = target.reshape((2, 8) * 4).sum(axis=(1, 3, 5, 7)).ravel()
    assert np.sort(halves)[-6:] * 12 == pytest.approx([1, 1, 2, 2, 3, 3], abs=0.01)
    assert np.sort(halves)[:-6].max() < 1e-3


@pytest.mark.parametrize("n_sites", SIZES)
def test_every_site_of_the_target_depends_on_another(n_sites):
    target = gaussian_mixtures(n_sites).target.to_array().reshape((16,) * n_sites)
    dependence = np.zeros((n_sites, n_sites))
    for i, j in itertools.combinations(range(n_sites), 2):
        pair = target.sum(tuple(set(range(n_sites)) - {i, j}))
        product = np.outer(pair.sum(1), pair.sum(0))
        dependence[i, j] = dependence[j, i] = 0.5 * np.abs(pair - product).sum()  # total variation
    assert dependence.max(axis=0).min() > 0.1


@pytest.mark.parametrize("n_sites", SIZES)
def test_modes_are_where_the_components_are_and_the_source_has_left_them(n_sites):
    problem, parts = gaussian_mixtures(n_sites), target_mixture(n_sites)
    target = problem.target.to_array().reshape((16,) * n_sites)
    cells = np.floor(16 * parts.centres).astype(int)
    assert len({tuple(cell) for cell in cells.tolist()}) == 6
    for cell in cells:
        near = target[tuple(slice(max(c - 3, 0), c + 4) for c in cell)]
        peak = np.array(np.unravel_index(near.argmax(), near.shape)) + np.maximum(cell - 3, 0)
        assert np.all(np.abs(peak - cell) <= 1)
    overlap = np.minimum(problem.source.to_array(), problem.target.to_array()).sum()
    assert overlap < 0.1


def test_no_seed_moves_the_mixtures():
    assert np.array_equal(gaussian_mixtures(3).target.to_array(), gaussian_mixtures(3).target.to_array())
    assert target_mixture(3).centres[0] == pytest.approx(CENTRE, abs=1e-12)


@pytest.mark.parametrize("n_sites", [1, 2])
def test_too_few_sites_are_refused(n_sites):
    with pytest.raises(InputError, match="at least 3"):
        gaussian_mixtures(n_sites)


def test_too_many_states_are_refused():
    with pytest.raises(CapacityError, match="dense laws of a mixture"):
        gaussian_mixtures(7)


def test_arrays_that_do_not_fit_are_refused():
    pair = np.full((2, 3), 0.5)
    with pytest.raises(InputError, match="both have shape"):
        GaussianMixture(np.ones(2) / 2, pair, pair[:, :2])
    with pytest.raises(InputError, match="one a component"):
        GaussianMixture(np.ones(3) / 3, pair, pair)
    with pytest.raises(InputError, match="positive"):
        GaussianMixture(np.ones(2) / 2, pair, pair * 0)
    with pytest.raises(InputError, match="positive finite"):
        GaussianMixture(np.ones(2) / 2, pair, pair * np.inf)
    with pytest.raises(InputError, match="centres must be finite"):
        GaussianMixture(np.ones(2) / 2, pair * np.nan, pair)
    for far in (50.0, -50.0):
        with pytest.raises(InputError, match="mass in the box"):
            mixture_law(StateSpace(2, 3), GaussianMixture(np.ones(2) / 2, far + pair, pair / 50))
    with pytest.raises(InputError, match="4 sites"):
        mixture_law(StateSpace(2, 4), GaussianMixture(np.ones(2) / 2, pair, pair))
