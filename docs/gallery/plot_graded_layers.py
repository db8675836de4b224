"""Layers with gains
===================

A gain on every gap makes all of its resistors better or worse conductors. Where a gap is poor, potentials fall; the
target is met whatever the gains are, and what changes is the coupling.
"""

import matplotlib.figure
import numpy as np

import ecd2g
from ecd2g import data, metrics, plots
from ecd2g.circuit import kernels

problem = data.uniform_to_gaussian(n_symbols=40)
space, q = problem.space, problem.target.to_array()
gains = {
    "even": np.ones(7),
    "poor in the middle": np.array([1.0, 1.0, 1.0, 0.05, 1.0, 1.0, 1.0]),
    "better and better": 2.0 ** np.arange(7),
}
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 2.3), layout="constrained")
panels = figure.subplots(1, len(gains))
for axes, (name, values) in zip(panels, gains.items(), strict=True):
    circuit = ecd2g.LayeredCircuit(space, 8, kernels.gaussian(space, width=1.5), gains=values)
    flow = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
    walks = flow.sample(20_000, rng=0)
    cost = metrics.mean_squared_distance(walks.starts, walks.ends, scale=40)
    print(
        f"{name:<19} TV(two-way law, q) = {metrics.total_variation(flow.law(), q):.0e}   proven error "
        f"{flow.certificate.potential_error:.0e}   cost {cost:.4f}   steps {walks.n_steps.mean():.2f}"
    )
    plots.potentials_by_layer(flow.potentials, axes)
    axes.set_title(name, fontsize=8)
plots.save(figure, "graded_layers")
