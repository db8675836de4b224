"""Walkers between two mixtures on 2^64 states
===========================================

States are 8 x 8 black and white pictures, too many to list; p and q are mixtures of products. The walk is exact, and
its limits can be seen: where p and q hardly overlap every walker passes through a picture of noise, and its end has
nothing to do with its start. Where they share a component, some walkers keep their picture.
"""

import matplotlib.figure
import numpy as np

import ecd2g
from ecd2g import plots
from ecd2g.reference import MixtureDensity, ProductDensity, walk_between_densities

space, n_layers, n_walkers, shown = ecd2g.StateSpace(2, 64), 8, 5_000, 5
row, column = np.indices((8, 8))
shapes = {
    "ring": np.abs(np.hypot(row - 3.5, column - 3.5) - 3.0) < 0.8,
    "cross": (np.abs(row - 3.5) < 1) | (np.abs(column - 3.5) < 1),
    "stripes": row % 4 < 2,
    "diagonal": np.abs(row - column) < 2,
}


def picture(name: str) -> ProductDensity:
    """Every pixel of a shape, wrong with a chance of 0.05."""
    black = np.where(shapes[name], 0.95, 0.05).ravel()
    return ProductDensity(space, list(np.stack([1 - black, black], axis=1)))


def mixture(*names: str) -> MixtureDensity:
    """Equal parts of pictures."""
    return MixtureDensity(np.full(len(names), 1 / len(names)), [picture(name) for name in names])


cases = {
    "ring or cross to stripes or diagonal": (mixture("ring", "cross"), mixture("stripes", "diagonal")),
    "ring or cross to ring or diagonal": (mixture("ring", "cross"), mixture("ring", "diagonal")),
}
circuit = ecd2g.LayeredCircuit.complete(
    space, n_layers=n_layers, forward_resistance=0.1, lateral_resistance=0.1 * float(space.n_states) / 0.1
)
uniform = 1 / float(space.n_states)
FRAMES = {(True, False): "#D55E00", (False, True): "#0072B2", (True, True): "#009E73", (False, False): "0.6"}
figure = matplotlib.figure.Figure(figsize=(plots.PAGE, 6.4), layout="constrained")
for part, (name, (source, sink)) in zip(figure.subfigures(2, 1), cases.items(), strict=True):
    walks = walk_between_densities(
        circuit, source, sink, source.sample(n_walkers, np.random.default_rng(0)), 1, paths=True
    )
    layers, states = walks.paths.layers, walks.paths.states
    there = layers >= 0
    by_source, by_sink = np.zeros(
        (2, *there.shape), dtype=bool
    )  # whether a picture is likelier there than as noise
    by_source[there] = source.probability(states[there]) > uniform
    by_sink[there] = sink.probability(states[there]) > uniform
    through_noise = np.any(there & ~by_source & ~by_sink, axis=1).mean()
    kept = np.all(walks.starts == walks.ends, axis=1).mean()
    changed = np.count_nonzero(walks.starts != walks.ends, axis=1).mean()
    order = np.random.default_rng(2).permutation(n_walkers)
    unrelated = np.count_nonzero(walks.starts != walks.ends[order], axis=1).mean()
    print(
        f"{name}: through noise {100 * through_noise:.1f} %, picture kept {100 * kept:.1f} %, pixels changed "
        f"{changed:.1f} (independent {unrelated:.1f}); {walks.n_events.mean():.1f} events, "
        f"{walks.n_evaluations.mean():.1f} evaluations, {walks.n_draws.mean():.2f} draws a walk"
    )
    part.suptitle(
        f"{name}: {100 * through_noise:.0f} % of walkers pass through noise, {changed:.0f} pixels change "
        f"({unrelated:.0f} if independent)",
        fontsize=8,
    )
    n_steps = walks.n_steps[:shown].max()
    for walker, line in enumerate(part.subplots(shown, n_steps + 1)):
        for step, ax in enumerate(line):
            if step > walks.n_steps[walker]:
                ax.axis("off")
                continue
            ax.imshow(states[walker, step].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.set_title(f"layer {layers[walker, step]}", fontsize=6, pad=2)
            frame = FRAMES[by_source[walker, step], by_sink[walker, step]]
            ax.spines[:].set(color=frame, linewidth=2)
figure.supxlabel(
    "one line a walker, one picture a step; frames: likely in p orange, in q blue, in both green, noise grey",
    fontsize=7,
)
plots.save(figure, "density_walk")
