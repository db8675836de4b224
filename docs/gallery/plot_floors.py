"""Distances with floors
======================

Samples never look exactly like the law they come from. Every distance of samples is to be read beside its *floor*: what
as many perfect samples would show. Two samplers of the same law, one perfect and one a little wrong, by their number.
"""

import matplotlib.figure
import numpy as np

from ecd2g import Distribution, StateSpace, metrics, plots

space, rng = StateSpace(12, 2), np.random.default_rng(0)
q = np.outer(*(np.exp(-0.5 * ((np.arange(12) - m) / 2.0) ** 2) for m in (4, 7))).ravel()
q /= q.sum()
wrong = 0.95 * q + 0.05 / space.n_states  # five in a hundred are noise
sizes = [100, 300, 1000, 3000, 10_000, 30_000, 100_000]
found: dict[str, list[float]] = {"perfect": [], "five per cent noise": []}
for n in sizes:
    floor = metrics.sampling_floor(q, n)
    for (name, distances), law in zip(found.items(), (q, wrong), strict=True):
        distances.append(metrics.total_variation(rng.multinomial(n, law) / n, q))
        verdict = "more than perfect samples show" if distances[-1] > floor.bound else "could be perfect"
        print(f"{n:>7,} samples, {name:<19} TV {distances[-1]:.4f}   floor {floor.expected:.4f}   {verdict}")
print(f"true TV of the wrong sampler: {metrics.total_variation(wrong, q):.4f}")

# %%
# Where the law is not known, the floor comes from held-out samples: trend, MMD and novelty of ends beside it.
training, held_out = (space.states(rng.choice(space.n_states, n, p=q)) for n in (2000, 500))
truth = Distribution.from_samples(space, held_out)
for name, law in (("perfect", q), ("five per cent noise", wrong)):
    ends = space.states(rng.choice(space.n_states, 2000, p=law))
    print(
        f"{name:<20} shape {metrics.shape(ends, truth, space):.3f}   trend {metrics.trend(ends, truth, space):.3f}   "
        f"novelty {metrics.novelty(ends, training):.3f}"
    )
shape, trend = metrics.shape(training, truth, space), metrics.trend(training, truth, space)
print(f"{'training samples':<20} shape {shape:.3f}   trend {trend:.3f}")

figure = matplotlib.figure.Figure(figsize=(plots.COLUMN, 2.6), layout="constrained")
axes = figure.subplots()
axes.loglog(sizes, [metrics.sampling_floor(q, n).expected for n in sizes], "k--", lw=1, label="floor")
axes.loglog(
    sizes, [metrics.sampling_floor(q, n).bound for n in sizes], "k:", lw=1, label="bound, error rate 1e-6"
)
for (name, distances), mark in zip(found.items(), "os", strict=True):
    axes.loglog(sizes, distances, mark, ms=4, label=name)
axes.set(xlabel="samples", ylabel="TV to the law")
axes.legend(fontsize=7)
plots.save(figure, "floors")
