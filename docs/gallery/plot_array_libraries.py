"""Many problems at once, in any array library
=============================================

``closed_form_batch`` solves one circuit for many sources and sinks in one call. The arrays may be those of NumPy,
torch, CuPy or any library of the array API standard; the answer is of the same library, and on the same device.
"""

import numpy as np
import torch

import ecd2g
from ecd2g.reference import closed_form_batch

space = ecd2g.StateSpace(30)
circuit = ecd2g.LayeredCircuit.complete(space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0)
rng = np.random.default_rng(0)
sources, sinks = rng.dirichlet(np.ones(space.n_states), size=(2, 500))

by_numpy = closed_form_batch(circuit, sources, sinks)
by_torch = closed_form_batch(circuit, torch.asarray(sources), torch.asarray(sinks))
print(type(by_torch.potentials).__name__, tuple(by_torch.potentials.shape), by_torch.potentials.dtype)
print("largest difference in volt:", float(np.abs(by_torch.potentials.numpy() - by_numpy.potentials).max()))

# %%
# Each row is what ``ecd2g.solve`` finds for it.
first = ecd2g.solve(
    circuit,
    source=ecd2g.Distribution.from_probabilities(space, sources[0]),
    sink=ecd2g.Distribution.from_probabilities(space, sinks[0]),
)
print("against solve:", float(np.abs(first.potentials - by_numpy.potentials[0]).max()))

# %%
# Potentials are linear in p and q, Eq. (5): those of a mean of problems are the mean of the potentials. That is why a
# network can be trained on batches.
mean = closed_form_batch(circuit, sources.mean(0, keepdims=True), sinks.mean(0, keepdims=True))
print("superposition:", float(np.abs(mean.potentials[0] - by_numpy.potentials.mean(0)).max()))
