"""Cost, entropy, seconds and marginal error of every coupling, as Markdown tables: python benchmarks/coupling_table.py

One sample of 400 starts and 400 ends of each problem (other numbers: --size 1000), random state 0. With --floors: the
electric coupling at several widths and floors of its conductances. Needs POT.
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


def floors(p: Distribution, q: Distribution, ground: PairGround, scale: float) -> None:
    print("| width | floor | cost | marginal error |\n|---|---|---|---|")
    for width in (0.001, 0.05, 1.0):
        for floor in (1e-6, 1e-9, 1e-12, 1e-15):
            plan = electric_plan(p, q, ground, width, floor)
            print(f"| {width} | {floor:g} | {plan.cost(ground, scale):.4f} | {plan.marginal_error:.0e} |")


def samples(problem: data.Problem, size: int) -> tuple[Distribution, Distribution]:
    rng = np.random.default_rng(0)
    p = Distribution.from_samples(problem.space, problem.source.sample(size, rng))
    q = Distribution.from_samples(problem.space, problem.target.sample(size, rng))
    print(f"\n{problem.title}: {len(p.support())} distinct starts, {len(q.support())} distinct ends\n")
    return p, q


def couplings(p: Distribution, q: Distribution, ground: PairGround, scale: float) -> None:
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
    parser.add_argument(
        "--floors", action="store_true", help="widths and floors of the electric coupling instead"
    )
    given = parser.parse_args()
    table = floors if given.floors else couplings
    moons = data.moons_to_swiss_roll()
    table(*samples(moons, given.size), "squared", float(moons.space.alphabet_sizes[0]))
    table(*samples(data.splice(), given.size), "hamming", 1.0)


if __name__ == "__main__":
    main()
