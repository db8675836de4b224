"""Certificates, and refusals
============================

A small residual proves nothing. Two clusters hang together by a weak bridge: an ordinary solver gets their effective
resistance wrong in every digit, while its backward error says that all is well. ecd2g recomputes every figure and
*proves* a bound on the error; where it cannot, it raises.
"""

import matplotlib.figure
import numpy as np

import ecd2g
from ecd2g import plots
from ecd2g.reference import conductance_matrix

space = ecd2g.StateSpace(6)
circuit = ecd2g.LayeredCircuit.complete(space, n_layers=5, forward_resistance=0.1, lateral_resistance=10.0)
source, sink = ecd2g.Distribution.uniform(space), ecd2g.Distribution.point(space, [2])
print(ecd2g.solve(circuit, source=source, sink=sink).certificate)

# %%
# Two triangles of 1 S resistors and a bridge of 10^-k S: 1 A from end to end sees 4/3 + 10^k ohm exactly.
edges = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)]
current = np.array([1.0, 0.0, 0.0, 0.0, 0.0, -1.0])
names = ("NumPy, backward error", "NumPy, true error", "ecd2g, proven bracket")
found: dict[str, list[float]] = {name: [] for name in names}
decades = range(0, 25, 2)
for decade in decades:
    network = ecd2g.ResistorNetwork.from_edges(edges, conductance=[1.0] * 6 + [10.0**-decade])
    exact = 4 / 3 + 10.0**decade
    G = conductance_matrix(network).toarray()
    try:  # node 5 is the ground
        phi = np.append(np.linalg.solve(G[:-1, :-1], current[:-1]), 0.0)
    except np.linalg.LinAlgError:
        phi = np.full(6, np.nan)
    backward = np.abs(G @ phi - current).max() / (np.abs(G).sum(axis=1).max() * np.abs(phi).max())
    certificate = ecd2g.solve(network, source={0: 1.0}, sink={5: 1.0}).certificate
    values = (backward, abs(current @ phi / exact - 1), certificate.bracket)
    for name, value in zip(names, values, strict=True):
        found[name].append(value)

# %%
# A method that cannot prove its answer refuses, and says what to do instead.
try:
    ecd2g.solve(network, source={0: 1.0}, sink={5: 1.0}, method="dense")
except ecd2g.SolverError as refusal:
    print("\nSolverError:", refusal)

figure = matplotlib.figure.Figure(figsize=(plots.COLUMN, 2.6), layout="constrained")
axes = figure.subplots()
for (name, values), mark in zip(found.items(), ("s:", "o-", "^-"), strict=True):
    axes.semilogy(decades, np.maximum(values, 1e-17), mark, ms=3, lw=1, label=name)
axes.set(xlabel="decades between conductances", ylabel="relative error")
axes.legend(fontsize=7)
plots.save(figure, "certificates")
