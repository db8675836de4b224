"""The exact flow of the paper's 1D problem
==========================================

Uniform to Gaussian on 50 symbols, r = 0.1 ohm and R = 100 ohm as in the paper, 10 layers (our choice).
"""

import ecd2g
from ecd2g import data, plots

problem = data.uniform_to_gaussian()
circuit = ecd2g.LayeredCircuit.complete(
    problem.space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0
)
flow = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
print(flow.certificate)

# %%
# The circuit: every edge with its current, backward currents in a colour of their own.
currents = [flow.currents(gap) for gap in range(circuit.n_gaps)]
p, q = problem.source.to_array(), problem.target.to_array()
plots.save(plots.circuit_diagram(currents, p, q), "circuit")

# %%
# Potentials fall from the source to the sink; currents gap by gap.
plots.save(plots.potentials_by_layer(flow.potentials), "potentials")
plots.save(plots.current_heatmaps(currents, gaps=[0, 4, 8])[0], "currents")

# %%
# The exact end laws: two-way walks end in q, the paper's forward-only shortcut does not.
laws = {"source": p, "target": q}
laws |= {rule: flow.law(rule) for rule in ("two-way", "first-passage", "forward-only")}
plots.save(plots.laws(laws), "laws")
for rule in ("two-way", "first-passage", "forward-only"):
    print(f"TV({rule}, target) = {ecd2g.metrics.total_variation(laws[rule], q):.2e}")
