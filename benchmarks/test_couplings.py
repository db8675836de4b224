"""Plans of a thousand starts and ends."""

import numpy as np
import pytest

from ecd2g import Distribution, StateSpace
from ecd2g.couplings import electric_plan, sinkhorn_plan, transport_plan

PLANNERS = {
    "electric": electric_plan,
    "electric-reweighted": lambda p, q, ground: electric_plan(p, q, ground, reweightings=20),
    "sinkhorn": sinkhorn_plan,
    "transport": transport_plan,
}


def samples(n: int) -> list[Distribution]:
    space, rng = StateSpace(2, 64), np.random.default_rng(0)
    drawn = ((rng.random((n, 64)) < share).astype(int) for share in (0.3, 0.5))
    return [Distribution.from_samples(space, states) for states in drawn]


@pytest.mark.parametrize("name", PLANNERS)
def test_a_plan_of_a_thousand_starts_and_ends(benchmark, name):
    p, q = samples(1000)
    plan = benchmark.pedantic(PLANNERS[name], (p, q, "hamming"), rounds=3, warmup_rounds=1)
    benchmark.extra_info["marginal error"] = float(plan.marginal_error)
    assert plan.marginal_error < 1e-10
