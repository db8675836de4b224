"""The electric coupling of two samples
=====================================

Sixty starts of the two moons and sixty ends of the Swiss roll: pairs drawn apart, from the electric coupling, from the
same circuit after its conductances have followed their currents, and from optimal transport. All four have the same
starts and ends; what differs is who goes where. Lines are 500 pairs drawn from each.
"""

import matplotlib.figure
import numpy as np
from matplotlib.collections import LineCollection

import ecd2g
from ecd2g import data, plots
from ecd2g.couplings import electric_plan, independent_plan, transport_plan

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
    "optimal transport": transport_plan(p, q),
}
figure = matplotlib.figure.Figure(figsize=(2 * plots.COLUMN, 2.4), layout="constrained")
panels = figure.subplots(1, len(plans), sharex=True, sharey=True)
for axes, (name, plan) in zip(panels, plans.items(), strict=True):
    print(f"{name:18} cost {plan.cost(scale=side):.4f}   {plan}")
    pairs = plan.draw(500, np.random.default_rng(1))
    lines = np.stack([pairs.starts, pairs.ends], axis=1)
    axes.add_collection(LineCollection(list(lines), colors="black", alpha=0.12, linewidths=0.6, zorder=0))
    axes.scatter(*plan.starts.T, s=7, color="C0", label="starts")
    axes.scatter(*plan.ends.T, s=7, color="C1", marker="s", label="ends")
    axes.set(
        title=f"{name}\ncost {plan.cost(scale=side):.3f}", aspect="equal", xticks=[0, 49], yticks=[0, 49]
    )
    axes.title.set_fontsize(8)
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=7)
plots.save(figure, "electric_coupling")
