"""Optimal transport by POT, side by side with the plans and circuits of this package, on the same samples.

POT's exact network simplex is given a limit of iterations it never meets. Its Sinkhorn runs outside the log domain,
which is its fastest form and safe at this regularisation.
"""

import numpy as np
import ot
import pytest

from ecd2g import Distribution, data
from ecd2g.couplings import electric_plan, independent_plan, sinkhorn_plan, transport_plan
from ecd2g.metrics import optimal_transport_cost
from ecd2g.metrics.optimal_transport import pair_costs, weighted_support
from ecd2g.reference.adapted.circuit import adapted_circuit

REGULARISATION = 0.05
"""Of Sinkhorn, in mean costs."""


@pytest.fixture(scope="module")
def moons():
    problem = data.moons_to_swiss_roll()
    return problem.source, problem.target


def given(p: Distribution, q: Distribution):
    (xs, a), (ys, b) = weighted_support(p), weighted_support(q)
    return a / a.sum(), b / b.sum(), pair_costs(xs, ys, "squared")


@pytest.mark.benchmark(group="cost of optimal transport, 664 and 608 states")
def test_optimal_transport_cost(benchmark, moons) -> None:
    benchmark.pedantic(optimal_transport_cost, moons, rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="cost of optimal transport, 664 and 608 states")
def test_optimal_transport_cost_by_pot(benchmark, moons) -> None:
    cost = benchmark.pedantic(
        lambda: ot.emd2(*given(*moons), numItermax=100_000_000), rounds=5, warmup_rounds=1
    )
    ours = optimal_transport_cost(*moons)
    benchmark.extra_info["relative difference"] = abs(float(cost) / ours - 1.0)
    assert ours == pytest.approx(float(cost), rel=1e-12)


@pytest.mark.benchmark(group="cost of optimal transport, 664 and 608 states")
def test_sinkhorn_by_pot(benchmark, moons) -> None:
    a, b, costs = given(*moons)

    def solve() -> np.ndarray:
        return ot.sinkhorn(
            a, b, costs, REGULARISATION * costs.mean(), method="sinkhorn", stopThr=1e-9, numItermax=100_000
        )

    plan = benchmark.pedantic(solve, rounds=3, warmup_rounds=1)
    over = float(np.sum(plan * costs)) / optimal_transport_cost(*moons)
    benchmark.extra_info["over the optimum"] = over
    assert np.abs(plan.sum(axis=1) - a).max() < 1e-8
    assert over > 1.0


@pytest.mark.benchmark(group="costs over the optimum, 400 starts and ends")
def test_costs_of_plans_and_of_adapted_resistances(benchmark, moons) -> None:
    """Three samples; the time is that of all of it."""
    costs: dict[str, list[float]] = {}
    bounds: list[float] = []

    def price(seed: int) -> None:
        rng = np.random.default_rng(seed)
        p, q = (Distribution.from_samples(law.space, law.sample(400, rng)) for law in moons)
        a, b, table = given(p, q)
        optimum = float(ot.emd2(a, b, table, numItermax=100_000_000))
        plans = {
            "independent": independent_plan(p, q),
            "electric": electric_plan(p, q),
            "sinkhorn": sinkhorn_plan(p, q, regularisation=REGULARISATION),
            "transport": transport_plan(p, q),
        }
        for name, plan in plans.items():
            costs.setdefault(name, []).append(plan.cost("squared") / optimum)
        last = adapted_circuit(p, q, n_iterations=50).history[-1]
        costs.setdefault("adapted", []).append(last.cost / optimum)
        bounds.append(last.bound / optimum)

    benchmark.pedantic(lambda: [price(seed) for seed in range(3)], rounds=1)
    benchmark.extra_info.update({"over the optimum": costs, "proven lower bound": bounds})
    assert all(bound <= 1.0 + 1e-12 for bound in bounds)
    assert all(cost >= 1.0 - 1e-12 for values in costs.values() for cost in values)
