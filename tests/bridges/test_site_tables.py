"""Tables of the bridges that move every site on its own."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecd2g import CapacityError, SolverError, StateSpace
from ecd2g.bridges import BRIDGES, DiffusionBridge, IntervalBridge, MixtureBridge, SiteBridge, make_bridge
from ecd2g.bridges.interval import interval_kernel, interval_law

TABLED = [name for name in BRIDGES if isinstance(make_bridge(name, StateSpace(2, 2)), SiteBridge)]


def test_four_bridges_have_tables():
    assert sorted(TABLED) == ["diffusion", "interval", "mixture", "spread"]


@pytest.mark.parametrize("name", TABLED)
@given(n_symbols=st.integers(1, 7), n_steps=st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_rows_are_laws_and_the_last_lands_in_the_end(name, n_symbols, n_steps):
    tables = make_bridge(name, StateSpace(n_symbols)).tables(n_symbols, n_steps)
    for table in tables:
        assert table.shape == (n_steps, n_symbols, n_symbols, n_symbols)
        assert np.all(table >= 0.0)
        np.testing.assert_allclose(table.sum(axis=3), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(tables.steps[-1], np.broadcast_to(np.eye(n_symbols), (n_symbols,) * 3))
    np.testing.assert_array_equal(tables.laws[0][:, 0], np.eye(n_symbols))


@pytest.mark.parametrize("name", TABLED)
def test_composed_tables_are_products_of_the_transitions(name):
    steps, laws = make_bridge(name, StateSpace(4)).tables(4, 5)
    for end in range(4):
        product = np.eye(4)
        for k in range(5):
            np.testing.assert_allclose(laws[k][:, end], product, atol=1e-14)
            product = product @ steps[k][:, end]


@pytest.mark.parametrize("name", TABLED)
def test_names_of_symbols_do_not_matter(name):
    """Any permutation of the symbols for nominal sites, the mirror image for ordinal ones."""
    order = np.array([3, 2, 1, 0]) if name == "interval" else np.array([2, 0, 3, 1])
    law = make_bridge(name, StateSpace(4)).site_law(4, 4)
    np.testing.assert_allclose(law[:, order][:, :, order][..., order], law, atol=1e-15)


def test_an_ordinal_site_knows_how_its_symbols_lie():
    """Negative control: a permutation that is no mirror image changes the interval's law."""
    order = np.array([2, 0, 3, 1])
    law = IntervalBridge(StateSpace(4)).site_law(4, 4)
    assert np.abs(law[:, order][:, :, order][..., order] - law).max() > 0.1


def test_the_mixture_has_jumped_by_time_t_with_probability_t():
    laws = MixtureBridge(StateSpace(3)).tables(3, 8).laws
    for k in range(8):
        np.testing.assert_allclose(laws[k][0, 2], [1 - k / 8, 0.0, k / 8], atol=1e-15)


def test_the_mixture_needs_no_table():
    bridge, rng = MixtureBridge(StateSpace(10**6, 2)), np.random.default_rng(0)
    places = bridge.begin(np.array([[5, 999_999]]), rng)
    assert bridge.step(places, np.array([[7, 0]]), 1, 0, rng).states.tolist() == [[7, 0]]


@pytest.mark.parametrize("n_symbols", [1, 2, 5])
@pytest.mark.parametrize("n_steps", [1, 2, 6])
def test_diffusion_from_noise_has_the_marginals_of_the_forward_process(n_symbols, n_steps):
    laws = DiffusionBridge(StateSpace(n_symbols)).tables(n_symbols, n_steps).laws
    for k in range(n_steps):
        share = k / n_steps  # bar-alpha of what is left of the noise
        expected = share * np.eye(n_symbols) + (1 - share) / n_symbols
        np.testing.assert_allclose(laws[k].mean(axis=0), expected, atol=1e-15)


def test_diffusion_steps_are_bayes_inverses_of_noise_steps():
    """One noise step of the forward chain, and Bayes's rule on the joint law of its two ends."""
    size, n_steps = 4, 5
    law = DiffusionBridge(StateSpace(size)).site_law(size, n_steps)
    for k in range(n_steps):
        less, more = (1 - j / n_steps for j in (n_steps - k - 1, n_steps - k))
        noise = more / less * np.eye(size) + (1 - more / less) / size  # [less noisy, more noisy]
        before = less * np.eye(size) + (1 - less) / size  # [data, less noisy]
        joint = before[:, :, None] * noise[None, :, :]  # [data, less, more]
        posterior = (joint / joint.sum(axis=1, keepdims=True)).transpose(2, 0, 1)
        np.testing.assert_allclose(law[k], posterior, atol=1e-14)


def eliminate(matrix, right):
    """Gauss-Jordan in rationals."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(len(rows)):
            if j != i and rows[j][i]:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def exact_interval_law(n_left, length, width):
    """The unit circuit assembled node by node and solved in rationals."""
    kernel = [[Fraction(g) for g in row] for row in interval_kernel(n_left, length, width).tolist()]
    n_nodes = (n_left + 1) * length
    matrix = [[Fraction(0)] * n_nodes for _ in range(n_nodes)]
    for gap in range(n_left):
        for i in range(length):
            for j in range(length):
                one, other = gap * length + i, (gap + 1) * length + j
                for a, b in ((one, other), (other, one)):
                    matrix[a][a] += kernel[i][j]
                    matrix[a][b] -= kernel[i][j]
    right = [Fraction(int(node == 0)) for node in range(n_nodes - 1)]
    potentials = [*eliminate([row[:-1] for row in matrix[:-1]], right), Fraction(0)]  # the sink is earthed
    return [kernel[0][y] * max(potentials[0] - potentials[length + y], 0) for y in range(length)]


@pytest.mark.parametrize(
    ("n_left", "length", "width"),
    [(2, 2, 1.0), (2, 5, 0.2), (3, 4, 1.0), (4, 3, 0.7), (3, 5, 5.0), (2, 6, 0.05)],
)
def test_interval_law_is_that_of_the_unit_circuit(n_left, length, width):
    exact = exact_interval_law(n_left, length, width)
    assert sum(exact) == 1
    np.testing.assert_allclose(
        interval_law(n_left, length, width), np.array(exact, dtype=float), rtol=1e-6, atol=1e-12
    )


def test_interval_walks_stay_between_their_symbol_and_the_end():
    law = IntervalBridge(StateSpace(6)).site_law(6, 4)
    x, end, y = np.indices((6, 6, 6))
    outside = (y < np.minimum(x, end)) | (y > np.maximum(x, end))
    assert np.all(law[:, outside] == 0.0)
    assert np.all(law[0][~outside] > 0.0)


def test_a_narrow_interval_walks_the_straight_line_and_a_wide_one_does_not():
    straight = [interval_law(4 - k, 9 - 2 * k, 0.2)[2] for k in range(3)]
    assert min(straight) > 0.99
    assert interval_law(4, 9, 5.0)[2] < 0.5


def test_interval_circuits_whose_floor_carries_the_current_are_refused():
    with pytest.raises(SolverError, match="larger width") as refused:
        IntervalBridge(StateSpace(50), width=0.1).site_law(50, 10)
    assert refused.value.reached > refused.value.tolerance


@pytest.mark.parametrize("name", ["spread", "interval", "diffusion"])
def test_tables_that_do_not_fit_are_refused(name):
    bridge, rng = make_bridge(name, StateSpace((3, 512))), np.random.default_rng(0)
    with pytest.raises(CapacityError, match="fewer steps"):
        bridge.step(bridge.begin(np.zeros((1, 2), dtype=int), rng), np.zeros((1, 2), dtype=int), 1, 0, rng)
