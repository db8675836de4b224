"""Any resistor network
=====================

A karate club whose two leaders exchange one ampere: friendships are conductors, stronger ones better.
"""

import networkx as nx

import ecd2g
from ecd2g import plots
from ecd2g.reference import current_flow_betweenness, effective_resistances

graph = nx.karate_club_graph()
network = ecd2g.ResistorNetwork.from_networkx(graph, conductance="weight")
print(network)

# %%
# Potentials and currents, with what was proven about them.
solution = ecd2g.solve(network, source={0: 1.0}, sink={33: 1.0})
print(solution.certificate)

# %%
# Effective resistances, each between two bounds that hold whatever rounding did.
pairs = [(0, 33), (0, 1), (16, 26)]
found = effective_resistances(network, pairs)
for (u, v), ohm, lower, upper in zip(pairs, found.values, found.lower, found.upper, strict=True):
    print(f"{u} to {v}: {ohm:.12f} ohm, between {lower:.17g} and {upper:.17g}")

# %%
# Betweenness as in networkx, with a bound on its error.
betweenness = current_flow_betweenness(network)
theirs = nx.current_flow_betweenness_centrality(graph, weight="weight")
ours = betweenness.to_dict()
print("most between:", sorted(ours, key=ours.__getitem__, reverse=True)[:5])
print(
    f"error at most {betweenness.error:.1e}; from networkx {max(abs(ours[v] - theirs[v]) for v in graph):.1e}"
)

# %%
# Two sinks: a walk along the currents ends in each of them in proportion to its current (Corollary 3.3).
split = ecd2g.solve(network, source={0: 1.0}, sink={33: 0.7, 16: 0.3})
walks = split.sample(10_000, rng=0)
for node in (33, 16):
    law = split.law()[network.place(node)]
    print(f"ends at {node}: exactly {law:.12f}, of 10000 walks {walks.ends.count(node) / 10_000:.4f}")
print(f"passed 2: exactly {split.visits()[2]:.4f} times a walk")

# %%
# Nodes are coloured by potential, edges are as wide as their current.
plots.save(plots.network_diagram(split), "network")
