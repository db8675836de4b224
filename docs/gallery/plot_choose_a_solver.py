"""Which solver, and why
=======================

``method="auto"`` measures the circuit and says in one sentence what decided; every method can also be asked for by
name, and all of them have to agree.
"""

import networkx as nx
import numpy as np

import ecd2g
from ecd2g.circuit import kernels
from ecd2g.reference import choose, plans

space = ecd2g.StateSpace(12, 2)
table = np.minimum.outer(np.arange(144.0), np.arange(144.0)) + 1.0
circuits = {
    "the paper's circuit": ecd2g.LayeredCircuit.complete(
        space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0
    ),
    "Gaussian steps": ecd2g.LayeredCircuit(space, 10, kernels.gaussian(space, width=1.0)),
    "a table": ecd2g.LayeredCircuit.from_conductances(space, table, n_layers=10),
}
for name, graph in {
    "a path": nx.path_graph(5000),
    "a grid": nx.grid_2d_graph(60, 60),
    "hubs": nx.barabasi_albert_graph(3000, 4, seed=0),
    "a cube": nx.grid_graph([16, 16, 16]),
}.items():
    circuits[name] = ecd2g.ResistorNetwork.from_networkx(
        nx.convert_node_labels_to_integers(nx.set_edge_attributes(graph, 1.0, "ohm") or graph),
        resistance="ohm",
    )
for name, circuit in circuits.items():
    choice = choose(circuit)
    print(f"{name:<20} {choice.method:<12} {choice.reason}")

# %%
# The plans of a network, in the order in which they are tried until one gets a certificate.
print()
for plan in plans(circuits["a cube"]):
    print(plan)

# %%
# Every method answers alike, or refuses.
network = circuits["a grid"]
last = network.n_nodes - 1
print()
for method in ("auto", "sparse", "cg", "amg"):
    solution = ecd2g.solve(network, source={0: 1.0}, sink={last: 1.0}, method=method)
    print(f"{method:<7} {solution.power:.14f} W   proven error {solution.certificate.potential_error:.0e}")
