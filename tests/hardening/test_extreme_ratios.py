"""Resistances, sizes and distributions at the ends of what can be written: right, or refused; never a wrong number."""

import itertools
import random
import warnings

import numpy as np
import pytest

import ecd2g
from ecd2g import Distribution, InputError, LayeredCircuit, SolverError, StateSpace
from ecd2g.errors import Ecd2gError

OHM = (1e-308, 1e-300, 1e-100, 1e-18, 1.0, 1e18, 1e100, 1e300, 1.7e308)
METHODS = ("auto", "closed-form", "dense", "sparse", "cg")


def laws(rng: np.random.Generator, size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of distributions on so many states: equal, one atom, disjoint, tiny, random."""
    one, other = np.zeros(size), np.zeros(size)
    one[0] = other[-1] = 1.0
    tiny = np.full(size, 1e-308)
    tiny[0] = 1.0 - tiny[1:].sum()
    spread = rng.dirichlet(np.ones(size))
    steep = 10.0 ** -rng.uniform(0, 300, size)
    steep /= steep.sum()
    return [(spread, spread), (one, one), (one, other), (tiny, other), (spread, steep), (steep, tiny)]


def solved(p, q, size, n_layers, ohms, method):
    """The flow, or None where it is refused on purpose; a warning is an error."""
    space = StateSpace(size)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            circuit = LayeredCircuit.complete(
                space, n_layers=n_layers, forward_resistance=ohms[0], lateral_resistance=ohms[1]
            )
            source, sink = (Distribution.from_probabilities(space, law) for law in (p, q))
            return ecd2g.solve(circuit, source=source, sink=sink, method=method)
        except Ecd2gError:
            return None


@pytest.mark.parametrize("method", METHODS)
def test_a_complete_circuit_of_any_resistances_is_right_or_refused(method, tally, scale):
    """Right: every end law of the two-way walk is the sink, and the currents of every layer add up to those that enter.

    Neither is what the certificate looks at, which has let the flow pass.
    """
    rng = np.random.default_rng(3)
    every = list(itertools.product((1, 2, 5), (2, 3, 10), OHM, OHM))
    picked = [every[k] for k in rng.choice(len(every), min(len(every), 40 * scale), replace=False)]
    outcomes = {"right": 0, "refused": 0}
    for size, n_layers, forward, lateral in picked:
        pairs = laws(rng, size)
        p, q = pairs[rng.integers(len(pairs))]
        flow = solved(p, q, size, n_layers, (forward, lateral), method)
        outcomes["refused" if flow is None else "right"] += 1
        if flow is not None:
            is_right(flow, p, q)
    assert outcomes["right"] > len(picked) // 8
    for outcome, n in outcomes.items():
        tally.add("extreme ratios", f"complete circuits, method {method}", outcome, n)


def is_right(flow, p, q):
    for gap in range(flow.circuit.n_gaps):
        table = flow.currents(gap)
        assert np.all(np.isfinite(table))
        assert table.sum() == pytest.approx(1.0, abs=1e-7)
        if gap == 0:
            np.testing.assert_allclose(table.sum(axis=1), p, rtol=0, atol=1e-7)
        if gap == flow.circuit.n_gaps - 1:
            np.testing.assert_allclose(table.sum(axis=0), q, rtol=0, atol=1e-7)
    assert np.all(np.isfinite(flow.potentials))
    try:
        law = flow.law()
    except Ecd2gError:
        return
    np.testing.assert_allclose(law, q, rtol=0, atol=1e-7)


@pytest.mark.parametrize("method", ["auto", "star-mesh", "dense", "sparse", "cg", "amg"])
def test_a_line_of_any_resistances_is_right_or_refused(method, tally, scale):
    """In series: the effective resistance is the sum of the resistances, by definition."""
    rng = random.Random(method)  # noqa: S311 - no secrets
    outcomes = {"right": 0, "refused": 0}
    for _ in range(30 * scale):
        ohms = np.array([10.0 ** rng.uniform(-300, 300) for _ in range(rng.choice([1, 2, 5]))])
        edges = np.stack([np.arange(len(ohms)), np.arange(1, len(ohms) + 1)], axis=1)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                network = ecd2g.ResistorNetwork.from_edges(edges, resistance=ohms)
                found = ecd2g.solve(network, source={0: 1.0}, sink={len(ohms): 1.0}, method=method)
                resistance = found.effective_resistance
            except Ecd2gError:
                outcomes["refused"] += 1
                continue
        assert resistance == pytest.approx(ohms.sum(), rel=1e-7)
        outcomes["right"] += 1
    assert outcomes["right"] > 0
    for outcome, n in outcomes.items():
        tally.add("extreme ratios", f"lines of resistors, method {method}", outcome, n)


@pytest.mark.parametrize("total", [1e-308, 5e-324, 1e-200, 1e200, 1.7e308, 0.0, np.inf, np.nan, -1.0])
def test_weights_of_any_total_make_their_distribution_or_are_refused(total, tally):
    space = StateSpace(4)
    weights = np.array([0.5, 0.25, 0.25]) * total
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            law = Distribution.from_weights(space, [*weights, 0.0])
        except InputError:
            outcome = "refused"
        else:
            np.testing.assert_allclose(law.to_array(), [0.5, 0.25, 0.25, 0.0], rtol=1e-12)
            outcome = "right"
    assert outcome == "refused" or np.isfinite(total)
    tally.add("extreme ratios", "weights of any total", outcome)


def test_commands_with_any_resistances_print_no_warning(tmp_path, commands, tally, scale):
    rng = random.Random(5)  # noqa: S311
    for _ in range(3 * scale):
        forward, lateral = rng.choice(OHM), rng.choice(OHM)
        argv = ["--forward-resistance", str(forward), "--lateral-resistance", str(lateral), "--layers", "3"]
        done = commands.run("sample", "--problem", "1d", "--n", "50", *argv, cwd=tmp_path)
        if done.status != 0:
            done.in_one_sentence()
        assert done.err.count("\n") <= 1
        tally.add("extreme ratios", "ecd2g sample", "refused" if done.status else "done, no warning")


def test_refusals_of_ratios_say_what_was_reached():
    space = StateSpace(3)
    circuit = LayeredCircuit.complete(space, n_layers=3, forward_resistance=1.0, lateral_resistance=2.0)
    p = Distribution.uniform(space)
    q = Distribution.point(space, [1])
    with pytest.raises(SolverError) as refused:
        ecd2g.solve(circuit, source=p, sink=q, tolerance=1e-300)
    assert refused.value.reached > refused.value.tolerance
