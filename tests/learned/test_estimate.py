"""The Monte-Carlo estimate (13): what it is, what it is on average, and how it scatters.

Null hypothesis of the statistical tests: the batches are independent, the mean of the estimate is the exact value, its
variance the stated formula. A mean over M batches, divided by its standard error, is then close to a standard normal
variable (M is 2000 or more); z = 6 is passed with a chance of 2e-9 for each of the at most 40 numbers of a test.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.couplings.pairs import GivenPairs, IndependentPairs, Pairs, TransportPairs, cheapest_order
from ecd2g.learned.estimate import Edges, Estimate, require_learnable
from ecd2g.reference import alpha
from ecd2g.testing import layered_circuits

Z = 6.0


def is_learnable(circuit):
    return circuit.n_states > 2 or circuit.kernel.forward >= circuit.kernel.lateral


def all_edges(circuit):
    states, v = circuit.space.all_states(), circuit.n_states
    gap, x, y = np.indices((circuit.n_gaps, v, v)).reshape(3, -1)
    return Edges(gap, states[x], states[y], np.ones(len(gap)))


def tables(flow):
    return np.stack([flow.currents(gap) for gap in range(flow.circuit.n_gaps)])


def relative(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


def small_circuit(n_states=5, n_layers=4, lateral=8.0):
    return ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(n_states), n_layers=n_layers, forward_resistance=1.0, lateral_resistance=lateral
    )


def rows_of(circuit, n=40, *, cheapest=True):
    """Correlated rows: an optimal coupling of two samples of size n, most of whose pairs keep their state."""
    rng, last = np.random.default_rng(11), circuit.n_states - 1
    starts, ends = rng.binomial(last, 0.4, (n, 1)), rng.binomial(last, 0.55, (n, 1))
    order = cheapest_order(starts, ends) if cheapest else np.arange(n)
    return Pairs(starts, ends[order])


def couplings(circuit):
    """Three couplings of the same source and target, the frequencies in the rows."""
    rows = rows_of(circuit)
    apart = IndependentPairs(*(ecd2g.Distribution.from_samples(circuit.space, side) for side in rows))
    return {
        "independent": apart,
        "given": GivenPairs.of(circuit.space, *rows),
        "transport": TransportPairs(apart),
    }


def exact_flow(circuit, coupling):
    return ecd2g.solve(circuit, source=coupling.source, sink=coupling.target)


def repeated(circuit, coupling, batch, n_batches, seed):
    """Estimated potentials of many batches, ``(n_batches, n_layers, V)``."""
    states, rng = circuit.space.all_states(), np.random.default_rng(seed)
    draws = (coupling.draw(batch, rng) for _ in range(n_batches))
    return np.stack([Estimate.from_pairs(circuit, pairs).potentials(states).T for pairs in draws])


def z_of_mean(values, exact):
    """The largest |mean - exact| in standard errors, the standard errors taken from the values."""
    return np.max(np.abs(values.mean(0) - exact) / (values.std(0, ddof=1) / np.sqrt(len(values))))


def potential_variance(circuit, p, q, joint, batch):
    """(alpha^2 p (1 - p) + alpha'^2 q (1 - q) - 2 alpha alpha' (pi(x, x) - p q)) / B, ``(n_layers, V)``."""
    near = alpha(circuit.kernel, circuit.n_layers)[:, None]
    far = near[::-1]
    both = np.diag(joint) - p * q
    return (near**2 * p * (1 - p) + far**2 * q * (1 - q) - 2 * near * far * both) / batch


def joint_law(circuit, pairs):
    v = circuit.n_states
    place = circuit.space.index(pairs.starts) * v + circuit.space.index(pairs.ends)
    return np.bincount(place, minlength=v * v).reshape(v, v) / len(place)


def z_of_variance(values, exact):
    """The largest |variance - exact| in standard errors, which the fourth moments of the values give."""
    deviations = values - values.mean(0)
    second, fourth = (deviations**2).mean(0), (deviations**4).mean(0)
    return np.max(np.abs(second - exact) / np.sqrt((fourth - second**2) / len(values)))


@given(layered_circuits(min_states=2, max_states=6, max_layers=5), st.integers(1, 5), st.integers(0, 10**6))
@settings(max_examples=40)
def test_the_estimate_is_the_average_of_the_unit_circuits_of_the_pairs(circuit, n, seed):
    assume(is_learnable(circuit))
    rng, space = np.random.default_rng(seed), circuit.space
    pairs = Pairs(space.draw(n, rng), space.draw(n, rng))
    units = [
        ecd2g.solve(
            circuit, source=ecd2g.Distribution.point(space, x), sink=ecd2g.Distribution.point(space, y)
        )
        for x, y in zip(*pairs, strict=True)
    ]
    estimate, states = Estimate.from_pairs(circuit, pairs), space.all_states()
    potentials = np.mean([unit.potentials for unit in units], axis=0)
    currents = np.mean([tables(unit) for unit in units], axis=0)
    assert relative(estimate.potentials(states).T, potentials) <= 1e-12
    assert relative(estimate.currents(all_edges(circuit)), currents.ravel()) <= 1e-12
    drops = np.diagonal(currents, axis1=1, axis2=2) / circuit.kernel.forward
    assert np.abs(estimate.forward_drops(states).T - drops).max() <= 1e-12 * np.abs(potentials).max()


def test_a_pair_left_out_is_noticed():
    """Negative control: the average of the other pairs is another estimate."""
    circuit = small_circuit()
    pairs = rows_of(circuit, 5)
    states = circuit.space.all_states()
    whole, part = (
        Estimate.from_pairs(circuit, Pairs(pairs.starts[:n], pairs.ends[:n])).potentials(states)
        for n in (5, 4)
    )
    assert relative(part, whole) > 1e-3


@given(layered_circuits(min_states=2, max_states=6, max_layers=5), st.integers(1, 30), st.integers(0, 10**6))
@settings(max_examples=40)
def test_currents_of_edges_are_those_of_the_tables(circuit, n, seed):
    assume(is_learnable(circuit))
    rng, space = np.random.default_rng(seed), circuit.space
    estimate = Estimate.from_pairs(circuit, Pairs(space.draw(n, rng), space.draw(n, rng)))
    expected = np.stack([estimate.field.currents(gap) for gap in range(circuit.n_gaps)])
    np.testing.assert_allclose(estimate.currents(all_edges(circuit)), expected.ravel(), rtol=1e-14, atol=0)


def test_edges_are_told_by_gap_and_direction():
    """Negative control: exchanged states, or the next gap, carry another current."""
    circuit = small_circuit()
    estimate = Estimate.from_pairs(circuit, rows_of(circuit))
    edges = all_edges(circuit)
    turned = edges._replace(before=edges.after, after=edges.before)
    later = edges._replace(gaps=(edges.gaps + 1) % circuit.n_gaps)
    for other in (turned, later):
        assert relative(estimate.currents(other), estimate.currents(edges)) > 1e-3


@given(layered_circuits(min_states=2, max_states=8, max_layers=5), st.integers(1, 40), st.integers(0, 10**6))
@settings(max_examples=40)
def test_the_order_of_the_ends_changes_not_one_bit(circuit, n, seed):
    """So minibatch optimal transport, which re-orders the ends, is the same training as independent pairs."""
    assume(is_learnable(circuit))
    rng, space = np.random.default_rng(seed), circuit.space
    pairs = Pairs(space.draw(n, rng), space.draw(n, rng))
    moved = Pairs(pairs.starts, pairs.ends[cheapest_order(*pairs)])
    one, other = (Estimate.from_pairs(circuit, batch).field for batch in (pairs, moved))
    np.testing.assert_array_equal(one.potentials, other.potentials)
    np.testing.assert_array_equal(one.forward_drops, other.forward_drops)


def test_transport_and_independent_batches_of_one_seed_give_one_estimate():
    circuit = small_circuit()
    found = couplings(circuit)
    one, other = (repeated(circuit, found[name], 16, 20, 5) for name in ("independent", "transport"))
    np.testing.assert_array_equal(one, other)
    given_rows = repeated(circuit, found["given"], 16, 20, 5)
    assert relative(given_rows, one) > 1e-3  # negative control: another batch is another estimate


@pytest.mark.parametrize("n_symbols", [4, (3, 2, 5)])
def test_few_states_of_a_large_space_and_all_states_agree(n_symbols):
    """64 or 30 states: a batch of two is solved on the states it lists, twenty copies of it on all states."""
    space = ecd2g.StateSpace(n_symbols, 3 if n_symbols == 4 else None)
    circuit = ecd2g.LayeredCircuit.complete(
        space, n_layers=4, forward_resistance=0.1, lateral_resistance=20.0
    )
    rng = np.random.default_rng(3)
    few = Pairs(space.draw(2, rng), space.draw(2, rng))
    many = Pairs(*(np.tile(side, (20, 1)) for side in few))
    sparse, dense = (Estimate.from_pairs(circuit, pairs) for pairs in (few, many))
    assert sparse.field.atoms.has_rest
    assert dense.field.atoms.listed is None
    states, edges = space.all_states(), all_edges(circuit)
    assert relative(sparse.potentials(states), dense.potentials(states)) <= 1e-13
    assert relative(sparse.currents(edges), dense.currents(edges)) <= 1e-13
    assert relative(sparse.forward_drops(states), dense.forward_drops(states)) <= 1e-13


def test_a_space_too_large_to_list_has_an_estimate():
    """27^8 and 27^20 states; away from the batch all states share one potential, and Ohm's law gives the current."""
    for n_sites in (8, 20):
        space, rng = ecd2g.StateSpace(27, n_sites), np.random.default_rng(5)
        circuit = ecd2g.LayeredCircuit.complete(
            space, n_layers=5, forward_resistance=0.1, lateral_resistance=1e12
        )
        pairs = Pairs(space.draw(8, rng), space.draw(8, rng))
        estimate = Estimate.from_pairs(circuit, pairs)
        strangers = space.draw(6, rng)
        phi = estimate.potentials(strangers)
        assert np.all(phi == phi[0])
        assert not np.any(np.isclose(estimate.potentials(pairs.starts)[:, 0], phi[0, 0], rtol=1e-6, atol=0))
        gaps = np.arange(6) % 4
        before, after = pairs.starts[:6], strangers
        lateral = estimate.currents(Edges(gaps, before, after, np.ones(6)))
        here = estimate.potentials(before)[np.arange(6), gaps]
        there = estimate.potentials(after)[np.arange(6), gaps + 1]
        np.testing.assert_allclose(lateral, (here - there) / 1e12, rtol=1e-12)
        forward = estimate.currents(Edges(gaps, before, before, np.ones(6)))
        np.testing.assert_allclose(
            forward, estimate.forward_drops(before)[np.arange(6), gaps] / 0.1, rtol=1e-12
        )


@given(layered_circuits(min_states=2, max_states=6, max_layers=5), st.integers(0, 10**6))
@settings(max_examples=30)
def test_the_full_data_estimate_is_the_exact_flow(circuit, seed):
    assume(is_learnable(circuit))
    rng, space = np.random.default_rng(seed), circuit.space
    source, target = (
        ecd2g.Distribution.from_weights(space, rng.dirichlet(np.ones(space.n_states))) for _ in range(2)
    )
    flow = ecd2g.solve(circuit, source=source, sink=target)
    estimate = Estimate.from_marginals(circuit, source, target)
    assert relative(estimate.potentials(space.all_states()).T, flow.potentials) <= 1e-14
    assert relative(estimate.currents(all_edges(circuit)), tables(flow).ravel()) <= 1e-14


@pytest.mark.parametrize("name", ["independent", "given", "transport"])
def test_the_estimate_is_unbiased_for_every_coupling(name):
    """Remark 3.4: the means of 2000 batches of 8 pairs are the exact potentials, whichever coupling they come from."""
    circuit = small_circuit()
    found = couplings(circuit)
    exact = exact_flow(circuit, found["independent"])
    values = repeated(circuit, found[name], 8, 2000, 17)
    assert z_of_mean(values, exact.potentials) < Z


def test_other_ends_are_told_from_the_exact_ones():
    """Negative control: 2000 batches of 8 pairs suffice to reject a source and a target that are exchanged."""
    circuit = small_circuit()
    coupling = couplings(circuit)["independent"]
    exact = exact_flow(circuit, IndependentPairs(coupling.target, coupling.source))
    assert z_of_mean(repeated(circuit, coupling, 8, 2000, 17), exact.potentials) > 2 * Z


@pytest.mark.parametrize("lateral", [8.0, 0.25], ids=["R above r", "R below r"])
@pytest.mark.parametrize(
    ("name", "batch"),
    [*((name, batch) for name in ("independent", "given") for batch in (4, 16, 64)), ("transport", 16)],
)
def test_the_variance_follows_the_formula_and_falls_like_one_over_the_batch(name, batch, lateral):
    """Variances of 2000 batches against the exact one, in standard errors of their own (about 4 % of the value).

    Correlated pairs change the variance by -2 alpha_n alpha_{N+1-n} (pi(x, x) - p(x) q(x)) / B; re-pairing does not.
    """
    circuit = small_circuit(n_layers=3, lateral=lateral)
    coupling = couplings(circuit)[name]
    joint = joint_law(circuit, rows_of(circuit))
    p, q = joint.sum(1), joint.sum(0)
    if name != "given":
        joint = np.outer(p, q)
    exact = potential_variance(circuit, p, q, joint, batch)
    varies = exact > 0
    values = repeated(circuit, coupling, batch, 2000, 23 + batch)
    assert z_of_variance(values[:, varies], exact[varies]) < Z


@pytest.mark.parametrize("lateral", [8.0, 0.25], ids=["R above r", "R below r"])
def test_the_variance_of_correlated_pairs_is_told_from_that_of_independent_ones(lateral):
    """Negative control: 2000 batches of 16 suffice to see the term of pi(x, x), and half the batch size."""
    circuit = small_circuit(n_layers=3, lateral=lateral)
    joint = joint_law(circuit, rows_of(circuit))
    p, q = joint.sum(1), joint.sum(0)
    values = repeated(circuit, couplings(circuit)["given"], 16, 2000, 39)
    for law, batch in ((np.outer(p, q), 16), (joint, 8)):
        exact = potential_variance(circuit, p, q, law, batch)
        varies = exact > 0
        assert z_of_variance(values[:, varies], exact[varies]) > 2 * Z


def test_circuits_that_cannot_be_learned_are_refused():
    plain = small_circuit(3)
    require_learnable(plain)
    require_learnable(small_circuit(2))
    for circuit in (small_circuit(2, lateral=0.5), small_circuit(1)):
        with pytest.raises(ecd2g.InputError):
            require_learnable(circuit)
    dense = ecd2g.LayeredCircuit.from_conductances(plain.space, np.ones((3, 3)), n_layers=3)
    with pytest.raises(ecd2g.InputError):
        require_learnable(replace(plain, kernel=dense.kernel))
