"""A kernel of your own
====================

Only neighbouring symbols are joined: the same end law, but samples travel a shorter way than in the complete circuit.
"""

import numpy as np

import ecd2g

problem = ecd2g.data.uniform_to_gaussian(n_symbols=30)
space, n = problem.space, problem.space.n_states
chain = np.eye(n) + 0.5 * (np.eye(n, k=1) + np.eye(n, k=-1))  # siemens; any symmetric non-negative matrix
circuits = {
    "complete": ecd2g.LayeredCircuit.complete(
        space, n_layers=10, forward_resistance=1.0, lateral_resistance=200.0
    ),
    "neighbours only": ecd2g.LayeredCircuit.from_conductances(space, chain, n_layers=10),
}
for name, circuit in circuits.items():
    flow = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
    walks = flow.sample(20_000, rng=0)
    cost = ecd2g.metrics.mean_squared_distance(walks.starts, walks.ends, scale=n)
    law = ecd2g.metrics.total_variation(flow.law(), problem.target.to_array())
    print(
        f"{name:<16} solved by {flow.method:<12} TV(two-way, target) = {law:.1e}   mean squared distance = {cost:.4f}"
    )
