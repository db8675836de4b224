"""Resistors that adapt to their currents
========================================

From the paper's circuit of two layers, in which all pairs of states are joined alike, to optimal transport:
conductances follow the currents they carry. The end law stays exact on the way; the cost falls onto a proven bound.
"""

import math

import numpy as np

import ecd2g
from ecd2g import plots
from ecd2g.reference import adapted_circuit

problem = ecd2g.data.moons_to_swiss_roll(n_symbols=12)
p, q = problem.source, problem.target
adapted = {
    n: adapted_circuit(p, q, cost="squared", reach=math.inf, n_iterations=n)  # inf: every pair is joined
    for n in (0, 3, 50)
}
tables = {}
for n, circuit in adapted.items():
    last, network, m = circuit.history[-1], circuit.solution.network, len(circuit.source_states)
    print(
        f"iteration {n:2}   cost {last.cost:7.4f}   lower bound {last.bound:7.4f} symbols^2   "
        f"|end law - target| {last.law_error:.1e}"
    )
    table = np.zeros((m, len(circuit.sink_states)))
    table[network.tails, network.heads - m] = circuit.solution.currents
    tables[f"iteration {n}: {last.cost:.2f} symbols²"] = table
plots.save(plots.adapted_currents(circuit.source_states, circuit.sink_states, tables), "adapted_currents")

# %%
# Cost of the walk above, and below it the bound that its potentials prove by Kantorovich duality. No optimal transport
# solver is needed to know how far the optimum can be.
plots.save(plots.draw_adaptation(circuit.history), "adapted_costs")

# %%
# Walks of the last circuit are draws of the coupling.
starts, ends = circuit.sample(5000, rng=0)
print(f"squared distance per walk: {ecd2g.metrics.mean_squared_distance(starts, ends):.3f} symbols^2")
