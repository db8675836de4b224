"""A local circuit beside the paper's complete one
=================================================

Two moons to Swiss roll on 50 x 50 states. Walks in the complete circuit end almost independently of where they began;
Gaussian steps between near states take them hardly farther than optimal transport. The end law is exact for both.
"""

import matplotlib.figure
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import PowerNorm

import ecd2g
from ecd2g import metrics, plots
from ecd2g.circuit import kernels

problem = ecd2g.data.moons_to_swiss_roll()
space, n_layers, shown = problem.space, 10, (0, 4, 9)
r = 0.1  # ohm, as in the paper; its 2D R is not stated, so rho is that of its 1D circuit
circuits = {
    "complete (the paper's)": ecd2g.LayeredCircuit.complete(
        space, n_layers=n_layers, forward_resistance=r, lateral_resistance=(space.n_states - 1) * r / 0.049
    ),
    "Gaussian steps, width 0.7": ecd2g.LayeredCircuit(space, n_layers, kernels.gaussian(space, width=0.7)),
}
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 4.1), layout="constrained")
axes = figure.subplots(2, 1 + len(shown), sharex=True, sharey=True)
for row, (name, circuit) in zip(axes, circuits.items(), strict=True):
    flow = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
    walks = flow.sample(20_000, rng=0)
    cost = metrics.mean_squared_distance(walks.starts, walks.ends)
    law = metrics.total_variation(flow.law(), problem.target.to_array())
    print(
        f"{name:<26} {flow.method:<12} squared distance per walk {cost:6.1f}   TV(end law, target) {law:.1e}"
    )
    lines = np.stack([walks.starts[:300], walks.ends[:300]], axis=1)
    row[0].add_collection(LineCollection(list(lines), colors="0.2", linewidths=0.3))
    for states, color in ((walks.starts, "#D55E00"), (walks.ends, "#0072B2")):
        row[0].plot(*states[:300].T, ".", color=color, ms=2)
    row[0].set_title(f"{name}\n300 walks, E|x − y|² = {cost:.0f}", fontsize=7)
    visits = flow.visits().reshape(n_layers, *space.alphabet_sizes)
    for ax, layer in zip(row[1:], shown, strict=True):
        scale = PowerNorm(0.5, 0.0, visits[layer].max())
        ax.imshow(visits[layer].T, origin="lower", cmap="magma", norm=scale)
        ax.set_title(f"layer {layer} of 0 .. {n_layers - 1}", fontsize=7)
for ax in axes.flat:
    ax.set(aspect="equal", xlim=(-0.5, 49.5), ylim=(-0.5, 49.5))
    ax.tick_params(labelsize=6)
figure.supxlabel(
    "symbol of site 0 (left: starts orange, ends blue; others: expected visits, square-root scale)",
    fontsize=7,
)
figure.supylabel("symbol of site 1", fontsize=7)
plots.save(figure, "local_circuit")
optimum, unrelated = (
    cost(problem.source, problem.target)
    for cost in (metrics.optimal_transport_cost, metrics.independent_cost)
)
print(f"optimal transport {optimum:.1f}, independent coupling {unrelated:.1f} symbols^2")
