import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import ecd2g
from ecd2g.errors import InputError
from ecd2g.metrics import current_error, kl_divergence, total_variation

weights = arrays(np.float64, 6, elements=st.floats(0.01, 1.0))
METRICS = [total_variation, kl_divergence]


def normalised(values):
    return values / values.sum()


def test_total_variation_of_disjoint_distributions_is_one():
    assert total_variation([1.0, 0.0], [0.0, 1.0]) == 1.0


def test_total_variation_is_the_largest_difference_of_any_event():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(8), size=2)
    events = (np.arange(256)[:, None] >> np.arange(8)) & 1
    assert total_variation(p, q) == pytest.approx((events @ (p - q)).max(), abs=1e-14)


def test_kl_divergence_of_a_coin_is_the_known_number_of_nats():
    assert kl_divergence([0.25, 0.75], [0.5, 0.5]) == pytest.approx(np.log(2) - 0.5623351446188083, abs=1e-15)


def test_kl_divergence_is_infinite_where_only_q_is_zero_and_finite_where_only_p_is():
    assert kl_divergence([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert kl_divergence([1.0, 0.0], [0.5, 0.5]) == pytest.approx(np.log(2))


@given(weights, weights)
def test_pinskers_inequality_joins_the_two(first, second):
    p, q = normalised(first), normalised(second)
    assert 2 * total_variation(p, q) ** 2 <= kl_divergence(p, q) + 1e-14


@given(weights, weights, weights)
def test_total_variation_is_a_metric(first, second, third):
    p, q, r = map(normalised, (first, second, third))
    assert total_variation(p, p) == 0
    assert total_variation(p, q) == total_variation(q, p)
    assert total_variation(p, r) <= total_variation(p, q) + total_variation(q, r) + 1e-15


@pytest.mark.parametrize("metric", METRICS)
def test_leading_axes_broadcast(metric):
    p = np.random.default_rng(1).dirichlet(np.ones(4), size=(2, 3))
    q = np.full(4, 0.25)
    distances = metric(p, q)
    assert distances.shape == (2, 3)
    assert distances[1, 2] == metric(p[1, 2], q)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([0.5, 0.5], [1.0], "same states"),
        ([1.0], [[0.5, 0.5]], "same states"),
        (np.full((2, 2), 0.5), np.full((3, 2), 0.5), "broadcast"),
        ([np.nan, 1.0], [0.5, 0.5], "p must be finite"),
        ([0.5, 0.5], [np.inf, 1.0], "q must be finite"),
        ([-0.5, 1.5], [0.5, 0.5], "p must not be negative"),
        ([3.0, 1.0], [0.5, 0.5], "p must sum to 1"),
        ([[0.5, 0.5], [0.5, 0.4]], [0.5, 0.5], "p must sum to 1"),
        (1.0, [1.0], "shape"),
        ([], [], "shape"),
        (["a"], [1.0], "real numbers"),
    ],
)
def test_what_is_no_distribution_is_refused(metric, p, q, message):
    with pytest.raises(InputError, match=message):
        metric(p, q)


def test_listed_distributions_are_refused_with_the_way_to_the_array_and_it_works():
    space = ecd2g.StateSpace(3, 2)
    p = ecd2g.Distribution.from_samples(space, [[0, 1], [2, 2]])
    with pytest.raises(InputError, match=r"p must be an array .*, got Distribution; .* by its to_array\(\)"):
        total_variation(p, p)
    assert total_variation(p.to_array(), p.to_array()) == 0


def test_currents_of_listed_distributions_are_refused_with_the_way_to_dense_ones_and_it_works():
    space = ecd2g.StateSpace(3, 2)
    circuit = ecd2g.LayeredCircuit.complete(space, n_layers=3, forward_resistance=1.0, lateral_resistance=5.0)
    p = ecd2g.Distribution.from_samples(space, [[0, 1], [2, 2]])
    q = ecd2g.Distribution.from_samples(space, [[1, 1]])
    listed = ecd2g.solve(circuit, source=p, sink=q).field
    with pytest.raises(
        InputError, match=r"solve with Distribution\.from_probabilities\(space, p\.to_array\(\)\)"
    ):
        current_error(listed, listed)
    dense = [ecd2g.Distribution.from_probabilities(space, law.to_array()) for law in (p, q)]
    field = ecd2g.solve(circuit, source=dense[0], sink=dense[1]).field
    assert current_error(field, field).all_edges == 0
