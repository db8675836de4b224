"""What the coupling does to the estimate
=========================================

Remark 3.4: the expected currents do not depend on how starts and ends are paired. Their variance does. Batches of 256
pairs of the paper's 1D problem: independent, re-ordered by minibatch optimal transport, and given pairs that stay in
their state where they can.
"""

import matplotlib.figure
import numpy as np

import ecd2g
from ecd2g import data, plots
from ecd2g.learned import Estimate, GivenPairs, IndependentPairs, TransportPairs

problem = data.uniform_to_gaussian()
space = problem.space
circuit = ecd2g.LayeredCircuit.complete(space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0)
exact = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
independent = IndependentPairs(problem.source, problem.target)
# a coupling that leaves as much as it can where it is: stay with probability min(1, q/p), else go where q exceeds p
p, q = problem.source.to_array(), problem.target.to_array()
starts = problem.source.sample(100_000, 0)[:, 0]
random = np.random.default_rng(1)
lacking = np.maximum(q - p, 0.0)
moved = random.choice(space.n_states, size=len(starts), p=lacking / lacking.sum())
ends = np.where(random.random(len(starts)) * p[starts] < q[starts], starts, moved)
couplings = {
    "independent": independent,
    "minibatch optimal transport": TransportPairs(independent),
    "pairs that stay where they can": GivenPairs.of(space, starts[:, None], ends[:, None]),
}
figure = matplotlib.figure.Figure(figsize=(plots.COLUMN, 2.6), layout="constrained")
axes = figure.subplots()
for style, (name, coupling) in zip(("-", ":", "--"), couplings.items(), strict=True):
    rng = np.random.default_rng(0)
    batches = [Estimate.from_pairs(circuit, coupling.draw(256, rng)).field.potentials for _ in range(400)]
    bias = np.abs(np.mean(batches, axis=0) - exact.potentials).max()
    spread = np.var(batches, axis=0).sum(axis=1)
    print(f"{name:30} largest deviation of the mean {bias:.1e} V   variance in all {spread.sum():.2e} V^2")
    axes.plot(np.arange(circuit.n_layers), 1e4 * spread, style, label=name)
axes.set(xlabel="layer", ylabel="variance over states (10⁻⁴ V²)", ylim=(0, None))
axes.legend(fontsize=7)
plots.save(axes, "coupling_variance")
