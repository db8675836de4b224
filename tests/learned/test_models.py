"""The three current models: fields that keep their laws, losses that mean what they say, and that they learn.

Networks compute in float32, so what two paths through a network should agree on is compared to `SINGLE`.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import ecd2g
from ecd2g.circuit.fields.table_field import TableField
from ecd2g.couplings.pairs import IndependentPairs
from ecd2g.learned.current_network import CurrentNetwork, fitted_potentials
from ecd2g.learned.estimate import Edges, Estimate
from ecd2g.learned.marginal_network import MarginalNetwork
from ecd2g.learned.model import Examples
from ecd2g.learned.potential_network import PotentialNetwork
from ecd2g.learned.volume import VOLUMES
from ecd2g.movement import Transport
from ecd2g.reference import kirchhoff_residual
from ecd2g.testing import layered_circuits, layered_problems

SINGLE, HIDDEN = 2e-5, (16, 16)

MODELS = {
    "potentials": lambda circuit: PotentialNetwork(circuit, HIDDEN),
    "currents": lambda circuit: CurrentNetwork(circuit, "scaled", HIDDEN),
    "currents as in the paper": lambda circuit: CurrentNetwork(circuit, "paper", HIDDEN),
    "table": lambda circuit: MarginalNetwork(circuit, "table", HIDDEN),
    "network": lambda circuit: MarginalNetwork(circuit, "network", HIDDEN),
    "autoregressive": lambda circuit: MarginalNetwork(circuit, "autoregressive", HIDDEN),
}
EVERY_MODEL = pytest.mark.parametrize("name", MODELS)
MARGINALS = pytest.mark.parametrize("name", ["table", "network", "autoregressive"])
RATIOS = pytest.mark.parametrize("lateral", [20.0, 0.5], ids=["R above r", "R below r"])


def circuit_of(n_symbols=(3, 2), n_layers=4, lateral=20.0):
    return ecd2g.LayeredCircuit.complete(
        ecd2g.StateSpace(n_symbols), n_layers=n_layers, forward_resistance=1.0, lateral_resistance=lateral
    )


def made(name, circuit, seed=0):
    """An untrained model; tables are not left uniform."""
    torch.manual_seed(seed)
    model = MODELS[name](circuit)
    if name == "table":
        torch.nn.init.normal_(model.source_density.free)
        torch.nn.init.normal_(model.target_density.free)
    return model


def ends(space, seed=3):
    rng = np.random.default_rng(seed)
    return IndependentPairs(
        *(ecd2g.Distribution.from_weights(space, rng.dirichlet(np.ones(space.n_states))) for _ in range(2))
    )


def tables(field):
    return np.stack([field.currents(gap) for gap in range(field.circuit.n_gaps)])


def all_edges(circuit):
    states, v = circuit.space.all_states(), circuit.n_states
    gap, x, y = np.indices((circuit.n_gaps, v, v)).reshape(3, -1)
    return Edges(gap, states[x], states[y], np.ones(len(gap)))


def relative(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


def current_error(field, exact):
    """Root of the power of the error currents over the power of the exact ones."""
    error, conductance = tables(field) - tables(exact), exact.circuit.kernel.table()
    return np.sqrt(np.sum(error**2 / conductance) / np.sum(tables(exact) ** 2 / conductance))


# What holds for every model


@RATIOS
@EVERY_MODEL
def test_every_model_gives_a_field_that_walks_can_use(name, lateral):
    circuit = circuit_of(lateral=lateral)
    source = ends(circuit.space).source
    field, v = made(name, circuit).field(source), circuit.n_states
    assert field.circuit is circuit
    for values in (field.potentials, field.injected, field.extracted, field.divergence(), field.outflow()):
        assert values.shape == (circuit.n_layers, v)
        assert np.all(np.isfinite(values))
    np.testing.assert_array_equal(field.injected[0], source.to_array())
    assert np.all(field.injected[1:] == 0)
    assert np.all(field.extracted[:-1] == 0)
    assert field.extracted.min() >= 0
    currents = tables(field)
    out = np.zeros((circuit.n_layers, v))
    out[:-1] += np.maximum(currents, 0).sum(2)
    out[1:] += np.maximum(-currents, 0).sum(1)
    np.testing.assert_allclose(field.outflow(), out, rtol=1e-9, atol=1e-12 * out.max())
    np.testing.assert_allclose(field.spread(np.ones_like(out)).sum(), out.sum(), rtol=1e-9)
    nodes = np.flatnonzero(out.ravel() > 0)
    move = field.draw(nodes, np.random.default_rng(1))
    assert np.all(np.abs(move.nodes // v - nodes // v) == 1)


@EVERY_MODEL
def test_one_seed_gives_one_model_and_one_batch(name):
    circuit = circuit_of()
    coupling = ends(circuit.space)

    def outcome(seed, batch_seed):
        model = made(name, circuit, seed)
        rows = model.examples(coupling, 32, "visits", 16, np.random.default_rng(batch_seed))
        return [
            model(rows).detach().numpy(),
            tables(model.field(coupling.source)),
            *rows.inputs,
            rows.targets,
        ]

    for one, other in zip(outcome(1, 2), outcome(1, 2), strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.any(outcome(1, 2)[1] != outcome(3, 2)[1])  # negative control
    assert outcome(1, 2)[0] != outcome(1, 4)[0]


@pytest.mark.parametrize("volume", VOLUMES)
@EVERY_MODEL
def test_every_row_of_a_batch_counts_once(name, volume):
    """The loss is a mean over rows: parts of equal size, as processes share them, have its parts as their mean."""
    circuit = circuit_of()
    model = made(name, circuit)
    rows = model.examples(ends(circuit.space), 24, volume, 24, np.random.default_rng(1))
    n = len(rows.weights)
    assert all(len(part) == n for part in (*rows.inputs, rows.targets))
    halves = [
        Examples(tuple(x[k::2] for x in rows.inputs), rows.targets[k::2], rows.weights[k::2]) for k in (0, 1)
    ]
    mean = np.mean([model(half).item() for half in halves])
    assert mean == pytest.approx(model(rows).item(), rel=1e-5)


@EVERY_MODEL
def test_gradients_reach_every_parameter(name):
    circuit = circuit_of()
    model = made(name, circuit)
    model(model.examples(ends(circuit.space), 256, "stratified", 512, np.random.default_rng(1))).backward()
    largest = {label: parameter.grad.abs().max().item() for label, parameter in model.named_parameters()}
    rounding = 1e-5 * max(largest.values())
    for label, gradient in largest.items():
        assert rounding < gradient < np.inf, label
    assert model.n_parameters == sum(parameter.numel() for parameter in model.parameters()) > 0


@EVERY_MODEL
def test_circuits_that_cannot_be_learned_are_refused(name):
    with pytest.raises(ecd2g.InputError, match="two states"):
        made(name, circuit_of(2, lateral=0.5))
    with pytest.raises(ecd2g.InputError, match="single state"):
        made(name, circuit_of(1))


@pytest.mark.parametrize("name", ["potentials", "currents", "autoregressive"])
def test_fields_of_spaces_too_large_to_list_are_refused(name):
    space = ecd2g.StateSpace(27, 20)
    model = made(
        name, ecd2g.LayeredCircuit.complete(space, n_layers=4, forward_resistance=0.1, lateral_resistance=1e9)
    )
    with pytest.raises(ecd2g.CapacityError):
        model.field(ecd2g.Distribution.point(space, [0] * 20))


def test_names_that_no_model_has_are_refused():
    with pytest.raises(ecd2g.InputError, match="variant must be one of"):
        CurrentNetwork(circuit_of(), "other")
    with pytest.raises(ecd2g.InputError, match="density must be one of"):
        MarginalNetwork(circuit_of(), "other")


@pytest.mark.parametrize("name", ["potentials", "currents"])
@pytest.mark.parametrize(("n_symbols", "lateral"), [(4, 1.0), (100, 1e-2), (100, 1e-6)])
def test_targets_stay_numbers_where_deviations_die_out(name, n_symbols, lateral):
    """With r = R the deviations of inner layers are zero; with rho = 10^4 they are e^-40 there."""
    circuit = circuit_of(n_symbols, 9, lateral)
    model, coupling = made(name, circuit), ends(circuit.space)
    rows = model.examples(coupling, 64, "stratified", 256, np.random.default_rng(1))
    assert np.abs(rows.targets).max() < 1e6
    assert np.all(np.isfinite(rows.weights))
    loss = model(rows)
    loss.backward()
    assert np.isfinite(loss.item())
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())
    assert np.all(np.isfinite(tables(model.field(coupling.source))))


@EVERY_MODEL
def test_states_may_come_as_any_view_of_an_array(name):
    circuit = circuit_of()
    model, states = made(name, circuit), circuit.space.all_states()
    turned = states[::-1]
    turned.flags.writeable = False
    assert torch.equal(model.tensor(turned), torch.tensor(turned.copy()))


# PotentialNetwork


@RATIOS
def test_currents_of_potentials_obey_ohm_in_both_directions(lateral):
    circuit = circuit_of(lateral=lateral)
    model = made("potentials", circuit)
    field = model.field(ends(circuit.space).source)
    phi = model.potentials_at(circuit.space.all_states())
    np.testing.assert_array_equal(field.potentials, phi)
    kernel = circuit.kernel.table()
    for gap, table in enumerate(tables(field)):
        np.testing.assert_array_equal(table, kernel * (phi[gap][:, None] - phi[gap + 1][None, :]))
        np.testing.assert_array_equal(table, -(kernel * (phi[gap + 1][:, None] - phi[gap][None, :])).T)


def outputs_of(model, states):
    """What the network itself says, ``(n_states, n_layers)``."""
    with torch.no_grad():
        return model._outputs(model.tensor(states)).double().numpy()


def power(circuit, potentials):
    """Sum of R I^2 over all edges, from the tables of the currents that potentials ``(n_layers, V)`` drive."""
    drops = potentials[:-1, :, None] - potentials[1:, None, :]
    return float(np.sum(circuit.kernel.table() * drops**2))


@given(layered_circuits(min_states=3, max_states=6, max_layers=5), st.integers(0, 10**6))
@settings(max_examples=40)
def test_the_potential_loss_is_the_power_of_the_error_currents(circuit, seed):
    """Exact up to one constant, a V unit_1^2, for all errors whose layer means are zero; a = 1/r."""
    torch.manual_seed(0)
    model, rng = PotentialNetwork(circuit, (4,)), np.random.default_rng(seed)
    states = circuit.space.all_states()
    off = rng.standard_normal((circuit.n_layers, circuit.n_states))
    off -= off.mean(1, keepdims=True)
    error = off * model.unit[:, None]
    rows = Examples((states,), outputs_of(model, states) - off.T, np.ones(len(states)))
    loss = model(rows).item()
    constant = circuit.kernel.forward * circuit.n_states * model.unit[0] ** 2
    scale = circuit.n_states * np.sum(error**2) * (circuit.kernel.forward + circuit.kernel.lateral)
    assert loss * constant == pytest.approx(power(circuit, error), rel=1e-4, abs=1e-6 * scale)


def test_errors_of_layer_means_are_not_in_the_potential_loss_in_this_way():
    """Negative control: with a mean that is off, the products of different states that are left out would count."""
    circuit = circuit_of(4)
    model, states = made("potentials", circuit), circuit.space.all_states()
    outputs = outputs_of(model, states)
    error = np.repeat(model.unit[:, None], 4, axis=1)
    loss = model(Examples((states,), outputs - 1.0, np.ones(4))).item()
    constant = circuit.kernel.forward * 4 * model.unit[0] ** 2
    assert loss * constant > 2 * power(circuit, error)


@RATIOS
def test_the_potential_loss_is_zero_for_equal_outputs_and_for_no_others(lateral):
    """Each single output that is off costs something, with R below r as well, where one of its terms is negative."""
    circuit = circuit_of(lateral=lateral)
    model, states = made("potentials", circuit), circuit.space.all_states()
    outputs = outputs_of(model, states)
    exact = Examples((states,), outputs, np.ones(len(states)))
    assert model(exact).item() == pytest.approx(0.0, abs=1e-10)
    for place in np.ndindex(outputs.shape):
        targets = outputs.copy()
        targets[place] += 0.1
        assert model(exact._replace(targets=targets)).item() > 1e-6
    rng = np.random.default_rng(0)
    for _ in range(50):
        targets = outputs + rng.standard_normal(outputs.shape)
        assert model(exact._replace(targets=targets)).item() > 1e-6


@pytest.mark.parametrize("volume", VOLUMES)
def test_potential_targets_are_estimated_potentials(volume):
    circuit = circuit_of()
    model, coupling = made("potentials", circuit), ends(circuit.space)
    rows = model.examples(coupling, 64, volume, 6, np.random.default_rng(5))
    np.testing.assert_array_equal(rows.inputs[0], circuit.space.all_states())
    expected = Estimate.from_pairs(circuit, coupling.draw(64, np.random.default_rng(5))).field.potentials
    np.testing.assert_allclose(
        model.means[:, None] + model.unit[:, None] * rows.targets.T, expected, rtol=1e-12
    )
    few = model.examples(coupling, 64, volume, 5, np.random.default_rng(5))
    assert few.inputs[0].shape == (5, 2)


# MarginalNetwork


@RATIOS
@MARGINALS
def test_currents_between_learned_densities_obey_kirchhoff(name, lateral):
    circuit = circuit_of((3, 2, 2), lateral=lateral)
    model = made(name, circuit)
    states = circuit.space.all_states()
    p, q = (np.exp(log) / np.exp(log).sum() for log in model.log_densities(states))
    own = ecd2g.Distribution.from_weights(circuit.space, p)
    field = model.field(own)
    assert np.abs(p - q).max() > 5e-3
    np.testing.assert_allclose(field.extracted[-1], q, atol=1e-15)
    assert np.abs(kirchhoff_residual(field)).max() <= 1e-13
    flow = Transport(field, own, ecd2g.Distribution.from_weights(circuit.space, q))
    np.testing.assert_allclose(flow.law("two-way"), q, atol=1e-12)
    other = model.field(ends(circuit.space).source)  # negative control: walks that start elsewhere
    assert np.abs(kirchhoff_residual(other)).max() > 1e-3
    assert np.abs(Transport(other, ends(circuit.space).source, flow.sink).law("two-way") - q).max() > 1e-6


@MARGINALS
def test_potentials_of_given_states_are_those_of_the_field(name):
    circuit = circuit_of((3, 2, 2))
    model, rng = made(name, circuit), np.random.default_rng(1)
    field, states = model.field(ends(circuit.space).source), circuit.space.draw(20, rng)
    found = model.potentials_at(states)
    assert relative(found, field.potentials[:, circuit.space.index(states)]) <= SINGLE
    assert relative(model.potentials_at(states[::-1]), found) > 1e-2  # negative control


def test_marginals_give_potentials_and_samples_in_a_space_too_large_to_list():
    space, rng = ecd2g.StateSpace(27, 8), np.random.default_rng(1)
    circuit = ecd2g.LayeredCircuit.complete(space, n_layers=4, forward_resistance=0.1, lateral_resistance=1e9)
    model = made("autoregressive", circuit)
    drawn = model.target.sample(30, np.random.default_rng(5))
    space.check(drawn)
    np.testing.assert_array_equal(drawn, model.target.sample(30, np.random.default_rng(5)))
    assert np.any(drawn != model.target.sample(30, np.random.default_rng(6)))
    walks = model.walk(model.source.sample(30, rng), 7)
    space.check(walks.ends)
    assert walks.n_steps.min() >= circuit.n_gaps
    states = np.concatenate([drawn, space.draw(10, rng)])
    p, q = map(np.exp, model.log_densities(states))
    weights = np.stack([p, q])
    phi = model.potentials_at(states)
    assert phi.shape == (4, 40)
    # phi_n(x) - phi_n(y) = alpha_n (p(x) - p(y)) - alpha_{N+1-n} (q(x) - q(y)): two numbers explain every layer
    contrast, differences = weights - weights[:, :1], phi - phi[:, :1]
    coefficients = np.linalg.lstsq((contrast / weights.max(1, keepdims=True)).T, differences.T, rcond=None)[0]
    fitted = (contrast / weights.max(1, keepdims=True)).T @ coefficients
    assert np.abs(fitted - differences.T).max() <= 1e-9 * np.abs(phi).max()


def test_likelihood_of_given_pairs_is_the_loss():
    circuit = circuit_of()
    model = made("table", circuit)
    rows = model.examples(ends(circuit.space), 50, "uniform", 3, np.random.default_rng(1))
    p, q = model.log_densities(rows.inputs[0])[0], model.log_densities(rows.inputs[1])[1]
    assert model(rows).item() == pytest.approx(-(p + q).mean(), rel=1e-5)


# CurrentNetwork

VARIANTS = pytest.mark.parametrize("name", ["currents", "currents as in the paper"])


@pytest.mark.parametrize("n_symbols", [5, (3, 2, 4), (1, 4), (2, 2)])
@VARIANTS
def test_tables_of_currents_are_the_currents_of_single_edges(name, n_symbols):
    circuit = circuit_of(n_symbols)
    model = made(name, circuit)
    field = model.field(ends(circuit.space).source)
    found, expected = tables(field), model.currents_at(all_edges(circuit)).reshape(tables(field).shape)
    kinds = np.eye(circuit.n_states, dtype=bool)
    for edges in (kinds, ~kinds):  # forward currents are much larger than lateral ones
        assert relative(found[:, edges], expected[:, edges]) <= SINGLE
    assert relative(found, np.swapaxes(expected, 1, 2)) > 1e-3  # negative control: a network is not symmetric


def test_tables_made_in_pieces_are_those_made_at_once(monkeypatch):
    circuit = circuit_of((3, 2, 4))
    model = made("currents", circuit)
    whole = tables(model.field(ends(circuit.space).source))
    monkeypatch.setattr("ecd2g.learned.current_network.PIECE", 5 * 24)
    assert relative(tables(model.field(ends(circuit.space).source)), whole) <= SINGLE


@RATIOS
def test_the_scaled_loss_is_the_power_of_the_error_currents(lateral):
    """Over all edges with equal weights it is sum R (I_theta - I)^2 over n_edges times one constant."""
    circuit = circuit_of(lateral=lateral)
    model, edges = made("currents", circuit), all_edges(circuit)
    kind = np.all(edges.before == edges.after, axis=1).astype(int)
    conductance = np.where(kind, circuit.kernel.forward, circuit.kernel.lateral)
    constant = np.mean(np.square(model.units[1]) / circuit.kernel.forward)
    for seed in range(3):
        pairs = ends(circuit.space, seed)
        target = Estimate.from_marginals(circuit, pairs.source, pairs.target).currents(edges)
        weights = model.loss_weights[kind, edges.gaps]
        rows = Examples(edges[:3], target / model.units[kind, edges.gaps], weights)
        expected = np.sum((model.currents_at(edges) - target) ** 2 / conductance)
        assert model(rows).item() * len(kind) * constant == pytest.approx(expected, rel=1e-4)
        exact = rows._replace(targets=model.currents_at(edges) / model.units[kind, edges.gaps])
        assert model(exact).item() == pytest.approx(0.0, abs=1e-10)
        flat = model(rows._replace(weights=np.ones(len(kind)))).item() * len(kind) * constant
        assert flat != pytest.approx(expected, rel=1e-2)  # negative control


def test_the_paper_loss_is_the_mean_squared_error():
    circuit = circuit_of()
    model, coupling = made("currents as in the paper", circuit), ends(circuit.space)
    rows = model.examples(coupling, 20, "uniform", 50, np.random.default_rng(1))
    found = model.currents_at(Edges(*rows.inputs, rows.weights))
    assert model(rows).item() == pytest.approx(np.mean((found - rows.targets) ** 2), rel=1e-5)


@VARIANTS
def test_uniform_and_stratified_edges_expect_one_loss(name):
    """Null hypothesis: equal means; 1500 batches of 64 edges each, |z| < 6 (error rate 2e-9)."""
    circuit = circuit_of()
    model, coupling, rng = made(name, circuit), ends(circuit.space), np.random.default_rng(7)

    def losses(volume):
        with torch.no_grad():
            return np.array(
                [model(model.examples(coupling, 32, volume, 64, rng)).item() for _ in range(1500)]
            )

    found = {volume: losses(volume) for volume in ("uniform", "stratified")}

    def z(one, other):
        return abs(one.mean() - other.mean()) / np.sqrt(one.var() / len(one) + other.var() / len(other))

    assert z(found["uniform"], found["stratified"]) < 6
    assert z(found["uniform"], 1.5 * found["stratified"]) > 6  # negative control


@given(layered_problems(layered_circuits(min_states=2, max_states=5, max_layers=4, decades=1.0)))
@settings(max_examples=30)
def test_exact_currents_have_the_exact_potentials(problem):
    flow = problem.solved_by()
    found = fitted_potentials(problem.circuit, tables(flow.field))
    assert relative(found, flow.potentials) <= 1e-11


@pytest.mark.parametrize(("n_states", "n_layers"), [(2, 2), (3, 4), (4, 3)])
def test_other_currents_have_the_potentials_of_least_squares(n_states, n_layers):
    circuit = circuit_of(n_states, n_layers)
    currents = np.random.default_rng(1).standard_normal((n_layers - 1, n_states, n_states))
    gap, x, y = np.indices(currents.shape).reshape(3, -1)
    matrix = np.zeros((currents.size, n_layers * n_states))
    rows = np.arange(currents.size)
    matrix[rows, gap * n_states + x] = 1.0
    matrix[rows, (gap + 1) * n_states + y] = -1.0
    drops = (currents / circuit.kernel.table()).ravel()
    best = np.linalg.lstsq(matrix, drops, rcond=None)[0]
    found = fitted_potentials(circuit, currents).ravel()
    np.testing.assert_allclose(found, best - best.mean(), atol=1e-11)
    assert np.linalg.norm(matrix @ found - drops) > 0.1  # negative control: these currents have no potential


def test_the_field_of_a_current_network_leaves_where_its_currents_do():
    circuit = circuit_of()
    field = made("currents", circuit).field(ends(circuit.space).source)
    assert isinstance(field, TableField)
    np.testing.assert_allclose(field.extracted[-1], np.maximum(tables(field)[-1].sum(0), 0), atol=1e-12)


# Training

STEPS = 200


def trained(name, *, swapped=False):
    """Plain Adam on four states, 2000 pairs a step; returns model, exact flow, first and last losses."""
    circuit = circuit_of(4, 3, lateral=10.0)
    sides = [
        ecd2g.Distribution.from_probabilities(circuit.space, p)
        for p in ([0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4])
    ]
    flow = ecd2g.solve(circuit, source=sides[0], sink=sides[1])
    coupling = IndependentPairs(*(sides[::-1] if swapped else sides))
    model, rng = made(name, circuit, seed=1), np.random.default_rng(2)
    rate = 0.05 if name == "table" else 0.01
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    losses = []
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - step / STEPS)
        loss = model(model.examples(coupling, 2000, "stratified", 256, rng))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return model, flow, losses


@pytest.mark.parametrize("name", ["potentials", "table", "network", "autoregressive"])
def test_two_hundred_steps_find_the_currents(name):
    model, flow, _ = trained(name)
    assert current_error(model.field(flow.source), flow.field) < 0.05


@VARIANTS
def test_two_hundred_steps_halve_the_loss_of_a_current_network(name):
    losses = trained(name)[2]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:10])


@pytest.mark.parametrize("name", ["potentials", "currents", "table"])
def test_pairs_that_are_swapped_teach_other_currents(name):
    """Negative control: the currents from q to p, learned as well, are not those from p to q."""
    model, flow, losses = trained(name, swapped=True)
    assert current_error(model.field(flow.source), flow.field) > 0.3
    assert losses[-1] < losses[0]


def test_walks_without_a_list_of_states_end_as_those_on_the_field():
    """Null: 20,000 ends follow the exact law of the field; TV bound at error rate 1e-6. Negative control: another q."""
    circuit = circuit_of((3, 2, 2))
    model, other = made("autoregressive", circuit, seed=1), made("autoregressive", circuit, seed=2)
    starts = model.source.sample(20_000, np.random.default_rng(3))
    found = frequencies(circuit.space, model.walk(starts, 4).ends)
    wrong = frequencies(circuit.space, other.walk(starts, 4).ends)
    states = circuit.space.all_states()
    law = model.target.probability(states)
    floor = ecd2g.metrics.sampling_floor(law / law.sum(), 20_000)
    assert ecd2g.metrics.total_variation(found, law / law.sum()) < floor.bound
    assert ecd2g.metrics.total_variation(wrong, law / law.sum()) > floor.bound


def frequencies(space, states):
    return np.bincount(space.index(states), minlength=space.n_states) / len(states)
