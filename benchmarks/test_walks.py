"""Walks: the O(log V) sampler against drawing from rows of currents, as Eq. (9) reads."""

import numpy as np
import pytest

import ecd2g

RATES: dict[str, float] = {}


def row_by_row(
    potentials: np.ndarray, a: float, b: float, q: np.ndarray, starts: np.ndarray, rng
) -> np.ndarray:
    """Two-way walks by the definition: the currents of a node to all states of both neighbouring layers."""
    n_layers, n_states = potentials.shape
    ends = []
    for state in starts:
        layer = 0
        while True:
            currents = np.zeros((3, n_states))
            for side, other in enumerate((layer - 1, layer + 1)):
                if 0 <= other < n_layers:
                    drop = potentials[layer, state] - potentials[other]
                    row = b * drop
                    row[state] = a * drop[state]
                    currents[side] = np.maximum(row, 0.0)
            if layer == n_layers - 1:
                currents[2, state] = q[state]
            cumulative = np.cumsum(currents.ravel())
            choice = np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")
            side, arrived = divmod(int(choice), n_states)
            if side == 2:
                ends.append(state)
                break
            layer, state = layer + (2 * side - 1), arrived
    return np.array(ends)


def rate(benchmark, name: str, n: int) -> None:
    RATES[name] = n / benchmark.stats.stats.median
    benchmark.extra_info["walks per second"] = round(RATES[name])


@pytest.mark.benchmark(group="two-way walks, V = 2500, N = 10")
def test_row_by_row(benchmark, random_problem) -> None:
    circuit, p, q = random_problem(50, 2, 10)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    rng = np.random.default_rng(0)
    starts = circuit.space.index(p.sample(200, rng))
    a, b = circuit.kernel.forward, circuit.kernel.lateral
    ends = benchmark.pedantic(lambda: row_by_row(flow.potentials, a, b, q.to_array(), starts, rng), rounds=3)
    rate(benchmark, "row by row", 200)
    assert len(ends) == 200


@pytest.mark.benchmark(group="two-way walks, V = 2500, N = 10")
@pytest.mark.parametrize("rule", ["two-way", "forward-only"])
def test_sorted_layers(benchmark, random_problem, rule: str) -> None:
    circuit, p, q = random_problem(50, 2, 10)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    n = 100_000
    walks = benchmark.pedantic(lambda: flow.sample(n, rule=rule, rng=0), rounds=5, warmup_rounds=1)
    rate(benchmark, rule, n)
    benchmark.extra_info["residual in A"] = flow.certificate.kirchhoff
    print(f"\n{rule} sampler / row by row at V = 2500: {RATES[rule] / RATES['row by row']:,.0f}")
    if rule == "two-way":
        floor = ecd2g.metrics.sampling_floor(q.to_array(), n)
        law = np.bincount(circuit.space.index(walks.ends), minlength=circuit.n_states) / n
        assert ecd2g.metrics.total_variation(law, q.to_array()) <= floor.bound
        assert RATES[rule] >= 50 * RATES["row by row"]


@pytest.mark.benchmark(group="two-way walks, V = 125,000, N = 10")
def test_sorted_layers_of_three_sites(benchmark, random_problem) -> None:
    circuit, p, q = random_problem(50, 3, 10)
    flow = ecd2g.solve(circuit, source=p, sink=q)
    benchmark.pedantic(lambda: flow.sample(100_000, rng=0), rounds=3, warmup_rounds=1)
    rate(benchmark, "V = 125,000", 100_000)
