"""Every public name that takes arrays or sizes is called with wrong ones: what is right, or one sentence."""

import math
from dataclasses import fields, is_dataclass
from itertools import chain

import numpy as np
import pytest
import scipy.sparse as sp

import ecd2g
from ecd2g import bridges, circuit, couplings, metrics, movement, reference
from ecd2g.circuit import kernels
from ecd2g.errors import CapacityError, Ecd2gError

SPACE = ecd2g.StateSpace((3, 2))
P = ecd2g.Distribution.from_weights(SPACE, [1, 2, 3, 0, 0, 0])
Q = ecd2g.Distribution.from_weights(SPACE, [0, 0, 1, 2, 3, 4])
CIRCUIT = ecd2g.LayeredCircuit.complete(SPACE, n_layers=3, forward_resistance=0.1, lateral_resistance=1.0)
FLOW = ecd2g.solve(CIRCUIT, source=P, sink=Q)
LINE = ecd2g.ResistorNetwork.from_edges([(0, 1), (1, 2)], resistance=1.0)
CURRENTS = ecd2g.solve(LINE, source={0: 1.0}, sink={2: 1.0})
PLAN = couplings.independent_plan(P, Q)
ROWS = [[0, 0], [2, 1], [1, 1]]
GIVEN = couplings.GivenPairs.of(SPACE, ROWS, ROWS)
BRIDGE = bridges.SweepBridge(SPACE)
PLACES = BRIDGE.begin(np.array(ROWS), np.random.default_rng(0))
PASSAGE = movement.first_passage(FLOW.field)
MATRIX = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.3], [0.2, 0.3, 1.0]])
THREE = ecd2g.StateSpace(3)
DENSITY = reference.UniformDensity(SPACE)


def rng():
    return np.random.default_rng(0)


def complete(**changed):
    good = {"n_layers": 3, "forward_resistance": 0.1, "lateral_resistance": 1.0}
    return ecd2g.LayeredCircuit.complete(SPACE, **good | changed)


def bridged(make):
    """The calls of a bridge, each with one argument open."""
    bridge = make(SPACE)
    steps, done, pairs = 2, np.zeros(3, np.intp), couplings.Pairs(np.array(ROWS), np.array(ROWS))
    places = bridge.begin(np.array(ROWS), rng())
    return {
        "begin(starts)": lambda x: bridge.begin(x, rng()),
        "between(starts)": lambda x: bridge.between(couplings.Pairs(x, pairs.ends), steps, done, rng()),
        "between(ends)": lambda x: bridge.between(couplings.Pairs(pairs.starts, x), steps, done, rng()),
        "between(done)": lambda x: bridge.between(pairs, steps, x, rng()),
        "between(n_steps)": lambda x: bridge.between(pairs, x, done, rng()),
        "step(ends)": lambda x: bridge.step(places, x, steps, 0, rng()),
        "step(k)": lambda x: bridge.step(places, pairs.ends, steps, x, rng()),
        "step(n_steps)": lambda x: bridge.step(places, pairs.ends, x, 0, rng()),
        "check_steps": bridge.check_steps,
    }


def compared(metric):
    """The calls of a distance of two sets of samples."""
    return {"a": lambda x: metric(x, ROWS, SPACE), "b": lambda x: metric(ROWS, x, SPACE)}


def paired(metric):
    """The calls of a number about starts and their ends."""
    return {"starts": lambda x: metric(x, ROWS), "ends": lambda x: metric(ROWS, x)}


def centrality(function):
    return {"tolerance": lambda x: function(LINE, tolerance=x)}


def floor(distance):
    return lambda x: metrics.simulated_floor(distance, lambda random: random.random(), n_repeats=x)


CALLS = {
    "ecd2g.solve": {
        "source": lambda x: ecd2g.solve(LINE, source=x, sink={2: 1.0}),
        "amperes": lambda x: ecd2g.solve(LINE, source={0: x}, sink={2: 1.0}),
        "tolerance": lambda x: ecd2g.solve(CIRCUIT, source=P, sink=Q, tolerance=x),
    },
    "circuit.StateSpace": {
        "n_symbols": ecd2g.StateSpace,
        "n_sites": lambda x: ecd2g.StateSpace(2, x),
        "check": SPACE.check,
        "index": SPACE.index,
        "states": SPACE.states,
    },
    "circuit.Distribution": {
        "probabilities": lambda x: ecd2g.Distribution(SPACE, x),
        "states": lambda x: ecd2g.Distribution(SPACE, [0.5, 0.25, 0.25], x),
        "from_probabilities": lambda x: ecd2g.Distribution.from_probabilities(SPACE, x),
        "from_weights": lambda x: ecd2g.Distribution.from_weights(SPACE, x),
        "from_weights(states)": lambda x: ecd2g.Distribution.from_weights(SPACE, [1, 2, 3], x),
        "from_samples": lambda x: ecd2g.Distribution.from_samples(SPACE, x),
        "point": lambda x: ecd2g.Distribution.point(SPACE, x),
        "product": lambda x: ecd2g.Distribution.product(SPACE, x),
        "product(site)": lambda x: ecd2g.Distribution.product(SPACE, [x, [0.5, 0.5]]),
        "sample": lambda x: P.sample(x, rng()),
    },
    "circuit.LayeredCircuit": {
        "n_layers": lambda x: complete(n_layers=x),
        "forward_resistance": lambda x: complete(forward_resistance=x),
        "lateral_resistance": lambda x: complete(lateral_resistance=x),
        "gains": lambda x: complete(gains=x),
        "from_conductances": lambda x: ecd2g.LayeredCircuit.from_conductances(THREE, x, n_layers=3),
        "from_conductances(n_layers)": lambda x: ecd2g.LayeredCircuit.from_conductances(THREE, MATRIX, n_layers=x),
    },
    "circuit.ResistorNetwork": {
        "edges": lambda x: ecd2g.ResistorNetwork.from_edges(x, resistance=1.0),
        "resistance": lambda x: ecd2g.ResistorNetwork.from_edges([(0, 1), (1, 2)], resistance=x),
        "conductance": lambda x: ecd2g.ResistorNetwork.from_edges([(0, 1), (1, 2)], conductance=x),
        "n_nodes": lambda x: ecd2g.ResistorNetwork.from_edges([(0, 1)], resistance=1.0, n_nodes=x),
        "nodes": lambda x: ecd2g.ResistorNetwork.from_edges([(0, 1)], resistance=1.0, nodes=x),
        "from_sparse": lambda x: ecd2g.ResistorNetwork.from_sparse(conductance=x),
        "from_networkx": lambda x: ecd2g.ResistorNetwork.from_networkx(x, resistance="ohm"),
        "currents_at": lambda x: LINE.currents_at(x, "source"),
    },
    "circuit.CompleteKernel": {
        "n_states": lambda x: circuit.CompleteKernel(x, 10.0, 1.0),
        "forward": lambda x: circuit.CompleteKernel(3, x, 1.0),
        "lateral": lambda x: circuit.CompleteKernel(3, 10.0, x),
    },
    "circuit.DenseKernel": {"matrix": circuit.DenseKernel},
    "circuit.SparseKernel": {"matrix": circuit.SparseKernel},
    "circuit.HammingKernel": {
        "sizes": lambda x: circuit.HammingKernel(x, (1.0, 0.5, 0.2)),
        "weights": lambda x: circuit.HammingKernel((3, 2), x),
    },
    "circuit.kernels": {
        "hamming(sizes)": lambda x: kernels.hamming(x, [1.0, 0.5]),
    },
    "reference.ProductDensity": {
        "site_probabilities": lambda x: reference.ProductDensity(SPACE, x),
        "site": lambda x: reference.ProductDensity(SPACE, [x, [0.5, 0.5]]),
    },
    "reference.MixtureDensity": {"weights": lambda x: reference.MixtureDensity(x, [DENSITY, DENSITY])},
    "reference.UniformDensity": {"sample": lambda x: DENSITY.sample(x, rng()), "probability": DENSITY.probability},
    "reference.EmpiricalDensity": {
        "sample": lambda x: reference.EmpiricalDensity(P).sample(x, rng()),
        "probability": lambda x: reference.EmpiricalDensity(P).probability(x),
    },
    "reference.walk_between_densities": {
        "starts": lambda x: reference.walk_between_densities(CIRCUIT, DENSITY, DENSITY, x, rng()),
    },
    "reference.closed_form_batch": {
        "sources": lambda x: reference.closed_form_batch(CIRCUIT, x, np.array([Q.to_array()])),
        "sinks": lambda x: reference.closed_form_batch(CIRCUIT, np.array([P.to_array()]), x),
    },
    "reference.adapted_circuit": {
        name: lambda x, name=name: reference.adapted_circuit(P, Q, **{"n_iterations": 2} | {name: x})
        for name in ("reach", "n_iterations", "step", "floor", "offset", "gap", "tolerance")
    },
    "reference.alpha": {"n_layers": lambda x: reference.alpha(CIRCUIT.kernel, x)},
    "reference.chain_response": {"n_layers": lambda x: reference.chain_response(CIRCUIT.kernel, x)},
    "reference.linear_spread_chain": {
        "n_symbols": lambda x: reference.linear_spread_chain(x, 2, 0.1),
        "n_gaps": lambda x: reference.linear_spread_chain(3, x, 0.1),
        "ratio": lambda x: reference.linear_spread_chain(3, 2, x),
        "n_iterations": lambda x: reference.linear_spread_chain(3, 2, 0.1, x),
    },
    "reference.effective_resistance": {
        "u": lambda x: reference.effective_resistance(LINE, x, 2),
        "tolerance": lambda x: reference.effective_resistance(LINE, 0, 2, tolerance=x),
    },
    "reference.effective_resistances": {"pairs": lambda x: reference.effective_resistances(LINE, x)},
    "reference.resistance_matrix": centrality(reference.resistance_matrix),
    "reference.kirchhoff_index": centrality(reference.kirchhoff_index),
    "reference.current_flow_closeness": centrality(reference.current_flow_closeness),
    "reference.current_flow_betweenness": centrality(reference.current_flow_betweenness),
    "reference.edge_current_flow_betweenness": centrality(reference.edge_current_flow_betweenness),
    "reference.terminal_network": {"keep": lambda x: reference.terminal_network(LINE, x)},
    "reference.NetworkSolution": {
        "n": lambda x: CURRENTS.sample(x, rng=0),
        "starts": lambda x: CURRENTS.sample(starts=x, rng=0),
    },
    "reference.Flow": {
        "n": lambda x: FLOW.sample(x, rng=0),
        "starts": lambda x: FLOW.sample(starts=x, rng=0),
        "gap": FLOW.currents,
        "potentials_at": FLOW.potentials_at,
        "law_at": FLOW.law_at,
    },
    "movement.Transport": {"rng": lambda x: FLOW.sample(2, rng=x)},
    "movement.check_rule": {"rule": lambda x: FLOW.sample(2, rule=x, rng=0)},
    "movement.exact_cost": {"scale": lambda x: movement.exact_cost(FLOW, scale=x)},
    "movement.propagate": {
        "start": lambda x: movement.propagate(FLOW.field, start=x),
        "max_steps": lambda x: movement.propagate(FLOW.field, max_steps=x),
    },
    "movement.sample_walks": {
        "starts": lambda x: movement.sample_walks(FLOW.field, x, rng()),
        "max_steps": lambda x: movement.sample_walks(FLOW.field, np.array(ROWS)[:2], rng(), max_steps=x),
    },
    "movement.sample_first_passage": {
        "starts": lambda x: movement.sample_first_passage(FLOW.field, PASSAGE, x, rng()),
    },
    "movement.walk_nodes": {"starts": lambda x: movement.walk_nodes(CURRENTS.field, x, rng())},
    "metrics.hamming_mmd": compared(metrics.hamming_mmd)
    | {"bandwidth": lambda x: metrics.hamming_mmd(ROWS, ROWS, SPACE, bandwidth=x)},
    "metrics.hamming_mmd_p_value": compared(metrics.hamming_mmd_p_value)
    | {"n_permutations": lambda x: metrics.hamming_mmd_p_value(ROWS, ROWS, SPACE, n_permutations=x)},
    "metrics.pair_distances": compared(metrics.pair_distances),
    "metrics.site_distances": compared(metrics.site_distances),
    "metrics.shape": compared(metrics.shape),
    "metrics.trend": compared(metrics.trend),
    "metrics.kl_divergence": {
        "p": lambda x: metrics.kl_divergence(x, np.full(6, 1 / 6)),
        "q": lambda x: metrics.kl_divergence(np.full(6, 1 / 6), x),
    },
    "metrics.total_variation": {"p": lambda x: metrics.total_variation(x, np.full(6, 1 / 6))},
    "metrics.wasserstein_line": {
        "p": lambda x: metrics.wasserstein_line(x, np.full(6, 1 / 6)),
        "scale": lambda x: metrics.wasserstein_line(P.to_array(), Q.to_array(), scale=x),
    },
    "metrics.wasserstein_samples": paired(metrics.wasserstein_samples)
    | {"scale": lambda x: metrics.wasserstein_samples(ROWS, ROWS, scale=x)},
    "metrics.matched_cost": paired(metrics.matched_cost),
    "metrics.mean_hamming_distance": paired(metrics.mean_hamming_distance),
    "metrics.mean_squared_distance": paired(metrics.mean_squared_distance)
    | {"scale": lambda x: metrics.mean_squared_distance(ROWS, ROWS, scale=x)},
    "metrics.probability_of_staying": paired(metrics.probability_of_staying),
    "metrics.nearest_distance": paired(metrics.nearest_distance),
    "metrics.nearest_states": paired(metrics.nearest_states),
    "metrics.novelty": paired(metrics.novelty),
    "metrics.optimal_transport_cost": {"scale": lambda x: metrics.optimal_transport_cost(P, Q, scale=x)},
    "metrics.independent_cost": {"scale": lambda x: metrics.independent_cost(P, Q, scale=x)},
    "metrics.sampling_floor": {
        "probabilities": lambda x: metrics.sampling_floor(x, 10),
        "n_samples": lambda x: metrics.sampling_floor(P.to_array(), x),
        "error_rate": lambda x: metrics.sampling_floor(P.to_array(), 10, x),
    },
    "metrics.simulated_floor": {"n_repeats": floor(abs)},
    "metrics.law_floor": {"n_samples": lambda x: metrics.law_floor(lambda rows, law: float(len(rows)), P, x, 2)},
    "metrics.halves_floor": {
        "samples": lambda x: metrics.halves_floor(lambda a, b: float(len(a)), x, SPACE),
        "n_repeats": lambda x: metrics.halves_floor(lambda a, b: float(len(a)), ROWS, SPACE, x),
    },
    "metrics.unbalanced_current": {
        "source": lambda x: metrics.unbalanced_current(FLOW.field, x, Q.to_array()),
        "sink": lambda x: metrics.unbalanced_current(FLOW.field, P.to_array(), x),
    },
    "couplings.GivenPairs": paired(lambda starts, ends: couplings.GivenPairs.of(SPACE, starts, ends))
    | {"draw": lambda x: GIVEN.draw(x, rng())},
    "couplings.IndependentPairs": {"draw": lambda x: couplings.IndependentPairs(P, Q).draw(x, rng())},
    "couplings.TransportPairs": {
        "draw": lambda x: couplings.TransportPairs(couplings.IndependentPairs(P, Q)).draw(x, rng()),
    },
    "couplings.Plan": {
        "draw": lambda x: PLAN.draw(x, rng()),
        "draw_columns": lambda x: PLAN.draw_columns(x, rng()),
        "cost(scale)": lambda x: PLAN.cost(scale=x),
    },
    "couplings.pool_pairs": {
        "batch_size": lambda x: couplings.pool_pairs(P, Q, batch_size=x, n_batches=2, rng=0),
        "n_batches": lambda x: couplings.pool_pairs(P, Q, batch_size=5, n_batches=x, rng=0),
    },
    "couplings.electric_plan": {
        name: lambda x, name=name: couplings.electric_plan(P, Q, **{name: x})
        for name in ("width", "floor", "reweightings")
    },
    "couplings.sinkhorn_plan": {
        "regularisation": lambda x: couplings.sinkhorn_plan(P, Q, regularisation=x),
        "max_steps": lambda x: couplings.sinkhorn_plan(P, Q, max_steps=x),
    },
    "bridges.SweepBridge": bridged(bridges.SweepBridge),
    "bridges.MaskedBridge": bridged(bridges.MaskedBridge),
    "bridges.MixtureBridge": bridged(bridges.MixtureBridge),
    "bridges.DiffusionBridge": bridged(bridges.DiffusionBridge),
    "bridges.SpreadBridge": bridged(bridges.SpreadBridge)
    | {"ratio": lambda x: bridges.SpreadBridge(SPACE, x)},
    "bridges.IntervalBridge": bridged(bridges.IntervalBridge)
    | {"width": lambda x: bridges.IntervalBridge(SPACE, x)},
    "bridges.make_bridge": {"ratio": lambda x: bridges.make_bridge("spread", SPACE, ratio=x)},
}  # fmt: skip

SIZES = [0, 1, 2, 3, -1, True, np.int8(3), np.uint64(3)]
HUGE = [10**9, 10**16, 2**63, 2**64, 10**400]
NUMBERS = [1.5, 2.0, np.nan, np.inf, -np.inf, 1e308, 5e-324, -0.0, "1", "a", "", None, 1j, b"1"]
ARRAYS = [[], [[]], {}, (), "ab", [3], (3, True), (3, 0), [1, 2, 3], ROWS, ROWS[:1], [[0, 0, 0]], [[[0, 0]]],
          [[np.nan, 0]], [[np.inf, 0]], [[-1, 0]], [[0.5, 0]], [[10**400, 0]], [[2**63, 0]], [[1e308, 1e308]],
          [[0], [1, 2]], [[None, 0]],
          [["0", "0"]], [[True, False]], np.array(3), np.zeros((3, 3)), np.zeros((0, 2), np.int64)]  # fmt: skip
ARRAYS += [np.full(shape, value) for shape in (6, (1, 6)) for value in (1 / 6, np.nan, -1.0, 1e308)]
ARRAYS += [np.array(ROWS, dtype) for dtype in ("u1", "f2", "c16", "O", "M8[s]", "U2")]
ARRAYS += [np.ma.array(ROWS, mask=[[1, 0], [0, 0], [0, 0]]), sp.csr_array([[0.0, np.nan], [np.nan, 0.0]])]

REPEATED = ("n_repeats", "n_batches", "n_iterations", "reweightings")
"""How often something is done again: a large number takes long, and no memory."""

WITHOUT = {
    "results, and parts of them that the library makes": [
        "AdaptedCircuit",
        "AdaptedStep",
        "Atoms",
        "CapacityError",
        "Centrality",
        "Certificate",
        "ChainResponse",
        "Choice",
        "CompleteField",
        "Coupling",
        "CurrentError",
        "DensityWalks",
        "DeviationChain",
        "DivergedError",
        "Ecd2gError",
        "EdgeCentrality",
        "ExactCost",
        "ExactLaw",
        "FirstPassage",
        "InputError",
        "KernelField",
        "MMD",
        "Move",
        "NamedBridge",
        "NetworkCertificate",
        "NetworkField",
        "NetworkWalks",
        "OneSiteKernel",
        "Pairs",
        "Paths",
        "Places",
        "Potentials",
        "ProductKernel",
        "Resistances",
        "SamplingFloor",
        "SimulatedFloor",
        "SolverError",
        "SpreadChain",
        "StrandedWalkerError",
        "Table1",
        "TableField",
        "Walks",
    ],
    "protocols, abstract classes and lists of names": [
        "BRIDGES",
        "Bridge",
        "Coupling",
        "CurrentField",
        "Density",
        "Kernel",
        "LayeredField",
        "METHODS",
        "POOLED",
        "RULES",
        "SiteBridge",
        "SpectralKernel",
        "StructuredKernel",
    ],
    "they take a circuit, laws, a network, a field or a name alone": [
        "Rule",
        "as_density",
        "backward_steps",
        "cholmod_available",
        "choose",
        "closed_form",
        "conductance_matrix",
        "coupling",
        "current_error",
        "delivered_power",
        "deviation_chain",
        "energy_residual",
        "first_passage",
        "forward_bias",
        "independent_plan",
        "kirchhoff_residual",
        "maximum_principle_excess",
        "named_bridge",
        "ohm_residual",
        "plans",
        "spectral_form",
        "star_mesh_resistances",
        "stop_probability",
        "table_1",
        "transport_plan",
    ],
}
"""Public names that take neither an array nor a size, or are results."""


@pytest.mark.parametrize("name", CALLS)
def test_arguments_of_any_kind_are_used_or_refused(tally, name):
    package = name.partition(".")[0]
    for argument, call in CALLS[name].items():
        for value in [*SIZES, *([] if argument in REPEATED else HUGE), *NUMBERS, *ARRAYS]:
            try:
                result, said = call(value), "used"
            except Ecd2gError:
                result, said = None, "refused in one sentence"
            assert not has_nan(result), (argument, value)
            tally.add("Python API", f"{package}: arrays, sizes and numbers of any kind", said)


def has_nan(result):
    """Whether a number, an array, or a field of a result is no number."""
    if is_dataclass(result):
        return any(has_nan(getattr(result, field.name)) for field in fields(result))
    if isinstance(result, np.ndarray):
        return result.dtype.kind in "fc" and bool(np.isnan(result).any())
    return isinstance(result, float) and math.isnan(result)


@pytest.mark.parametrize("module", [ecd2g, circuit, reference, movement, metrics, couplings, bridges])
def test_every_public_name_is_called_or_takes_neither_arrays_nor_sizes(module):
    called = {name.partition(".")[2] for name in CALLS}
    without = {*chain.from_iterable(WITHOUT.values())}
    assert {*module.__all__} <= called | without
    assert not called & without


def test_a_sample_that_is_too_large_is_refused_with_the_size_of_what_it_needs():
    for n in HUGE:
        for draw in (P.sample, FLOW.sample, CURRENTS.sample, PLAN.draw, DENSITY.sample):
            with pytest.raises(CapacityError, match="fit in memory"):
                draw(n)
