"""The electric coupling of two samples
=====================================

Sixty starts of the two moons and sixty ends of the Swiss roll: pairs drawn apart, from the electric coupling, from the
same circuit after its conductances have followed their currents, and from optimal transport. All four have the same
starts and ends; what differs is who goes where.
"""

import matplotlib.figure
import numpy as np

import ecd2g
from ecd2g import data, plots
from ecd2g.couplings import electric_plan, independent_plan

problem = data.moons_to_swiss_roll()
space, side = problem.space, problem.space.alphabet_sizes[0]
rng = np.random.default_rng(0)
p, q = (
    ecd2g.Distribution.from_samples(space, law.sample(60, rng)) for law in (problem.source, problem.target)
)
plans = {
    "independent": independent_plan(p, q),
    "electric": electric_plan(p, q),
    "20 reweightings": electric_plan(p, q, reweightings=20),
    "200 reweightings": electric_plan(p, q, reweightings=200),
}
figure = matplotlib.figure.Figure(figsize=(2 * plots.COLUMN, 2.2), layout="constrained")
panels = figure.subplots(1, len(plans), sharex=True, sharey=True)
for axes, (name, plan) in zip(panels, plans.items(), strict=True):
    print(f"{name:18} cost {plan.cost(scale=side):.4f}   {plan}")
    pairs = plan.draw(80, np.random.default_rng(1))
    for start, end in zip(pairs.starts, pairs.ends, strict=True):
        axes.plot(*np.stack([start, end]).T, color="0.7", linewidth=0.6, zorder=0)
    axes.scatter(*plan.starts.T, s=7, color="C0", label="starts")
    axes.scatter(*plan.ends.T, s=7, color="C1", marker="s", label="ends")
    axes.set(
        title=f"{name}\ncost {plan.cost(scale=side):.3f}", aspect="equal", xticks=[0, 49], yticks=[0, 49]
    )
    axes.title.set_fontsize(8)
panels[0].legend(fontsize=6, loc="lower left")
plots.save(figure, "electric_coupling")
