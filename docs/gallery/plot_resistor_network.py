"""Any resistor network
=====================

The movement rule holds on every connected graph: a karate club whose two leaders exchange one ampere.
"""

import networkx as nx

import ecd2g

graph = nx.karate_club_graph()
network = ecd2g.ResistorNetwork.from_networkx(graph, conductance="weight")
solution = ecd2g.solve(network, source={0: 1.0}, sink={33: 1.0})
print(solution.certificate)
print("effective resistance", solution.effective_resistance, "ohm")

# %%
# Several sinks: the walk ends in each of them in proportion to its current (Corollary 3.3).
split = ecd2g.solve(network, source={0: 1.0}, sink={33: 0.5, 32: 0.3, 16: 0.2})
law = split.law()
print({node: round(float(law[node]), 12) for node in (33, 32, 16)})
walks = split.sample(1_000, rng=0)
print("of 1000 walkers, ended at 33:", walks.ends.count(33))
