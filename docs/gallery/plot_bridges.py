"""Bridges, and sampling in few evaluations
==========================================

A bridge is a walk from one start to one end. Three of them are walks of circuits: ``sweep`` crosses site after site,
``spread`` and ``interval`` move on a line. A network learns where walks end, and is asked once a step: the number of
steps is chosen when you sample.
"""

from dataclasses import replace

import matplotlib.figure
import numpy as np

from ecd2g import data, metrics, plots
from ecd2g.bridges import make_bridge
from ecd2g.couplings import Pairs, pool_pairs
from ecd2g.learned import END_RECIPE, BridgeFlow, EndNetwork, train

split = data.SPLIT_PROBLEMS["mixture-3"](rng=0)
space, source, target = split.train.space, split.train.source, split.train.target

# %%
# Walks of three circuits from one corner of the box to the other, in eight steps (three for the sweep): two of
# three sites.
rng = np.random.default_rng(0)
pairs = Pairs(np.tile([1, 2, 3], (30, 1)), np.tile([14, 9, 12], (30, 1)))
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 2.4), layout="constrained")
for axes, name in zip(
    figure.subplots(1, 3, sharex=True, sharey=True), ("sweep", "spread", "interval"), strict=True
):
    bridge, n_steps = make_bridge(name, space), 3 if name == "sweep" else 8
    places = bridge.begin(pairs.starts, rng)
    way = [places.states]
    for k in range(n_steps):
        places = bridge.step(places, pairs.ends, n_steps, k, rng)
        way.append(places.states)
    way = np.stack(way)[..., :2] + rng.uniform(-0.2, 0.2, (30, 2))
    axes.plot(way[..., 0], way[..., 1], lw=0.7, alpha=0.6)
    axes.set_title(name, fontsize=8)
    print(name, "ends where it should:", np.array_equal(places.states, pairs.ends))
plots.save(figure, "bridge_walks")

# %%
# A short training each, and samples in 1 to 8 evaluations. Sites that cross together are drawn apart, which is what few
# evaluations cost; the sweep takes one evaluation a site at most.
pool = pool_pairs(source, target, "independent", "squared", batch_size=500, n_batches=20, rng=0)
q, curves = split.test.target.to_array(), {}
for name in ("sweep", "spread"):
    steps = (1, 2, 3) if name == "sweep" else (1, 2, 3, 8)
    recipe = replace(END_RECIPE, n_steps=300)
    network = train(lambda name=name, steps=steps: EndNetwork(space, name, steps=steps), pool, recipe)
    flow = BridgeFlow(network.model, split.test.source, split.test.target)
    distances = []
    for n_steps in steps:
        ends = space.index(flow.sample(5000, n_steps=n_steps, rng=1).ends)
        distances.append(metrics.total_variation(np.bincount(ends, minlength=space.n_states) / 5000, q))
    curves[name] = steps, distances
    print(f"{name:<7}", "  ".join(f"{n} steps: {d:.3f}" for n, d in zip(steps, distances, strict=True)))
floor = metrics.sampling_floor(q, 5000).expected
print(f"floor of 5,000 perfect samples: {floor:.3f}")
figure = matplotlib.figure.Figure(figsize=(plots.COLUMN, 2.4), layout="constrained")
axes = figure.subplots()
for (name, (steps, distances)), style in zip(curves.items(), ("o-", "s--"), strict=True):
    axes.plot(steps, distances, style, ms=4, label=name)
axes.axhline(floor, color="0.4", ls=":", label="perfect samples")
axes.set(xlabel="network evaluations a sample", ylabel="TV to the target", ylim=(0, None))
axes.legend(fontsize=7)
plots.save(figure, "bridge_evaluations")
