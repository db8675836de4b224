"""Blob and shell: laws, symmetric like the box, and alike in every dimension."""

import itertools

import numpy as np
import pytest

from ecd2g.data.shells import HALF_WIDTH, blob_to_shell, centres, radii
from ecd2g.errors import CapacityError, InputError

SIZES = [(1, 7), (2, 10), (3, 6), (4, 5), (5, 4)]


@pytest.mark.parametrize(("n_sites", "n_symbols"), SIZES)
def test_laws_sum_to_one_and_are_dense(n_sites, n_symbols):
    problem = blob_to_shell(n_sites, n_symbols)
    assert problem.space.alphabet_sizes == (n_symbols,) * n_sites
    for law in (problem.source, problem.target):
        assert law.states is None
        assert law.probabilities.shape == (n_symbols**n_sites,)
        assert law.probabilities.sum() == pytest.approx(1, abs=1e-12)
        assert law.probabilities.min() > 0


@pytest.mark.parametrize(("n_sites", "n_symbols"), SIZES)
def test_laws_do_not_tell_sites_or_directions_apart(n_sites, n_symbols):
    problem = blob_to_shell(n_sites, n_symbols)
    for law in (problem.source, problem.target):
        table = law.to_array().reshape(problem.space.alphabet_sizes)
        for axis in range(n_sites):
            np.testing.assert_allclose(np.flip(table, axis), table, rtol=1e-13)
        for order in itertools.permutations(range(n_sites)):
            np.testing.assert_allclose(table.transpose(order), table, rtol=1e-13)


@pytest.mark.parametrize(("n_sites", "n_symbols"), [(1, 31), (2, 20), (3, 9)])
def test_laws_follow_their_formulas(n_sites, n_symbols):
    """Ratios of probabilities, for the sums over all states are not part of the formulas."""
    problem = blob_to_shell(n_sites, n_symbols)
    cell = 2 * HALF_WIDTH / n_symbols
    points = -HALF_WIDTH + cell * (problem.space.all_states() + 0.5)
    lengths = np.linalg.norm(points, axis=1)
    logs = np.log(problem.source.to_array()), np.log(problem.target.to_array())
    expected = -(lengths**2) / (2 * 0.5**2), -((lengths - 2.0) ** 2) / (2 * 0.4**2)
    for found, formula in zip(logs, expected, strict=True):
        np.testing.assert_allclose(found - found[0], formula - formula[0], atol=1e-9)


def test_one_dimension_has_two_bumps_and_two_dimensions_a_ring():
    line = blob_to_shell(1).target.to_array()
    assert np.count_nonzero((line[1:-1] > line[:-2]) & (line[1:-1] > line[2:])) == 2
    plane = blob_to_shell(2).target.to_array().reshape(50, 50)
    assert plane[25, 25] < 1e-4 * plane.max()
    source = blob_to_shell(2).source.to_array().reshape(50, 50)
    assert source[25, 25] == source.max()


@pytest.mark.parametrize(("n_sites", "n_symbols"), SIZES)
def test_equal_radii_are_equal_in_every_digit(n_sites, n_symbols):
    space = blob_to_shell(n_sites, n_symbols).space
    found = radii(space)
    expected = np.linalg.norm(centres(n_symbols)[space.all_states()], axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    table = found.reshape(space.alphabet_sizes)
    assert np.array_equal(table, np.flip(table))
    assert np.array_equal(table, table.T)


def test_sizes_that_no_space_has_are_refused():
    with pytest.raises(InputError, match="n_sites"):
        blob_to_shell(0, 5)
    with pytest.raises(InputError, match="one symbol per site"):
        blob_to_shell(2, 0)
    with pytest.raises(CapacityError, match="dense"):
        blob_to_shell(8, 50)
