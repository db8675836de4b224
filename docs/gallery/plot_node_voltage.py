"""The node-voltage equation in ten lines
========================================

Eq. (15)-(18): G holds the conductances, G phi = J the potentials, Ohm's law the currents. The closed form of Lemma 3.5
gives the same potentials without G.
"""

import numpy as np

import ecd2g
from ecd2g.reference import alpha, conductance_matrix

space, n_layers = ecd2g.StateSpace(8), 5
circuit = ecd2g.LayeredCircuit.complete(
    space, n_layers=n_layers, forward_resistance=0.1, lateral_resistance=5.0
)
p, q = np.random.default_rng(0).dirichlet(np.ones(8), size=2)

G = conductance_matrix(circuit).toarray()
J = np.zeros(circuit.n_nodes)
J[:8], J[-8:] = p, -q
phi = (np.linalg.pinv(G, hermitian=True) @ J).reshape(n_layers, 8)
current = (phi[0, 2] - phi[1, 3]) / 5.0
print(f"current from state 2 of the first layer to state 3 of the second: {current:.6f} A")

# %%
# By Lemma 3.5, superposed over p and q: the layer means fall linearly, deviations follow alpha.
V, s = 8, circuit.kernel.row_sum()
a_n = alpha(circuit.kernel, n_layers)
means = -np.arange(n_layers) / (V * s)
lemma = means[:, None] + np.outer(a_n, p - 1 / V) - np.outer(a_n[::-1], q - 1 / V)
lemma -= lemma.mean()
print("largest difference to the lemma:", float(np.abs(phi - lemma).max()))

source, sink = (ecd2g.Distribution.from_probabilities(space, side) for side in (p, q))
print(
    "largest difference to solve:    ",
    float(np.abs(phi - ecd2g.solve(circuit, source=source, sink=sink).potentials).max()),
)
