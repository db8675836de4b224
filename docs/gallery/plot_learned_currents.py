"""Learned currents beside exact ones
=====================================

Three models trained for a tenth of the usual steps on samples of the paper's 1D problem, and their currents.
"""

from dataclasses import replace

import numpy as np

import ecd2g
from ecd2g import data, plots
from ecd2g.learned import MODELS, IndependentPairs, LearnedFlow, train

problem = data.uniform_to_gaussian()
circuit = ecd2g.LayeredCircuit.complete(
    problem.space, n_layers=10, forward_resistance=0.1, lateral_resistance=100.0
)
exact = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
tables = {"exact flow": np.stack([exact.currents(gap) for gap in range(circuit.n_gaps)])}
pairs = IndependentPairs(problem.source, problem.target)
curves = {}
for name in ("potential", "marginal", "current"):
    model = MODELS[name]
    trained = train(lambda model=model: model.make(circuit), pairs, replace(model.recipe, n_steps=500))
    flow = LearnedFlow.of(trained.model, problem.source, problem.target)
    error = ecd2g.metrics.current_error(flow.field, exact.field)
    distance = ecd2g.metrics.total_variation(flow.law(), problem.target.to_array())
    print(f"{name:10} relative current error {error.all_edges:.3f}   TV of the two-way law {distance:.3f}")
    tables[name] = np.stack([flow.currents(gap) for gap in range(circuit.n_gaps)])
    curves[name] = (trained.steps, trained.losses)
plots.save(plots.current_comparison(tables)[0], "learned_currents")
plots.save(plots.training_curves(curves, ylabel="loss (of every model its own)"), "learned_losses")
