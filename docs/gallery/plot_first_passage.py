"""Three movement rules, by their exact laws
===========================================

Where walks end, how many steps they take, and which nodes they visit: computed, not sampled. Two-way and first-passage
walks end in the target; the paper's forward-only shortcut does not.
"""

import matplotlib.figure
import numpy as np

import ecd2g
from ecd2g import data, metrics, plots

problem = data.uniform_to_gaussian(n_symbols=20)
circuit = ecd2g.LayeredCircuit.complete(
    problem.space, n_layers=6, forward_resistance=0.1, lateral_resistance=20.0
)
flow = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
q = problem.target.to_array()
for rule in ("two-way", "first-passage", "forward-only"):
    walks = flow.sample(20_000, rule=rule, rng=0)
    law = flow.law(rule)
    ends = np.bincount(walks.ends[:, 0], minlength=20) / len(walks.ends)
    print(
        f"{rule:<13} TV(exact law, q) = {metrics.total_variation(law, q):.1e}   "
        f"TV(20,000 ends, exact law) = {metrics.total_variation(ends, law):.3f}   steps {walks.n_steps.mean():.2f}"
    )
print(f"floor of 20,000 perfect samples: {metrics.sampling_floor(q, 20_000).expected:.3f}")

# %%
# First-passage matrices: row x of ``steps[n]`` is the law of the state in which a two-way walker from x in layer n
# first reaches layer n + 1, whatever it did in between. ``exit`` is the law of the end of a walker from the last layer.
passage = flow.first_passage
print("rows sum to one within", float(np.abs(passage.steps.sum(axis=-1) - 1.0).max()))

# %%
# The exact law of the number of steps. Most two-way walks take the N - 1 = 5 steps of the others; the rest turned back
# once or more, two steps each time.
law = flow.exact_law()
print(
    "mean number of steps:", round(law.mean_steps, 4), " by visits:", round(float(flow.visits().sum()) - 1, 4)
)
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 2.4), layout="constrained")
left, right = figure.subplots(1, 2)
left.bar(np.arange(len(law.steps))[:20], law.steps[:20], color="tab:blue")
left.set(xlabel="steps of a two-way walk", ylabel="probability", yscale="log", ylim=(1e-7, 1))
plots.laws({"target": q, **{rule: flow.law(rule) for rule in ("two-way", "forward-only")}}, right)
plots.save(figure, "first_passage")
