"""Cost, entropy, seconds and marginal error of every coupling, as Markdown tables: python benchmarks/coupling_table.py

One sample of 400 starts and 400 ends of each problem (other numbers: --size 1000), random state 0. Needs POT.
"""

import argparse
from collections.abc import Callable

import numpy as np

from ecd2g import Distribution, data
from ecd2g.couplings import Plan, electric_plan, independent_plan, sinkhorn_plan, transport_plan
from ecd2g.metrics.optimal_transport import PairGround

Planner = Callable[[Distribution, Distribution, PairGround], Plan]

PLANNERS: dict[str, Planner] = {
    "independent": lambda p, q, ground: independent_plan(p, q),
    "electric": electric_plan,
    "electric, 20 reweightings": lambda p, q, ground: electric_plan(p, q, ground, reweightings=20),
    "Sinkhorn": sinkhorn_plan,
    "optimal transport": transport_plan,
}


def table(problem: data.Problem, ground: PairGround, scale: float, size: int) -> None:
    rng = np.random.default_rng(0)
    p = Distribution.from_samples(problem.space, problem.source.sample(size, rng))
    q = Distribution.from_samples(problem.space, problem.target.sample(size, rng))
    print(f"\n{problem.title}: {len(p.support())} distinct starts, {len(q.support())} distinct ends\n")
    print("| coupling | cost | entropy (nats) | seconds | marginal error |\n|---|---|---|---|---|")
    for name, planner in PLANNERS.items():
        plan = min((planner(p, q, ground) for _ in range(3)), key=lambda plan: plan.seconds)
        print(
            f"| {name} | {plan.cost(ground, scale):.4f} | {plan.entropy:.2f} | {plan.seconds:.3f} "
            f"| {plan.marginal_error:.0e} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=400, help="starts and ends that are drawn")
    size = parser.parse_args().size
    moons = data.moons_to_swiss_roll()
    table(moons, "squared", float(moons.space.alphabet_sizes[0]), size)
    table(data.splice(), "hamming", 1.0, size)


if __name__ == "__main__":
    main()
