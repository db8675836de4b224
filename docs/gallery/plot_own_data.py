"""Your own data in ten lines
============================

Two sets of discrete samples, here words of five letters, far too many states (26^5) to list.
"""

import numpy as np

import ecd2g

rng = np.random.default_rng(0)
space = ecd2g.StateSpace(n_symbols=26, n_sites=5)
source = ecd2g.Distribution.from_samples(space, rng.integers(0, 26, size=(500, 5)))
target = ecd2g.Distribution.from_samples(space, rng.binomial(25, 0.3, size=(500, 5)))

# Choose the lateral resistance through rho = (V - 1) r / R: small rho keeps walkers in their state for long.
rho, r = 0.1, 1.0
circuit = ecd2g.LayeredCircuit.complete(
    space, n_layers=8, forward_resistance=r, lateral_resistance=(space.n_states - 1) * r / rho
)
flow = ecd2g.solve(circuit, source=source, sink=target)
walks = flow.sample(1_000, rng=0)

print(flow.certificate)
print("a source sample", walks.starts[0], "became the target sample", walks.ends[0])
print("mean number of steps", walks.n_steps.mean())

# %%
# Every end is a target sample, because the exact flow of an empirical target ends in it.
known = {tuple(state) for state in target.support().tolist()}
print("all ends are target samples:", all(tuple(end) in known for end in walks.ends.tolist()))
