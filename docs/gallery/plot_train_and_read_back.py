"""Train, stop, go on, read back
==============================

A training writes down everything it needs to go on: after a kill it ends in the same weights, bit for bit. A model is
one safetensors file, read back without unpickling anything.
"""

from dataclasses import replace
from pathlib import Path

import torch

import ecd2g
from ecd2g import data, metrics, plots
from ecd2g.learned import MODELS, IndependentPairs, LearnedFlow, TrainingState, load_model, save_model, train

problem = data.uniform_to_gaussian(n_symbols=20)
circuit = ecd2g.LayeredCircuit.complete(
    problem.space, n_layers=6, forward_resistance=0.1, lateral_resistance=40.0
)
pairs, model = IndependentPairs(problem.source, problem.target), MODELS["potential"]
recipe = replace(model.recipe, n_steps=200)
whole = train(lambda: model.make(circuit), pairs, recipe)


class Killed(Exception):
    """What a power cut looks like from within."""


def until_step_100(progress, state):
    if progress.step == 100:
        state.save(Path("checkpoint.safetensors"), recipe, about={"problem": problem.name})
        raise Killed


# %%
# The same training, killed after 100 steps, goes on from its checkpoint.
try:
    train(lambda: model.make(circuit), pairs, recipe, listener=until_step_100)
except Killed:
    saved, device = Path("checkpoint.safetensors"), torch.device("cpu")
    state, about = TrainingState.load(saved, lambda: model.make(circuit), recipe, device)
    print("goes on with", about["problem"], "from step", state.step)
resumed = train(lambda: model.make(circuit), pairs, recipe, state=state)
same = [torch.equal(a, b) for a, b in zip(whole.model.parameters(), resumed.model.parameters(), strict=True)]
print("the same weights as without the stop:", all(same))

# %%
# Saved, read back, walked on.
save_model(Path("model.safetensors"), resumed.model)
learned = load_model("model.safetensors")
flow = LearnedFlow.of(learned, problem.source, problem.target)
exact = ecd2g.solve(circuit, source=problem.source, sink=problem.target)
print(f"relative error of currents {metrics.current_error(flow.field, exact.field).all_edges:.3f}")
print(f"TV(two-way law, q) {metrics.total_variation(flow.law(), problem.target.to_array()):.3f}")
plots.save(plots.training_curves({"potential": (whole.steps, whole.losses)}), "training")
