"""What the forward-only shortcut costs
======================================

Exact end laws of the paper's 1D problem for a range of lateral resistances.
"""

import numpy as np

import ecd2g
from ecd2g import data, plots

problem = data.uniform_to_gaussian()
q = problem.target.to_array()
distances: dict[str, float] = {}
for lateral in np.logspace(0, 4, 5):
    circuit = ecd2g.LayeredCircuit.complete(
        problem.space, n_layers=10, forward_resistance=0.1, lateral_resistance=lateral
    )
    flow = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
    bias = {rule: ecd2g.metrics.total_variation(flow.law(rule), q) for rule in ("two-way", "forward-only")}
    print(
        f"R = {lateral:7.0f} ohm   rho = {circuit.lateral_ratio:8.3f}   "
        f"backward current {flow.backward_current():.3f} A   "
        f"TV two-way {bias['two-way']:.1e}   forward-only {bias['forward-only']:.4f}"
    )
    distances[f"forward-only, R = {lateral:.0f}"] = bias["forward-only"]
floor = ecd2g.metrics.sampling_floor(q, 10_000)
plots.save(plots.rule_bias(distances, floor=floor.expected), "forward_only_bias")
